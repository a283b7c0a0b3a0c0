//! The ellipsoid of least volume around the hull.
//!
//! Khachiyan's algorithm with the away steps of Todd and Yildirim (2007, DOI 10.1016/j.dam.2007.02.013): weights on the corners
//! whose weighted second moments are the ellipsoid. Specification: IBSI reference manual, section 3.1 (SWZ1, BRI8).

use super::axes::{Axes, eigenvalues};
use super::vector::Vector;

/// A point with a one behind it.
type Lifted = [f64; 4];
type Matrix = [[f64; 4]; 4];

/// By how much, relatively, corners may lie outside.
const TOLERANCE: f64 = 1e-7;
/// Steps; some hundreds are needed.
const STEPS: usize = 20_000;

/// Axes of the ellipsoid, mm.
pub(crate) fn enclosing(corners: &[Vector]) -> Axes {
    let points: Vec<Lifted> = corners.iter().map(|[x, y, z]| [*x, *y, *z, 1.0]).collect();
    let mut weights = vec![1.0 / points.len() as f64; points.len()];
    for _ in 0..STEPS {
        let inverse = inverse(moments(&points, &weights));
        let depth: Vec<f64> = points.iter().map(|point| quadratic(&inverse, point)).collect();
        let farthest = extreme(&depth, |_| true, |a, b| a > b);
        let nearest = extreme(&depth, |index| weights[index] > 0.0, |a, b| a < b);
        let (out, within) = (depth[farthest] / 4.0 - 1.0, 1.0 - depth[nearest] / 4.0);
        if out.max(within) <= TOLERANCE {
            break;
        }
        let (towards, depth) =
            if out > within { (farthest, depth[farthest]) } else { (nearest, depth[nearest]) };
        // an away step may take all the weight a corner has, but no more
        let least = -weights[towards] / (1.0 - weights[towards]);
        let step = ((depth - 4.0) / (4.0 * (depth - 1.0))).max(least);
        weights.iter_mut().for_each(|weight| *weight *= 1.0 - step);
        weights[towards] = if step > least { weights[towards] + step } else { 0.0 };
    }
    axes(corners, &weights)
}

/// Second moments of the weighted corners, about their mean, are a third of the squared half axes.
fn axes(corners: &[Vector], weights: &[f64]) -> Axes {
    let sum = |of: &dyn Fn(&Vector) -> f64| {
        corners.iter().zip(weights).fold(0.0, |sum, (corner, weight)| sum + weight * of(corner))
    };
    let centre: Vector = std::array::from_fn(|i| sum(&|corner| corner[i]));
    let second = |i: usize, j: usize| sum(&|corner| (corner[i] - centre[i]) * (corner[j] - centre[j]));
    let mut squared = eigenvalues(std::array::from_fn(|i| std::array::from_fn(|j| second(i, j))));
    squared.sort_by(|a, b| b.total_cmp(a));
    Axes { lengths: squared.map(|x| 2.0 * (3.0 * x.max(0.0)).sqrt()) }
}

fn moments(points: &[Lifted], weights: &[f64]) -> Matrix {
    let mut sums = [[0.0; 4]; 4];
    for (point, weight) in points.iter().zip(weights).filter(|(_, weight)| **weight > 0.0) {
        for i in 0..4 {
            for j in 0..4 {
                sums[i][j] += weight * point[i] * point[j];
            }
        }
    }
    sums
}

fn quadratic(matrix: &Matrix, point: &Lifted) -> f64 {
    let row = |i: usize| (0..4).fold(0.0, |sum, j| sum + matrix[i][j] * point[j]);
    (0..4).fold(0.0, |sum, i| sum + row(i) * point[i])
}

fn extreme(values: &[f64], is_asked: impl Fn(usize) -> bool, is_better: impl Fn(f64, f64) -> bool) -> usize {
    let asked = (0..values.len()).filter(|index| is_asked(*index));
    asked.reduce(|best, index| if is_better(values[index], values[best]) { index } else { best }).unwrap_or(0)
}

/// By Gauss-Jordan elimination with pivots; the corners of a hull are not in one plane, so there is an inverse.
fn inverse(mut m: Matrix) -> Matrix {
    let mut inverse: Matrix =
        std::array::from_fn(|i| std::array::from_fn(|j| if i == j { 1.0 } else { 0.0 }));
    for column in 0..4 {
        let pivot =
            (column..4).max_by(|a, b| m[*a][column].abs().total_cmp(&m[*b][column].abs())).unwrap_or(column);
        m.swap(column, pivot);
        inverse.swap(column, pivot);
        let by = m[column][column];
        m[column] = m[column].map(|x| x / by);
        inverse[column] = inverse[column].map(|x| x / by);
        for row in (0..4).filter(|row| *row != column) {
            let by = m[row][column];
            let (from, inverse_from) = (m[column], inverse[column]);
            m[row] = std::array::from_fn(|k| m[row][k] - by * from[k]);
            inverse[row] = std::array::from_fn(|k| inverse[row][k] - by * inverse_from[k]);
        }
    }
    inverse
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn around_a_box_the_half_axes_are_root_three_times_its_own() {
        let corners: Vec<Vector> = (0..8_u8)
            .map(|bits| {
                std::array::from_fn(|axis| f64::from(bits >> axis & 1) * [2.0, 4.0, 10.0][axis] + 7.0)
            })
            .collect();
        let lengths = enclosing(&corners).lengths;
        for (found, edge) in lengths.into_iter().zip([10.0, 4.0, 2.0]) {
            assert!((found / (edge * 3.0_f64.sqrt()) - 1.0).abs() < 1e-6, "{found} {edge}");
        }
    }
}

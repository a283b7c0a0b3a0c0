//! Principal axes of the voxel centres, and the ellipsoid they span.
//!
//! Specification: IBSI reference manual, section 3.1 (TDIC, P9VJ, 7J51, 6BDE, RDD2); the covariance is divided by n - 1.

use std::f64::consts::PI;

use super::centroid;
use super::vector::Vector;

/// Terms of the series of an ellipsoid's area, as IBSI fixes them.
const TERMS: usize = 20;
/// Sweeps of Jacobi rotations; 3 x 3 matrices converge in about 6.
const SWEEPS: usize = 30;

/// Lengths of the axes: 4 times the square root of the variance along each, the largest first, mm.
#[derive(Debug)]
pub(crate) struct Axes {
    pub(crate) lengths: Vector,
}

impl Axes {
    pub(crate) fn new(points: &[Vector]) -> Self {
        let mut variances = eigenvalues(covariance(points));
        variances.sort_by(|a, b| b.total_cmp(a));
        // rounding can leave a flat region with a variance just below zero; NaN stays NaN
        Self { lengths: variances.map(|variance| if variance < 0.0 { 0.0 } else { 4.0 * variance.sqrt() }) }
    }

    pub(crate) fn ellipsoid_volume(&self) -> f64 {
        let [a, b, c] = self.lengths.map(|length| length / 2.0);
        4.0 / 3.0 * PI * a * b * c
    }

    /// IBSI's series of Legendre polynomials `P_v`, each multiplied by its (alpha beta)^v, so that a sphere needs no special
    /// case. The series as IBSI prints it, and as its reference values follow it, is not the area of an ellipsoid that is
    /// far from a sphere: for half axes 2, 1, 1 it gives 17.3 where the area is 21.5.
    pub(crate) fn ellipsoid_area(&self) -> f64 {
        let [a, b, c] = self.lengths.map(|length| length / 2.0);
        let (alpha, beta) = (1.0 - (b / a).powi(2), 1.0 - (c / a).powi(2));
        let (half_sum, product) = (f64::midpoint(alpha, beta), alpha * beta);
        let (mut previous, mut current, mut series) = (0.0, 1.0, 0.0);
        for order in 0..=TERMS {
            let v = order as f64;
            series += current / (1.0 - 4.0 * v * v);
            let next = ((2.0 * v + 1.0) * half_sum * current - v * product * previous) / (v + 1.0);
            (previous, current) = (current, next);
        }
        4.0 * PI * a * b * series
    }
}

/// Divided by n - 1; NaN for a single point.
fn covariance(points: &[Vector]) -> [Vector; 3] {
    let mean = centroid(points);
    let n = points.len() as f64;
    let of = |i: usize, j: usize| {
        points.iter().fold(0.0, |sum, p| sum + (p[i] - mean[i]) * (p[j] - mean[j])) / (n - 1.0)
    };
    std::array::from_fn(|i| std::array::from_fn(|j| of(i, j)))
}

/// Eigenvalues of a symmetric matrix by cyclic Jacobi rotations.
pub(super) fn eigenvalues(mut m: [Vector; 3]) -> Vector {
    for _ in 0..SWEEPS {
        for (p, q) in [(0, 1), (0, 2), (1, 2)] {
            if m[p][q] != 0.0 {
                rotate(&mut m, p, q);
            }
        }
    }
    [m[0][0], m[1][1], m[2][2]]
}

fn rotate(m: &mut [Vector; 3], p: usize, q: usize) {
    let theta = (m[q][q] - m[p][p]) / (2.0 * m[p][q]);
    let t = theta.signum() / (theta.abs() + (1.0 + theta * theta).sqrt());
    let cosine = 1.0 / (1.0 + t * t).sqrt();
    let sine = t * cosine;
    for row in m.iter_mut() {
        (row[p], row[q]) = (cosine * row[p] - sine * row[q], sine * row[p] + cosine * row[q]);
    }
    let (upper, lower) = (m[p], m[q]);
    m[p] = std::array::from_fn(|k| cosine * upper[k] - sine * lower[k]);
    m[q] = std::array::from_fn(|k| sine * upper[k] + cosine * lower[k]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eigenvalues_of_a_known_matrix() {
        let mut found = eigenvalues([[2.0, -1.0, 0.0], [-1.0, 2.0, -1.0], [0.0, -1.0, 2.0]]);
        found.sort_by(f64::total_cmp);
        let root = 2.0_f64.sqrt();
        for (found, expected) in found.into_iter().zip([2.0 - root, 2.0, 2.0 + root]) {
            assert!((found - expected).abs() < 1e-14, "{found} {expected}");
        }
    }

    #[test]
    fn the_area_of_a_sphere() {
        let sphere = Axes { lengths: [2.0; 3] };
        assert!((sphere.ellipsoid_area() - 4.0 * PI).abs() < 1e-12);
    }
}

//! Eigenvalues and eigenvectors of a symmetric matrix, by cyclic Jacobi rotations in a fixed order.
//!
//! Source: Golub and Van Loan, Matrix Computations, 4th edition, 8.5. The same matrix gives the same bits.

use crate::linear::Symmetric;

/// Sweeps over all pairs; Jacobi needs fewer than ten for matrices of any size met here.
const MOST_SWEEPS: usize = 60;

/// One eigenvalue with its vector of length 1, whose entry of largest magnitude is positive.
#[derive(Debug, Clone, PartialEq)]
pub struct Eigen {
    /// The eigenvalue.
    pub value: f64,
    /// The eigenvector.
    pub vector: Vec<f64>,
}

/// All of a matrix, the largest eigenvalue first.
#[must_use]
pub fn eigen(matrix: &Symmetric) -> Vec<Eigen> {
    let n = matrix.order();
    let mut a: Vec<Vec<f64>> = (0..n).map(|i| (0..n).map(|j| matrix.at(i, j)).collect()).collect();
    let unit = |i: usize| (0..n).map(|j| if i == j { 1.0 } else { 0.0 }).collect::<Vec<f64>>();
    // rows of `vectors` turn into eigenvectors
    let mut vectors: Vec<Vec<f64>> = (0..n).map(unit).collect();
    for _ in 0..MOST_SWEEPS {
        let mut settled = true;
        for p in 0..n {
            for q in p + 1..n {
                if a[p][q].abs() > f64::EPSILON * 0.01 * (a[p][p] * a[q][q]).abs().sqrt() {
                    rotate(&mut a, &mut vectors, p, q);
                    settled = false;
                }
            }
        }
        if settled {
            break;
        }
    }
    let mut found: Vec<Eigen> = vectors
        .into_iter()
        .enumerate()
        .map(|(i, vector)| Eigen { value: a[i][i], vector: signed(vector) })
        .collect();
    found.sort_by(|a, b| b.value.total_cmp(&a.value));
    found
}

/// Rotates rows and columns p and q so that entry (p, q) vanishes.
fn rotate(a: &mut [Vec<f64>], vectors: &mut [Vec<f64>], p: usize, q: usize) {
    let theta = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
    let t = theta.signum() / (theta.abs() + libm::hypot(theta, 1.0));
    let c = 1.0 / libm::hypot(t, 1.0);
    let s = t * c;
    for row in a.iter_mut() {
        (row[p], row[q]) = (c * row[p] - s * row[q], s * row[p] + c * row[q]);
    }
    turn(a, p, q, c, s);
    turn(vectors, p, q, c, s);
    (a[p][q], a[q][p]) = (0.0, 0.0);
}

fn turn(rows: &mut [Vec<f64>], p: usize, q: usize, c: f64, s: f64) {
    let (head, tail) = rows.split_at_mut(q);
    for (x, y) in head[p].iter_mut().zip(&mut tail[0]) {
        (*x, *y) = (c * *x - s * *y, s * *x + c * *y);
    }
}

fn signed(vector: Vec<f64>) -> Vec<f64> {
    let largest =
        vector.iter().copied().fold(0.0, |best: f64, x| if x.abs() > best.abs() { x } else { best });
    if largest < 0.0 { vector.into_iter().map(|x| -x).collect() } else { vector }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn vectors_diagonalise(entries in prop::collection::vec(-3.0..3.0f64, 36)) {
            let full = |i: usize, j: usize| entries[6 * i.min(j) + i.max(j)];
            let upper = (0..6).flat_map(|i| (i..6).map(move |j| (i, j))).map(|(i, j)| full(i, j)).collect();
            let matrix = Symmetric::from_triangle(6, upper);
            let found = eigen(&matrix);
            for (k, one) in found.iter().enumerate() {
                for i in 0..6 {
                    let product: f64 = (0..6).map(|j| matrix.at(i, j) * one.vector[j]).sum();
                    prop_assert!((product - one.value * one.vector[i]).abs() < 1e-12);
                }
                for other in &found[..k] {
                    let dot: f64 = one.vector.iter().zip(&other.vector).map(|(a, b)| a * b).sum();
                    prop_assert!(dot.abs() < 1e-12 && other.value >= one.value);
                }
            }
        }
    }

    #[test]
    fn a_diagonal_matrix_is_its_own_answer() {
        let found = eigen(&Symmetric::from_triangle(3, vec![1.0, 0.0, 0.0, 5.0, 0.0, 0.0]));
        let values: Vec<f64> = found.iter().map(|one| one.value).collect();
        assert_eq!(values, [5.0, 1.0, 0.0]);
        assert_eq!(found[0].vector, [0.0, 1.0, 0.0]);
    }
}

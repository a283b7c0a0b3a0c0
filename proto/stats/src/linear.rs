//! Small symmetric systems: Cholesky factor, solution, inverse.

use crate::gram::triangle;

/// A symmetric matrix, upper triangle by rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Symmetric {
    order: usize,
    upper: Vec<f64>,
}

impl Symmetric {
    /// From an upper triangle of `order * (order + 1) / 2` entries, by rows.
    #[must_use]
    pub fn from_triangle(order: usize, upper: Vec<f64>) -> Self {
        debug_assert_eq!(
            upper.len(),
            order * (order + 1) / 2,
            "a triangle has order (order + 1) / 2 entries"
        );
        Self { order, upper }
    }

    /// Rows and columns.
    #[must_use]
    pub fn order(&self) -> usize {
        self.order
    }

    /// Entry (i, j).
    #[must_use]
    pub fn at(&self, i: usize, j: usize) -> f64 {
        self.upper[triangle(i.min(j), i.max(j), self.order)]
    }

    /// Adds `ridge` to the diagonal, the first entry (the intercept) excepted.
    #[must_use]
    pub fn with_ridge(mut self, ridge: f64) -> Self {
        for i in 1..self.order {
            self.upper[triangle(i, i, self.order)] += ridge;
        }
        self
    }

    /// The sum of two matrices of one order.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        let upper = self.upper.iter().zip(&other.upper).map(|(a, b)| a + b).collect();
        Self { order: self.order, upper }
    }

    /// The product with a vector.
    #[must_use]
    pub fn times(&self, x: &[f64]) -> Vec<f64> {
        let row = |i: usize| (0..self.order).fold(0.0, |sum, j| sum + self.at(i, j) * x[j]);
        (0..self.order).map(row).collect()
    }

    /// The lower Cholesky factor; nothing when the matrix is not positive definite to working precision.
    #[must_use]
    pub fn cholesky(&self) -> Option<Cholesky> {
        let n = self.order;
        let mut lower = vec![vec![0.0; n]; n];
        for i in 0..n {
            for j in 0..=i {
                let dot: f64 = (0..j).fold(0.0, |sum, k| sum + lower[i][k] * lower[j][k]);
                let rest = self.at(i, j) - dot;
                if i == j {
                    // pivots this small against their diagonal are rounding: the columns are collinear
                    if rest <= self.at(i, i) * 1e-13 || !rest.is_finite() {
                        return None;
                    }
                    lower[i][i] = rest.sqrt();
                } else {
                    lower[i][j] = rest / lower[j][j];
                }
            }
        }
        Some(Cholesky(lower))
    }
}

/// A lower triangular factor L with A = L L'.
#[derive(Debug, Clone, PartialEq)]
pub struct Cholesky(Vec<Vec<f64>>);

impl Cholesky {
    /// Solves A x = b.
    #[must_use]
    pub fn solve(&self, b: &[f64]) -> Vec<f64> {
        let (lower, n) = (&self.0, self.0.len());
        let mut x = b.to_vec();
        for i in 0..n {
            let dot = (0..i).fold(0.0, |sum, k| sum + lower[i][k] * x[k]);
            x[i] = (x[i] - dot) / lower[i][i];
        }
        for i in (0..n).rev() {
            let dot = (i + 1..n).fold(0.0, |sum, k| sum + lower[k][i] * x[k]);
            x[i] = (x[i] - dot) / lower[i][i];
        }
        x
    }

    /// The logarithm of the determinant of A.
    #[must_use]
    pub fn log_determinant(&self) -> f64 {
        self.0.iter().enumerate().fold(0.0, |sum, (i, row)| sum + 2.0 * libm::log(row[i]))
    }

    /// The inverse of A, by rows.
    #[must_use]
    pub fn inverse(&self) -> Vec<Vec<f64>> {
        let n = self.0.len();
        let unit = |i: usize| (0..n).map(|j| if i == j { 1.0 } else { 0.0 }).collect::<Vec<f64>>();
        (0..n).map(|i| self.solve(&unit(i))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_solution_solves(entries in prop::collection::vec(-3.0..3.0f64, 16), b in prop::collection::vec(-5.0..5.0f64, 4)) {
            // M M' + I is positive definite
            let m = |i: usize, j: usize| entries[4 * i + j];
            let full = |i: usize, j: usize| (0..4).map(|k| m(i, k) * m(j, k)).sum::<f64>() + f64::from(u8::from(i == j));
            let upper = (0..4).flat_map(|i| (i..4).map(move |j| (i, j))).map(|(i, j)| full(i, j)).collect();
            let matrix = Symmetric::from_triangle(4, upper);
            let x = matrix.cholesky().expect("positive definite").solve(&b);
            for (i, right) in b.iter().enumerate() {
                let left: f64 = (0..4).map(|j| matrix.at(i, j) * x[j]).sum();
                prop_assert!((left - right).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn collinear_columns_have_no_factor() {
        let singular = Symmetric::from_triangle(2, vec![1.0, 2.0, 4.0]);
        assert!(singular.cholesky().is_none());
        assert!(singular.with_ridge(0.1).cholesky().is_some());
    }
}

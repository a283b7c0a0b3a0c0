//! Sums for chained ridge regressions that fill holes of some columns in a training set.
//!
//! In a sweep every column with holes is regressed on the others as the sweeps before left them, over the patients
//! who have it; all of them are then filled together. The site replays the sweeps, so no filled value travels.
//!
//! | words | what | reveals |
//! |---|---|---|
//! | (p + 1) (p + 2) / 2 for each column with holes | patients who have it, sums and products, two by two, of p filled columns | means and covariances of the training set |

use serde::{Deserialize, Serialize};

use crate::derived::Imputation;
use crate::gram::triangle;
use crate::linear::Symmetric;
use crate::reader::Reader;
use crate::{Accumulator, Computation, Implausible, Networks, QueryFault, Rows, Summary, Unfit, check};

/// Penalty on the squares of the slopes, with squared errors summed over patients, as `alpha` of scikit-learn's Ridge.
pub const RIDGE: f64 = 1.0;

/// Asks for products of filled columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holes {
    /// Cells left out of the training set.
    pub held_out: Vec<usize>,
    /// The sweeps so far.
    pub imputation: Imputation,
    /// Columns with holes, as positions in the imputation.
    pub targets: Vec<usize>,
}

impl Holes {
    fn order(&self) -> usize {
        self.imputation.columns.len().saturating_add(1)
    }

    fn entries(&self) -> usize {
        self.order().saturating_mul(self.order() + 1) / 2
    }

    /// Intercept and slopes on the other columns, of one target's products.
    fn regress(&self, target: usize, products: &Symmetric) -> Vec<f64> {
        let others: Vec<usize> = (0..self.order()).filter(|i| *i != target + 1).collect();
        let pair = |(i, row): (usize, &usize)| {
            others[i..].iter().map(|column| products.at(*row, *column)).collect::<Vec<f64>>()
        };
        let upper = others.iter().enumerate().flat_map(pair).collect();
        let right: Vec<f64> = others.iter().map(|i| products.at(*i, target + 1)).collect();
        let normal = Symmetric::from_triangle(others.len(), upper).with_ridge(RIDGE);
        // without a patient there is nothing to learn, and the mean stays
        let Some(factor) = normal.cholesky() else { return Vec::new() };
        let mut slopes = factor.solve(&right);
        slopes.insert(target + 1, 0.0);
        slopes
    }
}

impl Computation for Holes {
    /// The next sweep: one entry a column of the imputation.
    type Finding = Vec<Vec<f64>>;

    fn length(&self) -> usize {
        self.entries().saturating_mul(self.targets.len())
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        self.held_out.iter().try_for_each(|cell| check::index("cell", *cell, check::MOST_CELLS))?;
        self.imputation.check(width)?;
        let n = self.imputation.columns.len();
        self.targets.iter().try_for_each(|target| check::index("target", *target, n))?;
        check::size("words", self.length(), check::MOST_WORDS)
    }

    fn describe(&self) -> String {
        format!(
            "sums of products of {} columns, two by two, over the patients of a training set who have each of {} \
             columns with holes",
            self.imputation.columns.len(),
            self.targets.len()
        )
    }

    fn site(&self, rows: &dyn Rows, _networks: &dyn Networks) -> Result<Summary, Unfit> {
        let mut sums = Accumulator::new(self.length());
        for row in (0..rows.len()).filter(|row| !self.held_out.contains(&rows.cell(*row))) {
            let mut values = vec![1.0];
            values.extend(self.imputation.fill(rows, row));
            for (place, target) in self.targets.iter().enumerate() {
                if rows.value(row, self.imputation.columns[*target]).is_nan() {
                    continue;
                }
                let from = place * self.entries();
                sums.count(from, 1);
                for i in 0..values.len() {
                    for j in i.max(1)..values.len() {
                        sums.add(from + triangle(i, j, values.len()), values[i] * values[j])?;
                    }
                }
            }
        }
        Ok(sums.finish())
    }

    fn finish(&self, sum: &Summary) -> Result<Vec<Vec<f64>>, Implausible> {
        let mut words = Reader::new(sum, self.length())?;
        let mut sweep = vec![Vec::new(); self.imputation.columns.len()];
        for target in &self.targets {
            let mut upper = vec![words.count()? as f64];
            upper.extend(words.values(self.entries() - 1)?);
            sweep[*target] = self.regress(*target, &Symmetric::from_triangle(self.order(), upper));
        }
        Ok(sweep)
    }
}

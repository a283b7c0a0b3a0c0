//! Sums from which the reference of ComBat is made: covariances within batches, then what covariates leave.
//!
//! Values are centred in their batch at the site before they are summed, so no batch's mean leaves.
//!
//! | words | what | reveals |
//! |---|---|---|
//! | k (k + 1) / 2 | products of covariates, centred within batches | pooled covariances |
//! | k for each column | products of covariate and column, centred within batches | pooled covariances |
//! | 3 for each column | values, sum of residuals, their squares within batches | pooled mean and variance |

use serde::{Deserialize, Serialize};

use super::{MOST_BATCHES, check_columns};
use crate::linear::Symmetric;
use crate::reader::Reader;
use crate::{
    Accumulator, Computation, Conditioning, Implausible, Networks, QueryFault, Rows, Summary, Unfit, check,
};

/// Asks for covariances within batches of a training set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Covariances {
    /// Cells left out of the training set.
    pub held_out: Vec<usize>,
    /// Columns to harmonise, ascending.
    pub columns: Vec<usize>,
    /// Covariates whose effect is kept.
    pub keep: Vec<usize>,
    /// How all columns are conditioned.
    pub conditioning: Conditioning,
}

/// Pooled covariances within batches, in conditioned units.
#[derive(Debug, Clone, PartialEq)]
pub struct CovariancesFound {
    /// Of the covariates.
    pub covariates: Symmetric,
    /// By column: with each covariate.
    pub columns: Vec<Vec<f64>>,
}

/// Asks for what covariates leave of the columns of a training set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Residuals {
    /// Columns, covariates and training set.
    pub of: Covariances,
    /// By column: slope of each covariate, in conditioned units.
    pub slopes: Vec<Vec<f64>>,
}

/// By column: number of values, sum of residuals, sum of their squares within batches.
pub type ResidualsFound = Vec<[f64; 3]>;

impl CovariancesFound {
    /// By column: slope of each covariate, in conditioned units; nothing when covariates are collinear.
    #[must_use]
    pub fn slopes(&self) -> Option<Vec<Vec<f64>>> {
        let factor = self.covariates.cholesky()?;
        Some(self.columns.iter().map(|products| factor.solve(products)).collect())
    }
}

impl Covariances {
    fn training<'a>(&'a self, rows: &'a dyn Rows) -> impl Iterator<Item = Vec<usize>> + 'a {
        let of_batch = |batch: usize| {
            let training =
                |row: &usize| rows.batch(*row) == batch && !self.held_out.contains(&rows.cell(*row));
            (0..rows.len()).filter(training).collect()
        };
        (0..rows.batches().min(MOST_BATCHES)).map(of_batch)
    }

    fn covariate(&self, rows: &dyn Rows, row: usize, column: usize) -> f64 {
        let u = self.conditioning.apply(rows, row, column);
        if u.is_nan() { 0.0 } else { u }
    }

    fn check_parts(&self, width: usize) -> Result<(), QueryFault> {
        self.conditioning.check(width)?;
        check_columns(&self.columns, width)?;
        check::size("covariates", self.keep.len(), 50)?;
        self.keep.iter().try_for_each(|column| check::index("covariate", *column, width))?;
        self.held_out.iter().try_for_each(|cell| check::index("cell", *cell, check::MOST_CELLS))
    }

    /// Words of the covariates' triangle.
    fn head(&self) -> usize {
        let k = self.keep.len();
        k * (k + 1) / 2
    }

    fn batch(&self, rows: &dyn Rows, patients: &[usize], sums: &mut Accumulator) -> Result<(), Unfit> {
        let k = self.keep.len();
        let covariate = |column: &usize| -> Vec<f64> {
            patients.iter().map(|row| self.covariate(rows, *row, *column)).collect()
        };
        let centred: Vec<Vec<f64>> = self.keep.iter().map(|column| centred(&covariate(column))).collect();
        let mut word = 0;
        for i in 0..k {
            for j in i..k {
                sums.add(word, dot(&centred[i], &centred[j]))?;
                word += 1;
            }
        }
        for (c, column) in self.columns.iter().enumerate() {
            let values: Vec<f64> =
                patients.iter().map(|row| self.conditioning.apply(rows, *row, *column)).collect();
            let values = centred_known(&values);
            for (i, covariate) in centred.iter().enumerate() {
                sums.add(self.head() + c * k + i, dot(covariate, &values))?;
            }
        }
        Ok(())
    }
}

/// Sum in an order that does not depend on the rows'.
fn ordered_sum(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values.iter().sum()
}

fn centred(values: &[f64]) -> Vec<f64> {
    let mean = ordered_sum(values) / (values.len().max(1)) as f64;
    values.iter().map(|x| x - mean).collect()
}

/// Centred values; 0 where missing.
fn centred_known(values: &[f64]) -> Vec<f64> {
    let known: Vec<f64> = values.iter().filter(|x| !x.is_nan()).copied().collect();
    let mean = ordered_sum(&known) / (known.len().max(1)) as f64;
    values.iter().map(|x| if x.is_nan() { 0.0 } else { x - mean }).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    ordered_sum(&a.iter().zip(b).map(|(x, y)| x * y).collect::<Vec<_>>())
}

impl Computation for Covariances {
    type Finding = CovariancesFound;

    fn length(&self) -> usize {
        self.head().saturating_add(self.columns.len().saturating_mul(self.keep.len()))
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        self.check_parts(width)?;
        check::size("words", self.length(), check::MOST_WORDS)
    }

    fn describe(&self) -> String {
        let (columns, covariates) = (self.columns.len(), self.keep.len());
        format!(
            "covariances of {covariates} covariates with {columns} columns within batches, summed over batches"
        )
    }

    fn site(&self, rows: &dyn Rows, _networks: &dyn Networks) -> Result<Summary, Unfit> {
        let mut sums = Accumulator::new(self.length());
        for patients in self.training(rows) {
            self.batch(rows, &patients, &mut sums)?;
        }
        Ok(sums.finish())
    }

    fn finish(&self, sum: &Summary) -> Result<CovariancesFound, Implausible> {
        let mut words = Reader::new(sum, self.length())?;
        let k = self.keep.len();
        let covariates = Symmetric::from_triangle(k, words.values(k * (k + 1) / 2)?);
        let columns = self.columns.iter().map(|_| words.values(k)).collect::<Result<_, _>>()?;
        Ok(CovariancesFound { covariates, columns })
    }
}

impl Residuals {
    fn residual(&self, rows: &dyn Rows, row: usize, place: usize) -> f64 {
        let u = self.of.conditioning.apply(rows, row, self.of.columns[place]);
        let explained = self.of.keep.iter().zip(&self.slopes[place]);
        explained.fold(u, |rest, (column, slope)| rest - slope * self.of.covariate(rows, row, *column))
    }
}

impl Computation for Residuals {
    type Finding = ResidualsFound;

    fn length(&self) -> usize {
        self.of.columns.len().saturating_mul(3)
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        self.of.check_parts(width)?;
        check::length("lists of slopes", self.slopes.len(), self.of.columns.len())?;
        for slopes in &self.slopes {
            check::length("slopes", slopes.len(), self.of.keep.len())?;
            check::finite("slopes", slopes)?;
        }
        check::size("words", self.length(), check::MOST_WORDS)
    }

    fn describe(&self) -> String {
        format!(
            "number and sum of values of {} columns without the covariates' part, and their squares within batches, \
             summed over batches",
            self.of.columns.len()
        )
    }

    fn site(&self, rows: &dyn Rows, _networks: &dyn Networks) -> Result<Summary, Unfit> {
        let mut sums = Accumulator::new(self.length());
        for patients in self.of.training(rows) {
            for place in 0..self.of.columns.len() {
                let values: Vec<f64> = patients.iter().map(|row| self.residual(rows, *row, place)).collect();
                let known: Vec<f64> = values.iter().filter(|x| !x.is_nan()).copied().collect();
                let squares: Vec<f64> = centred(&known).iter().map(|x| x * x).collect();
                sums.count(3 * place, known.len() as u64);
                sums.add(3 * place + 1, ordered_sum(&known))?;
                sums.add(3 * place + 2, ordered_sum(&squares))?;
            }
        }
        Ok(sums.finish())
    }

    fn finish(&self, sum: &Summary) -> Result<ResidualsFound, Implausible> {
        let mut words = Reader::new(sum, self.length())?;
        let entry = |_| Ok([words.count()? as f64, words.value()?, words.non_negative("a sum of squares")?]);
        self.of.columns.iter().map(entry).collect()
    }
}

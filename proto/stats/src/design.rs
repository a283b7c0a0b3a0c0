//! A design: the columns of a model and how they are standardised in one training set.

use serde::{Deserialize, Serialize};

use crate::derived::{Derived, DerivedRows};
use crate::harmonise::Harmonise;
use crate::{QueryFault, Rows, check};

/// Columns with the mean and standard deviation of a training set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Design {
    /// Positions in the schema, or beyond it of components.
    pub columns: Vec<usize>,
    /// Mean of each column over the training set.
    pub mean: Vec<f64>,
    /// Standard deviation of each column over the training set, n - 1 below.
    pub sd: Vec<f64>,
    /// Cells left out of the training set.
    pub held_out: Vec<usize>,
    /// What is done to the values before they are standardised.
    #[serde(default)]
    pub harmonise: Harmonise,
    /// Filled holes, and components among the columns.
    #[serde(default)]
    pub derived: Derived,
}

/// A design over the rows of a site.
#[derive(Debug)]
pub struct Opened<'a> {
    design: &'a Design,
    rows: DerivedRows<'a>,
}

impl Design {
    /// Whether a patient belongs to the training set.
    #[must_use]
    pub fn trains_on(&self, cell: usize) -> bool {
        !self.held_out.contains(&cell)
    }

    /// Opens the design over the rows of a site: once a question, since harmonising reads all rows.
    #[must_use]
    pub fn open<'a>(&'a self, rows: &'a dyn Rows) -> Opened<'a> {
        let harmonised = self.harmonise.open(rows, &self.held_out);
        Opened { design: self, rows: self.derived.open(harmonised) }
    }

    pub(crate) fn check(&self, width: usize) -> Result<(), QueryFault> {
        self.derived.check(width)?;
        let known = self.derived.width(width);
        self.columns.iter().try_for_each(|column| check::index("column", *column, known))?;
        check::length("means", self.mean.len(), self.columns.len())?;
        check::length("standard deviations", self.sd.len(), self.columns.len())?;
        check::finite("means", &self.mean)?;
        check::positive("standard deviations", &self.sd)?;
        self.harmonise.check(width)?;
        self.held_out.iter().try_for_each(|cell| check::index("cell", *cell, check::MOST_CELLS))
    }
}

impl Opened<'_> {
    /// Standardised values of a patient; a missing value is 0, the mean.
    #[must_use]
    pub fn standardise(&self, row: usize) -> Vec<f64> {
        self.known(row).iter().map(|z| if z.is_nan() { 0.0 } else { *z }).collect()
    }

    /// Standardised values of a patient; NaN where a value is missing.
    #[must_use]
    pub fn known(&self, row: usize) -> Vec<f64> {
        let design = self.design;
        let value =
            |((column, mean), sd): ((&usize, &f64), &f64)| (self.rows.value(row, *column) - mean) / sd;
        design.columns.iter().zip(&design.mean).zip(&design.sd).map(value).collect()
    }
}

/// Intercept plus the sum of coefficients times standardised values, in column order.
pub(crate) fn linear_predictor(beta: &[f64], z: &[f64]) -> f64 {
    beta[1..].iter().zip(z).fold(beta[0], |eta, (b, z)| eta + b * z)
}

/// 1 / (1 + exp(-eta)), without overflow.
#[must_use]
pub fn logistic(eta: f64) -> f64 {
    if eta >= 0.0 {
        1.0 / (1.0 + libm::exp(-eta))
    } else {
        let e = libm::exp(eta);
        e / (1.0 + e)
    }
}

/// Minus log-likelihood of one patient at a linear predictor.
pub(crate) fn loss(eta: f64, case: bool) -> f64 {
    let signed = if case { -eta } else { eta };
    signed.max(0.0) + libm::log1p(libm::exp(-eta.abs()))
}

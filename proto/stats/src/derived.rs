//! Values that a design makes from the columns of the rows: filled holes and principal components.
//!
//! What was learnt from a training set travels in the question; the site applies it to each of its patients. Learning
//! it is the work of [`crate::holes`] and of [`crate::eigen`]. Never: a patient's value in a question.
//! Spec: docs/reference/methods/selection.md.

use serde::{Deserialize, Serialize};

use crate::harmonise::Harmonised;
use crate::lens::Lens;
use crate::{QueryFault, Rows, check};

/// Sweeps of an imputation.
const MOST_SWEEPS: usize = 20;

/// What is made of the harmonised values of a training set.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Derived {
    /// Fills holes of some columns; without it they are filled with the mean.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imputation: Option<Imputation>,
    /// Further columns, numbered after those of the schema.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub components: Option<Components>,
}

/// Chained ridge regressions of some columns on each other, of a training set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Imputation {
    /// Positions in the schema, ascending.
    pub columns: Vec<usize>,
    /// Mean of each column, which fills its holes at first.
    pub mean: Vec<f64>,
    /// Standard deviation of each column.
    pub sd: Vec<f64>,
    /// By sweep and column: intercept, then one slope a column (0 for its own) on standardised values of the sweep
    /// before; empty for a column that keeps its mean.
    pub sweeps: Vec<Vec<Vec<f64>>>,
}

/// Weighted sums of standardised columns, numbered from `first`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Components {
    /// Number of the first component: the width of the schema.
    pub first: usize,
    /// Positions in the schema.
    pub columns: Vec<usize>,
    /// Mean of each column over the training set.
    pub mean: Vec<f64>,
    /// Standard deviation of each column over the training set.
    pub sd: Vec<f64>,
    /// By component, one weight a column.
    pub loadings: Vec<Vec<f64>>,
}

/// Harmonised rows with what a design derives from them. Never leaves the site.
#[derive(Debug)]
pub(crate) struct DerivedRows<'a> {
    rows: Harmonised<'a>,
    derived: &'a Derived,
}

impl Derived {
    pub(crate) fn open<'a>(&'a self, rows: Harmonised<'a>) -> DerivedRows<'a> {
        DerivedRows { rows, derived: self }
    }

    /// Columns of rows and components together.
    pub(crate) fn width(&self, width: usize) -> usize {
        width.saturating_add(self.components.as_ref().map_or(0, |components| components.loadings.len()))
    }

    pub(crate) fn check(&self, width: usize) -> Result<(), QueryFault> {
        self.imputation.iter().try_for_each(|imputation| imputation.check(width))?;
        self.components.iter().try_for_each(|components| components.check(width))
    }
}

impl Imputation {
    /// Standardised values of a patient after all sweeps.
    #[must_use]
    pub fn fill(&self, rows: &dyn Rows, row: usize) -> Vec<f64> {
        let standard = |((column, mean), sd): ((&usize, &f64), &f64)| (rows.value(row, *column) - mean) / sd;
        let known: Vec<f64> = self.columns.iter().zip(&self.mean).zip(&self.sd).map(standard).collect();
        let mut filled: Vec<f64> = known.iter().map(|z| if z.is_nan() { 0.0 } else { *z }).collect();
        for sweep in &self.sweeps {
            let next = |(z, slopes): (&f64, &Vec<f64>)| match slopes.split_first() {
                _ if !z.is_nan() => *z,
                Some((intercept, slopes)) => {
                    slopes.iter().zip(&filled).fold(*intercept, |sum, (b, z)| sum + b * z)
                }
                None => 0.0,
            };
            filled = known.iter().zip(sweep).map(next).collect();
        }
        filled
    }

    pub(crate) fn check(&self, width: usize) -> Result<(), QueryFault> {
        let n = self.columns.len();
        check_standardised(&self.columns, &self.mean, &self.sd, width)?;
        let ascending = self.columns.windows(2).filter(|pair| pair[0] < pair[1]).count() + 1;
        check::length("ascending columns", ascending.min(n), n)?;
        check::size("sweeps", self.sweeps.len(), MOST_SWEEPS)?;
        for sweep in &self.sweeps {
            check::length("regressions of a sweep", sweep.len(), n)?;
            for slopes in sweep.iter().filter(|slopes| !slopes.is_empty()) {
                check::length("slopes", slopes.len(), n + 1)?;
                check::finite("slopes", slopes)?;
            }
        }
        Ok(())
    }
}

impl Components {
    fn value(&self, rows: &dyn Rows, row: usize, component: usize) -> f64 {
        let Some(loadings) = self.loadings.get(component) else { return f64::NAN };
        let standard = self.columns.iter().zip(&self.mean).zip(&self.sd);
        standard.zip(loadings).fold(0.0, |sum, (((column, mean), sd), weight)| {
            let x = rows.value(row, *column);
            if x.is_nan() { sum } else { sum + weight * ((x - mean) / sd) }
        })
    }

    pub(crate) fn check(&self, width: usize) -> Result<(), QueryFault> {
        check::length("columns before the components", self.first, width)?;
        check_standardised(&self.columns, &self.mean, &self.sd, width)?;
        self.loadings.iter().try_for_each(|loadings| {
            check::length("loadings", loadings.len(), self.columns.len())?;
            check::finite("loadings", loadings)
        })
    }
}

fn check_standardised(columns: &[usize], mean: &[f64], sd: &[f64], width: usize) -> Result<(), QueryFault> {
    columns.iter().try_for_each(|column| check::index("column", *column, width))?;
    check::length("means", mean.len(), columns.len())?;
    check::length("standard deviations", sd.len(), columns.len())?;
    check::finite("means", mean)?;
    check::positive("standard deviations", sd)
}

impl Lens for DerivedRows<'_> {
    fn below(&self) -> &dyn Rows {
        &self.rows
    }

    fn columns(&self) -> usize {
        self.derived.width(self.rows.width())
    }

    fn look(&self, row: usize, column: usize) -> f64 {
        let components = self.derived.components.as_ref();
        if let Some(components) = components.filter(|components| column >= components.first) {
            return components.value(&self.rows, row, column - components.first);
        }
        let value = self.rows.value(row, column);
        let Some(imputation) = self.derived.imputation.as_ref().filter(|_| value.is_nan()) else {
            return value;
        };
        let Ok(place) = imputation.columns.binary_search(&column) else { return value };
        imputation.mean[place] + imputation.sd[place] * imputation.fill(&self.rows, row)[place]
    }
}

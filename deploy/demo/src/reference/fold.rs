//! One training set: which columns vary in it, how they are standardised, and the matrix they make.

use std::borrow::Cow;

use consilium_types::plan::{HarmoniseMethod, ModelFamily, StudyPlan};
use consilium_types::{ColumnKind, Schema};
use nalgebra::{DMatrix, DVector};

use super::harmonise::{harmonised, new_hospital};
use super::logistic::{self, Fit};
use super::screen::{Screen, mean, variance};
use super::stability::stable;
use super::{NotEstimable, Table};

/// The columns of a model and their scale in one training set.
pub(super) struct Fold<'a> {
    plan: &'a StudyPlan,
    schema: &'a Schema,
    /// Harmonised, where the plan asks.
    table: Cow<'a, Table>,
    training: Vec<usize>,
    /// Positions in the schema, selected radiomic columns first.
    pub(super) columns: Vec<usize>,
    /// Mean and standard deviation of each column over the training rows.
    pub(super) scales: Vec<(f64, f64)>,
}

impl<'a> Fold<'a> {
    /// Standardises and selects on all rows outside the held-out cells.
    pub(super) fn new(
        plan: &'a StudyPlan,
        schema: &'a Schema,
        family: ModelFamily,
        measured: &'a Table,
        held_out: &[usize],
    ) -> Result<Self, NotEstimable> {
        let training = measured.outside(held_out);
        let table = harmonised(plan, schema, measured, &training);
        let cases = training.iter().filter(|row| table.cases[**row]).count();
        if cases == 0 || cases == training.len() {
            return Err(NotEstimable::OneClass { cases, controls: training.len() - cases });
        }
        let mut columns = Vec::new();
        if family != ModelFamily::Clinical {
            let radiomic = varying(&table, &training, &schema.positions(ColumnKind::Radiomic));
            columns = match &plan.select {
                Some(rules) => {
                    let agreed =
                        rules.stability.as_ref().map(|asked| stable(measured, &training, &radiomic, asked));
                    let centred = plan.harmonise.method != HarmoniseMethod::None;
                    let screen = Screen { table: &table, training: &training, centred };
                    screen.select(&agreed.unwrap_or(radiomic), rules)
                }
                None => radiomic,
            };
        }
        if family != ModelFamily::Radiomics {
            columns.extend(varying(&table, &training, &schema.positions(ColumnKind::Clinical)));
        }
        if columns.is_empty() {
            return Err(NotEstimable::NoColumn);
        }
        let scales = columns.iter().map(|column| scale(&table, &training, *column)).collect();
        Ok(Self { plan, schema, table, training, columns, scales })
    }

    /// Fits on the training rows.
    pub(super) fn fit(&self, lambda: f64) -> Result<Fit, NotEstimable> {
        let y = DVector::from_iterator(self.training.len(), labels(&self.table, &self.training));
        logistic::fit(&self.matrix(&self.table, &self.training), &y, lambda)
    }

    /// Minus log-likelihood of other rows under a fit.
    pub(super) fn deviance(&self, fit: &Fit, rows: &[usize]) -> f64 {
        let y = DVector::from_iterator(rows.len(), labels(&self.table, rows));
        logistic::deviance(&self.matrix(&self.table, rows), &y, &fit.beta)
    }

    /// Probabilities for rows of the same table.
    pub(super) fn predict(&self, fit: &Fit, rows: &[usize]) -> Vec<f64> {
        logistic::predict(&self.matrix(&self.table, rows), &fit.beta)
    }

    /// Probabilities for all patients of hospitals that were not trained on.
    pub(super) fn predict_elsewhere(&self, fit: &Fit, measured: &Table) -> Vec<f64> {
        let table = new_hospital(self.plan, self.schema, measured);
        let rows: Vec<usize> = (0..table.len()).collect();
        logistic::predict(&self.matrix(&table, &rows), &fit.beta)
    }

    /// Matrix and labels of the training rows.
    #[cfg(test)]
    pub(super) fn problem(&self) -> (DMatrix<f64>, DVector<f64>) {
        let y = DVector::from_iterator(self.training.len(), labels(&self.table, &self.training));
        (self.matrix(&self.table, &self.training), y)
    }

    fn matrix(&self, table: &Table, rows: &[usize]) -> DMatrix<f64> {
        DMatrix::from_fn(rows.len(), self.columns.len() + 1, |row, column| {
            let Some(j) = column.checked_sub(1) else { return 1.0 };
            let (centre, sd) = self.scales[j];
            let value = table.rows[rows[row]][self.columns[j]];
            if value.is_nan() { 0.0 } else { (value - centre) / sd }
        })
    }
}

fn labels<'t>(table: &'t Table, rows: &'t [usize]) -> impl Iterator<Item = f64> + 't {
    rows.iter().map(|row| f64::from(u8::from(table.cases[*row])))
}

fn observed(table: &Table, training: &[usize], column: usize) -> Vec<f64> {
    training.iter().map(|row| table.rows[*row][column]).filter(|x| !x.is_nan()).collect()
}

fn varying(table: &Table, training: &[usize], columns: &[usize]) -> Vec<usize> {
    let varies = |column: &&usize| {
        let values = observed(table, training, **column);
        values.windows(2).any(|pair| pair[0].to_bits() != pair[1].to_bits())
    };
    columns.iter().filter(varies).copied().collect()
}

fn scale(table: &Table, training: &[usize], column: usize) -> (f64, f64) {
    let values = observed(table, training, column);
    (mean(&values), variance(&values).sqrt())
}

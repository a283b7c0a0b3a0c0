//! Nested cross-validation and the final model, on whatever rows it is given.

use consilium_types::Schema;
use consilium_types::plan::{ModelFamily, Strength, StudyPlan};
use serde::Serialize;

use super::fold::Fold;
use super::logistic::Fit;
use super::{Auc, NotEstimable, Table};

/// The final model and how well its kind predicts held-out patients.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Analysis {
    /// Fitted on all rows.
    pub(crate) model: PooledModel,
    /// Over out-of-fold scores.
    pub(crate) auc: Auc,
}

/// Coefficients of a final fit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct PooledModel {
    /// Chosen or fixed ridge penalty.
    pub(crate) lambda: f64,
    /// Intercept on standardised columns.
    pub(crate) intercept: f64,
    /// Standard error of the intercept.
    pub(crate) intercept_se: f64,
    /// One entry a column.
    pub(crate) terms: Vec<Term>,
}

/// One column of a model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Term {
    /// Name in the schema.
    pub(crate) column: String,
    /// Coefficient of the standardised column.
    pub(crate) beta: f64,
    /// Its standard error.
    pub(crate) se: f64,
    /// Mean over the training rows.
    pub(crate) mean: f64,
    /// Standard deviation over the training rows.
    pub(crate) sd: f64,
}

/// The grid of penalties that cross-validation chooses from: 10^-2 to 10^3 in half decades.
fn grid() -> Vec<f64> {
    (0..=10).map(|step| 10f64.powf(-2.0 + 0.5 * f64::from(step))).collect()
}

/// Runs the plan's analysis of one family on the rows of `table`.
pub(crate) fn analyse(
    plan: &StudyPlan,
    schema: &Schema,
    family: ModelFamily,
    table: &Table,
) -> Result<Analysis, NotEstimable> {
    let study = Nested { plan, schema, family, table, cells: table.occupied_cells() };
    let model = study.final_model()?;
    let scores = study.out_of_fold()?;
    Ok(Analysis { model, auc: Auc::of(&scores, &table.cases, plan.evaluate.level)? })
}

/// Fits on one table and ranks the patients of another.
pub(crate) fn transfer(
    plan: &StudyPlan,
    schema: &Schema,
    family: ModelFamily,
    train: &Table,
    test: &Table,
) -> Result<Auc, NotEstimable> {
    let study = Nested { plan, schema, family, table: train, cells: train.occupied_cells() };
    let fold = study.fold(&[])?;
    let fit = fold.fit(study.lambda(&[])?)?;
    Auc::of(&fold.predict_elsewhere(&fit, test), &test.cases, plan.evaluate.level)
}

struct Nested<'a> {
    plan: &'a StudyPlan,
    schema: &'a Schema,
    family: ModelFamily,
    table: &'a Table,
    cells: Vec<usize>,
}

impl<'a> Nested<'a> {
    fn fold(&self, held_out: &[usize]) -> Result<Fold<'a>, NotEstimable> {
        Fold::new(self.plan, self.schema, self.family, self.table, held_out)
    }

    /// The penalty for training on all but `held_out`, by the held-out deviance of its own inner folds.
    fn lambda(&self, held_out: &[usize]) -> Result<f64, NotEstimable> {
        if let Strength::Fixed(lambda) = self.plan.model.penalty.ridge {
            return Ok(lambda);
        }
        let inner: Vec<usize> = self.cells.iter().filter(|c| !held_out.contains(c)).copied().collect();
        if inner.len() < 2 {
            return Err(NotEstimable::TooFewCells(self.cells.len()));
        }
        let fold = |cell: &usize| Ok((self.fold(&[held_out, &[*cell]].concat())?, self.table.inside(*cell)));
        let folds = inner.iter().map(fold).collect::<Result<Vec<_>, NotEstimable>>()?;
        let mut best: Option<(f64, f64)> = None;
        for lambda in grid() {
            let deviance =
                |(fold, cell): &(Fold<'a>, Vec<usize>)| Ok(fold.deviance(&fold.fit(lambda)?, cell));
            let deviance: f64 = folds.iter().map(deviance).sum::<Result<f64, NotEstimable>>()?;
            if best.is_none_or(|(lowest, _)| deviance <= lowest) {
                best = Some((deviance, lambda));
            }
        }
        Ok(best.map_or(f64::NAN, |(_, lambda)| lambda))
    }

    fn out_of_fold(&self) -> Result<Vec<f64>, NotEstimable> {
        let mut scores = vec![f64::NAN; self.table.len()];
        for cell in &self.cells {
            let fold = self.fold(&[*cell])?;
            let fit = fold.fit(self.lambda(&[*cell])?)?;
            let rows = self.table.inside(*cell);
            for (row, score) in rows.iter().zip(fold.predict(&fit, &rows)) {
                scores[*row] = score;
            }
        }
        Ok(scores)
    }

    fn final_model(&self) -> Result<PooledModel, NotEstimable> {
        let fold = self.fold(&[])?;
        let lambda = self.lambda(&[])?;
        let fit = fold.fit(lambda)?;
        Ok(PooledModel {
            lambda,
            intercept: fit.beta[0],
            intercept_se: fit.se[0],
            terms: self.terms(&fold, &fit),
        })
    }

    fn terms(&self, fold: &Fold<'_>, fit: &Fit) -> Vec<Term> {
        let term = |(j, (column, (mean, sd))): (usize, (&usize, &(f64, f64)))| Term {
            column: self.schema.columns[*column].name.clone(),
            beta: fit.beta[j + 1],
            se: fit.se[j + 1],
            mean: *mean,
            sd: *sd,
        };
        fold.columns.iter().zip(&fold.scales).enumerate().map(term).collect()
    }
}

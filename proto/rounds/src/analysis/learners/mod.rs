//! Which learner is fitted on which family of columns.

mod bins;
mod boost;
mod choosing;
mod cox;
mod forest;
mod hazard;
mod linear;
mod network;

use std::future::Future;
use std::pin::Pin;

use consilium_stats::{Design, Predictor};
use consilium_types::plan::{Learner, ModelFamily};

pub(super) use cox::{Path as CoxPath, select as cox_select};
pub(super) use linear::{Path as LassoPath, SELECTING, select as lasso_select};

use super::AnalysisFault;
use super::desk::together;
use super::preparing::Prepared;
use super::study::Study;
use crate::result::FitResult;

/// A model on its way to evaluation.
#[derive(Debug, Clone)]
pub(super) struct Fitted {
    /// Which of the study's labels it predicts.
    pub(super) label: usize,
    pub(super) family: ModelFamily,
    pub(super) learner: Learner,
    /// For each cell, the model that was not trained on it; nothing for a cell that is not scored.
    pub(super) cells: Vec<Option<Predictor>>,
    /// The model trained on all patients.
    pub(super) fit: FitResult,
}

type Fitting<'a> = Pin<Box<dyn Future<Output = Result<Vec<Fitted>, AnalysisFault>> + Send + 'a>>;

/// Fits every learner of the plan, side by side: the main one on every family, compared ones on the last.
pub(super) async fn fit(study: &Study, prepared: &Prepared) -> Result<Vec<Fitted>, AnalysisFault> {
    let model = &study.plan().model;
    let last = model.families.len().saturating_sub(1);
    let main = learn(study, prepared, model.learner, &model.families);
    let compared =
        model.compare.iter().map(|learner| learn(study, prepared, *learner, &model.families[last..]));
    let fitted = together(std::iter::once(main).chain(compared)).await?;
    Ok(fitted.into_iter().flatten().collect())
}

fn learn<'a>(
    study: &'a Study,
    prepared: &'a Prepared,
    learner: Learner,
    families: &'a [ModelFamily],
) -> Fitting<'a> {
    match learner {
        Learner::Logistic | Learner::Firth | Learner::Ordinal | Learner::Svm | Learner::SvmRbf => {
            Box::pin(linear::fit(study, prepared, learner, families))
        }
        Learner::Boost => Box::pin(boost::fit(study, prepared, families)),
        Learner::Forest => Box::pin(forest::fit(study, prepared, families)),
        Learner::Mlp => Box::pin(network::train(study, prepared, families)),
        Learner::Cox => Box::pin(cox::fit(study, prepared, families)),
        Learner::Hazard => Box::pin(hazard::fit(study, prepared, families)),
    }
}

/// The designs of one family, by training set.
fn designs(prepared: &Prepared, family: ModelFamily) -> &[Design] {
    let of_family = prepared.families.iter().find(|(f, _)| *f == family);
    of_family.map_or(&[], |(_, designs)| designs)
}

/// The designs of a family with nothing or one cell left out, in this order.
fn outer(prepared: &Prepared, family: ModelFamily) -> Vec<Design> {
    let designs = designs(prepared, family).iter();
    designs.filter(|design| design.held_out.len() <= 1).cloned().collect()
}

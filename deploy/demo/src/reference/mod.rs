//! The pooled analysis, computed on the spot for comparison.
//!
//! Plain f64 over all rows at once, two-pass means, brute-force pairs, linear algebra from nalgebra and
//! distributions from statrs: it follows docs/reference/methods.md but shares no numerical code with
//! `consilium-stats`, so agreement means something. Never: used by a node or a coordinator; outside the demo
//! nobody holds all rows.

use consilium_types::StudyPlan;
use consilium_types::plan::{
    Design, HarmoniseMethod, Learner, Missing, OutcomeKind, RelevanceTest, SelectMethod,
};

mod auc;
mod fold;
mod harmonise;
mod logistic;
mod nested;
#[cfg(test)]
mod penalised;
mod screen;
mod stability;
mod table;

pub(crate) use auc::Auc;
pub(crate) use harmonise::new_hospital;
pub(crate) use nested::{Analysis, PooledModel, analyse, transfer};
#[cfg(test)]
pub(crate) use penalised::{Followed, cox, firth, lasso};
pub(crate) use table::Table;

/// Whether this code carries out all that the plan asks of its logistic regression.
pub(crate) fn covers(plan: &StudyPlan) -> bool {
    let (outcome, model) = (&plan.outcome, &plan.model);
    let imputed = plan.inputs.clinical.as_ref().is_some_and(|clinical| clinical.missing == Missing::Regress);
    let select = plan.select.as_ref();
    let plain_selection = select.is_none_or(|select| {
        select.method == SelectMethod::Rank && select.relevance.test == RelevanceTest::Welch
    });
    let plain_model = model.penalty.lasso.is_none()
        && !model.site_intercept
        && model.learners().any(|learner| learner == Learner::Logistic);
    outcome.kind() == OutcomeKind::Binary
        && plan.harmonise.method != HarmoniseMethod::Combat
        && plan.evaluate.design != Design::Holdout
        && !imputed
        && plain_selection
        && plain_model
}

/// Why a number is not given, in words for the table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotEstimable {
    /// A training set without cases or without controls.
    #[error("a training set has {cases} cases and {controls} controls")]
    OneClass {
        /// Cases in it.
        cases: usize,
        /// Controls in it.
        controls: usize,
    },
    /// Nothing to fit on.
    #[error("no column varies in a training set")]
    NoColumn,
    /// Newton's method ran away or stalled.
    #[error("the fit does not converge (separated classes)")]
    NotConverged,
    /// An AUC needs both classes among the scored patients.
    #[error("the scored patients have {cases} cases and {controls} controls")]
    NothingToRank {
        /// Cases scored.
        cases: usize,
        /// Controls scored.
        controls: usize,
    },
    /// Nested folds need three cells with patients.
    #[error("{0} folds hold patients; choosing lambda needs 3")]
    TooFewCells(usize),
}

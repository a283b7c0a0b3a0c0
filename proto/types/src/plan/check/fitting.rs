//! Rules of `[model]` and `[evaluate]`.

use super::idle;
use super::size::fewest_cells;
use crate::plan::errors::{Fault, PlanError};
use crate::plan::{Design, Learner, OutcomeKind, Release, Strata, Strength, StudyPlan, Threshold, Ties};

pub(super) fn learners_suit(plan: &StudyPlan) -> Option<PlanError> {
    let kind = plan.outcome.kind();
    let (i, _) = plan.model.learners().enumerate().find(|(_, learner)| !learner.suits(kind))?;
    let key = if i == 0 { "model.learner".to_owned() } else { format!("model.compare[{}]", i - 1) };
    let remedy = match kind {
        OutcomeKind::Binary | OutcomeKind::Multilabel => {
            "choose logistic, firth, svm, svm-rbf, forest, boost or mlp"
        }
        OutcomeKind::Ordinal => "choose ordinal, logistic, forest or boost",
        OutcomeKind::Nominal => "choose logistic, forest or boost",
        OutcomeKind::Survival => "choose cox or hazard",
    };
    Some(PlanError::new(Fault::LearnerUnfit, key, "does not predict this kind of outcome", remedy))
}

pub(super) fn nothing_compared_with_itself(plan: &StudyPlan) -> Option<PlanError> {
    let i = plan.model.compare.iter().position(|learner| *learner == plan.model.learner)?;
    let key = format!("model.compare[{i}]");
    Some(PlanError::new(Fault::ComparedWithItself, key, "is the main learner", "remove it from `compare`"))
}

pub(super) fn one_penalty(plan: &StudyPlan) -> Option<PlanError> {
    let penalty = plan.model.penalty;
    let refuse = |key, message: &str, remedy| {
        Some(PlanError::new(Fault::PenaltyUnfit, format!("model.penalty.{key}"), message, remedy))
    };
    if penalty.lasso.is_none() {
        return penalty
            .alpha
            .and_then(|_| refuse("alpha", "mixes a penalty that is not there", "add `lasso`"));
    }
    if penalty.ridge != Strength::Fixed(0.0) {
        return refuse("ridge", "stands beside `lasso`", "remove it; `alpha` below 1 mixes both penalties");
    }
    let taken = plan.model.learners().any(Learner::takes_lasso);
    let remedy = "remove it, or choose logistic or cox";
    if taken { None } else { refuse("lasso", "no learner of the plan takes it", remedy) }
}

pub(super) fn idle_model(plan: &StudyPlan) -> Option<PlanError> {
    let model = &plan.model;
    let cox = model.learners().any(|learner| learner == Learner::Cox);
    if model.site_intercept && !model.learners().any(Learner::takes_site_intercept) {
        return Some(idle("model.site_intercept", "a learner with intercepts"));
    }
    let strata = (model.strata != Strata::None).then_some("model.strata");
    let ties = (model.ties != Ties::Efron).then_some("model.ties");
    strata.or(ties).filter(|_| !cox).map(|key| idle(key, "the learner \"cox\""))
}

pub(super) fn leave_site_out_needs_site_sums(plan: &StudyPlan) -> Option<PlanError> {
    let released = plan.privacy.release.contains(&Release::SiteSums);
    let held_out = plan.evaluate.design == Design::LeaveSiteOut || plan.evaluate.holdout_site.is_some();
    let refused = held_out && !released;
    let message = "holding out a whole site shows sums of single sites";
    let remedy = "add \"site_sums\" to privacy.release, or choose design = \"kfold\"";
    refused.then(|| PlanError::new(Fault::SiteSumsNeeded, "evaluate.design", message, remedy))
}

pub(super) fn idle_evaluate(plan: &StudyPlan) -> Option<PlanError> {
    let evaluate = &plan.evaluate;
    if evaluate.holdout.is_some() && evaluate.design != Design::Holdout {
        return Some(idle("evaluate.holdout", "design = \"holdout\""));
    }
    if evaluate.holdout_site.is_some() && evaluate.design != Design::Holdout {
        return Some(idle("evaluate.holdout_site", "design = \"holdout\""));
    }
    if evaluate.holdout.is_some() && evaluate.holdout_site.is_some() {
        return Some(idle("evaluate.holdout", "patients of every site held out, and not one `holdout_site`"));
    }
    if evaluate.repeats > 1 && evaluate.design != Design::Kfold {
        return Some(idle("evaluate.repeats", "design = \"kfold\""));
    }
    let classes = matches!(plan.outcome.kind(), OutcomeKind::Binary | OutcomeKind::Multilabel);
    let threshold = evaluate.threshold != Threshold::Youden && !classes;
    if threshold {
        return Some(idle("evaluate.threshold", "a yes-or-no outcome"));
    }
    let grouped = evaluate.groups != 2 && plan.outcome.kind() != OutcomeKind::Survival;
    grouped.then(|| idle("evaluate.groups", "a survival outcome"))
}

pub(super) fn lambda_needs_cells(plan: &StudyPlan) -> Option<PlanError> {
    let (key, remedy) = match plan.evaluate.design {
        Design::Kfold | Design::Holdout => {
            ("evaluate.folds", "choose 3 or more folds, or a number for the penalty")
        }
        Design::LeaveSiteOut => ("study.sites.min", "ask for 3 or more sites, or a number for the penalty"),
    };
    let short = chooses_lambda(plan) && fewest_cells(plan) < 3;
    let message = "choosing a penalty by cross-validation needs 3 parts";
    short.then(|| PlanError::new(Fault::TooFewCells, key, message, remedy))
}

/// Whether some penalty, of a model or of the selection, is chosen by cross-validation.
fn chooses_lambda(plan: &StudyPlan) -> bool {
    let penalty = plan.model.penalty;
    let path = plan.select.as_ref().is_some_and(|select| select.method.is_path());
    let ridge = penalty.ridge == Strength::Cv && plan.model.learners().any(Learner::takes_ridge);
    path || ridge || penalty.lasso == Some(Strength::Cv)
}

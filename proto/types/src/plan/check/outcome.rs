//! Rules around the outcome: harmonisation, selection, labels and follow-up.

use super::idle;
use crate::plan::errors::{Fault, PlanError};
use crate::plan::{
    Batch, Harmonise, HarmoniseMethod, OutcomeKind, PathRule, Predicted, RelevanceTest, SelectMethod, Shrink,
    StudyPlan,
};

/// Most steps of the time grid up to the horizon.
const MAX_STEPS: u64 = 4_000;

pub(super) fn harmonise_needs_radiomics(plan: &StudyPlan) -> Option<PlanError> {
    let idle = plan.harmonise.method != HarmoniseMethod::None && !plan.inputs.has_radiomics();
    let remedy = "remove [harmonise]: clinical columns are never harmonised";
    let message = "there is no radiomic column";
    idle.then(|| PlanError::new(Fault::HarmoniseWithoutRadiomics, "harmonise", message, remedy))
}

pub(super) fn idle_harmonise(plan: &StudyPlan) -> Option<PlanError> {
    let Harmonise { method, batch, keep, shrink } = &plan.harmonise;
    let combat = *method == HarmoniseMethod::Combat;
    if *method == HarmoniseMethod::None && *batch != Batch::Site {
        return Some(idle("harmonise.batch", "harmonise.method"));
    }
    let keep = (!keep.is_empty()).then_some("harmonise.keep");
    let shrink = (*shrink != Shrink::default()).then_some("harmonise.shrink");
    keep.or(shrink).filter(|_| !combat).map(|key| idle(key, "method = \"combat\""))
}

/// Batches and kept effects must not tell the outcome.
pub(super) fn batches(plan: &StudyPlan) -> Option<PlanError> {
    let outcome = plan.outcome.columns();
    if let Batch::Column(column) = &plan.harmonise.batch
        && (outcome.contains(column) || plan.outcome.composite.contains_key(column) || column == "patient")
    {
        let message = format!("column `{column}` is the outcome, or names the patients");
        let remedy = "name a column such as the scanner, or \"site\"";
        return Some(PlanError::new(Fault::BadBatch, "harmonise.batch", message, remedy));
    }
    let i = plan.harmonise.keep.iter().position(|column| !plan.inputs.has_covariate(column))?;
    let message = format!("`{}` is no covariate", plan.harmonise.keep[i]);
    let remedy = "keep clinical inputs only: the outcome must not steer the harmonisation";
    Some(PlanError::new(Fault::BadBatch, format!("harmonise.keep[{i}]"), message, remedy))
}

pub(super) fn selection_suits(plan: &StudyPlan) -> Option<PlanError> {
    let select = plan.select.as_ref()?;
    let kind = plan.outcome.kind();
    let misfit = |key, message: &str, remedy| PlanError::new(Fault::SelectionUnfit, key, message, remedy);
    if !select.relevance.test.suits(kind) {
        let remedy = "leave the key out for the test of this kind of outcome";
        return Some(misfit("select.relevance.test", "does not test this kind of outcome", remedy));
    }
    if select.relevance.test == RelevanceTest::None && select.method == SelectMethod::Rank {
        let remedy = "name a test, or another method";
        return Some(misfit("select.method", "there is nothing to rank by", remedy));
    }
    if select.method.is_path() && kind == OutcomeKind::Ordinal {
        let remedy = "choose \"rank\" or \"mrmr\", or the kind \"nominal\"";
        return Some(misfit("select.method", "has no form for ordered classes", remedy));
    }
    if select.alpha.is_some() && select.method != SelectMethod::ElasticNet {
        return Some(idle("select.alpha", "method = \"elastic-net\""));
    }
    let rule = select.rule != PathRule::default() && !select.method.is_path();
    rule.then(|| idle("select.rule", "method = \"lasso\" or \"elastic-net\""))
}

pub(super) fn two_classes(plan: &StudyPlan) -> Option<PlanError> {
    let Predicted::Binary { positive, negative: Some(negative), .. } = &plan.outcome.predicted else {
        return None;
    };
    let remedy = "give the value of a control, or leave `negative` out";
    (positive == negative)
        .then(|| PlanError::new(Fault::SameClass, "outcome.negative", "equals `positive`", remedy))
}

pub(super) fn derived_labels(plan: &StudyPlan) -> Option<PlanError> {
    let outcome = &plan.outcome;
    let labels = outcome.labels();
    for (name, condition) in &outcome.composite {
        let key = format!("outcome.composite.{name}");
        let refuse =
            |message: String, remedy| Some(PlanError::new(Fault::BadComposite, key.clone(), message, remedy));
        if let Some(read) = condition.columns().into_iter().find(|read| outcome.composite.contains_key(*read))
        {
            let message = format!("reads `{read}`, which is derived itself");
            return refuse(message, "write the condition out, and give the label a name no column has");
        }
        if !labels.iter().any(|label| label.name == *name) {
            let remedy = "name it as `label`, `event` or in `labels`, or remove it";
            return refuse("nothing predicts it".to_owned(), remedy);
        }
    }
    None
}

pub(super) fn follow_up(plan: &StudyPlan) -> Option<PlanError> {
    let Some((time, grid, horizon)) = plan.outcome.survival() else {
        return (!plan.evaluate.times.is_empty()).then(|| idle("evaluate.times", "a survival outcome"));
    };
    let refuse = |key: String, message: String, remedy: &str| {
        Some(PlanError::new(Fault::BadTimes, key, message, remedy))
    };
    if plan.outcome.labels().iter().any(|label| label.name == time) {
        let message = "is the column of the time, too".to_owned();
        return refuse(
            "outcome.event".to_owned(),
            message,
            "name the column that says whether the event came",
        );
    }
    if horizon < grid || horizon.steps(grid) > MAX_STEPS {
        let message = format!("{horizon} is not 1 to {MAX_STEPS} steps of {grid}");
        return refuse("outcome.horizon".to_owned(), message, "choose a coarser grid or another horizon");
    }
    let times = &plan.evaluate.times;
    let late = times.iter().position(|time| *time > horizon || *time < grid);
    let unsorted = || times.windows(2).position(|pair| pair[0] >= pair[1]).map(|i| i + 1);
    let i = late.or_else(unsorted)?;
    let message = format!("{} is out of order, below the grid or after the horizon {horizon}", times[i]);
    refuse(format!("evaluate.times[{i}]"), message, "list rising times up to outcome.horizon")
}

//! What a study would ask of its sites, as far as the plan says it.

use crate::Manifest;
use crate::plan::errors::{Fault, PlanError};
use crate::plan::{Design, Learner, Strength, StudyPlan, TableColumns};

/// Most 128-bit words a site may be asked for at once: 64 MiB.
const MAX_WORDS: u64 = 4 << 20;
/// Most parameters of all networks of a study, which train side by side.
const MAX_PARAMETERS: u64 = 4 << 20;
/// Lambdas tried when `ridge = "cv"`.
const LAMBDAS: u64 = 11;

pub(super) fn affordable(plan: &StudyPlan) -> Option<PlanError> {
    regressions(plan).or_else(|| networks(plan))
}

fn regressions(plan: &StudyPlan) -> Option<PlanError> {
    let cells = u64::from(fewest_cells(plan));
    let (trainings, lambdas) = match plan.model.penalty.lasso.unwrap_or(plan.model.penalty.ridge) {
        Strength::Cv => (1 + cells + cells * cells.saturating_sub(1) / 2, LAMBDAS),
        Strength::Fixed(_) => (1 + cells, 1),
    };
    let parameters = (known_columns(plan) + 1) * (plan.outcome.classes() as u64 - 1);
    let models = plan.model.families.len() as u64 * plan.outcome.labels().len() as u64;
    let words = trainings * lambdas * models * (1 + parameters * (parameters + 3) / 2);
    let message =
        format!("one step of the fits would take {words} numbers from each site, more than {MAX_WORDS}");
    let remedy = "ask for fewer columns, a smaller select.max, fewer folds or a fixed ridge penalty";
    (words > MAX_WORDS).then(|| PlanError::new(Fault::TooLarge, "model", message, remedy))
}

fn networks(plan: &StudyPlan) -> Option<PlanError> {
    let trained = plan.model.learners().any(|learner| learner == Learner::Mlp);
    let cells = u64::from(fewest_cells(plan));
    let models = plan.model.families.len() as u64 * plan.outcome.labels().len() as u64;
    let inputs = usize::try_from(known_columns(plan)).unwrap_or(usize::MAX);
    let each = Manifest::perceptron(inputs, &plan.model.network.hidden).len() as u64;
    let parameters = (1 + cells) * models * each;
    let message =
        format!("the networks would have {parameters} parameters together, more than {MAX_PARAMETERS}");
    let remedy = "ask for fewer columns, narrower hidden layers or fewer folds";
    (trained && parameters > MAX_PARAMETERS)
        .then(|| PlanError::new(Fault::TooLarge, "model.network.hidden", message, remedy))
}

/// Into how many cells patients are divided; with leave-site-out there may be more.
pub(super) fn fewest_cells(plan: &StudyPlan) -> u32 {
    match plan.evaluate.design {
        Design::Kfold => plan.evaluate.folds,
        // the last cell is held out
        Design::Holdout => plan.evaluate.folds + 1,
        Design::LeaveSiteOut => plan.study.sites.min,
    }
}

/// Columns of the largest model, without those only the sites' tables and images know of.
fn known_columns(plan: &StudyPlan) -> u64 {
    let listed = match plan.inputs.table.as_ref().map(|table| &table.columns) {
        Some(TableColumns::Listed(listed)) => listed.len() as u64,
        _ => 0,
    };
    let radiomic = plan.select.as_ref().map_or(listed, |select| u64::from(select.max));
    let clinical = plan.inputs.clinical.as_ref().map_or(0, |clinical| {
        let levels: usize = clinical.categorical.values().map(|levels| levels.len() - 1).sum();
        (clinical.numeric.len() + levels) as u64
    });
    radiomic + clinical
}

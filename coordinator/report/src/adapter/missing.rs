//! What a reader may look for and not find, with the reason.

use consilium_rounds::result::{FitResult, ModelResult, StudyResult};
use consilium_types::StudyPlan;
use consilium_types::plan::{Design, HarmoniseMethod, Missing, Release};

use super::file::file;

pub(super) fn missing(plan: &StudyPlan, result: &StudyResult) -> Vec<String> {
    let mut missing = asked_for(plan);
    missing.extend(models(plan, result));
    missing.extend(application(plan));
    missing.push(
        "Medians, ranges, scatter plots and curves of single patients: no value of one patient leaves a hospital."
            .to_owned(),
    );
    missing
}

fn asked_for(plan: &StudyPlan) -> Vec<String> {
    let mut missing = Vec::new();
    if plan.evaluate.bootstrap == 0 {
        missing.push(
            "Bootstrap intervals, the only ones of the Brier score, F1, kappa and net benefit: the plan asks for no bootstrap \
             (evaluate.bootstrap)."
                .to_owned(),
        );
    }
    if !plan.privacy.release.contains(&Release::SiteSums) {
        missing.push(
            "Hospitals one by one, as a forest plot: the plan does not release their sums (privacy.release)."
                .to_owned(),
        );
    }
    if !plan.evaluate.importance {
        missing.push(
            "Permutation and SHAP importance of the columns: the plan does not ask for them (evaluate.importance)."
                .to_owned(),
        );
    }
    if plan.evaluate.design == Design::Kfold && plan.evaluate.repeats < 2 {
        missing.push(
            "How much the estimates move when patients are dealt into other folds: folds were dealt once (evaluate.repeats)."
                .to_owned(),
        );
    }
    missing
}

fn models(plan: &StudyPlan, result: &StudyResult) -> Vec<String> {
    let mut missing = Vec::new();
    let without = |model: &&ModelResult| file(plan, result, model).is_none();
    for model in result.models.iter().filter(without) {
        let why = match &model.fit {
            FitResult::Network(_) => "a network",
            FitResult::Hazard(_) => "discrete hazards",
            FitResult::Svm(_) => "a machine on cosine features",
            _ => "this kind of model",
        };
        missing.push(format!(
            "A file and a calculator of {}: there is no form of {why} for them yet; result.json holds all its parameters.",
            model.name
        ));
    }
    for model in &result.models {
        let Some(evaluation) = model.binary() else { continue };
        if evaluation.calibration.is_none() {
            missing.push(format!("Calibration slope of {}: the fit has no solution.", model.name));
        }
        if evaluation.within_sites.is_none() {
            missing.push(format!(
                "AUC of {} within hospitals: no hospital has enough patients of both classes.",
                model.name
            ));
        }
    }
    missing
}

/// What a model file cannot do for a new patient.
fn application(plan: &StudyPlan) -> Vec<String> {
    let mut missing = Vec::new();
    if plan.harmonise.method != HarmoniseMethod::None {
        missing.push(
            "Harmonisation inside the model files: radiomic columns of a new patient must first be harmonised as in the study."
                .to_owned(),
        );
    }
    if plan.inputs.clinical.as_ref().is_some_and(|clinical| clinical.missing == Missing::Regress) {
        missing.push(
            "The regressions that filled empty clinical cells: the model files put the mean in their place."
                .to_owned(),
        );
    }
    missing
}

//! Rules between keys: each key is right by itself, but they do not fit together.

use std::collections::BTreeSet;

use super::errors::{Fault, PlanError};
use super::{Bins, Design, Inputs, Learner, Missing, ModelFamily, Release, Ridge, StudyPlan, TableColumns};
use crate::Manifest;

/// Most 128-bit words a site may be asked for at once: 64 MiB.
const MAX_WORDS: u64 = 4 << 20;
/// Most parameters of all networks of a study, which train side by side.
const MAX_PARAMETERS: u64 = 4 << 20;
/// Lambdas tried when `ridge = "cv"`.
pub(super) const LAMBDAS: u64 = 11;

/// All findings, in the order of the sections.
pub(super) fn findings(plan: &StudyPlan) -> Vec<PlanError> {
    let rules = [
        some_input,
        features_need_an_image,
        one_unit,
        select_needs_radiomics,
        max_within_keep,
        two_classes,
        families_need_inputs,
        nothing_compared_with_itself,
        leave_site_out_needs_site_sums,
        lambda_needs_cells,
        affordable,
    ];
    let mut findings = columns(plan);
    findings.extend(rules.iter().filter_map(|rule| rule(plan)));
    findings
}

fn some_input(plan: &StudyPlan) -> Option<PlanError> {
    let nothing = plan.inputs.model_families().is_empty();
    let remedy =
        "add [inputs.ct], [inputs.pet], [inputs.mr], [inputs.table] or [inputs.clinical] with columns";
    nothing.then(|| PlanError::new(Fault::NoInput, "inputs", "nothing is known of a patient", remedy))
}

/// Every covariate and listed feature: once, and never the outcome or the key.
fn columns(plan: &StudyPlan) -> Vec<PlanError> {
    let mut seen = BTreeSet::new();
    let mut findings = Vec::new();
    for (key, name) in design_columns(&plan.inputs) {
        let problem = if name == plan.outcome.label {
            "is the outcome"
        } else if name == "patient" {
            "names the patients"
        } else if !seen.insert(name.clone()) {
            "is used twice"
        } else {
            continue;
        };
        let message = format!("column `{name}` {problem}");
        findings.push(PlanError::new(Fault::ColumnTwice, key, message, "remove it from the inputs"));
    }
    findings
}

/// Keys and the names of the columns they make.
fn design_columns(inputs: &Inputs) -> Vec<(String, String)> {
    let mut columns = Vec::new();
    if let Some(TableColumns::Listed(listed)) = inputs.table.as_ref().map(|table| &table.columns) {
        let key = |i| format!("inputs.table.columns[{i}]");
        columns.extend(listed.iter().enumerate().map(|(i, name)| (key(i), name.clone())));
    }
    let Some(clinical) = &inputs.clinical else { return columns };
    let indicator = clinical.missing == Missing::Indicator;
    for (i, name) in clinical.numeric.iter().enumerate() {
        let key = format!("inputs.clinical.numeric[{i}]");
        columns.push((key.clone(), name.clone()));
        columns.extend(indicator.then(|| (key, format!("{name}?missing"))));
    }
    for (name, levels) in &clinical.categorical {
        let key = format!("inputs.clinical.categorical.{name}");
        columns.push((key.clone(), name.clone()));
        columns.extend(levels.iter().map(|level| (key.clone(), format!("{name}={level}"))));
        columns.extend(indicator.then(|| (key, format!("{name}?missing"))));
    }
    columns
}

fn features_need_an_image(plan: &StudyPlan) -> Option<PlanError> {
    let idle = plan.features.is_some() && plan.inputs.images().next().is_none();
    let remedy = "add [inputs.ct], [inputs.pet] or [inputs.mr], or remove [features]";
    idle.then(|| PlanError::new(Fault::FeaturesWithoutImage, "features", "no input is an image", remedy))
}

fn one_unit(plan: &StudyPlan) -> Option<PlanError> {
    let features = plan.features.as_ref()?;
    let key = match features.bins {
        _ if features.window.is_some() => "features.window",
        Bins::Width(_) => "features.bins.width",
        Bins::Count(_) => return None,
    };
    let kinds: Vec<&str> = plan.inputs.images().map(|(name, _)| name).collect();
    let message = format!("one value for images of different units ({})", kinds.join(", "));
    let remedy = "use bins = { count = 32 } without a window, or one kind of image";
    (kinds.len() > 1).then(|| PlanError::new(Fault::UnitsDiffer, key, message, remedy))
}

fn select_needs_radiomics(plan: &StudyPlan) -> Option<PlanError> {
    let idle = plan.select.is_some() && !plan.inputs.has_radiomics();
    let remedy = "remove [select]: clinical columns are never selected";
    idle.then(|| {
        PlanError::new(Fault::SelectWithoutRadiomics, "select", "there is no radiomic column", remedy)
    })
}

fn max_within_keep(plan: &StudyPlan) -> Option<PlanError> {
    let select = plan.select.as_ref().filter(|select| select.max > select.relevance.keep)?;
    let message = format!("{} is more than relevance.keep = {}", select.max, select.relevance.keep);
    Some(PlanError::new(Fault::MaxAboveKeep, "select.max", message, "raise `keep` or lower `max`"))
}

fn two_classes(plan: &StudyPlan) -> Option<PlanError> {
    let same = plan.outcome.negative.as_ref() == Some(&plan.outcome.positive);
    let remedy = "give the value of a control, or leave `negative` out";
    same.then(|| PlanError::new(Fault::SameClass, "outcome.negative", "equals `positive`", remedy))
}

fn families_need_inputs(plan: &StudyPlan) -> Option<PlanError> {
    let possible = plan.inputs.model_families();
    let key = "model.families";
    let impossible = plan.model.families.iter().position(|family| !possible.contains(family));
    if let Some(i) = impossible {
        let lacking = match plan.model.families[i] {
            ModelFamily::Clinical => "no clinical column",
            ModelFamily::Radiomics => "no image and no table of features",
            ModelFamily::Combined => "not both clinical and radiomic columns",
        };
        let message = format!("the inputs have {lacking}");
        return Some(PlanError::new(
            Fault::FamilyWithoutInput,
            format!("{key}[{i}]"),
            message,
            "remove it, or add the input",
        ));
    }
    let none = plan.model.families.is_empty() && !possible.is_empty();
    none.then(|| {
        PlanError::new(
            Fault::FamilyWithoutInput,
            key,
            "no family is listed",
            "list one, or leave the key out",
        )
    })
}

fn nothing_compared_with_itself(plan: &StudyPlan) -> Option<PlanError> {
    let i = plan.model.compare.iter().position(|learner| *learner == plan.model.learner)?;
    let key = format!("model.compare[{i}]");
    Some(PlanError::new(Fault::ComparedWithItself, key, "is the main learner", "remove it from `compare`"))
}

fn leave_site_out_needs_site_sums(plan: &StudyPlan) -> Option<PlanError> {
    let released = plan.privacy.release.contains(&Release::SiteSums);
    let refused = plan.evaluate.design == Design::LeaveSiteOut && !released;
    let message = "leave-site-out shows sums of single sites";
    let remedy = "add \"site_sums\" to privacy.release, or choose design = \"kfold\"";
    refused.then(|| PlanError::new(Fault::SiteSumsNeeded, "evaluate.design", message, remedy))
}

fn lambda_needs_cells(plan: &StudyPlan) -> Option<PlanError> {
    let (key, remedy) = match plan.evaluate.design {
        Design::Kfold => ("evaluate.folds", "choose 3 or more folds, or a number for model.penalty.ridge"),
        Design::LeaveSiteOut => {
            ("study.sites.min", "ask for 3 or more sites, or a number for model.penalty.ridge")
        }
    };
    let short = plan.model.penalty.ridge == Ridge::Cv && fewest_cells(plan) < 3;
    let message = "choosing lambda by cross-validation needs 3 parts";
    short.then(|| PlanError::new(Fault::TooFewCells, key, message, remedy))
}

/// What one question would ask of a site, as far as the plan says it.
fn affordable(plan: &StudyPlan) -> Option<PlanError> {
    let columns = known_columns(plan);
    let families = plan.model.families.len() as u64;
    let cells = u64::from(fewest_cells(plan));
    let (trainings, lambdas) = match plan.model.penalty.ridge {
        Ridge::Cv => (1 + cells + cells * cells.saturating_sub(1) / 2, LAMBDAS),
        Ridge::Fixed(_) => (1 + cells, 1),
    };
    let words = trainings * lambdas * families * (1 + (columns + 1) * (columns + 4) / 2);
    if words > MAX_WORDS {
        let message =
            format!("one step of the fits would take {words} numbers from each site, more than {MAX_WORDS}");
        let remedy = "ask for fewer columns, a smaller select.max, fewer folds or a fixed ridge penalty";
        return Some(PlanError::new(Fault::TooLarge, "model", message, remedy));
    }
    let trained = plan.model.learner == Learner::Mlp || plan.model.compare.contains(&Learner::Mlp);
    let inputs = usize::try_from(columns).unwrap_or(usize::MAX);
    let parameters =
        (1 + cells) * families * Manifest::perceptron(inputs, &plan.model.network.hidden).len() as u64;
    let message =
        format!("the networks would have {parameters} parameters together, more than {MAX_PARAMETERS}");
    let remedy = "ask for fewer columns, narrower hidden layers or fewer folds";
    (trained && parameters > MAX_PARAMETERS)
        .then(|| PlanError::new(Fault::TooLarge, "model.network.hidden", message, remedy))
}

/// Into how many cells patients are divided; with leave-site-out there may be more.
fn fewest_cells(plan: &StudyPlan) -> u32 {
    match plan.evaluate.design {
        Design::Kfold => plan.evaluate.folds,
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

//! Rules between keys: each key is right by itself, but they do not fit together.

use std::collections::BTreeSet;

use super::errors::{Fault, PlanError};
use super::{Aggregate, Bins, Inputs, Missing, ModelFamily, PerImage, StudyPlan, TableColumns};

mod fitting;
mod noise;
mod outcome;
mod robust;
mod size;

/// All findings, in the order of the sections.
pub(super) fn findings(plan: &StudyPlan) -> Vec<PlanError> {
    let rules = [
        some_input,
        features_need_an_image,
        settings_of_absent_images,
        one_unit,
        outcome::harmonise_needs_radiomics,
        outcome::idle_harmonise,
        outcome::batches,
        select_needs_radiomics,
        max_within_keep,
        second_reading,
        outcome::selection_suits,
        outcome::two_classes,
        outcome::derived_labels,
        outcome::follow_up,
        families_need_inputs,
        fitting::learners_suit,
        fitting::nothing_compared_with_itself,
        fitting::one_penalty,
        fitting::idle_model,
        fitting::leave_site_out_needs_site_sums,
        too_few_to_blind,
        fitting::idle_evaluate,
        fitting::lambda_needs_cells,
        size::affordable,
        noise::noise,
        robust::robust,
    ];
    let mut findings = columns(plan);
    findings.extend(rules.iter().filter_map(|rule| rule(plan)));
    findings
}

/// A setting that nothing would read.
fn idle(key: impl Into<String>, needs: &str) -> PlanError {
    PlanError::new(Fault::Idle, key, format!("has no effect without {needs}"), "remove it, or add that")
}

fn too_few_to_blind(plan: &StudyPlan) -> Option<PlanError> {
    let fewest = Aggregate::FEWEST;
    let refused = plan.privacy.aggregate == Aggregate::SecureSum && plan.study.sites.min < fewest;
    let message = format!("sums of fewer than {fewest} sites cannot be blinded");
    let remedy = format!("set study.sites.min to {fewest} or more, or privacy.aggregate to \"clear\"");
    refused.then(|| PlanError::new(Fault::TooFewToBlind, "privacy.aggregate", message, remedy))
}

fn some_input(plan: &StudyPlan) -> Option<PlanError> {
    let nothing = plan.inputs.model_families().is_empty();
    let remedy = "add [inputs.ct], [inputs.pet], [inputs.mr], [inputs.us], [inputs.table] or [inputs.clinical] with columns";
    nothing.then(|| PlanError::new(Fault::NoInput, "inputs", "nothing is known of a patient", remedy))
}

/// Every covariate and listed feature: once, and never the outcome or the key.
fn columns(plan: &StudyPlan) -> Vec<PlanError> {
    let outcome = plan.outcome.columns();
    let derived = &plan.outcome.composite;
    let mut seen = BTreeSet::new();
    let mut findings = Vec::new();
    for (key, name) in design_columns(&plan.inputs) {
        let problem = if outcome.contains(&name) || derived.contains_key(&name) {
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
    let remedy = "add [inputs.ct], [inputs.pet], [inputs.mr] or [inputs.us], or remove [features]";
    idle.then(|| PlanError::new(Fault::FeaturesWithoutImage, "features", "no input is an image", remedy))
}

fn settings_of_absent_images(plan: &StudyPlan) -> Option<PlanError> {
    let features = plan.features.as_ref()?;
    let has = |name: &String| plan.inputs.images().any(|(input, _)| input == name);
    let bins = match &features.bins {
        PerImage::Each(each) => each.keys().find(|name| !has(name)).map(|name| ("bins", name)),
        PerImage::All(_) => None,
    };
    let window = || match &features.window {
        Some(PerImage::Each(each)) => each.keys().find(|name| !has(name)).map(|name| ("window", name)),
        _ => None,
    };
    let (key, name) = bins.or_else(window)?;
    Some(idle(format!("features.{key}.{name}"), &format!("[inputs.{name}]")))
}

fn one_unit(plan: &StudyPlan) -> Option<PlanError> {
    let features = plan.features.as_ref()?;
    let key = match (&features.window, &features.bins) {
        (Some(PerImage::All(_)), _) => "features.window",
        (_, PerImage::All(Bins::Width(_))) => "features.bins.width",
        _ => return None,
    };
    let kinds: Vec<&str> = plan.inputs.images().map(|(name, _)| name).collect();
    let message = format!("one value for images of different units ({})", kinds.join(", "));
    let remedy = "give each kind its own, for example bins = { ct = { width = 25 }, pet = { width = 0.25 } }";
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

fn second_reading(plan: &StudyPlan) -> Option<PlanError> {
    let needed = plan.select.as_ref().is_some_and(|select| select.stability.is_some());
    let message = "agreement needs a second reading of some input";
    let remedy = "add `reread` to an image input or to [inputs.table]";
    (needed && !plan.inputs.is_reread())
        .then(|| PlanError::new(Fault::NoSecondReading, "select.stability", message, remedy))
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

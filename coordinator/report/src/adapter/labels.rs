//! Names of what is predicted: labels, their classes, models without the label they share.

use consilium_rounds::result::{ModelResult, StudyResult};
use consilium_types::StudyPlan;
use consilium_types::plan::Label;

/// The outcome in the plan's own words.
pub(super) fn outcome(plan: &StudyPlan) -> String {
    plan.outcome.text()
}

/// One label with the models that predict it.
pub(super) struct Predicted<'a> {
    pub(super) label: Label,
    pub(super) models: Vec<&'a ModelResult>,
}

/// The labels of the plan, each with its models.
pub(super) fn predicted<'a>(plan: &StudyPlan, result: &'a StudyResult) -> Vec<Predicted<'a>> {
    let of = |label: Label| {
        let models = result.models.iter().filter(|model| model.label == label.name).collect();
        Predicted { label, models }
    };
    plan.outcome.labels().into_iter().map(of).collect()
}

/// What a model predicts, in words: `mycn = amplified` for a case.
pub(super) fn target(plan: &StudyPlan, label: &str) -> String {
    let labels = plan.outcome.labels();
    match labels.iter().find(|found| found.name == label) {
        Some(label) if plan.outcome.survival().is_none() && label.classes.len() == 2 => case(label),
        _ => outcome(plan),
    }
}

/// A case of a label of two classes.
pub(super) fn case(label: &Label) -> String {
    format!("{} = {}", label.name, label.classes.get(1).map_or("", String::as_str))
}

/// Names of a label's classes; empty for a label the plan does not have.
pub(super) fn classes(plan: &StudyPlan, label: &str) -> Vec<String> {
    let labels = plan.outcome.labels();
    labels.into_iter().find(|found| found.name == label).map_or_else(Vec::new, |label| label.classes)
}

/// A model's name without the label that a section shares.
pub(super) fn short(model: &ModelResult) -> &str {
    let rest = model.name.strip_prefix(model.label.as_str()).and_then(|rest| rest.strip_prefix('/'));
    rest.unwrap_or(&model.name)
}

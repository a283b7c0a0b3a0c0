//! The plan in words: every key it holds, as the plan's own canonical form has it.

use consilium_types::StudyPlan;
use serde::Serialize;
use serde_json::Value;

use crate::content::Fact;

/// Sections told elsewhere on the page.
const ELSEWHERE: [&str; 4] = ["study", "outcome", "privacy", "select"];
/// Sections about columns, shown under preparation.
const PREPARATION: [&str; 4] = ["features", "harmonise", "impute", "prepare"];

/// Every key of the plan with its value, but for those of other sections.
pub(super) fn asked(plan: &StudyPlan) -> Vec<Fact> {
    facts(plan, |section| !ELSEWHERE.contains(&section) && !PREPARATION.contains(&section))
}

/// How columns were made, compared and completed.
pub(super) fn preparation(plan: &StudyPlan) -> Vec<Fact> {
    let mut facts = facts(plan, |section| PREPARATION.contains(&section));
    facts.push(Fact::new("Standardisation", "mean and standard deviation of each training set"));
    facts
}

/// Steps of the selection, one line a key.
pub(super) fn steps(plan: &StudyPlan) -> Vec<String> {
    let facts = facts(plan, |section| section == "select");
    facts.into_iter().map(|fact| format!("{}: {}", fact.name, fact.value)).collect()
}

/// A value of a plan in its own words.
pub(super) fn word(value: &impl Serialize) -> String {
    serde_json::to_value(value).map_or_else(|_| String::new(), |value| said(&value))
}

fn facts(plan: &StudyPlan, wanted: impl Fn(&str) -> bool) -> Vec<Fact> {
    let mut facts = Vec::new();
    if let Ok(Value::Object(sections)) = serde_json::to_value(plan) {
        for (name, section) in sections.iter().filter(|(name, _)| wanted(name)) {
            flatten(name, section, &mut facts);
        }
    }
    facts
}

/// Tables become dotted names; what is empty is left out.
fn flatten(name: &str, value: &Value, facts: &mut Vec<Fact>) {
    match value {
        Value::Null => {}
        Value::Object(entries) => {
            entries.iter().for_each(|(key, value)| flatten(&format!("{name}.{key}"), value, facts));
        }
        value => {
            let said = said(value);
            if !said.is_empty() {
                facts.push(Fact::new(name, said));
            }
        }
    }
}

fn said(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(said).collect::<Vec<_>>().join(", "),
        Value::Null => String::new(),
        value => value.to_string(),
    }
}

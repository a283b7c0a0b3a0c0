//! From text to a valid plan. The file a person writes and the canonical form take the same way: text to a
//! tree of values, the tree through `sections` (keys, types, ranges), the plan through `check` (keys that must
//! fit together). Every finding is kept; nothing is guessed.

use toml::{Table, Value};

use super::errors::Fault;
use super::{PlanError, PlanErrors, StudyPlan, check};

mod later;
mod lines;
mod reader;
mod sections;
mod suggest;
#[cfg(test)]
mod tests;

use lines::Lines;
use reader::{Findings, Section};

/// Largest plan, in bytes.
const MAX_BYTES: usize = 256 * 1024;
/// How messages name a plan that came over the wire.
const CANONICAL: &str = "canonical plan";

pub(super) fn from_toml(text: &str, file: &str) -> Result<StudyPlan, PlanErrors> {
    check_size(text.len(), file)?;
    let lines = Lines::of(text).map_err(|errors| PlanErrors::new(file, errors))?;
    let table: Table =
        toml::from_str(text).map_err(|error| PlanErrors::new(file, vec![lines::syntax(text, &error)]))?;
    from_table(&table, &lines, file)
}

pub(super) fn from_canonical(bytes: &[u8]) -> Result<StudyPlan, PlanErrors> {
    check_size(bytes.len(), CANONICAL)?;
    let plan = from_table(&canonical_table(bytes)?, &Lines::default(), CANONICAL)?;
    if plan.canonical().as_bytes() != bytes {
        return Err(not_canonical("the bytes are a plan, but not in canonical form"));
    }
    Ok(plan)
}

fn canonical_table(bytes: &[u8]) -> Result<Table, PlanErrors> {
    let value: serde_json::Value =
        serde_json::from_slice(bytes).map_err(|error| not_canonical(&format!("not JSON: {error}")))?;
    match Value::try_from(value) {
        Ok(Value::Table(table)) => Ok(table),
        Ok(_) => Err(not_canonical("the JSON is no object")),
        Err(error) => Err(not_canonical(&format!("a value has no place in a plan: {error}"))),
    }
}

fn not_canonical(message: &str) -> PlanErrors {
    let remedy = "let the coordinator publish the plan again, with a program of this version";
    PlanErrors::new(CANONICAL, vec![PlanError::new(Fault::NotCanonical, "", message, remedy)])
}

fn check_size(length: usize, file: &str) -> Result<(), PlanErrors> {
    if length <= MAX_BYTES {
        return Ok(());
    }
    let message = format!("the plan has {length} bytes, more than {MAX_BYTES}");
    let remedy = "shorten it; a table of features can be used with columns = \"all\"";
    Err(PlanErrors::new(file, vec![PlanError::new(Fault::TooLong, "", message, remedy)]))
}

fn from_table(table: &Table, lines: &Lines, file: &str) -> Result<StudyPlan, PlanErrors> {
    let findings = Findings::default();
    let plan = sections::plan(Section::root(table, &findings));
    let mut errors = findings.into_errors();
    let judgeable = errors.iter().all(|error| error.fault().concerns_a_spare_key());
    if let Some(plan) = plan.as_ref().filter(|_| judgeable) {
        errors.extend(check::findings(plan));
    }
    match plan {
        Some(plan) if errors.is_empty() => Ok(plan),
        _ => {
            let located = |error: PlanError| {
                let line = lines.of_key(error.key());
                error.at(line)
            };
            Err(PlanErrors::new(file, errors.into_iter().map(located).collect()))
        }
    }
}

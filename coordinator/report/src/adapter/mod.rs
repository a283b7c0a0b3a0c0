//! From a plan and its result to a report and model files.
//!
//! Every part is there only if the result holds it. Never: a number that the result does not hold or give by arithmetic.

mod asked;
mod evaluated;
mod fitted;
mod proof;

use consilium_model::ModelFile;
use consilium_rounds::result::StudyResult;
use consilium_types::StudyPlan;

use crate::chart::FlowBox;
use crate::content::{Cohort, FORMAT, Ledger, Report, Selected, Selection};
use crate::text::whole;

/// Name and version of this program.
const SOFTWARE: &str = concat!("consilium ", env!("CARGO_PKG_VERSION"));

/// The report of a study.
#[must_use]
pub fn report(plan: &StudyPlan, result: &StudyResult) -> Report {
    Report {
        format: FORMAT.to_owned(),
        title: plan.study.title.clone(),
        study: result.study.to_string(),
        version: plan.study.version,
        plan_hash: result.plan_hash.to_string(),
        seed: plan.study.seed,
        sites: result.sites.iter().map(ToString::to_string).collect(),
        software: SOFTWARE.to_owned(),
        extractor: result.extractor.clone(),
        outcome: outcome(plan),
        asked: asked::asked(plan),
        cohort: cohort(plan, result),
        preparation: asked::preparation(plan),
        selection: selection(plan, result),
        models: fitted::models(plan, result),
        subjects: evaluated::subjects(plan, result),
        comparisons: Vec::new(),
        importance: Vec::new(),
        survival: Vec::new(),
        tables: Vec::new(),
        warnings: Vec::new(),
        ledger: ledger(plan, result),
        evidence: proof::evidence(plan, result),
    }
}

/// The models that a file can hold, in the order of the result.
#[must_use]
pub fn model_files(plan: &StudyPlan, result: &StudyResult) -> Vec<ModelFile> {
    result.models.iter().filter_map(|model| fitted::file(plan, result, model)).collect()
}

/// The outcome in the plan's own words.
fn outcome(plan: &StudyPlan) -> String {
    plan.outcome.text()
}

fn cohort(plan: &StudyPlan, result: &StudyResult) -> Cohort {
    let cohort = &result.cohort;
    let stage = |step: &consilium_rounds::result::FlowCount| FlowBox {
        step: step.step.clone(),
        patients: step.patients,
        notes: Vec::new(),
    };
    let mut flow: Vec<FlowBox> = cohort.flow.iter().map(stage).collect();
    if let Some(last) = flow.last_mut() {
        let controls = cohort.n.saturating_sub(cohort.cases);
        last.notes.push(format!("{} cases, {} controls", whole(cohort.cases), whole(controls)));
    }
    Cohort {
        n: cohort.n,
        cases: cohort.cases,
        case_word: outcome(plan),
        flow,
        folds: cohort.folds.iter().map(|fold| [fold.n, fold.cases]).collect(),
        sites: Vec::new(),
    }
}

/// Of the first label: columns of the final model first, the others by how often they were selected, then by name.
fn selection(plan: &StudyPlan, result: &StudyResult) -> Option<Selection> {
    let selection = result.selections.first()?;
    let times = |column: &String| selection.frequency.get(column).copied().unwrap_or(0);
    let selected =
        |column: &String, chosen| Selected { column: column.clone(), times: times(column), chosen };
    let mut others: Vec<&String> =
        selection.frequency.keys().filter(|column| !selection.columns.contains(column)).collect();
    others.sort_by_key(|column| std::cmp::Reverse(times(column)));
    let chosen = selection.columns.iter().map(|column| selected(column, true));
    Some(Selection {
        steps: asked::steps(plan),
        sets: u32::try_from(result.cohort.folds.len()).unwrap_or(u32::MAX),
        columns: chosen.chain(others.into_iter().map(|column| selected(column, false))).collect(),
    })
}

fn ledger(plan: &StudyPlan, result: &StudyResult) -> Ledger {
    Ledger {
        exchanges: result.effort.exchanges,
        words: result.effort.words,
        bytes: None,
        aggregation: asked::word(&plan.privacy.aggregate),
        release: asked::word(&plan.privacy.release),
        lines: Vec::new(),
    }
}

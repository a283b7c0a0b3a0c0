//! The model card: what the model is for, when it fails, where its limits are. What the run cannot know is left open.

use super::page::Page;
use crate::chart::Forest;
use crate::content::{Claim, CoefficientTable, Report};
use crate::text::{fixed, range, whole};

/// Patients with the outcome that each term should have, at the very least.
const EVENTS_PER_TERM: f64 = 10.0;

pub(super) fn write(page: &mut Page, report: &Report) {
    page.section("card", "Model card");
    page.heading("Intended use");
    page.paragraph(&format!(
        "Research on {}. Not for clinical use: no prospective test, no assessment as a medical device.",
        report.outcome
    ));
    page.open("For the authors: the question in care, the patients and the users the model is meant for.");
    page.heading("What it was built on");
    page.list(&basis(report));
    page.heading("When it fails");
    page.list(&failures(report));
    page.heading("Limits");
    page.list(&limits(report));
    page.open(
        "For the authors: known inequalities between groups of patients, and what was done about them.",
    );
}

fn basis(report: &Report) -> Vec<String> {
    let cohort = &report.cohort;
    let patients = format!(
        "{} patients at {} hospitals; {}: {}.",
        whole(cohort.n),
        report.sites.len(),
        cohort.case_word,
        whole(cohort.cases)
    );
    let wanted =
        [Claim::Preprocessing, Claim::Extractor, Claim::Missing, Claim::Confounders, Claim::Partition];
    std::iter::once(patients)
        .chain(wanted.iter().filter_map(|claim| report.evidence.get(claim).cloned()))
        .collect()
}

fn failures(report: &Report) -> Vec<String> {
    let mut failures = vec![
        "Patients unlike those of the flow chart: nothing is known about them.".to_owned(),
        "Columns measured otherwise than here: another scanner protocol, another extractor, other units."
            .to_owned(),
    ];
    for (model, forest) in report.subjects.iter().flat_map(|subject| &subject.forests) {
        failures.extend(weakest(model, forest));
    }
    failures
}

/// The hospital where a model did worst, where hospitals may be told apart.
fn weakest(model: &str, forest: &Forest) -> Option<String> {
    let known = forest.rows.iter().filter_map(|row| Some((row, row.estimate?)));
    let (row, [value, low, high]) = known.min_by(|a, b| a.1[0].total_cmp(&b.1[0]))?;
    let (value, interval) = (fixed(value, 2), range(low, high, 2));
    Some(format!("{model} did worst at {}: {} {value} ({interval}), {}.", row.name, forest.measure, row.size))
}

fn limits(report: &Report) -> Vec<String> {
    let mut limits = Vec::new();
    for model in &report.models {
        let terms = |table: &CoefficientTable| table.rows.iter().filter(|row| row.ratio).count();
        let terms = model.coefficients.iter().map(terms).max().unwrap_or(0);
        let each = report.cohort.smallest as f64 / terms.max(1) as f64;
        if terms > 0 && each < EVENTS_PER_TERM {
            limits.push(format!(
                "{}: {} patients of the smallest class, or with an event, for each of {terms} terms; fewer than 10 make coefficients and \
                 performance optimistic.",
                model.name,
                fixed(each, 1)
            ));
        }
    }
    if !report.selections.is_empty() {
        limits.push(
            "p values and intervals of coefficients know nothing of the selection of columns.".to_owned(),
        );
    }
    if !report.evidence.contains_key(&Claim::External) {
        limits.push("The final model has not been tested at a hospital that took no part.".to_owned());
    }
    limits.extend(report.warnings.iter().cloned());
    limits
}

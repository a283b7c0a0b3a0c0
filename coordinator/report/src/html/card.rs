//! The model card: what the model is for, when it fails, where its limits are. What the run cannot know is left open.

use super::page::Page;
use crate::chart::Forest;
use crate::content::{Claim, Report};
use crate::text::{escape, fixed, range, whole};

/// Patients with the outcome that each term should have, at the very least.
const EVENTS_PER_TERM: f64 = 10.0;

pub(super) fn write(page: &mut Page, report: &Report) {
    page.section("card", "Model card");
    page.heading("Intended use");
    page.paragraph(&format!(
        "Research on {}. Not for clinical use: no prospective test, no assessment as a medical device.",
        report.outcome
    ));
    open(page, "For the authors: the question in care, the patients and the users the model is meant for.");
    page.heading("What it was built on");
    page.list(&basis(report));
    page.heading("When it fails");
    page.list(&failures(report));
    page.heading("Limits");
    page.list(&limits(report));
    open(
        page,
        "For the authors: known inequalities between groups of patients, and what was done about them.",
    );
}

/// A part that only authors can write.
fn open(page: &mut Page, text: &str) {
    page.raw(&format!("<p class=\"todo\">{}</p>\n", escape(text)));
}

fn basis(report: &Report) -> Vec<String> {
    let cohort = &report.cohort;
    let patients = format!(
        "{} patients at {} hospitals, {} {}.",
        whole(cohort.n),
        report.sites.len(),
        whole(cohort.cases),
        cohort.case_word
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
        let terms = model.coefficients.iter().flat_map(|table| &table.rows).filter(|row| row.ratio).count();
        let events = report.cohort.cases.min(report.cohort.n - report.cohort.cases.min(report.cohort.n));
        let each = events as f64 / terms.max(1) as f64;
        if terms > 0 && each < EVENTS_PER_TERM {
            limits.push(format!(
                "{}: {} patients of the rarer class for each of {terms} terms; fewer than 10 make coefficients and \
                 performance optimistic.",
                model.name,
                fixed(each, 1)
            ));
        }
    }
    if report.selection.is_some() {
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

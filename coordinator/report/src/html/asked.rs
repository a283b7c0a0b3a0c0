//! What was asked, by whom it was answered, and how columns were prepared.

use super::page::Page;
use crate::content::{Fact, Report};

pub(super) fn write(page: &mut Page, report: &Report) {
    page.section("asked", "What was asked");
    page.paragraph(
        "The plan below was fixed and hashed before any hospital looked at its data. Each hospital accepted this \
         hash, and the seed decides every division into folds.",
    );
    let mut facts = vec![
        ("Study".to_owned(), format!("{}, version {}", report.study, report.version)),
        ("Plan (SHA-256)".to_owned(), report.plan_hash.clone()),
        ("Seed".to_owned(), report.seed.to_string()),
        ("Hospitals".to_owned(), report.sites.join(", ")),
        ("Outcome".to_owned(), report.outcome.clone()),
    ];
    facts.extend(report.asked.iter().map(pair));
    facts.push(("Program".to_owned(), report.software.clone()));
    if !report.extractor.is_empty() {
        facts.push(("Feature extractor".to_owned(), report.extractor.clone()));
    }
    page.facts(&facts);
    if !report.methods.is_empty() {
        page.heading("Statistical methods, for the authors to adapt");
        report.methods.iter().for_each(|paragraph| page.paragraph(paragraph));
    }
    page.open("For the authors: the question, the setting and dates, and why this outcome.");
}

/// Every key, at the end of the page.
pub(super) fn plan(page: &mut Page, report: &Report) {
    if report.plan.is_empty() {
        return;
    }
    page.section("plan", "The plan, key by key");
    page.paragraph("As the program read it, defaults included; what is empty is left out.");
    page.facts(&report.plan.iter().map(pair).collect::<Vec<_>>());
}

pub(super) fn pair(fact: &Fact) -> (String, String) {
    (fact.name.clone(), fact.value.clone())
}

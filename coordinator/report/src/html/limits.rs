//! What is not on the page, what lies beside it, and what only authors can write.

use super::asked::pair;
use super::page::Page;
use crate::content::Report;

pub(super) fn write(page: &mut Page, report: &Report) {
    if report.missing.is_empty() {
        return;
    }
    page.section("missing", "What this report does not show");
    page.list(&report.missing);
    page.open("For the authors: interpretation, comparison with earlier work, and what follows from it.");
}

/// The files of each model.
pub(super) fn files(page: &mut Page, report: &Report) {
    if report.files.is_empty() {
        return;
    }
    page.section("files", "Files beside this page");
    page.paragraph(
        "report.json holds every number of this page at full precision, result.json the whole result. A model file \
         predicts what the study's own model predicts for a patient whose columns are measured and harmonised as here.",
    );
    page.facts(&report.files.iter().map(pair).collect::<Vec<_>>());
}

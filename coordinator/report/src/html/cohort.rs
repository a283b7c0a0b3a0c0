//! Patients, folds, and how columns were made comparable.

use super::asked::pair;
use super::page::{Align, Page};
use crate::chart::flow;
use crate::content::Report;
use crate::text::{percent, whole};

pub(super) fn write(page: &mut Page, report: &Report) {
    page.section("patients", "Patients");
    let cohort = &report.cohort;
    let (n, cases, share) = (whole(cohort.n), whole(cohort.cases), percent(cohort.cases, cohort.n));
    page.paragraph(&format!(
        "{n} patients at {} hospitals; {}: {cases} ({share}).",
        report.sites.len(),
        cohort.case_word
    ));
    if !report.cohort.flow.is_empty() {
        let caption = "Flow of patients over all hospitals. Each box holds the patients of the box above who meet its \
                       condition; numbers are sums over hospitals.";
        page.figure(&flow("flow", &report.cohort.flow), caption);
    }
    sites(page, report);
    folds(page, report);
    if !report.preparation.is_empty() {
        page.section("preparation", "Preparation and harmonisation");
        page.facts(&report.preparation.iter().map(pair).collect::<Vec<_>>());
    }
}

fn sites(page: &mut Page, report: &Report) {
    if report.cohort.sites.is_empty() {
        return;
    }
    let row = |site: &crate::content::SiteCount| {
        vec![site.site.clone(), whole(site.n), whole(site.cases), percent(site.cases, site.n)]
    };
    let rows: Vec<_> = report.cohort.sites.iter().map(row).collect();
    let cases = report.cohort.case_word.as_str();
    let columns = [
        ("Hospital", Align::Words),
        ("Patients", Align::Numbers),
        (cases, Align::Numbers),
        ("Share", Align::Numbers),
    ];
    page.table("Patients by hospital.", &columns, &rows, "");
}

fn folds(page: &mut Page, report: &Report) {
    if report.cohort.folds.is_empty() {
        return;
    }
    let row = |(i, [n, cases]): (usize, &[u64; 2])| vec![(i + 1).to_string(), whole(*n), whole(*cases)];
    let rows: Vec<_> = report.cohort.folds.iter().enumerate().map(row).collect();
    let cases = report.cohort.case_word.as_str();
    let columns = [("Fold", Align::Words), ("Patients", Align::Numbers), (cases, Align::Numbers)];
    page.table("Patients held out together.", &columns, &rows, "");
}

//! Patients, folds, and how columns were made comparable.

use super::asked::pair;
use super::page::{Align, Page};
use crate::chart::flow;
use crate::content::{ClassCount, Report};
use crate::text::{percent, whole};

pub(super) fn write(page: &mut Page, report: &Report) {
    page.section("patients", "Patients");
    let cohort = &report.cohort;
    let (n, cases, share) = (whole(cohort.n), whole(cohort.cases), percent(cohort.cases, cohort.known()));
    page.paragraph(&format!(
        "{n} patients at {} hospitals; {}: {cases} of {} ({share}).",
        report.sites.len(),
        cohort.case_word,
        whole(cohort.known())
    ));
    if !report.cohort.flow.is_empty() {
        let caption = "Flow of patients over all hospitals. Each box holds the patients of the box above who meet its \
                       condition; numbers are sums over hospitals.";
        page.figure(&flow("flow", &report.cohort.flow), caption);
    }
    classes(page, report);
    sites(page, report);
    folds(page, report);
    page.open("For the authors: dates, scanners and protocols, who drew the contours, reference standard, characteristics of patients.");
}

pub(super) fn preparation(page: &mut Page, report: &Report) {
    if !report.preparation.is_empty() {
        page.section("preparation", "Preparation and harmonisation");
        page.facts(&report.preparation.iter().map(pair).collect::<Vec<_>>());
    }
}

/// Patients of each class of each label; two classes of one label are told by the sentence.
fn classes(page: &mut Page, report: &Report) {
    let classes = &report.cohort.classes;
    if classes.len() < 3 {
        return;
    }
    let row = |class: &ClassCount| {
        let unknown = report.cohort.n.saturating_sub(class.known);
        vec![
            class.label.clone(),
            class.class.clone(),
            whole(class.n),
            percent(class.n, class.known),
            whole(unknown),
        ]
    };
    let rows: Vec<_> = classes.iter().map(row).collect();
    let columns = [
        ("Label", Align::Words),
        ("Class", Align::Words),
        ("Patients", Align::Numbers),
        ("Share of the known", Align::Numbers),
        ("Label unknown", Align::Numbers),
    ];
    page.table("Patients by class.", &columns, &rows, "");
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
    let cases = match report.cohort.fold_word.as_str() {
        "" => report.cohort.case_word.as_str(),
        word => word,
    };
    let columns = [("Fold", Align::Words), ("Patients", Align::Numbers), (cases, Align::Numbers)];
    page.table("Patients held out together.", &columns, &rows, "");
}

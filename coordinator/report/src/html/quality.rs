//! Quality of the columns, and how large a model the cohort supports.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::page::{Align, Page};
use crate::chart::{Bar, bars};
use crate::content::{ColumnQuality, Report};
use crate::text::{fixed, percent, whole};

/// Columns in a table or a drawing.
const SHOWN: usize = 20;

pub(super) fn write(page: &mut Page, report: &Report) {
    let Some(quality) = &report.quality else { return };
    page.section("quality", "Data quality and sample size");
    quality.sentences.iter().for_each(|sentence| page.paragraph(sentence));
    let row = |[r2, parameters]: &[f64; 2]| vec![fixed(*r2, 2), fixed(*parameters, 1)];
    let rows: Vec<_> = quality.supported.iter().map(row).collect();
    let columns = [("Cox-Snell R² of the model", Align::Words), ("Parameters supported", Align::Numbers)];
    page.table("Size of model that the cohort supports.", &columns, &rows, "");
    missing(page, report, &quality.columns);
    shifts(page, &quality.columns);
}

/// Columns with equally many missing values in one row: the phases of an image are missing together.
fn missing(page: &mut Page, report: &Report, all: &[ColumnQuality]) {
    let mut groups: BTreeMap<Reverse<u64>, Vec<&str>> = BTreeMap::new();
    for column in all.iter().filter(|column| column.missing > 0) {
        groups.entry(Reverse(column.missing)).or_default().push(&column.column);
    }
    if groups.is_empty() {
        return;
    }
    let row = |(Reverse(missing), columns): (&Reverse<u64>, &Vec<&str>)| {
        vec![named(columns), columns.len().to_string(), whole(*missing), percent(*missing, report.cohort.n)]
    };
    let rows: Vec<_> = groups.iter().take(SHOWN).map(row).collect();
    let columns = [
        ("Columns", Align::Words),
        ("How many", Align::Numbers),
        ("Patients without a value", Align::Numbers),
        ("Share", Align::Numbers),
    ];
    let note = if groups.len() > SHOWN {
        "Columns with fewer missing values are in report.json."
    } else {
        "All other columns are complete."
    };
    page.table("Missing values.", &columns, &rows, note);
}

/// The first columns, and that there are more.
fn named(columns: &[&str]) -> String {
    match columns {
        [] => String::new(),
        [first] => (*first).to_owned(),
        [first, .., last] => format!("{first} to {last}"),
    }
}

fn shifts(page: &mut Page, all: &[ColumnQuality]) {
    let mut known: Vec<(&ColumnQuality, f64)> =
        all.iter().filter_map(|column| Some((column, column.between_sites?))).collect();
    if known.is_empty() {
        return;
    }
    known.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.column.cmp(&b.0.column)));
    let bar = |(column, share): &(&ColumnQuality, f64)| Bar {
        name: column.column.clone(),
        value: *share,
        interval: None,
        words: fixed(*share, 2),
        chosen: true,
    };
    let shown: Vec<Bar> = known.iter().take(SHOWN).map(bar).collect();
    let axis = "Share of the variance between hospitals (η²)";
    let chart = bars("shifts", "Shifts between hospitals", axis, Some(1.0), &shown);
    let more = if known.len() > SHOWN { " The largest are shown; all are in report.json." } else { "" };
    page.figure(
        &chart,
        &format!("How much of each column's variance lies between hospitals, before harmonisation.{more}"),
    );
}

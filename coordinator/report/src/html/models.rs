//! Which columns were chosen, and the fitted models.

use super::page::{Align, Page};
use crate::chart::{Bar, bars, nomogram};
use crate::content::{CoefficientRow, CoefficientTable, Model, Report, Selection};
use crate::text::{fixed, normal_quantile, p_value, range, significant};

/// Columns shown in the drawing of selection frequency.
const SHOWN: usize = 30;

pub(super) fn selection(page: &mut Page, report: &Report) {
    let Some(selection) = &report.selection else { return };
    page.section("selection", "Selection of columns");
    page.paragraph("Every step was repeated within every training set; held-out patients had no part in it.");
    page.list(&selection.steps);
    let title = "How often columns were selected";
    let axis = format!("Selected in so many of {} training sets", selection.sets);
    let chart = bars("selection", title, &axis, Some(f64::from(selection.sets)), &frequencies(selection));
    let caption = format!(
        "Stability of the selection: in how many of the {} training sets each column was chosen. Filled: in the final \
         model.{}",
        selection.sets,
        if selection.columns.len() > SHOWN { " The most frequent are shown." } else { "" }
    );
    page.figure(&chart, &caption);
}

fn frequencies(selection: &Selection) -> Vec<Bar> {
    let bar = |column: &crate::content::Selected| Bar {
        name: column.column.clone(),
        value: f64::from(column.times),
        interval: None,
        words: format!("{} / {}", column.times, selection.sets),
        chosen: column.chosen,
    };
    selection.columns.iter().take(SHOWN).map(bar).collect()
}

pub(super) fn write(page: &mut Page, report: &Report) {
    if report.models.is_empty() {
        return;
    }
    page.section("models", "Models");
    for (i, model) in report.models.iter().enumerate() {
        write_model(page, i, model, &report.outcome);
    }
}

fn write_model(page: &mut Page, i: usize, model: &Model, outcome: &str) {
    page.heading(&model.name);
    page.paragraph(&model.description);
    for table in &model.coefficients {
        coefficients(page, model, table);
    }
    let drawn = model.nomogram.as_ref().and_then(|n| nomogram(&format!("nomogram-{i}"), outcome, n));
    if let Some(chart) = drawn {
        let caption = format!(
            "Nomogram of {}. Read the points of each predictor on the first axis, add them, and read the lowest axes \
             below the total. Points are proportional to coefficient times range.",
            model.name
        );
        page.figure(&chart, &caption);
    }
}

fn coefficients(page: &mut Page, model: &Model, table: &CoefficientTable) {
    let ratio = format!("{} ({}% CI)", table.ratio, fixed(table.level * 100.0, 0));
    let mut columns = vec![
        ("Term", Align::Words),
        ("Per SD", Align::Numbers),
        ("Per unit", Align::Numbers),
        ("SE", Align::Numbers),
    ];
    if !table.ratio.is_empty() {
        columns.push((&ratio, Align::Numbers));
    }
    columns.push(("p", Align::Numbers));
    let rows: Vec<Vec<String>> = table.rows.iter().map(|row| cells(row, table)).collect();
    page.table(&format!("Coefficients of {}: {}.", model.name, table.scale), &columns, &rows, &table.note);
}

fn cells(row: &CoefficientRow, table: &CoefficientTable) -> Vec<String> {
    let or_dash = |value: Option<f64>| value.map_or_else(|| "—".to_owned(), significant);
    let standardised = if row.ratio { fixed(row.standardised, 3) } else { "—".to_owned() };
    let mut cells = vec![row.term.clone(), standardised, significant(row.raw), or_dash(row.se)];
    if !table.ratio.is_empty() {
        cells.push(ratio(row, table.level));
    }
    cells.push(row.p.map_or_else(|| "—".to_owned(), p_value));
    cells
}

/// Per standard deviation, so that terms of any unit compare: `exp(b sd)` with a Wald interval.
fn ratio(row: &CoefficientRow, level: f64) -> String {
    let sd = row.standardised / row.raw;
    let Some(se) = row.se.filter(|_| row.ratio) else { return "—".to_owned() };
    let half = normal_quantile(0.5 + level / 2.0) * se * sd.abs();
    let end = |shift: f64| libm::exp(row.standardised + shift);
    if half.is_finite() {
        format!("{} ({})", fixed(end(0.0), 2), range(end(-half), end(half), 2))
    } else {
        "—".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_per_standard_deviation() {
        let row = CoefficientRow {
            term: "x".into(),
            standardised: 0.5,
            raw: 0.25,
            se: Some(0.1),
            p: None,
            ratio: true,
        };
        // exp(0.5), exp(0.5 -+ 1.96 * 0.2)
        assert_eq!(ratio(&row, 0.95), "1.65 (1.11–2.44)");
    }
}

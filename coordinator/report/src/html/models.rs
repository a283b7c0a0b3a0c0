//! Which columns were chosen, and the fitted models.

use super::page::{Align, Page};
use crate::chart::{Bar, bars, forest, nomogram};
use crate::content::{CoefficientRow, CoefficientTable, Model, Report, Selected, Selection};
use crate::text::{fixed, normal_quantile, p_value, range, significant};

/// Columns shown in the drawing of selection frequency.
const SHOWN: usize = 30;

pub(super) fn selections(page: &mut Page, report: &Report) {
    let Some(first) = report.selections.first() else { return };
    page.section("selection", "Selection of columns");
    page.paragraph("Every step was repeated within every training set; held-out patients had no part in it.");
    page.list(&first.steps);
    report.selections.iter().enumerate().for_each(|(i, selection)| write_selection(page, i, selection));
}

fn write_selection(page: &mut Page, i: usize, selection: &Selection) {
    if !selection.label.is_empty() {
        page.heading(&selection.label);
    }
    let chosen = selection.columns.iter().filter(|column| column.chosen).count();
    page.paragraph(&format!(
        "{chosen} columns are in the final model; {} were chosen in at least one training set.",
        selection.columns.len()
    ));
    if let Some([compared, agree]) = selection.readings {
        page.paragraph(&format!("Of {compared} columns read twice, {agree} agree well enough to stay."));
    }
    let title = "How often columns were selected";
    let axis = format!("Selected in so many of {} training sets", selection.sets);
    let limit = Some(f64::from(selection.sets));
    let chart = bars(&format!("selection-{i}"), title, &axis, limit, &frequencies(selection));
    let caption = format!(
        "Stability of the selection: in how many of the {} training sets each column was chosen. Filled: in the final \
         model.{}",
        selection.sets,
        if selection.columns.len() > SHOWN {
            " The most frequent are shown; all are in report.json."
        } else {
            ""
        }
    );
    page.figure(&chart, &caption);
    readings(page, selection);
}

/// Agreement of readings and frequency in bootstraps of the final columns.
fn readings(page: &mut Page, selection: &Selection) {
    if selection.readings.is_none() && selection.replicates.is_none() {
        return;
    }
    let mut columns = vec![("Column of the final model", Align::Words), ("Training sets", Align::Numbers)];
    let (twice, drawn) = (selection.readings.is_some(), selection.replicates);
    if twice {
        columns.push(("ICC of two readings", Align::Numbers));
    }
    if drawn.is_some() {
        columns.push(("Bootstraps", Align::Numbers));
    }
    let row = |column: &Selected| {
        let mut cells = vec![column.column.clone(), format!("{} / {}", column.times, selection.sets)];
        if twice {
            cells.push(column.agreement.map_or_else(|| "—".to_owned(), |icc| fixed(icc, 2)));
        }
        if let Some(replicates) = drawn {
            cells.push(format!("{} / {replicates}", column.replicates.unwrap_or(0)));
        }
        cells
    };
    let rows: Vec<_> = selection.columns.iter().filter(|column| column.chosen).map(row).collect();
    page.table("How stable the chosen columns are.", &columns, &rows, "");
}

fn frequencies(selection: &Selection) -> Vec<Bar> {
    let bar = |column: &Selected| Bar {
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
    for (j, ratios) in model.ratios.iter().enumerate() {
        let scale = model.coefficients.get(j).map_or("", |table| table.scale.as_str());
        let caption = format!(
            "{} of {}: {scale}. Intervals as in the table; dotted: no effect.",
            ratios.measure, model.name
        );
        page.figure(&forest(&format!("ratios-{i}-{j}"), &model.name, ratios), &caption);
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
    if !row.ratio {
        return "—".to_owned();
    }
    let Some(se) = row.se else { return fixed(libm::exp(row.standardised), 2) };
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

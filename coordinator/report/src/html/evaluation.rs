//! How well the models do: numbers, curves, hospitals, thresholds, comparisons, survival, and further tables.

use super::page::{Align, Page};
use crate::chart::{bars, calibration, decision, forest, roc, survival as survival_chart};
use crate::content::{Comparison, Estimate, Measure, Report, Subject, Table, ThresholdRow};
use crate::text::{fixed, p_value, range};

pub(super) fn write(page: &mut Page, report: &Report) {
    if report.subjects.is_empty() && report.comparisons.is_empty() {
        return;
    }
    page.section("evaluation", "Evaluation");
    page.paragraph("Every patient was scored by a model that had not seen the patient.");
    for (i, subject) in report.subjects.iter().enumerate() {
        if report.subjects.len() > 1 {
            page.heading(&subject.name);
        }
        measures(page, subject);
        curves(page, i, subject);
        thresholds(page, subject);
    }
    comparisons(page, &report.comparisons);
    importance(page, report);
}

fn measures(page: &mut Page, subject: &Subject) {
    if subject.measures.is_empty() {
        return;
    }
    let mut columns = vec![("Measure", Align::Words)];
    columns.extend(subject.models.iter().map(|model| (model.as_str(), Align::Numbers)));
    let row = |measure: &Measure| {
        let values = measure
            .values
            .iter()
            .map(|value| value.map_or_else(|| "—".to_owned(), |e| words(e, measure.decimals)));
        std::iter::once(measure.name.clone()).chain(values).collect()
    };
    let rows: Vec<Vec<String>> = subject.measures.iter().map(row).collect();
    let notes = subject.measures.iter().filter(|measure| !measure.note.is_empty());
    let notes: Vec<String> = notes.map(|measure| format!("{}: {}.", measure.name, measure.note)).collect();
    let level = fixed(subject.level * 100.0, 0);
    let caption =
        format!("Performance on held-out patients: {}; {level}% confidence intervals.", subject.name);
    page.table(&caption, &columns, &rows, &notes.join(" "));
}

fn words(estimate: Estimate, decimals: usize) -> String {
    let value = fixed(estimate.value, decimals);
    estimate
        .interval
        .map_or_else(|| value.clone(), |[low, high]| format!("{value} ({})", range(low, high, decimals)))
}

fn curves(page: &mut Page, i: usize, subject: &Subject) {
    let name = subject.name.as_str();
    if !subject.roc.is_empty() {
        let chart = roc(&format!("roc-{i}"), name, subject.level, &subject.roc);
        page.figure(&chart, "ROC curves of the held-out scores; areas with DeLong's intervals.");
    }
    for (j, curve) in subject.calibration.iter().enumerate() {
        let chart = calibration(&format!("calibration-{i}-{j}"), name, curve);
        let caption = format!(
            "Calibration of {}. Squares: groups of patients with neighbouring predictions, with intervals; line: \
             smooth curve; dotted: predictions equal to what was observed; bars below: patients by prediction.",
            curve.name
        );
        page.figure(&chart, &caption);
    }
    if !subject.decision.is_empty() {
        let chart = decision(&format!("decision-{i}"), name, &subject.decision, &subject.treat_all);
        let caption = "Decision curves: true positives minus weighted false positives, per patient, by the \
                       probability at which one would act.";
        page.figure(&chart, caption);
    }
    for (j, (model, plot)) in subject.forests.iter().enumerate() {
        let caption = format!(
            "{} of {model} at each hospital, size of squares by weight; diamond: random-effects mean; bar: where a \
             further hospital is expected.",
            plot.measure
        );
        page.figure(&forest(&format!("forest-{i}-{j}"), name, plot), &caption);
    }
}

fn thresholds(page: &mut Page, subject: &Subject) {
    let Some(first) = subject.thresholds.first() else { return };
    let mut columns = vec![
        ("Model", Align::Words),
        ("Threshold", Align::Words),
        ("TP", Align::Numbers),
        ("FP", Align::Numbers),
        ("TN", Align::Numbers),
        ("FN", Align::Numbers),
    ];
    columns.extend(first.rates.iter().map(|(name, _)| (name.as_str(), Align::Numbers)));
    let row = |row: &ThresholdRow| {
        let at = row.threshold.map_or_else(String::new, |t| format!(" ({})", fixed(t, 3)));
        let mut cells = vec![row.model.clone(), format!("{}{at}", row.rule)];
        cells.extend(row.counts.iter().map(u64::to_string));
        cells.extend(row.rates.iter().map(|(_, estimate)| words(*estimate, 2)));
        cells
    };
    let rows: Vec<Vec<String>> = subject.thresholds.iter().map(row).collect();
    let note = "A threshold that the plan does not fix was chosen on training patients only. TP, FP, TN, FN: true and false positives and negatives.";
    page.table(&format!("At a threshold: {}.", subject.name), &columns, &rows, note);
}

fn comparisons(page: &mut Page, comparisons: &[Comparison]) {
    if comparisons.is_empty() {
        return;
    }
    let columns = [
        ("First", Align::Words),
        ("Second", Align::Words),
        ("Measure", Align::Words),
        ("First − second", Align::Numbers),
        ("p", Align::Numbers),
    ];
    let row = |c: &Comparison| {
        let p = c.p.map_or_else(|| "—".to_owned(), p_value);
        vec![c.models[0].clone(), c.models[1].clone(), c.measure.clone(), words(c.difference, 3), p]
    };
    let rows: Vec<Vec<String>> = comparisons.iter().map(row).collect();
    page.table(
        "Models on the same held-out patients.",
        &columns,
        &rows,
        "p values are two-sided and not corrected.",
    );
}

fn importance(page: &mut Page, report: &Report) {
    for (i, importance) in report.importance.iter().enumerate() {
        let title = format!("What {} leans on", importance.model);
        let chart = bars(&format!("importance-{i}"), &title, &importance.axis, None, &importance.bars);
        page.figure(&chart, &format!("Importance of the columns of {}.", importance.model));
    }
}

pub(super) fn survival(page: &mut Page, report: &Report) {
    if report.survival.is_empty() {
        return;
    }
    page.section("survival", "Survival");
    for (i, plot) in report.survival.iter().enumerate() {
        let caption = format!(
            "{} with pointwise confidence bands; short strokes: someone was censored; below: patients at risk.",
            plot.measure
        );
        page.figure(&survival_chart(&format!("survival-{i}"), &report.outcome, plot), &caption);
    }
}

pub(super) fn further(page: &mut Page, report: &Report) {
    if report.tables.is_empty() {
        return;
    }
    page.section("further", "Further tables");
    for table in &report.tables {
        further_table(page, table);
    }
}

fn further_table(page: &mut Page, table: &Table) {
    let align = |i: usize| if i == 0 { Align::Words } else { Align::Numbers };
    let columns: Vec<(&str, Align)> =
        table.columns.iter().enumerate().map(|(i, c)| (c.as_str(), align(i))).collect();
    page.table(&table.title, &columns, &table.rows, &table.note);
}

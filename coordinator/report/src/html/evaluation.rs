//! How well the models do: numbers, curves, hospitals, thresholds, comparisons, survival, and further tables.

use super::page::{Align, Page};
use crate::chart::{bars, calibration, decision, forest, over_time, roc, survival as survival_chart};
use crate::content::{Comparison, Confusion, Estimate, Measure, Report, Subject, Table, ThresholdRow};
use crate::text::{fixed, p_value, percent, range, whole};

/// Bars of a drawing.
const MOST_BARS: usize = 20;

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
        subject.sentences.iter().for_each(|sentence| page.paragraph(sentence));
        measures(page, subject);
        subject.confusions.iter().for_each(|confusion| confused(page, confusion));
        curves(page, i, subject);
        thresholds(page, subject);
        subject.tables.iter().for_each(|table| further_table(page, table));
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
        let values =
            measure.values.iter().map(|value| value.map_or_else(|| "—".to_owned(), |e| cell(measure, e)));
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

fn cell(measure: &Measure, estimate: Estimate) -> String {
    if measure.p { p_value(estimate.value) } else { words(estimate, measure.decimals) }
}

fn confused(page: &mut Page, confusion: &Confusion) {
    let called: Vec<String> = confusion.classes.iter().map(|class| format!("Called {class}")).collect();
    let mut columns = vec![("Is", Align::Words)];
    columns.extend(called.iter().map(|name| (name.as_str(), Align::Numbers)));
    let row = |(class, counts): (&String, &Vec<u64>)| {
        let all = counts.iter().sum();
        let cell = |n: &u64| format!("{n} ({})", percent(*n, all));
        std::iter::once(class.clone()).chain(counts.iter().map(cell)).collect()
    };
    let rows: Vec<Vec<String>> = confusion.classes.iter().zip(&confusion.counts).map(row).collect();
    let caption = format!(
        "Confusion matrix of {}: held-out patients by the class with the highest probability, and their shares of the row.",
        confusion.model
    );
    page.table(&caption, &columns, &rows, "");
}

fn words(estimate: Estimate, decimals: usize) -> String {
    let value = fixed(estimate.value, decimals);
    estimate
        .interval
        .map_or_else(|| value.clone(), |[low, high]| format!("{value} ({})", range(low, high, decimals)))
}

fn curves(page: &mut Page, i: usize, subject: &Subject) {
    let name = subject.name.as_str();
    for (j, plot) in subject.over_time.iter().enumerate() {
        let chart = over_time(&format!("over-time-{i}-{j}"), name, plot);
        page.figure(
            &chart,
            &format!("{} of the held-out predictions, with intervals where there are any.", plot.measure),
        );
    }
    if !subject.roc.is_empty() {
        let chart = roc(&format!("roc-{i}"), name, subject.level, &subject.roc);
        page.figure(&chart, "ROC curves of the held-out scores; areas with DeLong's intervals.");
    }
    page.side_by_side(true);
    for (j, curve) in subject.calibration.iter().enumerate() {
        let chart = calibration(&format!("calibration-{i}-{j}"), name, curve);
        let smooth = if curve.curve.is_empty() { "" } else { "line: smooth curve; " };
        let caption = format!(
            "Calibration of {}. Squares: groups of patients with neighbouring predictions, with intervals; {smooth}dotted: predictions equal to what was observed; bars below: patients by prediction.",
            curve.name
        );
        page.figure(&chart, &caption);
    }
    page.side_by_side(false);
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

/// Rows of rates, a column a model.
fn thresholds(page: &mut Page, subject: &Subject) {
    let Some(first) = subject.thresholds.first() else { return };
    let mut columns = vec![("At a threshold", Align::Words)];
    columns.extend(subject.thresholds.iter().map(|row| (row.model.as_str(), Align::Numbers)));
    let line = |name: &str, of: &dyn Fn(&ThresholdRow) -> String| {
        std::iter::once(name.to_owned()).chain(subject.thresholds.iter().map(of)).collect::<Vec<String>>()
    };
    let at = |row: &ThresholdRow| row.threshold.map_or_else(String::new, |t| format!(", {}", fixed(t, 3)));
    let mut rows = vec![line("Threshold", &|row| format!("{}{}", row.rule, at(row)))];
    for (place, name) in
        ["True positives", "False positives", "True negatives", "False negatives"].iter().enumerate()
    {
        rows.push(line(name, &|row| whole(row.counts[place])));
    }
    for (place, (name, _)) in first.rates.iter().enumerate() {
        let rate = |row: &ThresholdRow| row.rates.get(place).and_then(|(_, rate)| *rate);
        rows.push(line(name, &|row| rate(row).map_or_else(|| "—".to_owned(), |estimate| words(estimate, 2))));
    }
    let note = "A threshold that the plan does not fix was chosen on training patients only. Intervals of proportions are \
                Wilson's.";
    page.table(&format!("Decisions at a threshold: {}.", subject.name), &columns, &rows, note);
}

fn comparisons(page: &mut Page, comparisons: &[Comparison]) {
    if comparisons.is_empty() {
        return;
    }
    let columns = [
        ("First", Align::Words),
        ("Second", Align::Words),
        ("Measure", Align::Words),
        ("Second − first", Align::Numbers),
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
        let shown = &importance.bars[..importance.bars.len().min(MOST_BARS)];
        let chart = bars(&format!("importance-{i}"), &title, &importance.axis, None, shown);
        let more = if importance.bars.len() > MOST_BARS {
            " The largest are shown; all are in report.json."
        } else {
            ""
        };
        page.figure(&chart, &format!("Importance of the columns of {}.{more}", importance.model));
    }
}

pub(super) fn survival(page: &mut Page, report: &Report) {
    if report.survival.is_empty() {
        return;
    }
    page.section("survival", "Survival");
    for (i, plot) in report.survival.iter().enumerate() {
        let caption = format!(
            "{}: {} with pointwise confidence bands; short strokes: someone was censored; below: patients at risk.",
            if plot.name.is_empty() { "All patients" } else { &plot.name },
            plot.measure.to_lowercase()
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

//! Kaplan-Meier curves with bands and censoring marks, over a table of how many are at risk.

use serde::{Deserialize, Serialize};

use super::axes::{Area, Frame};
use super::canvas::{Anchor, Canvas, Chart};
use super::series::{LEGEND_LINE, band, stroke, whisker};
use crate::text::{shortened, whole};

/// One group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SurvivalCurve {
    /// The group.
    pub name: String,
    /// Time, survival from then on, lower and upper end of its interval; from the first event on, in order.
    pub steps: Vec<[f64; 4]>,
    /// Times at which someone was censored.
    pub censored: Vec<f64>,
    /// Patients at risk at each time of the plot's `at`.
    pub at_risk: Vec<u64>,
    /// Last time anyone was followed.
    pub end: f64,
}

/// All groups.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SurvivalPlot {
    /// Whose curves: all patients, or a model's groups of predicted risk.
    #[serde(default)]
    pub name: String,
    /// Name of the upright axis, for example `Event-free survival`.
    pub measure: String,
    /// Unit of time, for example `years`.
    pub unit: String,
    /// Times of the table below.
    pub at: Vec<f64>,
    /// The groups, best first.
    pub curves: Vec<SurvivalCurve>,
    /// Written into the lower left corner, a line each; for example the log-rank test.
    pub notes: Vec<String>,
}

const AREA: Area = Area { left: 150.0, top: 16.0, width: 460.0, height: 300.0 };
const ROW: f64 = 18.0;

/// The drawing.
#[must_use]
pub fn survival(id: &str, subject: &str, plot: &SurvivalPlot) -> Chart {
    let groups = plot.curves.len() as f64;
    let table = AREA.top + AREA.height + 78.0;
    let foot = table + groups * ROW + 18.0;
    let mut canvas = Canvas::new(AREA.left + AREA.width + 24.0, foot + groups * LEGEND_LINE);
    let frame = Frame::new(AREA, [0.0, horizon(plot)], [0.0, 1.0]);
    let marks = u32::try_from(plot.at.len()).unwrap_or(6).clamp(2, 12);
    frame.draw(&mut canvas, [&format!("Time ({})", plot.unit), &plot.measure], [marks, 5]);
    plot.curves.iter().enumerate().for_each(|(series, curve)| shade(&mut canvas, frame, series, curve));
    plot.curves.iter().enumerate().for_each(|(series, curve)| trace(&mut canvas, frame, series, curve));
    for (row, note) in plot.notes.iter().rev().enumerate() {
        canvas.text(
            "small",
            Anchor::Start,
            [AREA.left + 12.0, AREA.top + AREA.height - 12.0 - 16.0 * row as f64],
            note,
        );
    }
    at_risk(&mut canvas, frame, plot, table);
    for (series, curve) in plot.curves.iter().enumerate() {
        named(&mut canvas, series, [AREA.left, foot + LEGEND_LINE * series as f64], &curve.name);
    }
    canvas.finish(id, &format!("{}: {subject}", plot.measure), &words(plot))
}

fn horizon(plot: &SurvivalPlot) -> f64 {
    let ends = plot.curves.iter().map(|curve| curve.end).chain(plot.at.iter().copied());
    ends.fold(0.0, f64::max)
}

/// The corners of a step function that starts at 1 and holds its value to the end.
fn corners(curve: &SurvivalCurve, column: usize) -> Vec<[f64; 2]> {
    let mut points = vec![[0.0, 1.0]];
    for step in &curve.steps {
        let before = points[points.len() - 1][1];
        points.push([step[0], before]);
        points.push([step[0], step[column]]);
    }
    let last = points[points.len() - 1];
    points.push([curve.end.max(last[0]), last[1]]);
    points
}

fn shade(canvas: &mut Canvas, frame: Frame, series: usize, curve: &SurvivalCurve) {
    let mut outline = frame.all(corners(curve, 3));
    outline.extend(frame.all(corners(curve, 2)).into_iter().rev());
    canvas.polygon(&band(series), &outline);
}

fn trace(canvas: &mut Canvas, frame: Frame, series: usize, curve: &SurvivalCurve) {
    canvas.polyline(&stroke(series), &frame.all(corners(curve, 1)));
    for time in &curve.censored {
        let [x, y] = frame.at([*time, value_at(curve, *time)]);
        canvas.line(&whisker(series), [x, y - 4.5], [x, y + 4.5]);
    }
}

/// Survival at a time.
fn value_at(curve: &SurvivalCurve, time: f64) -> f64 {
    curve.steps.iter().take_while(|step| step[0] <= time).last().map_or(1.0, |step| step[1])
}

fn at_risk(canvas: &mut Canvas, frame: Frame, plot: &SurvivalPlot, top: f64) {
    canvas.text("small soft", Anchor::Start, [10.0, top - 16.0], "At risk");
    canvas.line("rule", [10.0, top - 9.0], [AREA.left + AREA.width + 14.0, top - 9.0]);
    for (row, curve) in plot.curves.iter().enumerate() {
        let y = top + 6.0 + ROW * row as f64;
        canvas.text("small", Anchor::Start, [10.0, y], &shortened(&curve.name, 120.0 / 11.5));
        for (time, n) in plot.at.iter().zip(&curve.at_risk) {
            canvas.text("small", Anchor::Middle, [frame.x.at(*time), y], &whole(*n));
        }
    }
}

/// A line of the legend: the curve with one stroke of censoring.
fn named(canvas: &mut Canvas, series: usize, [x, y]: [f64; 2], name: &str) {
    canvas.polyline(&stroke(series), &[[x, y], [x + 34.0, y]]);
    canvas.line(&whisker(series), [x + 17.0, y - 4.5], [x + 17.0, y + 4.5]);
    canvas.text("label", Anchor::Start, [x + 44.0, y + 4.5], name);
}

fn words(plot: &SurvivalPlot) -> String {
    let group = |curve: &SurvivalCurve| {
        let last = curve.steps.last().map_or(1.0, |step| step[1]);
        format!("{}: {last:.2} at the end", curve.name)
    };
    let groups: Vec<String> = plot.curves.iter().map(group).collect();
    format!("Share of patients without event over time. {}. {}", groups.join("; "), plot.notes.join(". "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_is_a_step_function() {
        let curve = SurvivalCurve {
            name: "a".into(),
            steps: vec![[1.0, 0.8, 0.6, 0.9], [3.0, 0.5, 0.3, 0.7]],
            censored: vec![2.0],
            at_risk: vec![10],
            end: 4.0,
        };
        assert_eq!(
            corners(&curve, 1),
            [[0.0, 1.0], [1.0, 1.0], [1.0, 0.8], [3.0, 0.8], [3.0, 0.5], [4.0, 0.5]]
        );
        assert!((value_at(&curve, 2.0) - 0.8).abs() < 1e-15);
        assert!((value_at(&curve, 0.5) - 1.0).abs() < 1e-15);
    }
}

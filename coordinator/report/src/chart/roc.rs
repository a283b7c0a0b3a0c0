//! ROC curves of several models in one square, with the areas and their intervals in the legend.

use serde::{Deserialize, Serialize};

use super::axes::{Area, Frame};
use super::canvas::{Canvas, Chart};
use super::series::{LEGEND_LINE, legend, legend_reference, mark, stroke};
use crate::text::{fixed, range};

/// One model's curve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RocCurve {
    /// The model.
    pub name: String,
    /// False and true positive rates, from (0, 0) to (1, 1).
    pub points: Vec<[f64; 2]>,
    /// Area under the curve.
    pub auc: f64,
    /// Its interval.
    pub interval: [f64; 2],
}

const AREA: Area = Area { left: 64.0, top: 16.0, width: 400.0, height: 400.0 };

/// The drawing; `level` is the confidence level of the intervals, `subject` what is told apart.
#[must_use]
pub fn roc(id: &str, subject: &str, level: f64, curves: &[RocCurve]) -> Chart {
    let top = AREA.top + AREA.height + 66.0;
    let mut canvas =
        Canvas::new(AREA.left + AREA.width + 16.0, top + (curves.len() as f64 + 1.0) * LEGEND_LINE);
    let frame = Frame::new(AREA, [0.0, 1.0], [0.0, 1.0]);
    frame.draw(
        &mut canvas,
        ["False positive rate (1 − specificity)", "True positive rate (sensitivity)"],
        [5, 5],
    );
    canvas.line("reference", frame.at([0.0, 0.0]), frame.at([1.0, 1.0]));
    for (series, curve) in curves.iter().enumerate().rev() {
        canvas.polyline(&stroke(series), &frame.all(curve.points.iter().copied()));
        if let Some(point) = at_rate(&curve.points, 0.1 + 0.06 * series as f64) {
            mark(&mut canvas, series, frame.at(point), 3.6);
        }
    }
    for (series, curve) in curves.iter().enumerate() {
        legend(&mut canvas, series, [AREA.left, top + series as f64 * LEGEND_LINE], &words(curve, level));
    }
    let line = [AREA.left, top + curves.len() as f64 * LEGEND_LINE];
    legend_reference(&mut canvas, line, "No discrimination: AUC 0.500");
    let said: Vec<String> = curves.iter().map(|curve| words(curve, level)).collect();
    canvas.finish(
        id,
        &format!("ROC curves: {subject}"),
        &format!("Sensitivity against 1 − specificity. {}.", said.join(". ")),
    )
}

fn words(curve: &RocCurve, level: f64) -> String {
    let [lower, upper] = curve.interval;
    let (auc, interval, level) = (fixed(curve.auc, 3), range(lower, upper, 3), fixed(level * 100.0, 0));
    format!("{}: AUC {auc} ({level}% CI {interval})", curve.name)
}

/// The point of a rising curve at a false positive rate, by straight lines between its points.
fn at_rate(points: &[[f64; 2]], rate: f64) -> Option<[f64; 2]> {
    let pair = points.windows(2).find(|pair| pair[0][0] <= rate && rate < pair[1][0])?;
    let share = (rate - pair[0][0]) / (pair[1][0] - pair[0][0]);
    Some([rate, pair[0][1] + share * (pair[1][1] - pair[0][1])])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_lies_on_its_curve() {
        let points = [[0.0, 0.0], [0.0, 0.5], [0.5, 1.0], [1.0, 1.0]];
        assert_eq!(at_rate(&points, 0.25), Some([0.25, 0.75]));
        assert_eq!(at_rate(&points, 1.0), None);
    }

    #[test]
    fn the_legend_holds_area_and_interval() {
        let curve = RocCurve {
            name: "a".into(),
            points: vec![[0.0, 0.0], [1.0, 1.0]],
            auc: 0.8,
            interval: [0.7, 0.9],
        };
        let text = roc("roc", "amplified", 0.95, &[curve]).inline();
        assert!(text.contains("a: AUC 0.800 (95% CI 0.700–0.900)"));
    }
}

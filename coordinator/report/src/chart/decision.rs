//! Decision curves: net benefit against the threshold probability, beside treating all and treating none.
//! Vickers and Elkin, Med Decis Making 26 (2006) 565.

use serde::{Deserialize, Serialize};

use super::axes::{Area, Frame};
use super::canvas::{Anchor, Canvas, Chart};
use super::series::{LEGEND_LINE, legend, mark, stroke};

/// One model's curve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DecisionCurve {
    /// The model.
    pub name: String,
    /// Threshold probability and net benefit.
    pub points: Vec<[f64; 2]>,
}

const AREA: Area = Area { left: 72.0, top: 16.0, width: 480.0, height: 310.0 };

/// The drawing; `treat_all` holds thresholds and the net benefit of treating everyone.
#[must_use]
pub fn decision(id: &str, subject: &str, curves: &[DecisionCurve], treat_all: &[[f64; 2]]) -> Chart {
    let top = AREA.top + AREA.height + 66.0;
    let lines = curves.len() as f64 + 2.0;
    let mut canvas = Canvas::new(AREA.left + AREA.width + 16.0, top + lines * LEGEND_LINE);
    let frame = Frame::new(AREA, thresholds(treat_all, curves), benefits(treat_all, curves));
    frame.draw(&mut canvas, ["Threshold probability", "Net benefit"], [6, 6]);
    let shown = treat_all.iter().copied().take_while(|point| point[1] >= frame.y.low());
    canvas.polyline("whisker s5 d1", &frame.all(shown));
    canvas.line("axis", frame.at([frame.x.low(), 0.0]), frame.at([frame.x.high(), 0.0]));
    for (series, curve) in curves.iter().enumerate().rev() {
        canvas.polyline(&stroke(series), &frame.all(curve.points.iter().copied()));
        let every = (curve.points.len() / 5).max(1);
        let marked = curve.points.iter().skip(every / 2 + series).step_by(every);
        marked.for_each(|point| mark(&mut canvas, series, frame.at(*point), 3.2));
    }
    named(&mut canvas, curves, top);
    let names: Vec<&str> = curves.iter().map(|curve| curve.name.as_str()).collect();
    let text = format!(
        "Net benefit by threshold probability of {}, of treating all and of treating none.",
        names.join(", ")
    );
    canvas.finish(id, &format!("Decision curves: {subject}"), &text)
}

fn named(canvas: &mut Canvas, curves: &[DecisionCurve], top: f64) {
    let line = |row: usize| [AREA.left, top + row as f64 * LEGEND_LINE];
    for (series, curve) in curves.iter().enumerate() {
        legend(canvas, series, line(series), &curve.name);
    }
    let [x, y] = line(curves.len());
    canvas.polyline("whisker s5 d1", &[[x, y], [x + 34.0, y]]);
    canvas.text("label soft", Anchor::Start, [x + 44.0, y + 4.5], "Treat all");
    let [x, y] = line(curves.len() + 1);
    canvas.line("axis", [x, y], [x + 34.0, y]);
    canvas.text("label soft", Anchor::Start, [x + 44.0, y + 4.5], "Treat none");
}

fn thresholds(treat_all: &[[f64; 2]], curves: &[DecisionCurve]) -> [f64; 2] {
    let all = treat_all.iter().chain(curves.iter().flat_map(|curve| &curve.points)).map(|point| point[0]);
    all.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], t| [low.min(t), high.max(t)])
}

/// From a little below 0 to a little above the best: far below 0 nothing is of interest.
fn benefits(treat_all: &[[f64; 2]], curves: &[DecisionCurve]) -> [f64; 2] {
    let all = treat_all.iter().chain(curves.iter().flat_map(|curve| &curve.points)).map(|point| point[1]);
    let best = all.fold(0.01, f64::max);
    [-0.18 * best, 1.06 * best]
}

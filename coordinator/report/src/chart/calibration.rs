//! Calibration: observed against predicted risk, by groups of patients and as a smooth curve, over the distribution of
//! predictions. One model a drawing.

use serde::{Deserialize, Serialize};

use super::axes::{Area, Frame};
use super::canvas::{Anchor, Canvas, Chart};
use super::series::{band, mark, whisker};

/// A group of patients with neighbouring predictions.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CalibrationGroup {
    /// Patients.
    pub n: u64,
    /// Mean predicted risk.
    pub predicted: f64,
    /// Observed share, or 1 − Kaplan-Meier.
    pub observed: f64,
    /// Interval of the observed share.
    pub interval: [f64; 2],
}

/// A point of the smooth curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CalibrationPoint {
    /// Predicted risk.
    pub predicted: f64,
    /// Observed risk, smoothed.
    pub observed: f64,
    /// Its interval, where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<[f64; 2]>,
}

/// One model's calibration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CalibrationCurve {
    /// The model.
    pub name: String,
    /// Groups in order of predicted risk; empty groups left out.
    pub groups: Vec<CalibrationGroup>,
    /// The smooth curve; empty where there is none.
    pub curve: Vec<CalibrationPoint>,
    /// What is written below, a line each.
    pub notes: Vec<String>,
    /// Highest risk shown, at most 1.
    pub limit: f64,
}

const AREA: Area = Area { left: 64.0, top: 16.0, width: 380.0, height: 380.0 };
/// Height of the strip that shows how many patients are predicted what.
const STRIP: f64 = 44.0;

/// The drawing.
#[must_use]
pub fn calibration(id: &str, subject: &str, calibration: &CalibrationCurve) -> Chart {
    let area = Area { height: AREA.height + STRIP, ..AREA };
    let foot = area.top + area.height + 54.0;
    let mut canvas = Canvas::new(AREA.left + AREA.width + 16.0, foot + 17.0 * calibration.notes.len() as f64);
    let limit = if calibration.limit > 0.0 { calibration.limit.min(1.0) } else { 1.0 };
    // the strip lies below 0 on the same axis, so that the square above it stays square
    let frame = Frame::new(area, [0.0, limit], [-limit * STRIP / AREA.height, limit]);
    axes(&mut canvas, frame, limit);
    canvas.line("reference", frame.at([0.0, 0.0]), frame.at([limit, limit]));
    let shown: Vec<CalibrationPoint> =
        calibration.curve.iter().copied().filter(|point| point.predicted <= limit).collect();
    smooth(&mut canvas, frame, &shown, limit);
    groups(&mut canvas, frame, &calibration.groups);
    for (row, note) in calibration.notes.iter().enumerate() {
        canvas.text("small", Anchor::Start, [AREA.left, foot + 10.0 + 17.0 * row as f64], note);
    }
    let said = calibration.groups.iter().map(|g| format!("{:.2} against {:.2}", g.predicted, g.observed));
    let said: Vec<String> = said.collect();
    let text = format!("Predicted against observed risk of {}: {}.", calibration.name, said.join(", "));
    canvas.finish(id, &format!("Calibration of {}: {subject}", calibration.name), &text)
}

/// The upright axis spans the square alone, the lower axis runs below the strip.
fn axes(canvas: &mut Canvas, frame: Frame, limit: f64) {
    let square = Frame::new(AREA, [0.0, limit], [0.0, limit]);
    square.upright(canvas, "Observed risk", 5);
    frame.across(canvas, "Predicted risk", 5);
}

fn smooth(canvas: &mut Canvas, frame: Frame, curve: &[CalibrationPoint], limit: f64) {
    let edge = |end: usize| {
        curve.iter().filter_map(move |p| p.interval.map(|interval| [p.predicted, interval[end].max(0.0)]))
    };
    let mut outline = frame.all(edge(1));
    outline.extend(frame.all(edge(0)).into_iter().rev());
    canvas.polygon(&band(0), &outline);
    let within = curve.iter().filter(|point| point.observed <= limit);
    canvas.polyline("stroke s0", &frame.all(within.map(|p| [p.predicted, p.observed.max(0.0)])));
}

fn groups(canvas: &mut Canvas, frame: Frame, groups: &[CalibrationGroup]) {
    let most = groups.iter().map(|group| group.n).max().unwrap_or(0).max(1);
    for group in groups {
        let [low, high] = group.interval.map(|end| frame.at([group.predicted, end.max(0.0)]));
        canvas.line(&whisker(1), low, high);
        mark(canvas, 1, frame.at([group.predicted, group.observed]), 3.8);
        let (foot, height) = (frame.bottom(), (STRIP - 8.0) * group.n as f64 / most as f64);
        canvas.rect("fill s5", [low[0] - 3.5, foot - height], [7.0, height]);
    }
}

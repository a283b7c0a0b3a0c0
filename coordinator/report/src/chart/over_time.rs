//! A measure over time: one line a model through its estimates, with intervals.

use serde::{Deserialize, Serialize};

use super::axes::{Area, Frame};
use super::canvas::{Canvas, Chart};
use super::series::{LEGEND_LINE, legend, legend_reference, mark, stroke, whisker};

/// One model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimeSeries {
    /// The model.
    pub name: String,
    /// Time, estimate, lower and upper end; the ends equal the estimate where there is no interval.
    pub points: Vec<[f64; 4]>,
}

/// All models.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimePlot {
    /// What is measured.
    pub measure: String,
    /// Unit of time.
    pub unit: String,
    /// A value that is no achievement, drawn as a dotted line, and its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<(f64, String)>,
    /// In the order of the models.
    pub series: Vec<TimeSeries>,
}

const AREA: Area = Area { left: 72.0, top: 16.0, width: 480.0, height: 280.0 };
/// Models stand beside each other at a time, by this share of the axis.
const APART: f64 = 0.008;

/// The drawing.
#[must_use]
pub fn over_time(id: &str, subject: &str, plot: &TimePlot) -> Chart {
    let top = AREA.top + AREA.height + 66.0;
    let lines = plot.series.len() + usize::from(plot.reference.is_some());
    let mut canvas = Canvas::new(AREA.left + AREA.width + 16.0, top + lines as f64 * LEGEND_LINE);
    let frame = Frame::new(AREA, [0.0, last(plot) * 1.05], span(plot));
    frame.draw(&mut canvas, [&format!("Time ({})", plot.unit), &plot.measure], [6, 5]);
    if let Some((value, name)) = &plot.reference {
        canvas.line("reference", frame.at([0.0, *value]), frame.at([f64::MAX, *value]));
        legend_reference(&mut canvas, [AREA.left, top + plot.series.len() as f64 * LEGEND_LINE], name);
    }
    for (series, curve) in plot.series.iter().enumerate() {
        let shift = (series as f64 - (plot.series.len() as f64 - 1.0) / 2.0) * APART * last(plot);
        let at = |point: &[f64; 4], place: usize| frame.at([point[0] + shift, point[place]]);
        let line: Vec<[f64; 2]> = curve.points.iter().map(|point| at(point, 1)).collect();
        canvas.polyline(&stroke(series), &line);
        for point in &curve.points {
            canvas.line(&whisker(series), at(point, 2), at(point, 3));
            mark(&mut canvas, series, at(point, 1), 3.8);
        }
        legend(&mut canvas, series, [AREA.left, top + series as f64 * LEGEND_LINE], &curve.name);
    }
    canvas.finish(id, &format!("{} over time: {subject}", plot.measure), &words(plot))
}

fn last(plot: &TimePlot) -> f64 {
    plot.series.iter().flat_map(|series| &series.points).map(|point| point[0]).fold(0.0, f64::max)
}

fn span(plot: &TimePlot) -> [f64; 2] {
    let points = plot.series.iter().flat_map(|series| &series.points).flat_map(|point| &point[1..]);
    let values = points.copied().chain(plot.reference.iter().map(|(value, _)| *value));
    let [low, high] =
        values.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], v| [low.min(v), high.max(v)]);
    let margin = (high - low) * 0.05;
    [(low - margin).max(0.0), (high + margin).min(1.0)]
}

fn words(plot: &TimePlot) -> String {
    let one = |series: &TimeSeries| {
        let points = series.points.iter().map(|p| format!("{:.2} at {:.1}", p[1], p[0]));
        format!("{}: {}", series.name, points.collect::<Vec<_>>().join(", "))
    };
    format!("{}.", plot.series.iter().map(one).collect::<Vec<_>>().join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_holds_intervals_and_reference() {
        let series =
            TimeSeries { name: "a".into(), points: vec![[1.0, 0.8, 0.7, 0.9], [3.0, 0.7, 0.6, 0.8]] };
        let reference = Some((0.5, "chance".to_owned()));
        let plot = TimePlot { measure: "AUC".into(), unit: "years".into(), reference, series: vec![series] };
        let [low, high] = span(&plot);
        assert!(low < 0.5 && high > 0.9 && high <= 1.0);
        assert!(over_time("t", "x", &plot).inline().contains("0.80 at 1.0, 0.70 at 3.0"));
    }
}

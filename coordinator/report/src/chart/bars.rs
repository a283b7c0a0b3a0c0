//! Horizontal bars with a value each: how often a column was selected, how much a model leans on it.

use serde::{Deserialize, Serialize};

use super::axes::{Area, Frame};
use super::canvas::{Anchor, Canvas, Chart};
use crate::text::shortened;

/// One bar.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bar {
    /// What it stands for.
    pub name: String,
    /// Its length.
    pub value: f64,
    /// Its interval, where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<[f64; 2]>,
    /// What is written behind it.
    pub words: String,
    /// Drawn full; others are drawn hollow.
    pub chosen: bool,
}

const ROW: f64 = 22.0;
const AREA: Area = Area { left: 270.0, top: 10.0, width: 330.0, height: 0.0 };

/// The drawing: `limit` is the end of the axis where the measure has one.
#[must_use]
pub fn bars(id: &str, title: &str, axis: &str, limit: Option<f64>, bars: &[Bar]) -> Chart {
    let area = Area { height: bars.len() as f64 * ROW + 8.0, ..AREA };
    let mut canvas = Canvas::new(area.left + area.width + 90.0, area.top + area.height + 54.0);
    let frame = Frame::new(area, span(bars, limit), [0.0, 1.0]);
    for tick in frame.x.ticks(5) {
        canvas.line("grid", [frame.x.at(tick), area.top], [frame.x.at(tick), frame.bottom()]);
    }
    for (row, bar) in bars.iter().enumerate() {
        draw(&mut canvas, frame, bar, area.top + 4.0 + ROW * row as f64);
    }
    canvas.line("axis", [frame.x.at(0.0), area.top], [frame.x.at(0.0), frame.bottom()]);
    frame.across(&mut canvas, axis, 5);
    let said: Vec<String> = bars.iter().map(|bar| format!("{} {}", bar.name, bar.words)).collect();
    canvas.finish(id, title, &format!("{axis}. {}.", said.join("; ")))
}

fn span(bars: &[Bar], limit: Option<f64>) -> [f64; 2] {
    let ends =
        bars.iter().flat_map(|bar| bar.interval.unwrap_or([bar.value; 2]).into_iter().chain([bar.value]));
    let [low, high] = ends.fold([0.0f64, 0.0f64], |[low, high], v| [low.min(v), high.max(v)]);
    [low * 1.04, limit.unwrap_or(high * 1.04)]
}

fn draw(canvas: &mut Canvas, frame: Frame, bar: &Bar, top: f64) {
    let middle = top + ROW / 2.0 - 1.0;
    canvas.text(
        "label",
        Anchor::End,
        [AREA.left - 12.0, middle + 4.5],
        &shortened(&bar.name, (AREA.left - 24.0) / 13.0),
    );
    let [zero, end] = [0.0, bar.value].map(|value| frame.x.within(value));
    let class = if bar.chosen { "fill s0" } else { "hollow s0" };
    canvas.rect(class, [zero.min(end), top + 3.0], [(end - zero).abs(), ROW - 8.0]);
    let mut right = zero.max(end);
    if let Some(interval) = bar.interval {
        let [low, high] = interval.map(|value| frame.x.within(value));
        canvas.line("axis", [low, middle], [high, middle]);
        right = right.max(high);
    }
    canvas.text("small", Anchor::Start, [right + 8.0, middle + 4.0], &bar.words);
}

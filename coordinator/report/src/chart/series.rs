//! Telling series apart without colour: a dash pattern and a mark each, and a legend that shows both.

use super::canvas::{Anchor, Canvas};

/// Series beyond the sixth look like the first six again.
const LOOKS: usize = 6;
/// Height of a line of the legend.
pub(crate) const LEGEND_LINE: f64 = 20.0;

/// Classes of a line.
pub(crate) fn stroke(series: usize) -> String {
    let look = series % LOOKS;
    format!("stroke s{look} d{look}")
}

/// Classes of an interval's line: solid, thin.
pub(crate) fn whisker(series: usize) -> String {
    format!("whisker s{}", series % LOOKS)
}

/// Classes of an area around a line.
pub(crate) fn band(series: usize) -> String {
    format!("band s{}", series % LOOKS)
}

/// A mark whose shape belongs to the series.
pub(crate) fn mark(canvas: &mut Canvas, series: usize, at: [f64; 2], size: f64) {
    let look = series % LOOKS;
    let [x, y] = at;
    let (filled, hollow) = (format!("fill s{look}"), format!("hollow s{look}"));
    match look {
        0 => canvas.circle(&filled, at, size),
        1 => canvas.rect(&filled, [x - size * 0.9, y - size * 0.9], [size * 1.8; 2]),
        2 => canvas.polygon(&filled, &triangle(at, size)),
        3 => canvas.circle(&hollow, at, size),
        4 => canvas.rect(&hollow, [x - size * 0.9, y - size * 0.9], [size * 1.8; 2]),
        _ => canvas.polygon(&hollow, &diamond(at, [size * 1.2; 2])),
    }
}

fn triangle([x, y]: [f64; 2], size: f64) -> [[f64; 2]; 3] {
    [[x, y - size * 1.2], [x + size * 1.1, y + size * 0.8], [x - size * 1.1, y + size * 0.8]]
}

/// A diamond by its half width and half height.
pub(crate) fn diamond([x, y]: [f64; 2], [w, h]: [f64; 2]) -> [[f64; 2]; 4] {
    [[x, y - h], [x + w, y], [x, y + h], [x - w, y]]
}

/// One line of a legend: a sample of the series, then its words.
pub(crate) fn legend(canvas: &mut Canvas, series: usize, [x, y]: [f64; 2], words: &str) {
    canvas.polyline(&stroke(series), &[[x, y], [x + 34.0, y]]);
    mark(canvas, series, [x + 17.0, y], 3.6);
    canvas.text("label", Anchor::Start, [x + 44.0, y + 4.5], words);
}

/// One line of a legend for a reference that is no series.
pub(crate) fn legend_reference(canvas: &mut Canvas, [x, y]: [f64; 2], words: &str) {
    canvas.line("reference", [x, y], [x + 34.0, y]);
    canvas.text("label soft", Anchor::Start, [x + 44.0, y + 4.5], words);
}

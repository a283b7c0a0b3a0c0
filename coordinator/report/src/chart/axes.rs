//! The frame of a drawing with two axes: grid, ticks, numbers, names.

use super::canvas::{Anchor, Canvas};
use super::scale::{Scale, decimals, step};
use crate::text::fixed;

/// A rectangle with a scale along each side; positions grow downwards.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame {
    pub(crate) x: Scale,
    pub(crate) y: Scale,
}

/// Where the rectangle lies on the canvas.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Area {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

impl Frame {
    pub(crate) fn new(area: Area, x: [f64; 2], y: [f64; 2]) -> Self {
        Self {
            x: Scale::new(x, [area.left, area.left + area.width]),
            y: Scale::new(y, [area.top + area.height, area.top]),
        }
    }

    /// The position of a pair of values, moved into the rectangle.
    pub(crate) fn at(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        [self.x.within(x), self.y.within(y)]
    }

    pub(crate) fn all(&self, points: impl IntoIterator<Item = [f64; 2]>) -> Vec<[f64; 2]> {
        points.into_iter().map(|point| self.at(point)).collect()
    }

    fn left(&self) -> f64 {
        self.x.start()
    }

    fn right(&self) -> f64 {
        self.x.end()
    }

    pub(crate) fn bottom(&self) -> f64 {
        self.y.start()
    }

    /// Horizontal lines behind the data, and the two axes with their numbers and names.
    pub(crate) fn draw(&self, canvas: &mut Canvas, names: [&str; 2], wanted: [u32; 2]) {
        self.upright(canvas, names[1], wanted[1]);
        self.across(canvas, names[0], wanted[0]);
    }

    /// Horizontal lines, and the upright axis with its numbers and name.
    pub(crate) fn upright(&self, canvas: &mut Canvas, name: &str, wanted: u32) {
        let digits = decimals(step(self.y.high() - self.y.low(), wanted));
        for tick in self.y.ticks(wanted) {
            let y = self.y.at(tick);
            canvas.line("grid", [self.left(), y], [self.right(), y]);
            canvas.line("axis", [self.left() - 5.0, y], [self.left(), y]);
            canvas.text("tick", Anchor::End, [self.left() - 9.0, y + 4.5], &fixed(tick, digits));
        }
        canvas.line("axis", [self.left(), self.y.end()], [self.left(), self.bottom()]);
        let middle = f64::midpoint(self.y.start(), self.y.end());
        canvas.upright("label", [self.left() - 46.0, middle], name);
    }

    /// The lower axis with its numbers and name.
    pub(crate) fn across(&self, canvas: &mut Canvas, name: &str, wanted: u32) {
        let digits = decimals(step(self.x.high() - self.x.low(), wanted));
        for tick in self.x.ticks(wanted) {
            let x = self.x.at(tick);
            canvas.line("axis", [x, self.bottom()], [x, self.bottom() + 5.0]);
            canvas.text("tick", Anchor::Middle, [x, self.bottom() + 19.0], &fixed(tick, digits));
        }
        canvas.line("axis", [self.left(), self.bottom()], [self.right(), self.bottom()]);
        let middle = f64::midpoint(self.left(), self.right());
        canvas.text("label", Anchor::Middle, [middle, self.bottom() + 40.0], name);
    }
}

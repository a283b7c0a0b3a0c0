//! One panel: a slice in grey, the map over it, the contour, letters for the sides of the body.
//!
//! The image is smoothed between voxels; the map and the contour are not, since a voxel has one value. Never here: numbers.

use consilium_imaging::{RoiMask, Volume};

use super::canvas::{Canvas, Font};
use super::colour::{CONTOUR, TEXT, grey, mixed, place, viridis};
use super::plane::Plane;

/// How much of the map's colour covers the image.
const OPACITY: f64 = 0.75;
/// Pixels between letters and the panel's edge.
const INSET: usize = 4;

/// What all panels show.
pub(super) struct Scene<'a> {
    pub(super) image: &'a Volume,
    pub(super) mask: &'a RoiMask,
    pub(super) map: Option<&'a Volume>,
    /// Intensities from black to white.
    pub(super) window: [f64; 2],
    /// Values from the darkest colour to the brightest.
    pub(super) range: [f64; 2],
}

impl Scene<'_> {
    /// Draws a slice into a rectangle.
    pub(super) fn draw(&self, canvas: &mut Canvas, plane: &Plane, corner: [usize; 2], size: [usize; 2]) {
        let at = |i: usize, axis: usize| (i as f64 + 0.5) / size[axis] as f64;
        for y in 0..size[1] {
            for x in 0..size[0] {
                let position = plane.position([at(x, 0), at(y, 1)]);
                canvas.set(corner[0] + x, corner[1] + y, self.colour(plane, position));
            }
        }
        self.contour(canvas, plane, corner, size);
        letters(canvas, plane, corner, size);
    }

    fn colour(&self, plane: &Plane, position: [f64; 3]) -> [u8; 3] {
        let shade = grey(place(self.smoothed(plane, position), self.window));
        let voxel = self.nearest(plane, position);
        let value = self.map.filter(|_| self.mask.inside()[voxel]).map(|map| map.voxels()[voxel]);
        match value.filter(|value| value.is_finite()) {
            Some(value) => mixed(shade, viridis(place(value, self.range)), OPACITY),
            None => shade,
        }
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to what is shown")]
    fn nearest(&self, plane: &Plane, position: [f64; 3]) -> usize {
        let [x, y, z]: [usize; 3] = std::array::from_fn(|axis| {
            let [first, last] = plane.shown[axis].map(|voxel| voxel as f64);
            position[axis].round().clamp(first, last) as usize
        });
        let [nx, ny, _] = self.mask.grid().dims;
        (z * ny + y) * nx + x
    }

    /// Bilinear within the slice.
    fn smoothed(&self, plane: &Plane, position: [f64; 3]) -> f64 {
        let value = |across: f64, down: f64| {
            let mut at = position;
            at[plane.across.index] = across;
            at[plane.down.index] = down;
            self.image.voxels()[self.nearest(plane, at)]
        };
        let (u, v) = (position[plane.across.index], position[plane.down.index]);
        let (du, dv) = (u - u.floor(), v - v.floor());
        let along = |down: f64| (1.0 - du) * value(u.floor(), down) + du * value(u.floor() + 1.0, down);
        (1.0 - dv) * along(v.floor()) + dv * along(v.floor() + 1.0)
    }

    /// A line of two pixels along the faces between voxels inside and outside.
    fn contour(&self, canvas: &mut Canvas, plane: &Plane, corner: [usize; 2], size: [usize; 2]) {
        let [columns, rows] = [plane.across, plane.down].map(|axis| plane.count(axis));
        let is_in = |column: usize, row: usize| {
            let middle = [(column as f64 + 0.5) / columns as f64, (row as f64 + 0.5) / rows as f64];
            self.mask.inside()[self.nearest(plane, plane.position(middle))]
        };
        // where the n-th face lies, in pixels
        let x = |face: usize| corner[0] + face * size[0] / columns;
        let y = |face: usize| corner[1] + face * size[1] / rows;
        for row in 0..rows {
            for column in 0..columns {
                if !is_in(column, row) {
                    continue;
                }
                let (left, top) = (x(column), y(row));
                let (width, height) = (x(column + 1) - left, y(row + 1) - top);
                if column == 0 || !is_in(column - 1, row) {
                    canvas.fill([left.max(corner[0] + 1) - 1, top], [2, height], CONTOUR);
                }
                if column + 1 == columns || !is_in(column + 1, row) {
                    canvas.fill([left + width - 1, top], [2, height], CONTOUR);
                }
                if row == 0 || !is_in(column, row - 1) {
                    canvas.fill([left, top.max(corner[1] + 1) - 1], [width, 2], CONTOUR);
                }
                if row + 1 == rows || !is_in(column, row + 1) {
                    canvas.fill([left, top + height - 1], [width, 2], CONTOUR);
                }
            }
        }
    }
}

fn letters(canvas: &mut Canvas, plane: &Plane, [x, y]: [usize; 2], [width, height]: [usize; 2]) {
    let font = Font::BOLD;
    let (w, h) = (font.width("R"), font.height());
    let [left, right, top, bottom] = plane.view.letters();
    let (middle, centre) = (y + (height / 2).saturating_sub(h / 2), x + (width / 2).saturating_sub(w / 2));
    canvas.label([x + INSET, middle], left, font, TEXT);
    canvas.label([x + width.saturating_sub(w + INSET), middle], right, font, TEXT);
    canvas.label([centre, y + INSET], top, font, TEXT);
    canvas.label([centre, y + height.saturating_sub(h + INSET)], bottom, font, TEXT);
}

/// A bar of a round number of millimetres, with its length, at the lower left.
pub(super) fn scale_bar(
    canvas: &mut Canvas,
    [x, y]: [usize; 2],
    [width, height]: [usize; 2],
    mm_per_pixel: f64,
) {
    const LENGTHS: [u32; 8] = [1, 2, 5, 10, 20, 50, 100, 200];
    let fits = |mm: &&u32| f64::from(**mm) / mm_per_pixel <= width as f64 / 3.0;
    let Some(mm) = LENGTHS.iter().rev().find(fits) else { return };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "less than the width")]
    let pixels = (f64::from(*mm) / mm_per_pixel).round() as usize;
    let (left, line) = (x + 2 * INSET, y + height.saturating_sub(3 * INSET));
    canvas.fill([left - 1, line - 1], [pixels + 2, 5], [0; 3]);
    canvas.fill([left, line], [pixels, 3], TEXT);
    canvas.label([left, line.saturating_sub(Font::TEXT.height() + 2)], &format!("{mm} mm"), Font::TEXT, TEXT);
}

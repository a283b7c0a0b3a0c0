//! Where panels, text and the colour bar lie on the page.
//!
//! Panels stand in a row, to one scale; their captions below, the bar at the right, what the map holds in the last line.
//! Never here: what is inside of a panel.

use consilium_imaging::Grid;

use super::canvas::{Canvas, Font};
use super::colour::{FAINT, PAGE, TEXT, viridis};
use super::panel::{Scene, scale_bar};
use super::plane::Plane;
use super::{Options, Statistics};

/// Pixels between things.
const GAP: usize = 18;
/// Pixels that all panels together may be wide, and each may be high.
const WIDEST: f64 = 1080.0;
const HIGHEST: f64 = 440.0;
/// The narrowest page, so that titles fit.
const NARROWEST: usize = 720;
/// The side of a panel that is hardly a line.
const LEAST: usize = 12;
const BAR: usize = 20;
/// Characters of the numbers at the bar.
const NUMBER: usize = 12;
const LINE: usize = 22;

/// A page's measures.
pub(super) struct Page {
    size: [usize; 2],
    /// Upper left corner and size of each panel.
    panels: Vec<([usize; 2], [usize; 2])>,
    top: usize,
    /// Height of the highest panel.
    height: usize,
    mm_per_pixel: f64,
    title: String,
    subtitle: String,
    unit: String,
    /// What the ends of the bar are.
    colours: &'static str,
}

impl Page {
    pub(super) fn new(planes: &[Plane], grid: &Grid, has_bar: bool, options: &Options) -> Self {
        let extents: Vec<[f64; 2]> = planes.iter().map(|plane| plane.extent(grid)).collect();
        let wide: f64 = extents.iter().map(|extent| extent[0]).sum();
        let high = extents.iter().map(|extent| extent[1]).fold(0.0, f64::max);
        let mm_per_pixel = (wide / WIDEST).max(high / HIGHEST);
        let sizes: Vec<[usize; 2]> =
            extents.iter().map(|mm| mm.map(|mm| pixels(mm / mm_per_pixel))).collect();
        let height = sizes.iter().map(|size| size[1]).max().unwrap_or(0);
        let top = GAP + Font::TITLE.height() + 6 + LINE + GAP / 2;
        let mut left = GAP;
        let mut panels = Vec::new();
        for size in sizes {
            panels.push(([left, top + (height - size[1]) / 2], size));
            left += size[0] + GAP;
        }
        let bar = BAR + 8 + Font::TEXT.width(&"0".repeat(NUMBER)) + GAP;
        let width = (left + if has_bar { bar } else { 0 }).max(NARROWEST);
        let size = [width, top + height + 2 * LINE + GAP];
        let (title, subtitle, unit) = (&options.title, &options.subtitle, &options.unit);
        let [title, subtitle] = [(title, Font::TITLE), (subtitle, Font::TEXT)]
            .map(|(text, font)| font.fitted(text, width - 2 * GAP));
        let colours = if options.range.is_some() { "" } else { "1 to 99 %" };
        Self { size, panels, top, height, mm_per_pixel, title, subtitle, unit: unit.clone(), colours }
    }

    pub(super) fn draw(&self, scene: &Scene<'_>, planes: &[Plane], map: Option<&Statistics>) -> Canvas {
        let mut canvas = Canvas::new(self.size[0], self.size[1], PAGE);
        canvas.text([GAP, GAP], &self.title, Font::TITLE, TEXT);
        canvas.text([GAP, GAP + Font::TITLE.height() + 6], &self.subtitle, Font::TEXT, FAINT);
        for (plane, (corner, size)) in planes.iter().zip(&self.panels) {
            canvas.frame(*corner, *size, [70; 3]);
            scene.draw(&mut canvas, plane, *corner, *size);
            let slices = scene.image.grid().dims[plane.through];
            let caption = format!("{} {}/{slices}", plane.view.name(), plane.slice + 1);
            let caption = Font::TEXT.fitted(&caption, size[0].max(Font::TEXT.width("axial 100/100")));
            canvas.text([corner[0], corner[1] + size[1] + 4], &caption, Font::TEXT, TEXT);
        }
        if let Some((corner, size)) = self.panels.first() {
            scale_bar(&mut canvas, *corner, *size, self.mm_per_pixel);
        }
        if map.is_some() {
            self.bar(&mut canvas, scene.range);
        }
        self.footer(&mut canvas, scene, map);
        canvas
    }

    /// The colour bar at the right of the panels.
    fn bar(&self, canvas: &mut Canvas, [low, high]: [f64; 2]) {
        let left = self.panels.last().map_or(GAP, |(corner, size)| corner[0] + size[0] + GAP);
        let (top, height) = (self.top, self.height.max(4 * LINE));
        for row in 0..height {
            let colour = viridis(1.0 - row as f64 / (height - 1) as f64);
            canvas.fill([left, top + row], [BAR, 1], colour);
        }
        canvas.frame([left, top], [BAR, height], [70; 3]);
        let beside = left + BAR + 8;
        let half = Font::TEXT.height() / 2;
        for (part, value) in [(0.0, high), (0.5, f64::midpoint(low, high)), (1.0, low)] {
            let at = top + pixels_from(part, height);
            canvas.fill([left + BAR, at.min(top + height - 1)], [4, 1], TEXT);
            let row = at.saturating_sub(half).clamp(top, top + height - 2 * half);
            canvas.text([beside, row], &shown(value), Font::TEXT, TEXT);
        }
        let room = Font::TEXT.width(&"0".repeat(NUMBER));
        for (i, text) in
            [self.unit.as_str(), self.colours].into_iter().filter(|text| !text.is_empty()).enumerate()
        {
            canvas.text([beside, top + (i + 1) * LINE], &Font::TEXT.fitted(text, room), Font::TEXT, FAINT);
        }
    }

    /// What the scales and the map hold.
    fn footer(&self, canvas: &mut Canvas, scene: &Scene<'_>, map: Option<&Statistics>) {
        let [black, white] = scene.window.map(shown);
        let grey = format!("grey {black} to {white}");
        let text = match map {
            None => format!("{grey}   region {} voxels", scene.mask.count()),
            Some(Statistics { voxels, undefined, parts, .. }) => {
                let [least, median, greatest] = parts.map(shown);
                let lost = if *undefined > 0 { format!("   {undefined} undefined") } else { String::new() };
                format!("{grey}   map {least} to {greatest}, median {median}, in {voxels} voxels{lost}")
            }
        };
        let text = Font::TEXT.fitted(&text, self.size[0] - 2 * GAP);
        canvas.text([GAP, self.size[1] - GAP / 2 - Font::TEXT.height()], &text, Font::TEXT, FAINT);
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most the largest panel")]
fn pixels(exact: f64) -> usize {
    (exact.round() as usize).max(LEAST)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a part of a height")]
fn pixels_from(part: f64, height: usize) -> usize {
    (part * height as f64).round() as usize
}

/// A number in four digits that count.
fn shown(value: f64) -> String {
    let size = value.abs();
    let text = if size > 0.0 && !(1e-3..1e6).contains(&size) {
        return format!("{value:.2e}");
    } else if size >= 1000.0 {
        format!("{value:.0}")
    } else if size >= 100.0 {
        format!("{value:.1}")
    } else if size >= 10.0 {
        format!("{value:.2}")
    } else if size >= 0.1 {
        format!("{value:.3}")
    } else {
        format!("{value:.5}")
    };
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn numbers_are_short() {
        let numbers = [0.0, -0.25, 12.345_67, 123.456, -1024.0, 98_765.4, 0.012_345, 1.5e-7, 2.5e9, -0.0];
        let text = ["0", "-0.25", "12.35", "123.5", "-1024", "98765", "0.01235", "1.50e-7", "2.50e9", "-0"];
        assert_eq!(numbers.map(shown), text);
    }
}

//! A picture in memory: points, rectangles, text, PNG.
//!
//! Never here: what is drawn.

use noto_sans_mono_bitmap::{FontWeight, RasterHeight, get_raster, get_raster_width};

use super::colour::{Rgb, mixed};

/// A picture of 8-bit colours, rows from the top.
pub(super) struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<Rgb>,
}

/// How text looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Font {
    weight: FontWeight,
    height: RasterHeight,
}

impl Font {
    pub(super) const TITLE: Self = Self { weight: FontWeight::Bold, height: RasterHeight::Size20 };
    pub(super) const TEXT: Self = Self { weight: FontWeight::Regular, height: RasterHeight::Size16 };
    pub(super) const BOLD: Self = Self { weight: FontWeight::Bold, height: RasterHeight::Size16 };

    /// Pixels of a text from left to right.
    pub(super) fn width(self, text: &str) -> usize {
        text.chars().count() * get_raster_width(self.weight, self.height)
    }

    pub(super) fn height(self) -> usize {
        self.height.val()
    }

    /// As much of a text as fits, with dots for what does not.
    pub(super) fn fitted(self, text: &str, width: usize) -> String {
        let most = width / get_raster_width(self.weight, self.height);
        if text.chars().count() <= most {
            return text.to_owned();
        }
        text.chars().take(most.saturating_sub(3)).chain("...".chars()).collect()
    }
}

impl Canvas {
    pub(super) fn new(width: usize, height: usize, colour: Rgb) -> Self {
        Self { width, height, pixels: vec![colour; width * height] }
    }

    /// Sets a pixel; outside of the picture nothing happens.
    pub(super) fn set(&mut self, x: usize, y: usize, colour: Rgb) {
        self.blend(x, y, colour, 1.0);
    }

    pub(super) fn blend(&mut self, x: usize, y: usize, colour: Rgb, part: f64) {
        if x < self.width && y < self.height {
            let pixel = &mut self.pixels[y * self.width + x];
            *pixel = mixed(*pixel, colour, part);
        }
    }

    pub(super) fn fill(&mut self, [x, y]: [usize; 2], [width, height]: [usize; 2], colour: Rgb) {
        (y..y + height).for_each(|y| (x..x + width).for_each(|x| self.set(x, y, colour)));
    }

    /// A frame of one pixel around a rectangle.
    pub(super) fn frame(&mut self, [x, y]: [usize; 2], [width, height]: [usize; 2], colour: Rgb) {
        self.fill([x - 1, y - 1], [width + 2, 1], colour);
        self.fill([x - 1, y + height], [width + 2, 1], colour);
        self.fill([x - 1, y - 1], [1, height + 2], colour);
        self.fill([x + width, y - 1], [1, height + 2], colour);
    }

    /// Text from its top left corner. A character that the font lacks is a question mark.
    pub(super) fn text(&mut self, [x, y]: [usize; 2], text: &str, font: Font, colour: Rgb) {
        let step = get_raster_width(font.weight, font.height);
        for (i, character) in text.chars().enumerate() {
            let found = get_raster(character, font.weight, font.height);
            let Some(raster) = found.or_else(|| get_raster('?', font.weight, font.height)) else { continue };
            for (row, line) in raster.rows().enumerate() {
                for (column, ink) in line.iter().enumerate() {
                    self.blend(x + i * step + column, y + row, colour, f64::from(*ink) / 255.0);
                }
            }
        }
    }

    /// Text on a picture: light, with a dark edge.
    pub(super) fn label(&mut self, [x, y]: [usize; 2], text: &str, font: Font, colour: Rgb) {
        for (dx, dy) in [(0, 1), (2, 1), (1, 0), (1, 2)] {
            self.text([(x + dx).saturating_sub(1), (y + dy).saturating_sub(1)], text, font, [0; 3]);
        }
        self.text([x, y], text, font, colour);
    }

    /// The picture as a PNG file, without any text chunk.
    pub(super) fn png(&self) -> Vec<u8> {
        let size = |pixels: usize| u32::try_from(pixels).expect("a picture has thousands of pixels a side");
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, size(self.width), size(self.height));
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let written = encoder.write_header().and_then(|mut writer| {
            writer.write_image_data(self.pixels.as_flattened())?;
            writer.finish()
        });
        written.expect("memory takes every byte of a picture of the size it says");
        bytes
    }
}

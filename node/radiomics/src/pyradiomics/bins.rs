//! Intensities to grey levels.
//!
//! Bins of a fixed width start at multiples of the width, a fixed number of bins between minimum and maximum; their edges
//! are computed as numpy computes them, for a 32-bit image in 32 bits. Never here: matrices.
//! Specification: PyRadiomics 3.1.0, `imageoperations.getBinEdges` and `binImage`; numpy 1.26, `arange`, `histogram` and
//! `digitize`.

use super::Error;
use super::images::Pixel;
use super::parameters::Settings;

/// The highest grey level.
const MAX_LEVEL: usize = u16::MAX as usize;

/// The grey level of every voxel of the region, in its order, from 1.
pub(crate) fn levels(values: &[f64], pixel: Pixel, settings: &Settings) -> Result<Vec<u16>, Error> {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    match settings.bin_count {
        Some(count) if count > MAX_LEVEL => Err(too_many(count as f64)),
        Some(count) => Ok(by_count(values, least, most, count, pixel)),
        None => by_width(values, least, most, settings.bin_width),
    }
}

fn too_many(levels: f64) -> Error {
    Error::TooManyLevels { levels, limit: MAX_LEVEL }
}

fn by_width(values: &[f64], least: f64, most: f64, width: f64) -> Result<Vec<u16>, Error> {
    let rest = least % width;
    let first = least - if rest < 0.0 { rest + width } else { rest };
    let step = (first + width) - first;
    let highest = (most - first) / width + 1.0;
    if !(highest < MAX_LEVEL as f64 && step > 0.0) {
        return Err(too_many(highest));
    }
    Ok(values.iter().map(|x| level(*x, |edge| first + edge as f64 * step, (x - first) / step)).collect())
}

fn by_count(values: &[f64], least: f64, most: f64, count: usize, pixel: Pixel) -> Vec<u16> {
    let (first, last) = if least < most { (least, most) } else { (least - 0.5, most + 0.5) };
    let step = (last - first) / count as f64;
    let edge = |edge: usize| match edge {
        edge if edge > count => f64::INFINITY,
        edge if edge == count => rounded(last, pixel) + 1.0,
        edge => rounded(edge as f64 * step + first, pixel),
    };
    values.iter().map(|x| level(*x, edge, (x - first) / step)).collect()
}

#[expect(clippy::cast_possible_truncation, reason = "the image's precision")]
fn rounded(edge: f64, pixel: Pixel) -> f64 {
    if pixel == Pixel::Single { f64::from(edge as f32) } else { edge }
}

/// How many edges are not above a value, given roughly how many.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most MAX_LEVEL edges")]
fn level(value: f64, edge: impl Fn(usize) -> f64, guess: f64) -> u16 {
    let mut below = guess.clamp(0.0, MAX_LEVEL as f64) as usize;
    while edge(below) <= value {
        below += 1;
    }
    while below > 1 && edge(below - 1) > value {
        below -= 1;
    }
    below.clamp(1, MAX_LEVEL) as u16
}

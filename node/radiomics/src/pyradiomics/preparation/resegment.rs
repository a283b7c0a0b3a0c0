//! The mask without the voxels outside a range of intensities.
//!
//! Thresholds are compared in the image's precision, and for a 32-bit image the mean and the deviation are 32-bit sums,
//! as numpy makes them. Specification: PyRadiomics 3.1.0, `imageoperations.resegmentMask`; numpy 1.26, `mean` and `std`.

use consilium_imaging::{RoiMask, Volume};

use super::super::Error;
use super::super::images::Pixel;
use super::super::parameters::{ResegmentMode, Settings};

pub(super) fn resegment(
    image: &Volume,
    mask: &RoiMask,
    pixel: Pixel,
    settings: &Settings,
) -> Result<RoiMask, Error> {
    let mut range = settings.resegment_range.clone().unwrap_or_default();
    range.sort_by(f64::total_cmp);
    let region = || image.voxels().iter().zip(mask.inside()).filter(|(_, inside)| **inside);
    let values: Vec<f64> = region().map(|(value, _)| *value).collect();
    let threshold = |end: f64| match settings.resegment_mode {
        ResegmentMode::Absolute => end,
        ResegmentMode::Relative => values.iter().copied().fold(f64::NEG_INFINITY, f64::max) * end,
        ResegmentMode::Sigma => {
            let (mean, deviation) = moments(&values, pixel);
            mean + deviation * end
        }
    };
    let ends: Vec<f64> = range.into_iter().map(|end| rounded(threshold(end), pixel)).collect();
    let (lower, upper) = (ends[0], ends.get(1).copied().unwrap_or(f64::INFINITY));
    let kept = |(value, inside): (&f64, &bool)| *inside && *value >= lower && *value <= upper;
    let inside = image.voxels().iter().zip(mask.inside()).map(kept).collect();
    let left = RoiMask::new(mask.grid().clone(), inside).expect("as many voxels as before");
    match left.count() {
        kept @ 0..=1 => Err(Error::Resegmented { kept, lower, upper }),
        _ => Ok(left),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the image's precision")]
fn rounded(value: f64, pixel: Pixel) -> f64 {
    if pixel == Pixel::Single { f64::from(value as f32) } else { value }
}

fn moments(values: &[f64], pixel: Pixel) -> (f64, f64) {
    let n = values.len() as f64;
    if pixel == Pixel::Single {
        return single_moments(values);
    }
    let mean = values.iter().fold(0.0, |sum, x| sum + x) / n;
    (mean, (values.iter().fold(0.0, |sum, x| sum + (x - mean).powi(2)) / n).sqrt())
}

#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "numpy's 32-bit arithmetic")]
fn single_moments(values: &[f64]) -> (f64, f64) {
    let values: Vec<f32> = values.iter().map(|x| *x as f32).collect();
    let n = values.len();
    let mean = (f64::from(pairwise(&values)) / n as f64) as f32;
    let centre = pairwise(&values) / n as f32;
    let squares: Vec<f32> = values.iter().map(|x| (x - centre) * (x - centre)).collect();
    let variance = (f64::from(pairwise(&squares)) / n as f64) as f32;
    (f64::from(mean), f64::from(variance.sqrt()))
}

/// numpy's pairwise sum.
fn pairwise(values: &[f32]) -> f32 {
    let n = values.len();
    if n < 8 {
        return values.iter().fold(0.0, |sum, x| sum + x);
    }
    if n > 128 {
        let half = n / 2 - (n / 2) % 8;
        return pairwise(&values[..half]) + pairwise(&values[half..]);
    }
    let blocks = values.chunks_exact(8);
    let rest = blocks.remainder();
    let mut sums = [0.0_f32; 8];
    for block in blocks {
        sums.iter_mut().zip(block).for_each(|(sum, x)| *sum += x);
    }
    let [a, b, c, d, e, f, g, h] = sums;
    rest.iter().fold(((a + b) + (c + d)) + ((e + f) + (g + h)), |sum, x| sum + x)
}

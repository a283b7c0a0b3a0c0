//! Intensities to standard deviations from the image's mean.
//!
//! The order of operations is ITK's: normalised whole numbers often lie on the edge between two bins.
//! Specification: PyRadiomics 3.1.0, `imageoperations.normalizeImage`; ITK's `StatisticsImageFilter` and
//! `NormalizeImageFilter`, whose result is 64-bit.

use consilium_imaging::Volume;

use super::super::Error;
use super::super::parameters::Settings;

pub(super) fn normalise(image: &Volume, settings: &Settings) -> Result<Volume, Error> {
    let voxels = image.voxels();
    let n = voxels.len() as f64;
    let (sum, squares) = (compensated(voxels, |x| x), compensated(voxels, |x| x * x));
    let mean = sum / n;
    let deviation = ((squares - sum * sum / n) / (n - 1.0)).sqrt();
    if !deviation.is_finite() || deviation <= 0.0 {
        return Err(Error::Constant);
    }
    let (factor, limit) = (1.0 / deviation, settings.remove_outliers.unwrap_or(f64::INFINITY));
    let scaled = |x: &f64| ((x - mean) * factor).clamp(-limit, limit) * settings.normalize_scale;
    let normalised = Volume::new(image.grid().clone(), voxels.iter().map(scaled).collect());
    Ok(normalised.expect("as many voxels as before"))
}

/// Kahan's sum, as ITK adds.
fn compensated(values: &[f64], term: impl Fn(f64) -> f64) -> f64 {
    let add = |(sum, lost): (f64, f64), x: &f64| {
        let next = term(*x) - lost;
        let total = sum + next;
        (total, (total - sum) - next)
    };
    values.iter().fold((0.0, 0.0), add).0
}

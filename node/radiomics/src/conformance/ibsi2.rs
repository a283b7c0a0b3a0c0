//! IBSI 2: the 33 response maps of the digital phantoms (phase 1) and the 323 feature values of response maps of the CT
//! phantom (phase 2); of the 324th, the quartile coefficient of dispersion of 8.B, IBSI has no value.
//!
//! Never here: tolerance of our own. A map agrees when no voxel is further from the reference map than 1 % of that map's
//! range, which is how IBSI's participants were compared; a value agrees as in IBSI 1. Specification: IBSI 2 reference
//! manual, arXiv 2006.05470; DOI 10.1148/radiol.231319.

use std::path::Path;

use consilium_imaging::{RoiMask, Volume, read_image, read_mask};

use super::filters::{MAPS, MapTest, of_phantom};
use super::ibsi1;
use super::{ConformanceError, Verdict};
use crate::filters::Filter;
use crate::processing::round_intensities;
use crate::registry::{Formula, registry};
use crate::statistics::Statistics;
use crate::{Error, Interpolation, Resampling};

/// The largest difference, in parts of the reference map's range.
const OF_RANGE: f64 = 0.01;
/// Intensities of the region, HU.
const WINDOW: std::ops::RangeInclusive<f64> = -1000.0..=400.0;

/// Compares the response maps of a folder that holds IBSI's reference data. The value found is the largest difference of
/// a voxel in parts of the reference map's range, and should be zero.
pub fn phase1(folder: &Path) -> Result<Vec<Verdict>, ConformanceError> {
    MAPS.iter().map(|test| map(folder, test)).collect()
}

/// The numbers of the tests of phase 1, such as `3.a.2`.
pub fn phase1_tests() -> impl Iterator<Item = &'static str> {
    MAPS.iter().map(|test| test.id)
}

/// Compares one response map; `None` when no test has that number.
#[must_use]
pub fn response_map(folder: &Path, test: &str) -> Option<Result<Verdict, ConformanceError>> {
    MAPS.iter().find(|known| known.id == test).map(|test| map(folder, test))
}

/// The filter of a test of phase 1; `None` when no test has that number.
#[must_use]
pub fn filter(test: &str) -> Option<Filter> {
    MAPS.iter().find(|known| known.id == test).map(|test| (test.filter)())
}

fn map(folder: &Path, test: &MapTest) -> Result<Verdict, ConformanceError> {
    let folder = folder.join("ibsi2");
    let phantom = read_image(&folder.join("phantoms").join(format!("{}.nii.gz", test.phantom)))?;
    let name = format!("{}-ValidCRM.nii.gz", test.id.replace('.', "_"));
    let reference = read_image(&folder.join("response_maps").join(name))?;
    let filter = (test.filter)();
    let response = filter
        .apply(&phantom)
        .map_err(|fault| ConformanceError::Features { dataset: test.id.to_owned(), fault })?;
    let found = difference(&response, &reference);
    Ok(Verdict {
        set: format!("ibsi2 phase 1 {}", test.id),
        what: format!("{} of {}", filter.name(), test.phantom),
        found,
        reference: 0.0,
        tolerance: OF_RANGE,
        is_matched: found <= OF_RANGE,
    })
}

/// The largest difference of a voxel, in parts of the reference's range.
fn difference(response: &Volume, reference: &Volume) -> f64 {
    let pairs = response.voxels().iter().zip(reference.voxels());
    let largest = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    let least = reference.voxels().iter().copied().fold(f64::INFINITY, f64::min);
    let greatest = reference.voxels().iter().copied().fold(f64::NEG_INFINITY, f64::max);
    largest / (greatest - least)
}

/// Compares the statistics of response maps of the CT phantom in a folder that holds IBSI's reference data.
pub fn phase2(folder: &Path) -> Result<Vec<Verdict>, ConformanceError> {
    let references =
        ibsi1::read(&folder.join("ibsi2/ibsi2_phase2_reference.csv"), ["filter_id", "feature_tag"])?;
    let phantom = folder.join("ibsi1/ct_radiomics_phantom");
    let image = round_intensities(&read_image(&phantom.join("image.nii.gz"))?);
    let mask = read_mask(&phantom.join("mask.nii.gz"))?;
    let fault = |set: &str, fault: Error| ConformanceError::Features { dataset: set.to_owned(), fault };
    let resampled = in_volume(&image, &mask).map_err(|error| fault("B", error))?;
    let mut verdicts = Vec::with_capacity(references.len());
    for rows in references.chunk_by(|a, b| a.dataset == b.dataset) {
        let id = rows[0].dataset.as_str();
        let (image, mask) = if id.ends_with('A') { (&image, &mask) } else { (&resampled.0, &resampled.1) };
        let statistics =
            statistics(image, mask, of_phantom(id).as_ref()).map_err(|error| fault(id, error))?;
        verdicts.extend(rows.iter().map(|row| Verdict {
            set: format!("ibsi2 phase 2 {id}"),
            ..row.verdict(value(&statistics, &row.tag))
        }));
    }
    Ok(verdicts)
}

/// The processing of tests B.
fn in_volume(image: &Volume, mask: &RoiMask) -> Result<(Volume, RoiMask), Error> {
    let spacing = [Some(1.0); 3];
    let how = Resampling { image: Interpolation::Cubic, round: true, ..Resampling::to(spacing) };
    Ok((how.volume(image)?, how.roi(mask)?))
}

/// Of the response within the mask, where the image before the filter lies in the window.
fn statistics(image: &Volume, mask: &RoiMask, filter: Option<&Filter>) -> Result<Statistics, Error> {
    let response = filter.map(|filter| filter.apply(image)).transpose()?;
    let values = response.as_ref().unwrap_or(image).voxels();
    let cells = mask.inside().iter().zip(image.voxels()).zip(values);
    let inside = cells.filter(|((is_in, before), _)| **is_in && WINDOW.contains(*before));
    Ok(Statistics::new(&inside.map(|(_, value)| *value).collect::<Vec<_>>()))
}

fn value(statistics: &Statistics, tag: &str) -> f64 {
    let formula = registry().iter().find_map(|known| match known.formula {
        Formula::Statistics(formula) if known.tag == tag => Some(formula),
        _ => None,
    });
    formula.map_or(f64::NAN, |formula| formula(statistics))
}

//! IBSI 2: the 33 response maps of the digital phantoms (phase 1) and the 324 feature values of response maps of the CT
//! phantom (phase 2).
//!
//! Never here: tolerance of our own. A map agrees when no voxel is further from the reference map than 1 % of that map's
//! range, which is how IBSI's participants were compared; a value agrees as in IBSI 1. Specification: IBSI 2 reference
//! manual, arXiv 2006.05470; DOI 10.1148/radiol.231319.

use std::path::Path;

use consilium_imaging::{Volume, read_image, read_mask};

use super::maps::{MAPS, MapTest};
use super::{ConformanceError, Verdict};

/// The largest difference, in parts of the reference map's range.
const OF_RANGE: f64 = 0.01;

/// Compares the response maps of a folder that holds IBSI's reference data. The value found is the largest difference of
/// a voxel in parts of the reference map's range, and should be zero.
pub fn phase1(folder: &Path) -> Result<Vec<Verdict>, ConformanceError> {
    MAPS.iter().map(|test| map(&folder.join("ibsi2"), test)).collect()
}

/// The tests of phase 1: their numbers.
pub fn phase1_tests() -> impl Iterator<Item = &'static str> {
    MAPS.iter().map(|test| test.id)
}

/// Compares one response map.
fn map(folder: &Path, test: &MapTest) -> Result<Verdict, ConformanceError> {
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

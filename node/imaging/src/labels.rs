//! Label maps: an image of whole numbers, one number a region.
//!
//! Never: a label that is no whole number as a region of its own; such a file is an image.

use std::collections::BTreeSet;
use std::path::Path;

use crate::region::{self, Choice, NotChosen, Region, RegionKind};
use crate::{DicomFault, Grid, ImagingError, RoiMask, Volume, orientation};

/// Distinct values shown in a message.
const SHOWN_VALUES: usize = 6;
/// Labels of one file.
const MOST_LABELS: usize = 4096;

/// The mask of a file with one region.
pub(crate) fn only(file: &Path, image: &Volume) -> Result<RoiMask, ImagingError> {
    let mut values = BTreeSet::new();
    for voxel in image.voxels() {
        let is_new = *voxel != 0.0 && values.insert(voxel.to_bits());
        if is_new && (values.len() > SHOWN_VALUES || voxel.is_nan()) {
            break;
        }
    }
    if values.len() > 1 || values.iter().any(|bits| f64::from_bits(*bits).is_nan()) {
        return Err(not_binary(file, &values));
    }
    let inside = image.voxels().iter().map(|voxel| *voxel != 0.0).collect();
    RoiMask::new(image.grid().clone(), inside)
}

/// The labels of a map, with the names that `name_of` knows.
pub(crate) fn regions(
    file: &Path,
    image: &Volume,
    name_of: impl Fn(u32) -> String,
) -> Result<Vec<Region>, ImagingError> {
    let mut values = BTreeSet::new();
    let mut last = 0.0_f64.to_bits();
    for voxel in image.voxels().iter().filter(|voxel| **voxel != 0.0) {
        if voxel.to_bits() == last {
            continue;
        }
        last = voxel.to_bits();
        values.insert(last);
        if label(*voxel).is_none() || values.len() > MOST_LABELS {
            return Err(not_binary(file, &values));
        }
    }
    let labels = values.into_iter().filter_map(|bits| label(f64::from_bits(bits)));
    let region =
        |number| Region { number, name: name_of(number), observer: String::new(), kind: RegionKind::Label };
    Ok(labels.map(region).collect())
}

/// The voxels of one label, in the order of the image's grid.
pub(crate) fn read(
    file: &Path,
    map: &Volume,
    regions: &[Region],
    which: Choice<'_>,
    grid: &Grid,
) -> Result<RoiMask, ImagingError> {
    let number = region::choose(regions, which).map_err(|reason| {
        let present = region::list(regions);
        match reason {
            NotChosen::Several => DicomFault::SeveralRegions { present }.at(file),
            NotChosen::None => DicomFault::NoSuchRegion { which: which.to_string(), present }.at(file),
        }
    })?;
    let number = f64::from(number.number).to_bits();
    let inside: Vec<bool> = map.voxels().iter().map(|voxel| voxel.to_bits() == number).collect();
    let ordered = orientation::in_order_of(grid, map.grid(), &inside);
    let inside =
        ordered.map_err(|difference| ImagingError::Elsewhere { file: file.to_owned(), difference })?;
    RoiMask::new(grid.clone(), inside)
}

fn label(value: f64) -> Option<u32> {
    let is_label = (1.0..=f64::from(u32::MAX)).contains(&value) && value.fract() == 0.0;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number in range")]
    is_label.then_some(value as u32)
}

fn not_binary(file: &Path, values: &BTreeSet<u64>) -> ImagingError {
    let mut shown: Vec<f64> = values.iter().map(|bits| f64::from_bits(*bits)).collect();
    shown.sort_by(f64::total_cmp);
    let mut text: Vec<String> = shown.iter().take(SHOWN_VALUES).map(f64::to_string).collect();
    if shown.len() > SHOWN_VALUES {
        text.push("…".to_owned());
    }
    ImagingError::NotBinary { file: file.to_owned(), values: text.join(", ") }
}

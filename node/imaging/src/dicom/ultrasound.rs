//! Pictures that have a scale but no place in the patient: ultrasound, radiographs.
//!
//! Never: a cine loop as a volume; time is not a distance. Spec: DICOM PS3.3 C.8.5.5 (calibrated regions).

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use super::fault::DicomFault;
use super::tree::Tree;
use super::values::{bad, missing};

/// The code of centimetres in `PhysicalUnitsXDirection`.
const CENTIMETRES: usize = 3;
/// The code of a two-dimensional image in `RegionSpatialFormat`.
const IMAGE: usize = 1;
/// Largest relative difference between the regions' scales.
const SAME_SCALE: f64 = 1e-3;

/// Distance of columns and of rows, mm.
pub(super) fn spacing(root: &Tree) -> Result<[f64; 2], DicomFault> {
    for tag in [tags::PIXEL_SPACING, tags::IMAGER_PIXEL_SPACING] {
        if let Some([rows, columns]) = root.array(tag)? {
            return positive([columns, rows], tag);
        }
    }
    let regions = root.items(tags::SEQUENCE_OF_ULTRASOUND_REGIONS);
    let mut scales = Vec::new();
    for region in regions {
        if let Some(scale) = scale(region)? {
            scales.push(scale);
        }
    }
    let first = *scales.first().ok_or_else(|| {
        missing(tags::PIXEL_SPACING, "the picture has no scale; export it with its calibrated regions")
    })?;
    let differ = |other: &[f64; 2]| (0..2).any(|i| (other[i] / first[i] - 1.0).abs() > SAME_SCALE);
    if scales.iter().any(differ) {
        let why = "regions of different scales; crop the picture to one of them".to_owned();
        return Err(bad(tags::SEQUENCE_OF_ULTRASOUND_REGIONS, why));
    }
    positive(first, tags::PHYSICAL_DELTA_X)
}

/// The scale of a region that shows tissue in two dimensions.
fn scale(region: &Tree) -> Result<Option<[f64; 2]>, DicomFault> {
    let is_image = region.count(tags::REGION_SPATIAL_FORMAT)? == Some(IMAGE);
    let in_centimetres = region.count(tags::PHYSICAL_UNITS_X_DIRECTION)? == Some(CENTIMETRES)
        && region.count(tags::PHYSICAL_UNITS_Y_DIRECTION)? == Some(CENTIMETRES);
    let deltas = (region.number(tags::PHYSICAL_DELTA_X)?, region.number(tags::PHYSICAL_DELTA_Y)?);
    Ok(match deltas {
        (Some(x), Some(y)) if is_image && in_centimetres => Some([x.abs() * 10.0, y.abs() * 10.0]),
        _ => None,
    })
}

fn positive(spacing: [f64; 2], tag: Tag) -> Result<[f64; 2], DicomFault> {
    if spacing.iter().all(|mm| *mm > 0.0) {
        return Ok(spacing);
    }
    Err(bad(tag, format!("{spacing:?} mm; both must be positive")))
}

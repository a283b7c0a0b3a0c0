//! NIfTI-1 single files, plain or gzip: a header of 348 bytes, then voxels.
//!
//! Never: an allocation larger than what has been read plus what was just verified to be there.

mod header;
mod stream;
mod voxels;
mod write;

use std::collections::BTreeSet;
use std::path::Path;

pub use write::{Precision, write_image, write_mask};

use crate::{ImagingError, RoiMask, Volume};

/// Distinct mask values shown in a message.
const SHOWN_VALUES: usize = 6;

/// Reads an image.
pub fn read_image(file: &Path) -> Result<Volume, ImagingError> {
    let mut stream = stream::open(file)?;
    let header = header::read(&mut stream, file)?;
    let voxels = voxels::read(&mut stream, &header, file)?;
    Volume::new(header.grid, voxels)
}

/// Reads a mask: zero outside, one other value inside.
pub fn read_mask(file: &Path) -> Result<RoiMask, ImagingError> {
    let image = read_image(file)?;
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

fn not_binary(file: &Path, values: &BTreeSet<u64>) -> ImagingError {
    let mut shown: Vec<f64> = values.iter().map(|bits| f64::from_bits(*bits)).collect();
    shown.sort_by(f64::total_cmp);
    let mut text: Vec<String> = shown.iter().take(SHOWN_VALUES).map(f64::to_string).collect();
    if shown.len() > SHOWN_VALUES {
        text.push("…".to_owned());
    }
    ImagingError::NotBinary { file: file.to_owned(), values: text.join(", ") }
}

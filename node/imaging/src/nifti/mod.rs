//! NIfTI-1 and NIfTI-2 single files, plain or gzip: a header, then voxels.
//!
//! Never: an allocation larger than what has been read plus what was just verified to be there.

mod header;
mod raw;
mod voxels;
mod write;

use std::path::Path;

pub use write::{Precision, write_image, write_mask};

use crate::open::Stored;
use crate::{ImagingError, Volume, stream};

/// Reads what the header says.
pub(crate) fn read_header(file: &Path) -> Result<Stored, ImagingError> {
    let header = header::read(&mut stream::open(file)?, file)?;
    let is_scaled = (header.slope, header.intercept) != (1.0, 0.0);
    Ok(Stored { voxels: header.grid.len(), number: header.number, is_scaled })
}

/// Reads an image.
pub(crate) fn read_image(file: &Path) -> Result<Volume, ImagingError> {
    let mut stream = stream::open(file)?;
    let header = header::read(&mut stream, file)?;
    let voxels = voxels::read(&mut stream, &header, file)?;
    Volume::new(header.grid, voxels)
}

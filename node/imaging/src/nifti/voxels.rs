//! Voxels, scaled as the header says.

use std::path::Path;

use super::header::Header;
use crate::ImagingError;
use crate::numbers::{self, Number};
use crate::stream::{self, Stream};

/// A number type, by its NIfTI code.
pub(super) fn number(code: i16) -> Option<Number> {
    Some(match code {
        2 => Number::U8,
        4 => Number::I16,
        8 => Number::I32,
        16 => Number::F32,
        64 => Number::F64,
        256 => Number::I8,
        512 => Number::U16,
        768 => Number::U32,
        1024 => Number::I64,
        1280 => Number::U64,
        _ => return None,
    })
}

pub(super) fn read(stream: &mut Stream, header: &Header, file: &Path) -> Result<Vec<f64>, ImagingError> {
    stream::exactly(stream, header.gap, "the header", file)?;
    let mut voxels = numbers::read(stream, header.grid.len(), header.number, header.big_endian, file)?;
    stream::finish(stream, file)?;
    if (header.slope, header.intercept) != (1.0, 0.0) {
        for voxel in &mut voxels {
            *voxel = *voxel * header.slope + header.intercept;
        }
    }
    Ok(voxels)
}

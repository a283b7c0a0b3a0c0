//! The number type of an image's file, in which PyRadiomics computes.
//!
//! As `SimpleITK` reads them: scaled whole numbers of NIfTI become 32-bit floating point. DICOM, which PyRadiomics does not
//! read by itself, counts as 16-bit whole numbers when all voxels are whole, and as 64-bit floating point otherwise.

use std::path::Path;

use consilium_imaging::{Number, Stored, Volume, stored};
use consilium_radiomics::pyradiomics::Pixel;

/// The number type of `image`, which was read from `file`.
pub(super) fn of(file: &Path, image: &Volume) -> Pixel {
    stored(file).ok().flatten().and_then(pixel).unwrap_or_else(|| {
        let is_whole = image.voxels().iter().all(|voxel| voxel.fract() == 0.0);
        if is_whole { integer(-32768.0, 32767.0) } else { Pixel::Double }
    })
}

/// Nothing for 64-bit whole numbers, which no image of a patient needs.
fn pixel(stored: Stored) -> Option<Pixel> {
    let pixel = match stored.number {
        Number::U8 => integer(0.0, 255.0),
        Number::I8 => integer(-128.0, 127.0),
        Number::I16 => integer(-32768.0, 32767.0),
        Number::U16 => integer(0.0, 65535.0),
        Number::I32 => integer(-2_147_483_648.0, 2_147_483_647.0),
        Number::U32 => integer(0.0, 4_294_967_295.0),
        Number::F32 => Pixel::Single,
        Number::F64 => Pixel::Double,
        Number::I64 | Number::U64 => return None,
    };
    let is_integer = matches!(pixel, Pixel::Integer { .. });
    Some(if is_integer && stored.is_scaled { Pixel::Single } else { pixel })
}

fn integer(min: f64, max: f64) -> Pixel {
    Pixel::Integer { min, max }
}

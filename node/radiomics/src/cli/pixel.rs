//! The number type of an image's file, in which PyRadiomics computes.
//!
//! As `SimpleITK` reads them: scaled whole numbers of NIfTI become 32-bit floating point. DICOM, which PyRadiomics does not
//! read by itself, counts as 16-bit whole numbers when all voxels are whole, and as 64-bit floating point otherwise.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use consilium_imaging::Volume;
use consilium_radiomics::pyradiomics::Pixel;
use flate2::read::MultiGzDecoder;

/// Bytes of a NIfTI-1 header.
const HEADER: usize = 348;
/// Bytes of an NRRD header that are searched for its type.
const NRRD_HEADER: u64 = 1 << 14;

/// The number type of `image`, which was read from `file`.
pub(super) fn of(file: &Path, image: &Volume) -> Pixel {
    header(file).unwrap_or_else(|| {
        let is_whole = image.voxels().iter().all(|voxel| voxel.fract() == 0.0);
        if is_whole { integer(-32768.0, 32767.0) } else { Pixel::Double }
    })
}

fn header(file: &Path) -> Option<Pixel> {
    let mut start = [0; 4];
    File::open(file).ok()?.read_exact(&mut start).ok()?;
    match start {
        [0x1f, 0x8b, ..] => nifti(MultiGzDecoder::new(File::open(file).ok()?)),
        [b'N', b'R', b'R', b'D'] => nrrd(File::open(file).ok()?),
        _ => nifti(File::open(file).ok()?),
    }
}

fn nifti(mut file: impl Read) -> Option<Pixel> {
    let mut header = [0; HEADER];
    file.read_exact(&mut header).ok()?;
    let is_little = match header[..4] {
        [0x5c, 1, 0, 0] => true,
        [0, 0, 1, 0x5c] => false,
        _ => return None,
    };
    let bytes = |at: usize, n: usize| {
        let mut found = header[at..at + n].to_vec();
        if !is_little {
            found.reverse();
        }
        found
    };
    let float = |at| Some(f32::from_le_bytes(bytes(at, 4).try_into().ok()?));
    let code = i16::from_le_bytes(bytes(70, 2).try_into().ok()?);
    let (slope, intercept) = (float(112)?, float(116)?);
    let is_plain = slope == 0.0 || (slope, intercept) == (1.0, 0.0);
    let pixel = match code {
        2 => integer(0.0, 255.0),
        256 => integer(-128.0, 127.0),
        4 => integer(-32768.0, 32767.0),
        512 => integer(0.0, 65535.0),
        8 => integer(-2_147_483_648.0, 2_147_483_647.0),
        768 => integer(0.0, 4_294_967_295.0),
        16 => Pixel::Single,
        64 => Pixel::Double,
        _ => return None,
    };
    let is_integer = matches!(pixel, Pixel::Integer { .. });
    Some(if is_integer && !is_plain { Pixel::Single } else { pixel })
}

fn nrrd(file: impl Read) -> Option<Pixel> {
    let mut bytes = Vec::new();
    file.take(NRRD_HEADER).read_to_end(&mut bytes).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let word = text.lines().find_map(|line| line.strip_prefix("type:"))?;
    Some(match word.trim() {
        "uchar" | "unsigned char" | "uint8" | "uint8_t" => integer(0.0, 255.0),
        "signed char" | "int8" | "int8_t" => integer(-128.0, 127.0),
        "short" | "short int" | "signed short" | "signed short int" | "int16" | "int16_t" => {
            integer(-32768.0, 32767.0)
        }
        "ushort" | "unsigned short" | "unsigned short int" | "uint16" | "uint16_t" => integer(0.0, 65535.0),
        "int" | "signed int" | "int32" | "int32_t" => integer(-2_147_483_648.0, 2_147_483_647.0),
        "uint" | "unsigned int" | "uint32" | "uint32_t" => integer(0.0, 4_294_967_295.0),
        "float" => Pixel::Single,
        "double" => Pixel::Double,
        _ => return None,
    })
}

fn integer(min: f64, max: f64) -> Pixel {
    Pixel::Integer { min, max }
}

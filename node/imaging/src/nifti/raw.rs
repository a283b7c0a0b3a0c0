//! The header's fields, of either version and byte order, as they stand in the file.
//!
//! Offsets and meanings: nifti1.h, <https://nifti.nimh.nih.gov/pub/dist/src/niftilib/nifti1.h>, and nifti2.h,
//! <https://nifti.nimh.nih.gov/pub/dist/doc/nifti2.h>.

use std::path::Path;

use crate::ImagingError;
use crate::stream::{self, Stream};

/// Bytes of the first field, which is the header's length.
const FIRST: usize = 4;

/// The fields that are used.
pub(super) struct Raw {
    pub(super) big_endian: bool,
    /// Bytes of the header.
    pub(super) length: usize,
    /// Number of axes, then voxels along each.
    pub(super) dim: [i64; 8],
    pub(super) datatype: i16,
    /// Sign of the third axis of the quaternion, then spacings.
    pub(super) pixdim: [f64; 8],
    pub(super) offset: f64,
    pub(super) slope: f64,
    pub(super) intercept: f64,
    pub(super) units: u8,
    pub(super) qform: i32,
    pub(super) sform: i32,
    pub(super) quaternion: [f64; 3],
    pub(super) shift: [f64; 3],
    pub(super) srow: [[f64; 4]; 3],
}

/// The header's bytes with their order.
struct Bytes {
    bytes: Vec<u8>,
    big_endian: bool,
}

impl Bytes {
    fn array<const N: usize>(&self, at: usize) -> [u8; N] {
        let mut field = [0; N];
        field.copy_from_slice(&self.bytes[at..at + N]);
        if self.big_endian {
            field.reverse();
        }
        field
    }

    fn i16(&self, at: usize) -> i16 {
        i16::from_le_bytes(self.array(at))
    }

    fn i32(&self, at: usize) -> i32 {
        i32::from_le_bytes(self.array(at))
    }

    fn singles<const N: usize>(&self, at: usize) -> [f64; N] {
        std::array::from_fn(|i| f64::from(f32::from_le_bytes(self.array(at + 4 * i))))
    }

    fn doubles<const N: usize>(&self, at: usize) -> [f64; N] {
        std::array::from_fn(|i| f64::from_le_bytes(self.array(at + 8 * i)))
    }

    fn first(&self) -> Raw {
        let [slope, intercept] = self.singles(112);
        let [offset] = self.singles(108);
        Raw {
            big_endian: self.big_endian,
            length: self.bytes.len(),
            dim: std::array::from_fn(|i| self.i16(40 + 2 * i).into()),
            datatype: self.i16(70),
            pixdim: self.singles(76),
            offset,
            slope,
            intercept,
            units: self.bytes[123],
            qform: self.i16(252).into(),
            sform: self.i16(254).into(),
            quaternion: self.singles(256),
            shift: self.singles(268),
            srow: std::array::from_fn(|i| self.singles(280 + 16 * i)),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "an offset beyond 2^53 is refused")]
    fn second(&self) -> Raw {
        let [slope, intercept] = self.doubles(176);
        Raw {
            big_endian: self.big_endian,
            length: self.bytes.len(),
            dim: std::array::from_fn(|i| i64::from_le_bytes(self.array(16 + 8 * i))),
            datatype: self.i16(12),
            pixdim: self.doubles(104),
            offset: i64::from_le_bytes(self.array(168)) as f64,
            slope,
            intercept,
            units: self.i32(500).to_le_bytes()[0],
            qform: self.i32(344),
            sform: self.i32(348),
            quaternion: self.doubles(352),
            shift: self.doubles(376),
            srow: std::array::from_fn(|i| self.doubles(400 + 32 * i)),
        }
    }
}

pub(super) fn read(stream: &mut Stream, file: &Path) -> Result<Raw, ImagingError> {
    let not_nifti = |why: &str| ImagingError::NotNifti { file: file.to_owned(), why: why.to_owned() };
    let mut bytes = stream::up_to(stream, FIRST, file)?;
    let (big_endian, length) = match bytes.as_slice() {
        [0x5c, 1, 0, 0] => (false, 348),
        [0, 0, 1, 0x5c] => (true, 348),
        [0x1c, 2, 0, 0] => (false, 540),
        [0, 0, 2, 0x1c] => (true, 540),
        start if start.len() < FIRST => (false, 348),
        _ => return Err(not_nifti("the first field is neither 348 nor 540")),
    };
    bytes.extend(stream::up_to(stream, length - bytes.len(), file)?);
    if bytes.len() < length {
        let (file, found) = (file.to_owned(), bytes.len());
        return Err(ImagingError::Truncated { file, part: "the header", found, expected: length });
    }
    let magic = if length == 348 { &bytes[344..348] } else { &bytes[4..12] };
    match magic {
        b"n+1\0" | b"n+2\0\r\n\x1a\n" => {}
        b"ni1\0" | b"ni2\0\r\n\x1a\n" => return Err(not_nifti("it is half of a .hdr/.img pair")),
        _ => return Err(not_nifti("the magic is neither n+1 nor n+2")),
    }
    let bytes = Bytes { bytes, big_endian };
    Ok(if length == 348 { bytes.first() } else { bytes.second() })
}

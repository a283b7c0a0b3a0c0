//! Voxels of every real number type, scaled as the header says.

use std::path::Path;

use super::header::Header;
use super::stream::{self, Stream};
use crate::ImagingError;

/// A number type, by its NIfTI code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Datatype {
    U8,
    I8,
    I16,
    U16,
    I32,
    U32,
    I64,
    U64,
    F32,
    F64,
}

impl Datatype {
    pub(super) fn of(code: i16) -> Option<Self> {
        Some(match code {
            2 => Self::U8,
            4 => Self::I16,
            8 => Self::I32,
            16 => Self::F32,
            64 => Self::F64,
            256 => Self::I8,
            512 => Self::U16,
            768 => Self::U32,
            1024 => Self::I64,
            1280 => Self::U64,
            _ => return None,
        })
    }

    fn bytes(self) -> usize {
        match self {
            Self::U8 | Self::I8 => 1,
            Self::I16 | Self::U16 => 2,
            Self::I32 | Self::U32 | Self::F32 => 4,
            Self::I64 | Self::U64 | Self::F64 => 8,
        }
    }
}

pub(super) fn read(stream: &mut Stream, header: &Header, file: &Path) -> Result<Vec<f64>, ImagingError> {
    stream::exactly(stream, header.gap, "the header", file)?;
    let raw = stream::exactly(stream, header.grid.len() * header.datatype.bytes(), "the voxels", file)?;
    stream::finish(stream, file)?;
    let mut voxels = numbers(&raw, header.datatype, header.big_endian);
    if (header.slope, header.intercept) != (1.0, 0.0) {
        for voxel in &mut voxels {
            *voxel = *voxel * header.slope + header.intercept;
        }
    }
    Ok(voxels)
}

#[expect(clippy::cast_precision_loss, reason = "64-bit voxels are counts or labels far below 2^53")]
fn numbers(raw: &[u8], datatype: Datatype, big_endian: bool) -> Vec<f64> {
    match datatype {
        Datatype::U8 => words(raw, big_endian, |[byte]| f64::from(byte)),
        Datatype::I8 => words(raw, big_endian, |b| f64::from(i8::from_le_bytes(b))),
        Datatype::I16 => words(raw, big_endian, |b| f64::from(i16::from_le_bytes(b))),
        Datatype::U16 => words(raw, big_endian, |b| f64::from(u16::from_le_bytes(b))),
        Datatype::I32 => words(raw, big_endian, |b| f64::from(i32::from_le_bytes(b))),
        Datatype::U32 => words(raw, big_endian, |b| f64::from(u32::from_le_bytes(b))),
        Datatype::I64 => words(raw, big_endian, |b| i64::from_le_bytes(b) as f64),
        Datatype::U64 => words(raw, big_endian, |b| u64::from_le_bytes(b) as f64),
        Datatype::F32 => words(raw, big_endian, |b| f64::from(f32::from_le_bytes(b))),
        Datatype::F64 => words(raw, big_endian, f64::from_le_bytes),
    }
}

fn words<const N: usize>(raw: &[u8], big_endian: bool, number: impl Fn([u8; N]) -> f64) -> Vec<f64> {
    let in_order = |word: &[u8; N]| {
        let mut word = *word;
        if big_endian {
            word.reverse();
        }
        number(word)
    };
    raw.as_chunks::<N>().0.iter().map(in_order).collect()
}

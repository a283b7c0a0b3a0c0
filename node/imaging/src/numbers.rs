//! Voxels of every real number type as f64, decoded while they arrive: the volume is the only copy.

use std::path::Path;

use crate::ImagingError;
use crate::stream::{self, Stream};

/// A number type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Number {
    /// Unsigned, 8 bits.
    U8,
    /// Signed, 8 bits.
    I8,
    /// Signed, 16 bits.
    I16,
    /// Unsigned, 16 bits.
    U16,
    /// Signed, 32 bits.
    I32,
    /// Unsigned, 32 bits.
    U32,
    /// Signed, 64 bits.
    I64,
    /// Unsigned, 64 bits.
    U64,
    /// Floating point, 32 bits.
    F32,
    /// Floating point, 64 bits.
    F64,
}

impl Number {
    pub(crate) fn bytes(self) -> usize {
        match self {
            Self::U8 | Self::I8 => 1,
            Self::I16 | Self::U16 => 2,
            Self::I32 | Self::U32 | Self::F32 => 4,
            Self::I64 | Self::U64 | Self::F64 => 8,
        }
    }
}

/// Numbers decoded at a time.
const CHUNK: usize = 1 << 16;

/// Reads `count` numbers. Memory grows with the bytes that are there.
pub(crate) fn read(
    stream: &mut Stream,
    count: usize,
    number: Number,
    big_endian: bool,
    file: &Path,
) -> Result<Vec<f64>, ImagingError> {
    let mut numbers = Vec::new();
    while numbers.len() < count {
        let wanted = CHUNK.min(count - numbers.len()) * number.bytes();
        let raw = stream::up_to(stream, wanted, file)?;
        if raw.len() < wanted {
            let found = numbers.len() * number.bytes() + raw.len();
            let (file, expected) = (file.to_owned(), count * number.bytes());
            return Err(ImagingError::Truncated { file, part: "the voxels", found, expected });
        }
        numbers.extend(decode(&raw, number, big_endian));
    }
    Ok(numbers)
}

/// Numbers one after the other in memory.
#[expect(clippy::cast_precision_loss, reason = "64-bit voxels are counts or labels far below 2^53")]
fn decode(raw: &[u8], number: Number, big_endian: bool) -> Vec<f64> {
    match number {
        Number::U8 => words(raw, big_endian, |[byte]| f64::from(byte)),
        Number::I8 => words(raw, big_endian, |b| f64::from(i8::from_le_bytes(b))),
        Number::I16 => words(raw, big_endian, |b| f64::from(i16::from_le_bytes(b))),
        Number::U16 => words(raw, big_endian, |b| f64::from(u16::from_le_bytes(b))),
        Number::I32 => words(raw, big_endian, |b| f64::from(i32::from_le_bytes(b))),
        Number::U32 => words(raw, big_endian, |b| f64::from(u32::from_le_bytes(b))),
        Number::I64 => words(raw, big_endian, |b| i64::from_le_bytes(b) as f64),
        Number::U64 => words(raw, big_endian, |b| u64::from_le_bytes(b) as f64),
        Number::F32 => words(raw, big_endian, |b| f64::from(f32::from_le_bytes(b))),
        Number::F64 => words(raw, big_endian, f64::from_le_bytes),
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

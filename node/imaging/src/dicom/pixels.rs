//! Stored pixel values, frame by frame.
//!
//! A frame is read when it is asked for, so that no more than one is in memory beside the volume. Colour becomes
//! luminance. Never: rescaling; that is each slice's own. Spec: DICOM PS3.3 C.7.6.3, PS3.5 section 8.

use std::io::{Read as _, Seek as _, SeekFrom};

use dicom_core::VR;
use dicom_dictionary_std::tags;

use super::codec::{self, Coding, Samples};
use super::fault::DicomFault;
use super::file::{DicomFile, Source};
use super::tree::Pixels;
use super::values::bad;
use crate::{ImagingError, MOST_VOXELS};

const BIG_ENDIAN: &str = "1.2.840.10008.1.2.2";
/// Compressed pixels of all frames; a segmentation may have more than an image.
const MOST_COMPRESSED: usize = 4 * MOST_VOXELS;
/// Pieces of compressed pixels in one file.
const MOST_FRAGMENTS: usize = 1 << 16;
/// Weights of red, green and blue: ITU-R BT.601, as DICOM's `YBR_FULL`.
const LUMINANCE: [f64; 3] = [0.299, 0.587, 0.114];

/// How pixels are stored.
pub(super) struct Format {
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) samples: usize,
    pub(super) frames: usize,
    pub(super) photometric: String,
    allocated: usize,
    stored: usize,
    high_bit: usize,
    is_signed: bool,
    is_planar: bool,
}

/// The frames of one file.
pub(super) struct Frames<'a> {
    file: &'a DicomFile,
    source: Box<dyn Source>,
    pixels: Pixels,
    coding: Coding,
    /// Offset and length of each frame's pieces, where encapsulated.
    pieces: Vec<Vec<(u64, u32)>>,
}

impl Format {
    pub(super) fn of(file: &DicomFile) -> Result<Self, ImagingError> {
        let optional = |tag, default| {
            file.root.count(tag).map(|n| n.unwrap_or(default)).map_err(|fault| file.fault(fault))
        };
        let stored = file.count(tags::BITS_STORED)?;
        let format = Self {
            rows: file.count(tags::ROWS)?,
            columns: file.count(tags::COLUMNS)?,
            samples: optional(tags::SAMPLES_PER_PIXEL, 1)?,
            frames: optional(tags::NUMBER_OF_FRAMES, 1)?.max(1),
            photometric: file.root.text(tags::PHOTOMETRIC_INTERPRETATION).unwrap_or_default(),
            allocated: file.count(tags::BITS_ALLOCATED)?,
            stored,
            high_bit: optional(tags::HIGH_BIT, stored.saturating_sub(1))?,
            is_signed: optional(tags::PIXEL_REPRESENTATION, 0)? == 1,
            is_planar: optional(tags::PLANAR_CONFIGURATION, 0)? == 1,
        };
        format.check(file)?;
        Ok(format)
    }

    fn check(&self, file: &DicomFile) -> Result<(), ImagingError> {
        let fault = |tag, why: String| Err(file.fault(bad(tag, why)));
        let voxels = self.rows as u128 * self.columns as u128;
        if voxels > MOST_VOXELS as u128 {
            return Err(ImagingError::TooLarge { file: file.path.clone(), voxels, limit: MOST_VOXELS });
        }
        if voxels == 0 {
            return fault(tags::ROWS, format!("{} x {} pixels", self.columns, self.rows));
        }
        if ![1, 8, 16, 32].contains(&self.allocated) {
            return fault(tags::BITS_ALLOCATED, format!("{} bits; 8, 16 or 32 are read", self.allocated));
        }
        if !(1..=self.allocated).contains(&self.stored)
            || !(self.stored - 1..self.allocated).contains(&self.high_bit)
        {
            let why = format!("{} bits up to bit {} of {}", self.stored, self.high_bit, self.allocated);
            return fault(tags::BITS_STORED, why);
        }
        match (self.samples, self.photometric.as_str()) {
            (1, "PALETTE COLOR") => {
                fault(tags::PHOTOMETRIC_INTERPRETATION, "a palette; export as RGB or grey".to_owned())
            }
            (1 | 3, _) => Ok(()),
            (n, _) => fault(tags::SAMPLES_PER_PIXEL, format!("{n} samples; 1 or 3 are read")),
        }
    }

    pub(super) fn pixels(&self) -> usize {
        self.rows * self.columns
    }

    /// Whether eight pixels share a byte.
    pub(super) fn is_bits(&self) -> bool {
        self.allocated == 1
    }

    /// Bytes of a stored word.
    pub(super) fn word(&self) -> usize {
        self.allocated.div_ceil(8)
    }

    /// Whether luminance is stored for every pixel and colour for every second.
    fn is_subsampled(&self) -> bool {
        self.samples == 3 && self.photometric == "YBR_FULL_422"
    }

    /// Bytes of an uncompressed frame.
    fn frame_bytes(&self) -> usize {
        let samples = if self.is_subsampled() { 2 } else { self.samples };
        self.pixels() * samples * self.word()
    }

    /// A stored word as a number.
    fn number(&self, word: &[u8]) -> f64 {
        let raw = word.iter().rev().fold(0_u32, |raw, byte| raw << 8 | u32::from(*byte));
        let unused = 31 - self.high_bit;
        let kept = 32 - self.stored;
        if self.is_signed {
            f64::from((raw << unused).cast_signed() >> kept)
        } else {
            f64::from((raw << unused) >> kept)
        }
    }

    fn values(&self, samples: &Samples, is_compressed: bool) -> Vec<f64> {
        let word = self.word();
        let at = |i: usize| self.number(&samples.bytes[i * word..(i + 1) * word]);
        let pixels = self.pixels();
        if self.samples == 1 {
            return (0..pixels).map(at).collect();
        }
        if self.is_subsampled() && !is_compressed {
            return (0..pixels).map(|p| at(p / 2 * 4 + p % 2)).collect();
        }
        let sample = |p: usize, s: usize| if samples.is_planar { at(s * pixels + p) } else { at(3 * p + s) };
        // JPEG decoders return RGB whatever was stored
        if self.photometric == "YBR_FULL" && !is_compressed {
            return (0..pixels).map(|p| sample(p, 0)).collect();
        }
        let grey = |p| LUMINANCE.iter().enumerate().map(|(s, weight)| weight * sample(p, s)).sum();
        (0..pixels).map(grey).collect()
    }
}

impl<'a> Frames<'a> {
    /// Finds the frames; reads none.
    pub(super) fn of(file: &'a DicomFile, format: &Format) -> Result<Self, ImagingError> {
        let no_pixels = || DicomFault::NoImage { remedy: "it has no pixel data".to_owned() };
        let pixels = file.pixels.ok_or_else(|| file.fault(no_pixels()))?;
        let unread = || DicomFault::TransferSyntax { name: file.syntax.clone() };
        let coding = Coding::of(&file.syntax).ok_or_else(|| file.fault(unread()))?;
        let mut frames = Self { file, source: file.source()?, pixels, coding, pieces: Vec::new() };
        match (pixels.length, coding) {
            (Some(length), Coding::Native) => frames.check_length(length, format)?,
            (None, Coding::Native) | (Some(_), _) => {
                return Err(file.fault(DicomFault::structure("pixels and transfer syntax contradict")));
            }
            (None, _) => {
                let voxels = format.pixels() as u128 * format.frames as u128;
                let limit = MOST_COMPRESSED;
                if voxels > limit as u128 {
                    return Err(ImagingError::TooLarge { file: file.path.clone(), voxels, limit });
                }
                frames.pieces = frames.fragments(format.frames)?;
            }
        }
        Ok(frames)
    }

    fn check_length(&self, found: u64, format: &Format) -> Result<(), ImagingError> {
        let expected = format.frame_bytes() * format.frames;
        let expected = if format.is_bits() { expected.div_ceil(8) } else { expected };
        if found >= expected as u64 {
            return Ok(());
        }
        let found = usize::try_from(found).unwrap_or(0);
        Err(ImagingError::Truncated { file: self.file.path.clone(), part: "the pixels", found, expected })
    }

    /// The stored values of one frame, row by row.
    pub(super) fn read(&mut self, frame: usize, format: &Format) -> Result<Vec<f64>, ImagingError> {
        if self.coding == Coding::Native {
            let bytes = self.native(frame * format.frame_bytes(), format)?;
            let samples = Samples { bytes, is_planar: format.is_planar };
            return Ok(format.values(&samples, false));
        }
        let mut stream = Vec::new();
        for (at, length) in self.pieces[frame].clone() {
            stream.extend(self.bytes(at, length as usize)?);
        }
        let samples = codec::decode(self.coding, &stream, format)
            .map_err(|why| self.file.fault(DicomFault::Codec { frame: frame + 1, why }))?;
        Ok(format.values(&samples, self.coding != Coding::Rle))
    }

    /// The pixels of one bit-packed frame; frames follow each other without a gap.
    pub(super) fn bits(&mut self, frame: usize, format: &Format) -> Result<Vec<bool>, ImagingError> {
        if self.coding != Coding::Native {
            return Err(self.file.fault(DicomFault::TransferSyntax { name: self.file.syntax.clone() }));
        }
        let (first, end) = (frame * format.pixels(), (frame + 1) * format.pixels());
        let bytes = self.bytes(self.pixels.at + (first / 8) as u64, end.div_ceil(8) - first / 8)?;
        let bit = |at: usize| bytes[at / 8 - first / 8] >> (at % 8) & 1 == 1;
        Ok((first..end).map(bit).collect())
    }

    /// The uncompressed frame that begins `first` bytes behind the first, in little-endian order. The words of a
    /// big-endian file may be wider than a sample, and a frame may begin within one.
    fn native(&mut self, first: usize, format: &Format) -> Result<Vec<u8>, ImagingError> {
        let length = format.frame_bytes();
        let word = format.word().max(if self.pixels.vr == VR::OW { 2 } else { 1 });
        if self.file.syntax != BIG_ENDIAN || word == 1 {
            return self.bytes(self.pixels.at + first as u64, length);
        }
        let before = first % word;
        let whole = (before + length).next_multiple_of(word);
        let mut bytes = self.bytes(self.pixels.at + (first - before) as u64, whole)?;
        bytes.chunks_exact_mut(word).for_each(<[u8]>::reverse);
        Ok(bytes[before..before + length].to_vec())
    }

    fn bytes(&mut self, at: u64, length: usize) -> Result<Vec<u8>, ImagingError> {
        let mut bytes = Vec::new();
        let read = self
            .source
            .seek(SeekFrom::Start(at))
            .and_then(|_| (&mut self.source).take(length as u64).read_to_end(&mut bytes));
        read.map_err(|source| ImagingError::Unreadable { file: self.file.path.clone(), source })?;
        if bytes.len() == length {
            return Ok(bytes);
        }
        let (file, found) = (self.file.path.clone(), bytes.len());
        Err(ImagingError::Truncated { file, part: "the pixels", found, expected: length })
    }

    /// Walks over the fragments and gives each frame its own.
    fn fragments(&mut self, frames: usize) -> Result<Vec<Vec<(u64, u32)>>, ImagingError> {
        let (mut at, mut items) = (self.pixels.at, Vec::new());
        loop {
            let head = self.bytes(at, 8)?;
            let [a, b, c, d, length @ ..] =
                [head[0], head[1], head[2], head[3], head[4], head[5], head[6], head[7]];
            let length = u32::from_le_bytes(length);
            at += 8;
            match [a, b, c, d] {
                [0xfe, 0xff, 0x00, 0xe0] if items.len() < MOST_FRAGMENTS => items.push((at, length)),
                [0xfe, 0xff, 0xdd, 0xe0] => break,
                _ => return Err(self.file.fault(DicomFault::structure("a frame has no item"))),
            }
            at += u64::from(length);
        }
        let table = items.first().copied().unwrap_or((at, 0));
        let offsets = self.bytes(table.0, table.1 as usize)?;
        let offsets: Vec<u32> = offsets.as_chunks::<4>().0.iter().map(|b| u32::from_le_bytes(*b)).collect();
        let fragments = items.get(1..).unwrap_or_default();
        share(fragments, &offsets, frames)
            .ok_or_else(|| self.file.fault(DicomFault::structure("frames and their fragments do not match")))
    }
}

/// One fragment a frame, all fragments to one frame, or as the offset table says.
fn share(fragments: &[(u64, u32)], offsets: &[u32], frames: usize) -> Option<Vec<Vec<(u64, u32)>>> {
    if fragments.is_empty() {
        return None;
    }
    if frames == 1 {
        return Some(vec![fragments.to_vec()]);
    }
    if fragments.len() == frames {
        return Some(fragments.iter().map(|fragment| vec![*fragment]).collect());
    }
    if offsets.len() != frames {
        return None;
    }
    let origin = fragments[0].0 - 8;
    let frame_of =
        |at: u64| offsets.partition_point(|offset| origin + u64::from(*offset) < at).checked_sub(1);
    let mut shared = vec![Vec::new(); frames];
    for fragment in fragments {
        shared.get_mut(frame_of(fragment.0)?)?.push(*fragment);
    }
    shared.iter().all(|pieces| !pieces.is_empty()).then_some(shared)
}

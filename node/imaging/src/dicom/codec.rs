//! Compressed frames to samples: RLE, JPEG, JPEG-LS, JPEG 2000.
//!
//! A decoder is started only if the compressed stream's own size is the image's, and if that many pixels can be in so
//! few bytes. RLE is ours: dicom-rs's decoder trusts the segment table. Spec: DICOM PS3.5 annexes A.4, G.

use hayro_jpeg2000::{ComponentData, DecodeSettings, DecoderContext, Image};
use jpeg_decoder::{ColorTransform, Decoder, PixelFormat};

use super::jpegls;
use super::pixels::Format;

/// Pixels that any frame may have, however well it is compressed.
const FREE_PIXELS: usize = 1 << 20;
/// Pixels a compressed byte may stand for beyond that.
const PIXELS_A_BYTE: usize = 256;

/// How frames are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    Native,
    Rle,
    Jpeg,
    JpegLs,
    Jpeg2000,
}

/// Samples of one frame as little-endian words, and whether they come plane by plane.
pub(super) struct Samples {
    pub(super) bytes: Vec<u8>,
    pub(super) is_planar: bool,
}

impl Coding {
    pub(super) fn of(syntax: &str) -> Option<Self> {
        Some(match syntax.strip_prefix("1.2.840.10008.1.2")? {
            "" | ".1" | ".2" | ".1.99" => Self::Native,
            ".5" => Self::Rle,
            ".4.50" | ".4.51" | ".4.57" | ".4.70" => Self::Jpeg,
            ".4.80" | ".4.81" => Self::JpegLs,
            ".4.90" | ".4.91" => Self::Jpeg2000,
            _ => return None,
        })
    }
}

/// Decodes one frame.
pub(super) fn decode(coding: Coding, stream: &[u8], format: &Format) -> Result<Samples, String> {
    if format.pixels() > FREE_PIXELS + stream.len().saturating_mul(PIXELS_A_BYTE) {
        return Err(format!("{} pixels cannot be in {} bytes", format.pixels(), stream.len()));
    }
    match coding {
        Coding::Native => Err("it is not compressed".to_owned()),
        Coding::Rle => rle(stream, format).map(|bytes| Samples { bytes, is_planar: true }),
        Coding::Jpeg => jpeg(stream, format).map(|bytes| Samples { bytes, is_planar: false }),
        Coding::JpegLs => jpegls(stream, format).map(|bytes| Samples { bytes, is_planar: false }),
        Coding::Jpeg2000 => jpeg2000(stream, format).map(|bytes| Samples { bytes, is_planar: true }),
    }
}

/// Byte planes, most significant first, each packed by `PackBits`.
fn rle(stream: &[u8], format: &Format) -> Result<Vec<u8>, String> {
    let word = |i: usize| stream.get(4 * i..4 * i + 4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]));
    let (width, pixels) = (format.word(), format.pixels());
    let planes = format.samples * width;
    if word(0) != u32::try_from(planes).ok() || planes > 15 {
        return Err(format!("{:?} RLE segments instead of {planes}", word(0)));
    }
    let mut bytes = vec![0; pixels * planes];
    for plane in 0..planes {
        let start = word(plane + 1).unwrap_or(0) as usize;
        let end = if plane + 1 < planes { word(plane + 2).unwrap_or(0) as usize } else { stream.len() };
        let packed = stream.get(start..end).ok_or("an RLE segment lies outside the frame")?;
        let first = plane / width * width * pixels + (width - 1 - plane % width);
        let mut slots = bytes[first..].iter_mut().step_by(width).take(pixels);
        unpack(packed, &mut slots);
        if slots.next().is_some() {
            return Err("an RLE segment ends too early".to_owned());
        }
    }
    Ok(bytes)
}

/// `PackBits`: a count of literals, or a byte to repeat.
fn unpack<'a>(mut packed: &[u8], slots: &mut impl Iterator<Item = &'a mut u8>) {
    while let [code, rest @ ..] = packed {
        let run = usize::from(*code);
        let used = match (run, rest) {
            (0..=127, _) => {
                let literals = &rest[..rest.len().min(run + 1)];
                literals.iter().zip(&mut *slots).for_each(|(byte, slot)| *slot = *byte);
                literals.len()
            }
            (129.., [byte, ..]) => {
                slots.take(257 - run).for_each(|slot| *slot = *byte);
                1
            }
            _ => 0,
        };
        packed = &rest[used..];
    }
}

fn jpeg(stream: &[u8], format: &Format) -> Result<Vec<u8>, String> {
    let mut decoder = Decoder::new(stream);
    decoder.set_max_decoding_buffer_size(format.pixels() * format.samples * 2);
    decoder.read_info().map_err(|e| e.to_string())?;
    let info = decoder.info().ok_or("no frame header")?;
    same_size((info.width.into(), info.height.into()), format)?;
    if format.photometric == "RGB" {
        decoder.set_color_transform(ColorTransform::RGB);
    }
    let bytes = decoder.decode().map_err(|e| e.to_string())?;
    match (info.pixel_format, format.samples) {
        (PixelFormat::L8, 1) | (PixelFormat::RGB24, 3) => Ok(widen(bytes, format)),
        (PixelFormat::L16, 1) if format.word() == 2 => Ok(native_to_little(bytes)),
        (found, samples) => Err(format!("{found:?} in an image of {samples} samples a pixel")),
    }
}

fn jpegls(stream: &[u8], format: &Format) -> Result<Vec<u8>, String> {
    let plane = jpegls::decode(stream, format.pixels())?;
    same_size((plane.columns, plane.rows), format)?;
    if format.samples != 1 {
        return Err(format!("1 component instead of {}", format.samples));
    }
    let words = plane.samples.into_iter().map(u16::to_le_bytes);
    Ok(words.flat_map(|word| [word[0], word[1], 0, 0].into_iter().take(format.word())).collect())
}

fn jpeg2000(stream: &[u8], format: &Format) -> Result<Vec<u8>, String> {
    let settings = DecodeSettings { resolve_palette_indices: false, strict: true, target_resolution: None };
    let image = Image::new(stream, &settings).map_err(|e| e.to_string())?;
    same_size((image.width() as usize, image.height() as usize), format)?;
    let mut context = DecoderContext::default();
    let decoded = image.decode(&mut context).map_err(|e| e.to_string())?;
    let planes = decoded.components();
    if planes.len() != format.samples || planes.iter().any(|plane| plane.samples().len() != format.pixels()) {
        return Err(format!("{} components instead of {}", planes.len(), format.samples));
    }
    // the decoder shifts every component as if it were unsigned
    let depth = u32::from(planes[0].bit_depth().clamp(1, 24));
    let shift = if is_signed(stream) { 1 << (depth - 1) } else { 0 };
    let mut bytes = Vec::with_capacity(format.pixels() * format.samples * format.word());
    for sample in planes.iter().flat_map(ComponentData::samples) {
        #[expect(clippy::cast_possible_truncation, reason = "at most 24 bits; saturates")]
        let word = (sample.round() as i32).clamp(0, (1 << depth) - 1) - shift;
        bytes.extend_from_slice(&word.to_le_bytes()[..format.word()]);
    }
    Ok(bytes)
}

/// The sign bit of the first component in the codestream's SIZ segment.
fn is_signed(stream: &[u8]) -> bool {
    let start = stream.windows(4).position(|word| word == [0xff, 0x4f, 0xff, 0x51]);
    start.and_then(|start| stream.get(start + 42)).is_some_and(|precision| precision & 0x80 != 0)
}

fn same_size(found: (usize, usize), format: &Format) -> Result<(), String> {
    if found == (format.columns, format.rows) {
        return Ok(());
    }
    Err(format!(
        "it holds {} x {} pixels, the header says {} x {}",
        found.0, found.1, format.columns, format.rows
    ))
}

/// 8-bit samples in words of the image's width.
fn widen(bytes: Vec<u8>, format: &Format) -> Vec<u8> {
    if format.word() == 1 {
        return bytes;
    }
    bytes.into_iter().flat_map(|byte| [byte, 0]).collect()
}

fn native_to_little(mut bytes: Vec<u8>) -> Vec<u8> {
    if cfg!(target_endian = "big") {
        bytes.chunks_exact_mut(2).for_each(<[u8]>::reverse);
    }
    bytes
}

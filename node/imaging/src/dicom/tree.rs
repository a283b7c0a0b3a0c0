//! A DICOM data set as a tree of raw values, read through `dicom-parser`'s tokens.
//!
//! The parser knows the encodings; the limits are ours, since it trusts every length it reads: a value may not be
//! longer than the file, sequences may not nest deeper than any real file, and reading stops at the pixels.
//! Never: pixels. Spec: DICOM PS3.5 section 7.

use std::io::{Read, Seek};

use dicom_core::header::DataElementHeader;
use dicom_core::{Tag, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_encoding::{Endianness, TransferSyntax};
use dicom_parser::StatefulDecode as _;
use dicom_parser::dataset::LazyDataToken;
use dicom_parser::dataset::lazy_read::LazyDataSetReader;

use super::fault::DicomFault;
use super::unknown::Shared;

/// Real files nest 6 deep.
const DEEPEST: usize = 24;
/// An enhanced series of 10,000 frames has about 1,000,000.
const MOST_ELEMENTS: usize = 1 << 21;
/// Bytes of all values but the pixels: a plan with 100 structures has about 30 MiB.
const MOST_BYTES: u64 = 128 << 20;
/// The group of item and sequence delimiters.
const DELIMITERS: u16 = 0xfffe;

/// A data set or an item of a sequence.
#[derive(Default)]
pub(super) struct Tree {
    elements: Vec<Element>,
}

pub(super) struct Element {
    pub(super) tag: Tag,
    pub(super) vr: VR,
    pub(super) value: Value,
}

pub(super) enum Value {
    /// Little endian, whatever the file.
    Bytes(Vec<u8>),
    Items(Vec<Tree>),
}

/// Where the pixels are.
#[derive(Clone, Copy)]
pub(super) struct Pixels {
    /// Offset of the value's first byte.
    pub(super) at: u64,
    /// Bytes, or none where they are encapsulated.
    pub(super) length: Option<u64>,
    pub(super) vr: VR,
}

/// Everything before the pixels, and where those are.
pub(super) struct Parsed {
    pub(super) root: Tree,
    pub(super) pixels: Option<Pixels>,
}

impl Tree {
    pub(super) fn get(&self, tag: Tag) -> Option<&Element> {
        self.elements.iter().find(|element| element.tag == tag)
    }

    /// The items of a sequence; none where it is absent.
    pub(super) fn items(&self, tag: Tag) -> &[Tree] {
        match self.get(tag).map(|element| &element.value) {
            Some(Value::Items(items)) => items,
            _ => &[],
        }
    }

    pub(super) fn bytes(&self, tag: Tag) -> Option<&[u8]> {
        match self.get(tag).map(|element| &element.value) {
            Some(Value::Bytes(bytes)) => Some(bytes),
            _ => None,
        }
    }
}

/// What is open while tokens arrive.
enum Open {
    Sequence(Tag, Vec<Tree>),
    Item(Tree),
}

struct Builder {
    open: Vec<Open>,
    elements: usize,
    bytes: u64,
    end: u64,
}

/// Reads a data set that starts where `source` stands and ends at byte `end`.
pub(super) fn read<R: Read + Seek>(
    source: R,
    end: u64,
    syntax: &TransferSyntax,
) -> Result<Parsed, DicomFault> {
    let source = Shared::new(source).map_err(damaged)?;
    let mut tokens = LazyDataSetReader::new_with_ts(source.again(), syntax).map_err(damaged)?;
    let mut builder = Builder { open: vec![Open::Item(Tree::default())], elements: 0, bytes: 0, end };
    let swaps = syntax.endianness() == Endianness::Big;
    let has_unknown = !swaps && syntax.uid() != uids::IMPLICIT_VR_LITTLE_ENDIAN;
    while let Some(token) = tokens.advance() {
        let is_root = builder.open.len() == 1;
        match token.map_err(damaged)? {
            LazyDataToken::PixelSequenceStart if is_root => {
                let at = tokens.into_decoder().position();
                return builder.finish(Some(Pixels { at, length: None, vr: VR::OB }));
            }
            LazyDataToken::LazyValue { header, decoder } => {
                let (at, length) = (decoder.position(), builder.length(&header, decoder.position())?);
                if is_root && is_pixels(header.tag) {
                    return builder.finish(Some(Pixels { at, length: Some(length.into()), vr: header.vr }));
                }
                let mut bytes = Vec::new();
                decoder.read_to_vec(length, &mut bytes).map_err(damaged)?;
                if swaps {
                    swap(header.vr, &mut bytes);
                }
                builder.value(&header, bytes)?;
            }
            LazyDataToken::LazyItemValue { len, decoder } => decoder.skip_bytes(len).map_err(damaged)?,
            LazyDataToken::SequenceStart { tag, len } => {
                if has_unknown && len.is_undefined() {
                    source.hide(end)?;
                }
                builder.push(Open::Sequence(tag, Vec::new()))?;
            }
            // an icon inside a sequence: walked over, not kept
            LazyDataToken::PixelSequenceStart => {
                builder.push(Open::Sequence(tags::PIXEL_DATA, Vec::new()))?;
            }
            LazyDataToken::ItemStart { .. } => builder.push(Open::Item(Tree::default()))?,
            LazyDataToken::ItemEnd => builder.close(true)?,
            LazyDataToken::SequenceEnd => builder.close(false)?,
            _ => {}
        }
    }
    builder.finish(None)
}

impl Builder {
    /// The length of a value that starts at `at`, if the file holds it and memory allows it.
    fn length(&mut self, header: &DataElementHeader, at: u64) -> Result<u32, DicomFault> {
        let tag = header.tag;
        let length = header.len.get().ok_or_else(|| DicomFault::structure(format!("{tag} has no length")))?;
        if at + u64::from(length) > self.end {
            let left = self.end.saturating_sub(at);
            return Err(DicomFault::structure(format!("{tag} claims {length} bytes, {left} are left")));
        }
        if !is_pixels(tag) {
            self.bytes += u64::from(length);
        }
        if self.bytes > MOST_BYTES {
            return Err(DicomFault::structure(format!("more than {MOST_BYTES} bytes of values at {tag}")));
        }
        Ok(length)
    }

    fn value(&mut self, header: &DataElementHeader, bytes: Vec<u8>) -> Result<(), DicomFault> {
        if header.tag.group() == DELIMITERS {
            return Err(DicomFault::structure(format!("a delimiter {} without a sequence", header.tag)));
        }
        let element = Element { tag: header.tag, vr: header.vr, value: Value::Bytes(bytes) };
        self.add(element)
    }

    fn add(&mut self, element: Element) -> Result<(), DicomFault> {
        self.count()?;
        match self.open.last_mut() {
            Some(Open::Item(tree)) => tree.elements.push(element),
            _ => return Err(DicomFault::structure(format!("{} stands outside an item", element.tag))),
        }
        Ok(())
    }

    fn count(&mut self) -> Result<(), DicomFault> {
        self.elements += 1;
        if self.elements > MOST_ELEMENTS {
            return Err(DicomFault::structure(format!("more than {MOST_ELEMENTS} elements")));
        }
        Ok(())
    }

    fn push(&mut self, open: Open) -> Result<(), DicomFault> {
        self.count()?;
        if self.open.len() > DEEPEST {
            return Err(DicomFault::structure(format!("sequences nest deeper than {DEEPEST} levels")));
        }
        self.open.push(open);
        Ok(())
    }

    fn close(&mut self, is_item: bool) -> Result<(), DicomFault> {
        let stray = || Err(DicomFault::structure("a sequence ends that did not begin"));
        if self.open.len() < 2 {
            return stray();
        }
        match (self.open.pop(), self.open.last_mut()) {
            (Some(Open::Item(tree)), Some(Open::Sequence(_, items))) if is_item => {
                items.push(tree);
                Ok(())
            }
            (Some(Open::Sequence(tag, items)), _) if !is_item => {
                self.add(Element { tag, vr: VR::SQ, value: Value::Items(items) })
            }
            _ => stray(),
        }
    }

    fn finish(mut self, pixels: Option<Pixels>) -> Result<Parsed, DicomFault> {
        match (self.open.pop(), self.open.is_empty()) {
            (Some(Open::Item(root)), true) => Ok(Parsed { root, pixels }),
            _ => Err(DicomFault::structure("it ends within a sequence")),
        }
    }
}

fn is_pixels(tag: Tag) -> bool {
    [tags::PIXEL_DATA, tags::FLOAT_PIXEL_DATA, tags::DOUBLE_FLOAT_PIXEL_DATA].contains(&tag)
}

/// Brings the words of a big-endian value into little-endian order.
fn swap(vr: VR, bytes: &mut [u8]) {
    let word = match vr {
        VR::US | VR::SS | VR::OW | VR::AT => 2,
        VR::UL | VR::SL | VR::FL | VR::OL | VR::OF => 4,
        VR::FD | VR::SV | VR::UV | VR::OD | VR::OV => 8,
        _ => 1,
    };
    bytes.chunks_exact_mut(word).for_each(<[u8]>::reverse);
}

/// The parser's error with its causes, on one line.
fn damaged(error: impl std::error::Error) -> DicomFault {
    let mut why = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        why = format!("{why}: {error}");
        cause = error.source();
    }
    DicomFault::structure(why)
}

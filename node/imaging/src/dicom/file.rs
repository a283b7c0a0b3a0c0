//! One DICOM file: preamble, file meta information, data set up to the pixels.
//!
//! Never: pixels; [`super::pixels`] reads them from the same source. A deflated data set is inflated up to a limit.
//! Spec: DICOM PS3.10 section 7.

use std::fs;
use std::io::{BufReader, Cursor, ErrorKind, Read, Seek};
use std::path::{Path, PathBuf};

use dicom_core::Tag;
use dicom_encoding::{TransferSyntax, TransferSyntaxIndex as _};
use dicom_transfer_syntax_registry::{TransferSyntaxRegistry, entries};
use flate2::read::DeflateDecoder;

use super::fault::DicomFault;
use super::tree::{self, Pixels, Tree};
use super::values::missing;
use crate::ImagingError;

/// Offset of the letters that make a file DICOM.
const MAGIC_AT: usize = 128;
const MAGIC: &[u8; 4] = b"DICM";
/// Largest value in the file meta information.
const MOST_META: usize = 1 << 16;
/// Largest inflated data set.
const MOST_INFLATED: u64 = 256 << 20;
const DEFLATED: &str = "1.2.840.10008.1.2.1.99";

/// Bytes that can be read again from any place.
pub(super) trait Source: Read + Seek {}
impl<T: Read + Seek> Source for T {}

/// What a file says about itself, without its pixels.
pub(super) struct DicomFile {
    pub(super) path: PathBuf,
    pub(super) root: Tree,
    pub(super) pixels: Option<Pixels>,
    /// The transfer syntax's UID.
    pub(super) syntax: String,
}

/// Whether the first bytes of a file are DICOM's.
pub(crate) fn is_dicom(start: &[u8]) -> bool {
    start.get(MAGIC_AT..MAGIC_AT + MAGIC.len()) == Some(MAGIC)
}

/// Reads everything before the pixels.
pub(super) fn open(path: &Path) -> Result<DicomFile, ImagingError> {
    let (syntax, mut source, end) = source(path)?;
    let known = parser(&syntax).ok_or_else(|| DicomFault::TransferSyntax { name: syntax.clone() });
    let parsed = known.and_then(|known| tree::read(&mut source, end, known));
    let tree::Parsed { root, pixels } = parsed.map_err(|fault| fault.at(path))?;
    Ok(DicomFile { path: path.to_owned(), root, pixels, syntax })
}

impl DicomFile {
    /// The same bytes again, for the pixels.
    pub(super) fn source(&self) -> Result<Box<dyn Source>, ImagingError> {
        source(&self.path).map(|(_, source, _)| source)
    }

    /// Names this file in a fault.
    pub(super) fn fault(&self, fault: DicomFault) -> ImagingError {
        fault.at(&self.path)
    }

    /// A count that must be there.
    pub(super) fn count(&self, tag: Tag) -> Result<usize, ImagingError> {
        let count = self.root.count(tag).and_then(|n| n.ok_or_else(|| missing(tag, "export the file again")));
        count.map_err(|fault| self.fault(fault))
    }
}

impl DicomFault {
    /// The fault with the file or folder it was found in.
    pub(crate) fn at(self, file: &Path) -> ImagingError {
        ImagingError::Dicom { file: file.to_owned(), fault: Box::new(self) }
    }
}

/// The syntax, a reader at the data set's first byte, and the offset of its end.
fn source(path: &Path) -> Result<(String, Box<dyn Source>, u64), ImagingError> {
    let file = fs::File::open(path).map_err(|e| unreadable(path, e))?;
    let end = file.metadata().map_err(|e| unreadable(path, e))?.len();
    let mut reader = BufReader::new(file);
    let mut start = Vec::new();
    let read = reader.by_ref().take((MAGIC_AT + MAGIC.len()) as u64).read_to_end(&mut start);
    read.map_err(|e| unreadable(path, e))?;
    if !is_dicom(&start) {
        let why = "no DICM after 128 bytes".to_owned();
        return Err(ImagingError::Format { file: path.to_owned(), why });
    }
    let syntax = meta(&mut reader).map_err(|fault| fault.at(path))?;
    if syntax != DEFLATED {
        return Ok((syntax, Box::new(reader), end));
    }
    let mut inflated = Vec::new();
    let read = DeflateDecoder::new(reader).take(MOST_INFLATED + 1).read_to_end(&mut inflated);
    read.map_err(|e| DicomFault::structure(format!("it cannot be inflated: {e}")).at(path))?;
    let end = inflated.len() as u64;
    if end > MOST_INFLATED {
        let why = format!("it inflates to more than {MOST_INFLATED} bytes");
        return Err(DicomFault::structure(why).at(path));
    }
    Ok((syntax, Box::new(Cursor::new(inflated)), end))
}

/// Walks over the file meta information and returns the transfer syntax.
fn meta(reader: &mut (impl Read + Seek)) -> Result<String, DicomFault> {
    let mut syntax = None;
    let cut = |e: std::io::Error| DicomFault::structure(format!("the file meta information is cut: {e}"));
    loop {
        let mut head = [0; 8];
        match reader.read_exact(&mut head) {
            Err(e) if e.kind() == ErrorKind::UnexpectedEof => break,
            read => read.map_err(cut)?,
        }
        let [group_low, group_high, low, high, vr @ .., len_low, len_high] = head;
        let (group, element) = (u16::from_le_bytes([group_low, group_high]), u16::from_le_bytes([low, high]));
        if group != 2 {
            reader.seek_relative(-8).map_err(cut)?;
            break;
        }
        let length = match &vr {
            b"OB" | b"UN" | b"UT" | b"OW" | b"SQ" => {
                let mut long = [0; 4];
                reader.read_exact(&mut long).map_err(cut)?;
                usize::try_from(u32::from_le_bytes(long)).unwrap_or(usize::MAX)
            }
            _ => usize::from(u16::from_le_bytes([len_low, len_high])),
        };
        if length > MOST_META {
            return Err(DicomFault::structure(format!("(0002,{element:04X}) claims {length} bytes")));
        }
        let mut value = vec![0; length];
        reader.read_exact(&mut value).map_err(cut)?;
        if element == 0x10 {
            syntax = Some(String::from_utf8_lossy(&value).trim_matches(['\0', ' ']).to_owned());
        }
    }
    let tag = dicom_dictionary_std::tags::TRANSFER_SYNTAX_UID;
    syntax.ok_or_else(|| missing(tag, "export the file again with its file meta information"))
}

/// What parses a data set of this syntax: compression concerns the pixels only.
fn parser(uid: &str) -> Option<&'static TransferSyntax> {
    let uid = if uid == DEFLATED { entries::EXPLICIT_VR_LITTLE_ENDIAN.uid() } else { uid };
    TransferSyntaxRegistry.get(uid)
}

fn unreadable(path: &Path, source: std::io::Error) -> ImagingError {
    ImagingError::Unreadable { file: path.to_owned(), source }
}

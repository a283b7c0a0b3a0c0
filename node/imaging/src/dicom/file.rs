//! One DICOM file: its data set up to the pixels, and the bytes again for those.
//!
//! Never: pixels; [`super::pixels`] reads them from the same source. A deflated data set is inflated up to a limit.
//! Spec: DICOM PS3.10 section 7.

use std::fs;
use std::io::{BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use dicom_core::Tag;
use dicom_encoding::{TransferSyntax, TransferSyntaxIndex as _};
use dicom_transfer_syntax_registry::{TransferSyntaxRegistry, entries};
use flate2::read::DeflateDecoder;

use super::fault::DicomFault;
use super::meta;
use super::tree::{self, Pixels, Tree};
use super::values::missing;
use crate::ImagingError;

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
    let read = reader.by_ref().take(meta::START as u64).read_to_end(&mut start);
    read.map_err(|e| unreadable(path, e))?;
    let Some(first) = meta::first_element(&start) else {
        let why = "no DICM after 128 bytes".to_owned();
        return Err(ImagingError::Format { file: path.to_owned(), why });
    };
    reader.seek(SeekFrom::Start(first as u64)).map_err(|e| unreadable(path, e))?;
    let syntax = meta::syntax(&mut reader).map_err(|fault| fault.at(path))?;
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

/// What parses a data set of this syntax: compression concerns the pixels only.
fn parser(uid: &str) -> Option<&'static TransferSyntax> {
    let uid = if uid == DEFLATED { entries::EXPLICIT_VR_LITTLE_ENDIAN.uid() } else { uid };
    TransferSyntaxRegistry.get(uid)
}

fn unreadable(path: &Path, source: std::io::Error) -> ImagingError {
    ImagingError::Unreadable { file: path.to_owned(), source }
}

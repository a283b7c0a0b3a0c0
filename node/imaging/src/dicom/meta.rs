//! Where a data set begins and how it is encoded: preamble and file meta information, or neither.
//!
//! Some radiotherapy systems write the bare data set; it is recognised by its first element. Spec: DICOM PS3.10
//! section 7.1, PS3.5 annex A.

use std::io::{ErrorKind, Read, Seek};

use dicom_dictionary_std::{tags, uids};

use super::fault::DicomFault;
use super::values::missing;

/// Bytes that tell whether a file is DICOM.
pub(super) const START: usize = PREAMBLE + MAGIC.len();
const PREAMBLE: usize = 128;
const MAGIC: &[u8; 4] = b"DICM";
/// Largest value in the file meta information.
const MOST_META: usize = 1 << 16;
/// The first element of a bare data set lies in this group, up to this element, and is not longer than this.
const BARE: (u16, u16, u32) = (8, 0x18, 1024);
const META: u16 = 2;

/// An element's group, number and the bytes behind them.
struct Head {
    group: u16,
    element: u16,
    rest: [u8; 4],
}

impl Head {
    fn of([a, b, c, d, rest @ ..]: [u8; 8]) -> Self {
        Self { group: u16::from_le_bytes([a, b]), element: u16::from_le_bytes([c, d]), rest }
    }

    fn is_explicit(&self) -> bool {
        self.rest[..2].iter().all(u8::is_ascii_uppercase)
    }

    /// Whether a file without preamble begins like this.
    fn is_first(&self) -> bool {
        let (group, last, longest) = BARE;
        let length = u32::from_le_bytes(self.rest);
        let is_plausible = self.is_explicit() || (length <= longest && length.is_multiple_of(2));
        is_plausible && [META, group].contains(&self.group) && self.element <= last
    }
}

/// Whether the first bytes of a file are DICOM's.
pub(crate) fn is_dicom(start: &[u8]) -> bool {
    first_element(start).is_some()
}

/// The offset of the first element.
pub(super) fn first_element(start: &[u8]) -> Option<usize> {
    if start.get(PREAMBLE..START) == Some(MAGIC) {
        return Some(START);
    }
    start.first_chunk().filter(|head| Head::of(**head).is_first()).map(|_| 0)
}

/// Walks over the file meta information and returns the transfer syntax.
pub(super) fn syntax(reader: &mut (impl Read + Seek)) -> Result<String, DicomFault> {
    let (mut syntax, mut has_meta) = (None, false);
    while let Some(head) = head(reader)? {
        if head.group != META {
            reader.seek_relative(-8).map_err(|e| cut(&e))?;
            let bare = if head.is_explicit() {
                uids::EXPLICIT_VR_LITTLE_ENDIAN
            } else {
                uids::IMPLICIT_VR_LITTLE_ENDIAN
            };
            syntax = syntax.or_else(|| (!has_meta).then(|| bare.to_owned()));
            break;
        }
        has_meta = true;
        let value = value(&head, reader)?;
        if head.element == tags::TRANSFER_SYNTAX_UID.element() {
            syntax = Some(String::from_utf8_lossy(&value).trim_matches(['\0', ' ']).to_owned());
        }
    }
    syntax.ok_or_else(|| {
        missing(tags::TRANSFER_SYNTAX_UID, "export the file again with its file meta information")
    })
}

fn head(reader: &mut impl Read) -> Result<Option<Head>, DicomFault> {
    let mut bytes = [0; 8];
    match reader.read_exact(&mut bytes) {
        Err(e) if e.kind() == ErrorKind::UnexpectedEof => Ok(None),
        read => read.map(|()| Some(Head::of(bytes))).map_err(|e| cut(&e)),
    }
}

fn value(head: &Head, reader: &mut impl Read) -> Result<Vec<u8>, DicomFault> {
    let [a, b, low, high] = head.rest;
    let length = if [b"OB", b"UN", b"UT", b"OW", b"SQ"].contains(&&[a, b]) {
        let mut long = [0; 4];
        reader.read_exact(&mut long).map_err(|e| cut(&e))?;
        usize::try_from(u32::from_le_bytes(long)).unwrap_or(usize::MAX)
    } else {
        usize::from(u16::from_le_bytes([low, high]))
    };
    if length > MOST_META {
        return Err(DicomFault::structure(format!("(0002,{:04X}) claims {length} bytes", head.element)));
    }
    let mut value = vec![0; length];
    reader.read_exact(&mut value).map_err(|e| cut(&e))?;
    Ok(value)
}

fn cut(error: &std::io::Error) -> DicomFault {
    DicomFault::structure(format!("the file meta information is cut: {error}"))
}

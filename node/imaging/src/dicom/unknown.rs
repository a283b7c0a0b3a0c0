//! Sequences of unknown representation: UN without a length holds implicit elements, whatever surrounds them.
//!
//! dicom-parser reads on in the file's own encoding and stumbles. Here the value is walked over once, and shown to
//! the parser as one item with one element of bytes: as long as before, so that every length around it holds. What is
//! in it is not kept. Spec: DICOM PS3.5 section 6.2.2, note 5 (correction proposal 246).

use std::cell::RefCell;
use std::io::{self, Read, Seek, SeekFrom};
use std::rc::Rc;

use super::fault::DicomFault;

/// Real files nest 6 deep.
const DEEPEST: usize = 24;
const ITEM: [u8; 4] = [0xfe, 0xff, 0x00, 0xe0];
const ITEM_END: [u8; 4] = [0xfe, 0xff, 0x0d, 0xe0];
const SEQUENCE_END: [u8; 4] = [0xfe, 0xff, 0xdd, 0xe0];
/// Bytes of an explicit header with a long length.
const LONG_HEADER: u64 = 12;
/// Bytes of an item's header and of a delimiter.
const SHORT_HEADER: u64 = 8;
/// Bytes that are read to be passed over.
const NEAR: u64 = 4096;
/// A private element.
const TAG: [u8; 4] = [0x09, 0x00, 0x00, 0x10];

/// A source that shows other bytes in some places.
struct Patched<R> {
    source: R,
    at: u64,
    patches: Vec<(u64, Vec<u8>)>,
}

/// The source, for the parser and for who watches it.
pub(super) struct Shared<R>(Rc<RefCell<Patched<R>>>);

impl<R: Read + Seek> Shared<R> {
    pub(super) fn new(mut source: R) -> io::Result<Self> {
        let at = source.stream_position()?;
        Ok(Self(Rc::new(RefCell::new(Patched { source, at, patches: Vec::new() }))))
    }

    pub(super) fn again(&self) -> Self {
        Self(Rc::clone(&self.0))
    }

    /// If the sequence that has just begun is of unknown representation, hides what is in it.
    pub(super) fn hide(&self, end: u64) -> Result<(), DicomFault> {
        let mut patched = self.0.borrow_mut();
        let start = patched.at;
        // the parser goes forwards: what was shown before has been read
        patched.patches.clear();
        let cut = |e: io::Error| DicomFault::structure(format!("a sequence of unknown representation: {e}"));
        let found = patched.extent(start, end).map_err(cut)?;
        patched.seek(SeekFrom::Start(start)).map_err(cut)?;
        patched.patches.extend(found.and_then(|length| opaque(start, length)).into_iter().flatten());
        Ok(())
    }
}

/// Item, element and delimiter in the place of a value of `length` bytes; none where it holds no element.
fn opaque(start: u64, length: u64) -> Option<[(u64, Vec<u8>); 2]> {
    let item = u32::try_from(length.checked_sub(2 * SHORT_HEADER)?).ok()?;
    let element = match u16::try_from(item.checked_sub(8)?) {
        Ok(short) => [&TAG[..], b"UI", &short.to_le_bytes()].concat(),
        Err(_) => [&TAG[..], b"OB\0\0", &(item - 12).to_le_bytes()].concat(),
    };
    let head = [&ITEM[..], &item.to_le_bytes(), &element].concat();
    let tail = [&SEQUENCE_END[..], &[0; 4]].concat();
    Some([(start, head), (start + length - SHORT_HEADER, tail)])
}

impl<R: Read + Seek> Patched<R> {
    /// Bytes of the value that starts at `start`, with its delimiter, if the header before it says UN.
    fn extent(&mut self, start: u64, end: u64) -> io::Result<Option<u64>> {
        let Some(header) = start.checked_sub(LONG_HEADER) else { return Ok(None) };
        self.seek(SeekFrom::Start(header))?;
        let mut bytes = [0; 12];
        self.read_exact(&mut bytes)?;
        if bytes[4..6] != *b"UN" {
            return Ok(None);
        }
        let mut open = vec![SEQUENCE_END];
        while let Some(closing) = open.last() {
            let mut head = [0; 8];
            self.read_exact(&mut head)?;
            let (tag, length) = ([head[0], head[1], head[2], head[3]], [head[4], head[5], head[6], head[7]]);
            let length = u64::from(u32::from_le_bytes(length));
            if tag == *closing {
                open.pop();
            } else if length == u64::from(u32::MAX) {
                open.push(if tag == ITEM { ITEM_END } else { SEQUENCE_END });
            } else if self.at + length <= end {
                self.pass(length)?;
            } else {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if open.len() > DEEPEST {
                return Err(io::ErrorKind::InvalidData.into());
            }
        }
        Ok(Some(self.at - start))
    }
}

impl<R: Read + Seek> Patched<R> {
    /// Goes on without throwing a buffer away for a few bytes.
    fn pass(&mut self, length: u64) -> io::Result<()> {
        if length > NEAR {
            return self.seek(SeekFrom::Current(i64::try_from(length).unwrap_or(i64::MAX))).map(|_| ());
        }
        io::copy(&mut self.by_ref().take(length), &mut io::sink()).map(|_| ())
    }
}

impl<R: Read> Read for Patched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        for (at, bytes) in &self.patches {
            for (i, byte) in bytes.iter().enumerate() {
                let place =
                    (at + i as u64).checked_sub(self.at).and_then(|place| usize::try_from(place).ok());
                if let Some(shown) = place.and_then(|place| buffer[..read].get_mut(place)) {
                    *shown = *byte;
                }
            }
        }
        self.at += read as u64;
        Ok(read)
    }
}

impl<R: Seek> Seek for Patched<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = self.source.seek(to)?;
        Ok(self.at)
    }
}

impl<R: Read> Read for Shared<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.borrow_mut().read(buffer)
    }
}

impl<R: Seek> Seek for Shared<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.borrow_mut().seek(to)
    }
}

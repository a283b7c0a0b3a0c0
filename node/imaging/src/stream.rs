//! The bytes of a file, decompressed where they are gzip.

use std::fs::File;
use std::io::{BufRead as _, BufReader, ErrorKind, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use crate::ImagingError;

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
/// Bytes behind the voxels that are read to reach the checksum of a gzip stream.
const MOST_TRAILING: u64 = 1 << 20;

pub(crate) type Stream = Box<dyn Read>;

pub(crate) fn open(file: &Path) -> Result<Stream, ImagingError> {
    let unreadable = |source| ImagingError::Unreadable { file: file.to_owned(), source };
    let mut reader = BufReader::new(File::open(file).map_err(unreadable)?);
    let is_gzip = reader.fill_buf().map_err(unreadable)?.starts_with(&GZIP_MAGIC);
    Ok(if is_gzip { Box::new(MultiGzDecoder::new(reader)) } else { Box::new(reader) })
}

/// Reads exactly `expected` bytes of `part`. Memory grows with the bytes that are there.
pub(crate) fn exactly(
    stream: &mut Stream,
    expected: usize,
    part: &'static str,
    file: &Path,
) -> Result<Vec<u8>, ImagingError> {
    let bytes = up_to(stream, expected, file)?;
    if bytes.len() == expected {
        return Ok(bytes);
    }
    Err(ImagingError::Truncated { file: file.to_owned(), part, found: bytes.len(), expected })
}

/// Reads at most `most` bytes; fewer where the file ends, even within a gzip stream.
pub(crate) fn up_to(stream: &mut Stream, most: usize, file: &Path) -> Result<Vec<u8>, ImagingError> {
    let mut bytes = Vec::new();
    match stream.by_ref().take(most as u64).read_to_end(&mut bytes) {
        Err(e) if e.kind() != ErrorKind::UnexpectedEof => Err(fault(file, e)),
        _ => Ok(bytes),
    }
}

/// Passes over bytes that may or may not be there.
pub(crate) fn skip(stream: &mut Stream, bytes: usize, file: &Path) -> Result<(), ImagingError> {
    let copied = std::io::copy(&mut stream.by_ref().take(bytes as u64), &mut std::io::sink());
    copied.map(|_| ()).map_err(|e| fault(file, e))
}

/// Reads what follows the voxels, so that a gzip stream's checksum is compared.
pub(crate) fn finish(stream: &mut Stream, file: &Path) -> Result<(), ImagingError> {
    let copied = std::io::copy(&mut stream.by_ref().take(MOST_TRAILING), &mut std::io::sink());
    copied.map(|_| ()).map_err(|e| fault(file, e))
}

fn fault(file: &Path, error: std::io::Error) -> ImagingError {
    match error.kind() {
        ErrorKind::InvalidInput | ErrorKind::InvalidData | ErrorKind::UnexpectedEof => {
            ImagingError::Gzip { file: file.to_owned(), why: error.to_string() }
        }
        _ => ImagingError::Unreadable { file: file.to_owned(), source: error },
    }
}

//! NRRD, attached or with its voxels in a second file, as raw bytes, gzip or text.
//!
//! Never: an allocation larger than what has been read; a data file outside the header's folder.
//! Spec: <https://teem.sourceforge.net/nrrd/format.html>.

mod fields;
mod header;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Component, Path, PathBuf};

use flate2::bufread::MultiGzDecoder;

use crate::numbers;
use crate::open::Stored;
use crate::stream::{self, Stream};
use crate::{ImagingError, Volume};
use header::{Encoding, Header};

pub(crate) const MAGIC: &[u8; 5] = b"NRRD0";
/// Bytes of a number written as text, with its separator.
const MOST_DIGITS: usize = 40;

/// An image and the `key:=value` pairs of its header.
pub(crate) struct Nrrd {
    pub(crate) image: Volume,
    pub(crate) pairs: BTreeMap<String, String>,
}

/// Reads what the header says.
pub(crate) fn read_header(file: &Path) -> Result<Stored, ImagingError> {
    let header = header::read(&mut open(file)?, file)?;
    Ok(Stored { voxels: header.grid.len(), number: header.number, is_scaled: false })
}

/// Reads an image.
pub(crate) fn read(file: &Path) -> Result<Nrrd, ImagingError> {
    let mut reader = open(file)?;
    let header = header::read(&mut reader, file)?;
    let (reader, place) = match &header.data_file {
        None => (reader, file.to_owned()),
        Some(name) => {
            let place = beside(file, name)?;
            (open(&place)?, place)
        }
    };
    let voxels = voxels(reader, &header, &place)?;
    Ok(Nrrd { image: Volume::new(header.grid, voxels)?, pairs: header.pairs })
}

/// The name of each label that 3D Slicer wrote into the pairs.
pub(crate) fn name_of(pairs: &BTreeMap<String, String>, label: u32) -> String {
    let is_label =
        |(key, value): &(&String, &String)| key.ends_with("_LabelValue") && **value == label.to_string();
    let segment = pairs.iter().find(is_label).and_then(|(key, _)| key.strip_suffix("_LabelValue"));
    segment.and_then(|segment| pairs.get(&format!("{segment}_Name"))).cloned().unwrap_or_default()
}

fn open(file: &Path) -> Result<BufReader<File>, ImagingError> {
    let open = File::open(file).map_err(|source| ImagingError::Unreadable { file: file.to_owned(), source });
    Ok(BufReader::new(open?))
}

/// A data file in the header's own folder, or below it.
fn beside(file: &Path, name: &str) -> Result<PathBuf, ImagingError> {
    let is_plain =
        Path::new(name).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if !is_plain || name.is_empty() || name.starts_with("LIST") || name.contains('%') {
        let why = format!("`{name}`; one file in the header's folder is read");
        return Err(ImagingError::header(file, "data file", why));
    }
    Ok(file.parent().unwrap_or(Path::new("")).join(name))
}

fn voxels(mut reader: BufReader<File>, header: &Header, file: &Path) -> Result<Vec<f64>, ImagingError> {
    let (lines, bytes) = header.skip;
    if lines > 0 && header.encoding != Encoding::Gzip {
        skip_lines(&mut reader, lines, file)?;
    } else if lines > 0 {
        return Err(ImagingError::header(file, "line skip", "not read with gzip; save the image again"));
    }
    let mut stream: Stream = match header.encoding {
        Encoding::Gzip => Box::new(MultiGzDecoder::new(reader)),
        Encoding::Raw | Encoding::Text => Box::new(reader),
    };
    stream::skip(&mut stream, bytes, file)?;
    let count = header.grid.len();
    if header.encoding == Encoding::Text {
        return text(stream, count, file);
    }
    let voxels = numbers::read(&mut stream, count, header.number, header.big_endian, file)?;
    stream::finish(&mut stream, file)?;
    Ok(voxels)
}

fn skip_lines(reader: &mut BufReader<File>, lines: usize, file: &Path) -> Result<(), ImagingError> {
    for _ in 0..lines {
        let skipped = reader.skip_until(b'\n');
        let skipped = skipped.map_err(|source| ImagingError::Unreadable { file: file.to_owned(), source })?;
        if skipped == 0 {
            break;
        }
    }
    Ok(())
}

/// Numbers with white space between them.
fn text(stream: Stream, count: usize, file: &Path) -> Result<Vec<f64>, ImagingError> {
    let mut text = String::new();
    let read = stream.take((count * MOST_DIGITS) as u64).read_to_string(&mut text);
    read.map_err(|source| ImagingError::Unreadable { file: file.to_owned(), source })?;
    let numbers: Option<Vec<f64>> =
        text.split_ascii_whitespace().take(count).map(|n| n.parse().ok()).collect();
    let numbers = numbers.ok_or_else(|| ImagingError::header(file, "encoding", "text that is no number"))?;
    if numbers.len() == count {
        return Ok(numbers);
    }
    let (file, found) = (file.to_owned(), numbers.len());
    Err(ImagingError::Truncated { file, part: "the voxels", found, expected: count })
}

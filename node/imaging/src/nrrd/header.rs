//! The NRRD header: lines of text up to an empty one.
//!
//! Spec: <https://teem.sourceforge.net/nrrd/format.html>. Fields that move or scale voxels and are not understood are
//! refused; all others are passed over.

use std::collections::BTreeMap;
use std::io::{BufRead, Read as _};
use std::path::Path;

use super::fields;
use crate::numbers::Number;
use crate::{Grid, ImagingError, MOST_VOXELS};

/// Longest header.
const MOST_BYTES: u64 = 1 << 20;

/// How the voxels are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Raw,
    Gzip,
    Text,
}

/// What is needed to read and place voxels.
pub(super) struct Header {
    pub(super) grid: Grid,
    pub(super) number: Number,
    pub(super) encoding: Encoding,
    pub(super) big_endian: bool,
    /// Another file with the voxels.
    pub(super) data_file: Option<String>,
    /// Lines, then bytes, before the first voxel.
    pub(super) skip: (usize, usize),
    /// `key:=value` pairs.
    pub(super) pairs: BTreeMap<String, String>,
}

/// Fields by their lower-case names.
pub(super) struct Fields<'a> {
    fields: BTreeMap<String, String>,
    pub(super) file: &'a Path,
}

impl Fields<'_> {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }

    pub(super) fn need(&self, name: &'static str) -> Result<&str, ImagingError> {
        self.get(name).ok_or_else(|| self.bad(name, "missing; save the image again"))
    }

    pub(super) fn bad(&self, name: &'static str, why: impl Into<String>) -> ImagingError {
        ImagingError::header(self.file, name, why)
    }

    fn count(&self, name: &'static str) -> Result<usize, ImagingError> {
        let text = self.get(name).unwrap_or("0");
        text.parse().map_err(|_| self.bad(name, format!("`{text}`; 0 or a count is read")))
    }
}

/// Reads up to and including the empty line.
pub(super) fn read(reader: &mut impl BufRead, file: &Path) -> Result<Header, ImagingError> {
    let (fields, pairs) = lines(reader, file)?;
    let fields = Fields { fields, file };
    let sizes = fields::sizes(&fields)?;
    let voxels: u128 = sizes.iter().fold(1, |product, n| product.saturating_mul(*n as u128));
    if voxels > MOST_VOXELS as u128 {
        return Err(ImagingError::TooLarge { file: file.to_owned(), voxels, limit: MOST_VOXELS });
    }
    let number = fields::number(fields.need("type")?)
        .ok_or_else(|| fields.bad("type", "not a real number type; save as 16-bit integers or floats"))?;
    let encoding = match fields.need("encoding")? {
        "raw" => Encoding::Raw,
        "gzip" | "gz" => Encoding::Gzip,
        "ascii" | "text" | "txt" => Encoding::Text,
        other => return Err(fields.bad("encoding", format!("`{other}`; save as raw or gzip"))),
    };
    let big_endian = match fields.get("endian") {
        Some("big") => true,
        Some("little") => false,
        None if number.bytes() == 1 || encoding == Encoding::Text => false,
        _ => return Err(fields.bad("endian", "little or big is needed")),
    };
    Ok(Header {
        grid: fields::grid(&fields, &sizes)?,
        number,
        encoding,
        big_endian,
        data_file: fields.get("data file").or(fields.get("datafile")).map(str::to_owned),
        skip: (fields.count("line skip")?, fields.count("byte skip")?),
        pairs,
    })
}

type Pairs = BTreeMap<String, String>;

fn lines(reader: &mut impl BufRead, file: &Path) -> Result<(Pairs, Pairs), ImagingError> {
    let (mut fields, mut pairs) = (BTreeMap::new(), BTreeMap::new());
    let mut reader = reader.take(MOST_BYTES);
    loop {
        let mut line = Vec::new();
        let read = reader.read_until(b'\n', &mut line);
        read.map_err(|source| ImagingError::Unreadable { file: file.to_owned(), source })?;
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_end_matches(['\n', '\r']);
        if line.last() != Some(&b'\n') && reader.limit() == 0 {
            return Err(ImagingError::header(file, "header", format!("longer than {MOST_BYTES} bytes")));
        }
        if text.is_empty() {
            return Ok((fields, pairs));
        }
        if text.starts_with('#') || text.starts_with("NRRD") {
            continue;
        }
        let (place, name, value) = if let Some((key, value)) = text.split_once(":=") {
            (&mut pairs, key.to_owned(), value)
        } else if let Some((name, value)) = text.split_once(':') {
            (&mut fields, name.trim().to_lowercase(), value)
        } else {
            return Err(ImagingError::header(file, "header", "a line without a colon; save the image again"));
        };
        if place.insert(name, value.trim().to_owned()).is_some() {
            return Err(ImagingError::header(file, "header", "a field is there twice; save the image again"));
        }
    }
}

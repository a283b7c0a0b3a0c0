//! Tables of results, row by row, in three formats. All hold the same columns in the same order and record how they
//! were made: CSV in a JSON file beside it, Parquet in its metadata, JSON in itself.
//!
//! Never: a row kept after it was written (Parquet keeps one row group).

mod csv_file;
mod json_file;
mod parquet_file;

use std::io::Write as _;
use std::path::Path;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use super::Fault;
use super::case::{Case, Inputs};
use super::cases::FIRST;
use super::recipe::{Column, Provenance};

/// A format of tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Comma-separated, with a JSON file beside it that says how it was made.
    Csv,
    /// One object with everything.
    Json,
    /// Columns, compressed.
    Parquet,
}

/// What every row of a table shares.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Layout {
    #[serde(flatten)]
    pub(crate) made: Provenance,
    /// Columns of the user's table, passed through.
    pub(crate) passed_through: Vec<String>,
    pub(crate) features: Vec<Column>,
}

/// One row.
pub(crate) struct Row<'a> {
    pub(crate) case: &'a Case,
    pub(crate) inputs: &'a Inputs,
    pub(crate) values: &'a [Option<f64>],
}

/// A table being written. Dropped without [`Writer::finish`], it leaves nothing.
pub(crate) trait Writer {
    /// Appends one row.
    fn row(&mut self, row: &Row<'_>) -> Result<(), Fault>;
    /// Makes the table visible.
    fn finish(self: Box<Self>) -> Result<(), Fault>;
}

impl Format {
    /// The format that a file's ending names.
    pub(crate) fn of(file: &Path) -> Option<Self> {
        let ending = file.extension()?.to_str()?.to_ascii_lowercase();
        <Self as ValueEnum>::from_str(&ending, true).ok()
    }

    /// Writes one row to standard output.
    pub(crate) fn show(self, layout: &Layout, row: &Row<'_>) -> Result<(), Fault> {
        let file = Path::new("standard output");
        let mut bytes = Vec::new();
        match self {
            Self::Csv => csv_file::to_stream(&mut bytes, layout, row).map_err(csv_file::failed(file))?,
            Self::Json => {
                json_file::to_stream(&mut bytes, layout, row).map_err(Fault::file(file, "writing"))?;
            }
            Self::Parquet => {
                let why = "Parquet is not for reading on a terminal; give a file with --out";
                return Err(Fault::Arguments(why.to_owned()));
            }
        }
        // a closed pipe is the reader's decision
        let _ = std::io::stdout().write_all(&bytes);
        Ok(())
    }

    /// The usual ending.
    pub(crate) fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Parquet => "parquet",
        }
    }

    /// Opens a table. One in CSV writes how it was made `beside` it, unless a table in JSON takes that name.
    pub(crate) fn writer(self, file: &Path, layout: &Layout, beside: bool) -> Result<Box<dyn Writer>, Fault> {
        Ok(match self {
            Self::Csv => Box::new(csv_file::Csv::new(file, layout, beside)?),
            Self::Json => Box::new(json_file::Json::new(file, layout)?),
            Self::Parquet => Box::new(parquet_file::Parquet::new(file, layout)?),
        })
    }
}

impl Layout {
    /// All columns.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        let features = self.features.iter().map(|column| column.name.as_str());
        FIRST.into_iter().chain(self.passed_through.iter().map(String::as_str)).chain(features)
    }

    /// The texts of a row, before its values.
    fn texts<'a>(&'a self, row: &'a Row<'_>) -> impl Iterator<Item = std::borrow::Cow<'a, str>> {
        let Row { case, inputs, .. } = row;
        let first = [case.id.as_str(), &case.image, &case.mask].map(Into::into);
        let then =
            [&self.made.profile, &inputs.image_sha256, &inputs.mask_sha256].map(|text| text.as_str().into());
        let region = std::iter::once(case.region().into());
        first.into_iter().chain(region).chain(then).chain(case.extra.iter().map(|cell| cell.as_str().into()))
    }
}

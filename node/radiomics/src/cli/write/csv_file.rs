//! CSV: comma, point, no quotes but where needed; an undefined value is an empty cell, which R, pandas, Stata and SPSS
//! all read as missing. A file with the ending `.json` beside it says how the table was made.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use super::{Layout, Row, Writer};
use crate::cli::Fault;
use crate::cli::parts::replace;

pub(super) struct Csv {
    file: PathBuf,
    partial: PathBuf,
    layout: Layout,
    beside: bool,
    to: csv::Writer<BufWriter<File>>,
}

impl Csv {
    pub(super) fn new(file: &Path, layout: &Layout, beside: bool) -> Result<Self, Fault> {
        let partial = partial(file);
        let made = File::create(&partial).map_err(Fault::file(file, "writing"))?;
        let mut to = csv::Writer::from_writer(BufWriter::new(made));
        to.write_record(layout.names()).map_err(failed(file))?;
        Ok(Self { file: file.to_owned(), partial, layout: layout.clone(), beside, to })
    }
}

impl Writer for Csv {
    fn row(&mut self, row: &Row<'_>) -> Result<(), Fault> {
        write_row(&mut self.to, &self.layout, row).map_err(failed(&self.file))
    }

    fn finish(self: Box<Self>) -> Result<(), Fault> {
        let Self { file, partial, layout, beside, to } = *self;
        let writing = || Fault::file(&file, "writing");
        let buffer = to.into_inner().map_err(|e| writing()(std::io::Error::other(e.to_string())))?;
        let made = buffer.into_inner().map_err(|e| writing()(e.into_error()))?;
        made.sync_all().and_then(|()| fs::rename(&partial, &file)).map_err(writing())?;
        if !beside {
            return Ok(());
        }
        let text = serde_json::to_string_pretty(&layout).expect("layouts always serialise");
        replace(&file.with_extension("json"), |to| writeln!(to, "{text}"))
    }
}

/// The same table to any stream, for one case on standard output.
pub(super) fn to_stream(stream: impl Write, layout: &Layout, row: &Row<'_>) -> Result<(), csv::Error> {
    let mut to = csv::Writer::from_writer(stream);
    to.write_record(layout.names())?;
    write_row(&mut to, layout, row)?;
    Ok(to.flush()?)
}

fn write_row(to: &mut csv::Writer<impl Write>, layout: &Layout, row: &Row<'_>) -> Result<(), csv::Error> {
    for text in layout.texts(row) {
        to.write_field(text.as_bytes())?;
    }
    for value in row.values {
        // the shortest digits that give back the same bits
        to.write_field(value.map_or_else(String::new, |value| format!("{value:?}")))?;
    }
    to.write_record(None::<&[u8]>)
}

/// Where a file is written before it is renamed.
pub(super) fn partial(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".partial");
    name.into()
}

pub(super) fn failed(file: &Path) -> impl FnOnce(csv::Error) -> Fault {
    let fault = Fault::file(file, "writing");
    move |error| fault(std::io::Error::other(error.to_string()))
}

//! JSON: one object with how it was made and a list of cases, written as they come.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use serde_json::json;

use super::csv_file::partial;
use super::{Layout, Row, Writer};
use crate::cli::Fault;

pub(super) struct Json {
    file: PathBuf,
    beside: PathBuf,
    layout: Layout,
    to: BufWriter<File>,
    rows: usize,
}

impl Json {
    pub(super) fn new(file: &Path, layout: &Layout) -> Result<Self, Fault> {
        let beside = partial(file);
        let mut to = BufWriter::new(File::create(&beside).map_err(Fault::file(file, "writing"))?);
        begin(&mut to, layout).map_err(Fault::file(file, "writing"))?;
        Ok(Self { file: file.to_owned(), beside, layout: layout.clone(), to, rows: 0 })
    }
}

impl Writer for Json {
    fn row(&mut self, row: &Row<'_>) -> Result<(), Fault> {
        let comma = if self.rows == 0 { "" } else { "," };
        self.rows += 1;
        let text = object(&self.layout, row);
        write!(self.to, "{comma}\n{text}").map_err(Fault::file(&self.file, "writing"))
    }

    fn finish(self: Box<Self>) -> Result<(), Fault> {
        let Self { file, beside, mut to, .. } = *self;
        let written = end(&mut to).and_then(|()| to.flush()).and_then(|()| to.get_ref().sync_all());
        written.and_then(|()| fs::rename(&beside, &file)).map_err(Fault::file(&file, "writing"))
    }
}

/// The same to any stream, for one case on standard output.
pub(super) fn to_stream(mut to: impl Write, layout: &Layout, row: &Row<'_>) -> std::io::Result<()> {
    begin(&mut to, layout)?;
    write!(to, "\n{}", object(layout, row))?;
    end(&mut to)
}

/// The layout without its last brace, and the beginning of the list.
fn begin(to: &mut impl Write, layout: &Layout) -> std::io::Result<()> {
    let text = serde_json::to_string(layout).expect("layouts always serialise");
    write!(to, "{},\"cases\":[", &text[..text.len() - 1])
}

fn end(to: &mut impl Write) -> std::io::Result<()> {
    writeln!(to, "\n]}}")
}

/// A row with its columns in their order.
fn object(layout: &Layout, row: &Row<'_>) -> String {
    let texts = layout.texts(row).map(|text| json!(text));
    let values = row.values.iter().map(|value| json!(value));
    let cells =
        layout.names().zip(texts.chain(values)).map(|(name, value)| format!("{}:{value}", json!(name)));
    format!("{{{}}}", cells.collect::<Vec<_>>().join(","))
}

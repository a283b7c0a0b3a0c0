//! What a finished shard leaves beside its journal: one line a case, with the key of its values or the fault.
//!
//! From the parts of all shards comes the table, in the order of the cases, whoever computed which.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, BufWriter, Lines, Write as _};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::case::Case;
use super::journal::files_named;
use super::recipe::Provenance;
use super::{Fault, Shard};

/// The first line of a part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Head {
    pub(crate) shard: Shard,
    /// Cases of all shards together.
    pub(crate) cases: usize,
    /// Of the whole table of cases.
    pub(crate) table_sha256: String,
    pub(crate) made: Provenance,
    pub(crate) extra: Vec<String>,
}

/// What became of a case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// The key of its values in a journal.
    Key(String),
    Fault {
        code: String,
        message: String,
    },
}

/// A case and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Line {
    /// Its place among all cases, from 0.
    pub(crate) row: usize,
    #[serde(flatten)]
    pub(crate) case: Case,
    pub(crate) outcome: Outcome,
}

/// A part, read line by line.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) path: PathBuf,
    pub(crate) head: Head,
    /// The line to come.
    pub(crate) next: Option<Line>,
    lines: Lines<BufReader<File>>,
}

/// Writes a part, whole or not at all.
pub(crate) fn write(folder: &Path, head: &Head, lines: impl Iterator<Item = Line>) -> Result<PathBuf, Fault> {
    let path = folder.join(format!("part-{}.jsonl", head.shard.name()));
    replace(&path, |to| {
        writeln!(to, "{}", serde_json::to_string(head).expect("heads always serialise"))?;
        for line in lines {
            writeln!(to, "{}", serde_json::to_string(&line).expect("lines always serialise"))?;
        }
        Ok(())
    })?;
    Ok(path)
}

/// Writes beside, then renames: a reader sees all or nothing.
pub(crate) fn replace(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> std::io::Result<()>,
) -> Result<(), Fault> {
    let writing = || Fault::file(path, "writing");
    let mut name = path.as_os_str().to_owned();
    // shards that start together must not write into each other's file
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    name.push(format!(".partial-{}-{now}", std::process::id()));
    let beside = PathBuf::from(name);
    let mut to = BufWriter::new(File::create(&beside).map_err(writing())?);
    let written = write(&mut to).and_then(|()| to.flush()).and_then(|()| to.get_ref().sync_all());
    written.and_then(|()| fs::rename(&beside, path)).map_err(writing())
}

/// The files of the parts in a folder.
pub(crate) fn in_folder(folder: &Path) -> Result<Vec<PathBuf>, Fault> {
    files_named(folder, "part-", ".jsonl")
}

impl Part {
    pub(crate) fn open(path: &Path) -> Result<Self, Fault> {
        let reading = || Fault::file(path, "reading the part");
        let mut lines = BufReader::new(File::open(path).map_err(reading())?).lines();
        let first = lines.next().transpose().map_err(reading())?.unwrap_or_default();
        let head = serde_json::from_str(&first).map_err(|e| damaged(path, &e))?;
        let mut part = Self { path: path.to_owned(), head, next: None, lines };
        part.take()?;
        Ok(part)
    }

    /// The line that was to come; the one after it moves up.
    pub(crate) fn take(&mut self) -> Result<Option<Line>, Fault> {
        let line = self.lines.next().transpose().map_err(Fault::file(&self.path, "reading the part"))?;
        let next =
            line.map(|line| serde_json::from_str(&line)).transpose().map_err(|e| damaged(&self.path, &e))?;
        Ok(std::mem::replace(&mut self.next, next))
    }
}

fn damaged(path: &Path, error: &serde_json::Error) -> Fault {
    Fault::Damaged { file: path.to_owned(), why: error.to_string() }
}

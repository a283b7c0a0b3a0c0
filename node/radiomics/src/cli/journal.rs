//! Results on disk, one line a case, appended as they come; what is here is not computed again.
//!
//! A line is a digest and a JSON object with the key of its content. A line cut by a crash is dropped when the journal
//! is opened again; a changed one is not used. Never: all results in memory; an index of keys and offsets is.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::case::Inputs;
use super::{Fault, hash};

/// Digits of a line's digest.
const CHECK: usize = 16;

/// What one case gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// Of everything that decides the values.
    pub(crate) key: String,
    pub(crate) inputs: Inputs,
    /// Stamp of the image, then of the mask: while they are the same, the digests need not be computed again.
    pub(crate) stamps: [String; 2],
    /// In the order of the recipe's columns; null where a feature is not defined.
    pub(crate) values: Vec<Option<f64>>,
}

/// Where results are, without holding them.
#[derive(Debug, Default)]
pub(crate) struct Known {
    files: Vec<PathBuf>,
    places: BTreeMap<String, Place>,
    stamps: BTreeMap<[String; 2], Inputs>,
}

#[derive(Debug, Clone, Copy)]
struct Place {
    file: usize,
    offset: u64,
    length: usize,
}

/// A journal that takes new results.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    file: Mutex<File>,
}

impl Known {
    /// Indexes all journals of some folders.
    pub(crate) fn of(folders: &[PathBuf]) -> Result<Self, Fault> {
        let mut known = Self::default();
        for folder in folders {
            for journal in journals(folder)? {
                known.index(&journal)?;
            }
        }
        Ok(known)
    }

    fn index(&mut self, path: &Path) -> Result<(), Fault> {
        let reading = || Fault::file(path, "reading the journal");
        let mut reader = BufReader::new(File::open(path).map_err(reading())?);
        let (mut offset, mut line) = (0, Vec::new());
        let file = self.files.len();
        self.files.push(path.to_owned());
        while reader.read_until(b'\n', &mut line).map_err(reading())? > 0 {
            if let Some(entry) = parse(&line) {
                self.stamps.insert(entry.stamps, entry.inputs);
                self.places.insert(entry.key, Place { file, offset, length: line.len() });
            }
            offset += line.len() as u64;
            line.clear();
        }
        Ok(())
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.places.contains_key(key)
    }

    /// Digests of files that have not changed since they were last read.
    pub(crate) fn inputs(&self, stamps: &[String; 2]) -> Option<&Inputs> {
        self.stamps.get(stamps)
    }

    /// The entry with a key, read from its journal.
    pub(crate) fn get(&self, key: &str) -> Result<Option<Entry>, Fault> {
        let Some(place) = self.places.get(key) else { return Ok(None) };
        let path = &self.files[place.file];
        let reading = || Fault::file(path, "reading the journal");
        let mut file = File::open(path).map_err(reading())?;
        file.seek(SeekFrom::Start(place.offset)).map_err(reading())?;
        let mut line = vec![0; place.length];
        file.read_exact(&mut line).map_err(reading())?;
        let changed =
            || Fault::Damaged { file: path.clone(), why: "a line changed while it was read".to_owned() };
        parse(&line).filter(|entry| entry.key == key).ok_or_else(changed).map(Some)
    }
}

impl Journal {
    /// Opens a shard's journal for appending; only one process at a time can.
    pub(crate) fn open(folder: &Path, name: &str) -> Result<Self, Fault> {
        let path = folder.join(format!("journal-{name}.jsonl"));
        let opening = || Fault::file(&path, "opening the journal");
        let file = OpenOptions::new().create(true).read(true).append(true).open(&path).map_err(opening())?;
        match file.try_lock() {
            // some network file systems know no locks: there, the scheduler must start each shard once
            Ok(()) | Err(TryLockError::Error(_)) => {}
            Err(TryLockError::WouldBlock) => return Err(Fault::Busy(path)),
        }
        let whole = whole_lines(&path)?;
        file.set_len(whole).map_err(opening())?;
        Ok(Self { path, file: Mutex::new(file) })
    }

    /// Appends one result; when this returns, it is on disk.
    pub(crate) fn append(&self, entry: &Entry) -> Result<(), Fault> {
        let json = serde_json::to_string(entry).expect("entries always serialise");
        let line = format!("{} {json}\n", check(&json));
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let written = file.write_all(line.as_bytes()).and_then(|()| file.sync_data());
        written.map_err(Fault::file(&self.path, "writing the journal"))
    }
}

/// All journals of a folder, in order.
fn journals(folder: &Path) -> Result<Vec<PathBuf>, Fault> {
    files_named(folder, "journal-", ".jsonl")
}

/// Files of a folder whose names begin and end so, in order.
pub(crate) fn files_named(folder: &Path, begin: &str, end: &str) -> Result<Vec<PathBuf>, Fault> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(Fault::file(folder, "listing the folder"))? {
        let entry = entry.map_err(Fault::file(folder, "listing the folder"))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with(begin) && name.ends_with(end) {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

/// Bytes up to and with the last line break.
fn whole_lines(path: &Path) -> Result<u64, Fault> {
    let reading = || Fault::file(path, "reading the journal");
    let mut reader = BufReader::new(File::open(path).map_err(reading())?);
    let (mut whole, mut line) = (0, Vec::new());
    while reader.read_until(b'\n', &mut line).map_err(reading())? > 0 {
        if line.ends_with(b"\n") {
            whole += line.len() as u64;
        }
        line.clear();
    }
    Ok(whole)
}

fn parse(line: &[u8]) -> Option<Entry> {
    let text = std::str::from_utf8(line).ok()?.strip_suffix('\n')?;
    let (digest, json) = text.split_once(' ')?;
    (digest == check(json)).then(|| serde_json::from_str(json).ok()).flatten()
}

fn check(json: &str) -> String {
    let mut digest = hash::of_text(json);
    digest.truncate(CHECK);
    digest
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test")]
    use super::*;

    fn entry(key: &str, values: Vec<Option<f64>>) -> Entry {
        let inputs = Inputs { image_sha256: "a".to_owned(), mask_sha256: "b".to_owned() };
        Entry { key: key.to_owned(), inputs, stamps: [key.to_owned(), "m".to_owned()], values }
    }

    #[test]
    fn results_survive_to_the_bit_and_a_cut_or_changed_line_is_not_used() {
        let folder = tempfile::tempdir().unwrap();
        let folders = [folder.path().to_owned()];
        let first = entry("k1", vec![Some(0.1 + 0.2), None, Some(-0.0), Some(5e-324), Some(1.797e308)]);
        let journal = Journal::open(folder.path(), "0-of-1").unwrap();
        journal.append(&first).unwrap();
        journal.append(&entry("k2", vec![])).unwrap();
        let busy = Journal::open(folder.path(), "0-of-1").unwrap_err();
        assert_eq!(busy.code(), "CNS-D-0254");
        drop(journal);
        let known = Known::of(&folders).unwrap();
        let bits = |entry: &Entry| entry.values.iter().map(|v| v.map(f64::to_bits)).collect::<Vec<_>>();
        assert_eq!(bits(&known.get("k1").unwrap().unwrap()), bits(&first));
        assert!(known.has("k2") && !known.has("k3"));

        let path = folder.path().join("journal-0-of-1.jsonl");
        let whole = fs::read(&path).unwrap();
        for cut in 1..whole.len() {
            fs::write(&path, &whole[..cut]).unwrap();
            let journal = Journal::open(folder.path(), "0-of-1").unwrap();
            journal.append(&entry("k3", vec![Some(1.0)])).unwrap();
            let known = Known::of(&folders).unwrap();
            assert!(known.has("k3"), "a cut at {cut} loses what comes after");
            assert!(!known.has("k2"));
        }
        let changed = String::from_utf8(whole).unwrap().replace("0.30000000000000004", "0.40000000000000004");
        fs::write(&path, changed).unwrap();
        let known = Known::of(&folders).unwrap();
        assert!(!known.has("k1") && known.has("k2"));
    }
}

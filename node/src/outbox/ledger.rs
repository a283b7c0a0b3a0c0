//! The egress ledger: one line of JSON for each message that leaves, on disk before it is sent.

use std::fs::OpenOptions;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};

use consilium_stats::Summary;
use consilium_types::{Digest, StudyId};
use serde::{Deserialize, Serialize};

use crate::answering::Question;
use crate::clock;
use crate::errors::Fault;

/// One message that left, or was about to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Line {
    /// When, UTC.
    pub(crate) at: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) study: Option<StudyId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) attempt: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) exchange: Option<u32>,
    /// In words.
    pub(crate) what: String,
    pub(crate) bytes: usize,
    /// Of the sums, as the coordinator's record has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) digest: Option<Digest>,
}

impl Line {
    fn plain(what: String, bytes: usize) -> Self {
        Self { at: clock::now(), study: None, attempt: None, exchange: None, what, bytes, digest: None }
    }

    pub(super) fn enrolment(bytes: usize) -> Self {
        Self::plain("public keys and the program's version, to enrol".to_owned(), bytes)
    }

    pub(super) fn renewal(bytes: usize) -> Self {
        Self::plain("a public key, to renew the certificate".to_owned(), bytes)
    }

    pub(super) fn decision(study: &StudyId, accept: bool, schema: &[u8]) -> Self {
        let what = if accept { "the plan is accepted; names of the columns" } else { "the plan is refused" };
        Self { study: Some(study.clone()), ..Self::plain(what.to_owned(), schema.len()) }
    }

    pub(super) fn summary(question: &Question, summary: &Summary, bytes: usize) -> Self {
        let line = Self::of(question, question.query.describe(), bytes);
        Self { digest: Some(summary.digest()), ..line }
    }

    pub(super) fn refusal(question: &Question, code: &str) -> Self {
        Self::of(question, format!("no answer: {code}"), code.len())
    }

    fn of(question: &Question, what: String, bytes: usize) -> Self {
        Self {
            study: Some(question.study.clone()),
            attempt: Some(question.attempt.0),
            exchange: Some(question.exchange.0),
            ..Self::plain(what, bytes)
        }
    }
}

/// The file.
#[derive(Debug)]
pub(super) struct Ledger {
    file: PathBuf,
}

impl Ledger {
    pub(super) fn new(file: PathBuf) -> Self {
        Self { file }
    }

    /// Writes a line to disk. Nothing may be sent before this has succeeded.
    pub(super) fn append(&self, line: &Line) -> Result<(), Fault> {
        let mut text = serde_json::to_vec(line).expect("ids, digests and texts always serialise");
        text.push(b'\n');
        let written = OpenOptions::new().create(true).append(true).open(&self.file).and_then(|mut file| {
            file.write_all(&text)?;
            file.sync_data()
        });
        written.map_err(|source| Fault::Ledger { file: self.file.clone(), source })
    }
}

/// All lines. A last line that was cut by a crash is left out: its message was never sent.
pub(crate) fn read(file: &Path) -> Result<Vec<Line>, Fault> {
    if !file.exists() {
        return Ok(Vec::new());
    }
    let failed = |source| Fault::Ledger { file: file.to_owned(), source };
    let opened = std::fs::File::open(file).map_err(failed)?;
    let lines = BufReader::new(opened).lines().collect::<Result<Vec<_>, _>>().map_err(failed)?;
    Ok(lines.iter().filter_map(|line| serde_json::from_str(line).ok()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_kept_and_a_cut_one_is_skipped() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("egress.jsonl");
        assert_eq!(read(&file).unwrap(), []);
        let ledger = Ledger::new(file.clone());
        let line = Line::decision(&"one".parse().unwrap(), true, b"[]");
        ledger.append(&line).unwrap();
        std::fs::write(&file, [std::fs::read(&file).unwrap(), b"{\"at\":".to_vec()].concat()).unwrap();
        assert_eq!(read(&file).unwrap(), std::slice::from_ref(&line));
        let nowhere = Ledger::new(folder.path().join("none/egress.jsonl"));
        assert_eq!(nowhere.append(&line).unwrap_err().code(), "CNS-N-0301");
    }
}

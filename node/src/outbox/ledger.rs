//! The egress ledger: one line of JSON for each message that leaves, on disk before it is sent.
//!
//! Each line holds the hash of the one before it, and `egress.head` the hash of the last: a line that is changed or taken
//! away is seen. Whoever may write here could make a new ledger; compare the hash of the head with one kept elsewhere,
//! and digests with the coordinator's record.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use consilium_crypto::SiteMessage;
use consilium_proto::v1::AnswerRequest;
use consilium_stats::Summary;
use consilium_types::{Digest, StudyId};
use serde::{Deserialize, Serialize};

use crate::answering::Question;
use crate::blinding::Sent;
use crate::clock;
use crate::errors::Fault;
use crate::folder;

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
    /// Hash of the line before; of nothing, in the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) before: Option<Digest>,
}

/// `egress.head`: how long the ledger was when a message last left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Head {
    pub(crate) lines: usize,
    pub(crate) hash: Digest,
}

impl Line {
    fn plain(what: String, bytes: usize) -> Self {
        let (study, attempt, exchange) = (None, None, None);
        Self { at: clock::now(), study, attempt, exchange, what, bytes, digest: None, before: None }
    }

    pub(super) fn enrolment(bytes: usize) -> Self {
        Self::plain("public keys and the program's version, to enrol".to_owned(), bytes)
    }

    pub(super) fn renewal(bytes: usize) -> Self {
        Self::plain("a public key, to renew the certificate".to_owned(), bytes)
    }

    pub(super) fn decision(study: &StudyId, request: &AnswerRequest) -> Self {
        let what = if request.accept {
            "the plan is accepted and signed; names of the columns, digest of the program"
        } else {
            "the plan is refused"
        };
        let bytes = request.schema.len() + request.program.len() + request.signature.len();
        Self { study: Some(study.clone()), ..Self::plain(what.to_owned(), bytes) }
    }

    pub(super) fn summary(question: &Question, summary: &Summary, bytes: usize) -> Self {
        let line = Self::of(question, question.describe(), bytes);
        Self { digest: Some(summary.digest()), ..line }
    }

    pub(super) fn step(question: &Question, sent: &Sent, bytes: usize) -> Self {
        match &sent.message {
            SiteMessage::Keys(_) => {
                Self::of(question, "public keys for blinding the next sums".to_owned(), bytes)
            }
            SiteMessage::Shares(_) => {
                Self::of(question, "sealed shares of what will blind these sums".to_owned(), bytes)
            }
            SiteMessage::Input(input) => {
                let line = Self::of(question, format!("blinded: {}", question.describe()), bytes);
                Self { digest: Some(input.root()), ..line }
            }
            SiteMessage::Confirmation(_) => {
                Self::of(question, "a signature on which hospitals' sums are in".to_owned(), bytes)
            }
            SiteMessage::Unmasking(_) => Self::of(
                question,
                "shares that take the blinding off the sum over all hospitals".to_owned(),
                bytes,
            ),
        }
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
#[derive(Debug, Clone)]
pub(super) struct Ledger {
    file: PathBuf,
}

impl Ledger {
    pub(super) fn new(file: PathBuf) -> Self {
        Self { file }
    }

    /// Writes a line to disk. Nothing may be sent before this has succeeded.
    pub(super) fn append(&self, line: &Line) -> Result<(), Fault> {
        let head = self.write(line).map_err(|source| Fault::Ledger { file: self.file.clone(), source })?;
        let text = serde_json::to_string(&head).expect("a number and a digest always serialise");
        folder::write(&head_of(&self.file), &(text + "\n"))
    }

    /// Writes a line to disk unless the same message is there: its words may leave in pieces, by several processes.
    pub(super) fn append_once(&self, line: &Line) -> Result<(), Fault> {
        let known = read(&self.file)?;
        let same = |other: &Line| Line { at: line.at.clone(), before: None, ..other.clone() } == *line;
        if known.iter().rev().any(same) { Ok(()) } else { self.append(line) }
    }

    /// Commands and the running node write one after the other. A line that a crash cut short is taken away: its message
    /// was never sent.
    fn write(&self, line: &Line) -> std::io::Result<Head> {
        let mut file = OpenOptions::new().create(true).read(true).append(true).open(&self.file)?;
        file.lock()?;
        let known = whole_lines(&mut file)?;
        file.set_len(known.len() as u64)?;
        let before = Some(hash(lines(&known).last().unwrap_or_default()));
        let mut text =
            serde_json::to_vec(&Line { before, ..line.clone() }).expect("a line always serialises");
        let head = Head { lines: lines(&known).count() + 1, hash: hash(&text) };
        text.push(b'\n');
        file.write_all(&text)?;
        file.sync_data()?;
        Ok(head)
    }
}

fn head_of(file: &Path) -> PathBuf {
    file.with_extension("head")
}

fn hash(line: &[u8]) -> Digest {
    Digest::of("consilium/egress/v1", line)
}

fn whole_lines(file: &mut File) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.read_to_end(&mut bytes)?;
    let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |place| place + 1);
    bytes.truncate(end);
    Ok(bytes)
}

fn lines(whole: &[u8]) -> impl Iterator<Item = &[u8]> {
    whole.split_inclusive(|byte| *byte == b'\n').map(|line| &line[..line.len() - 1])
}

fn read_whole(file: &Path) -> Result<Vec<u8>, Fault> {
    if !file.exists() {
        return Ok(Vec::new());
    }
    let read = File::open(file).and_then(|mut file| whole_lines(&mut file));
    read.map_err(|source| Fault::Ledger { file: file.to_owned(), source })
}

/// All lines. A last line that was cut by a crash is left out: its message was never sent.
pub(crate) fn read(file: &Path) -> Result<Vec<Line>, Fault> {
    let whole = read_whole(file)?;
    Ok(lines(&whole).filter_map(|line| serde_json::from_slice(line).ok()).collect())
}

/// Follows the hashes from the first line to the head.
pub(crate) fn check(file: &Path) -> Result<Head, Fault> {
    let broken =
        |line: usize, what: &str| Fault::Chain { file: file.to_owned(), line, what: what.to_owned() };
    let whole = read_whole(file)?;
    let kept = read_head(file)?;
    let mut found = Head { lines: 0, hash: hash(b"") };
    let mut is_kept = kept.is_none();
    for bytes in lines(&whole) {
        let place = found.lines + 1;
        let line: Line =
            serde_json::from_slice(bytes).map_err(|_| broken(place, "it is no line of a ledger"))?;
        if line.before != Some(found.hash) {
            return Err(broken(
                place,
                "it does not follow the one before it: a line was changed, added or taken away",
            ));
        }
        found = Head { lines: place, hash: hash(bytes) };
        is_kept |= kept == Some(found);
    }
    if !is_kept {
        return Err(broken(
            found.lines + 1,
            "egress.head names another end: lines were changed or taken away",
        ));
    }
    Ok(found)
}

fn read_head(file: &Path) -> Result<Option<Head>, Fault> {
    let head = head_of(file);
    if !head.exists() {
        return Ok(None);
    }
    let damaged = |e: serde_json::Error| Fault::Configuration { file: head.clone(), why: e.to_string() };
    serde_json::from_str(&folder::read(&head)?).map(Some).map_err(damaged)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("egress.jsonl");
        let ledger = Ledger::new(file.clone());
        for study in ["one", "two", "three"] {
            let request = AnswerRequest { accept: true, schema: b"[]".to_vec(), ..AnswerRequest::default() };
            ledger.append(&Line::decision(&study.parse().unwrap(), &request)).unwrap();
        }
        (folder, file)
    }

    /// The code of what `check` says after a change of the lines.
    fn after(change: impl Fn(&mut Vec<String>)) -> Option<&'static str> {
        let (_folder, file) = three();
        let text = std::fs::read_to_string(&file).unwrap();
        let mut lines: Vec<String> = text.lines().map(|line| format!("{line}\n")).collect();
        change(&mut lines);
        std::fs::write(&file, lines.concat()).unwrap();
        check(&file).err().map(|fault| fault.code())
    }

    #[test]
    fn a_changed_added_or_removed_line_is_seen() {
        assert_eq!(after(|_| ()), None);
        for place in 0..3 {
            assert_eq!(after(|lines| drop(lines.remove(place))), Some("CNS-N-0302"), "removed {place}");
            let changed = after(|lines| lines[place] = lines[place].replace("accepted", "refused"));
            assert_eq!(changed, Some("CNS-N-0302"), "changed {place}");
            assert_eq!(after(|lines| lines.insert(place, lines[place].clone())), Some("CNS-N-0302"));
        }
        assert_eq!(after(|lines| lines.swap(0, 1)), Some("CNS-N-0302"));
        assert_eq!(after(Vec::clear), Some("CNS-N-0302"), "an empty ledger has another head");
    }

    #[test]
    fn a_crash_between_line_and_head_is_no_fault() {
        let (folder, file) = three();
        let head = std::fs::read(folder.path().join("egress.head")).unwrap();
        Ledger::new(file.clone()).append(&Line::enrolment(9)).unwrap();
        std::fs::write(folder.path().join("egress.head"), head).unwrap();
        assert_eq!(check(&file).unwrap().lines, 4);
    }

    #[test]
    fn lines_are_kept_and_a_cut_one_is_taken_away() {
        let (_folder, file) = three();
        let known = read(&file).unwrap();
        assert_eq!(known.len(), 3);
        std::fs::write(&file, [std::fs::read(&file).unwrap(), b"{\"at\":".to_vec()].concat()).unwrap();
        assert_eq!(read(&file).unwrap(), known);
        Ledger::new(file.clone()).append(&Line::enrolment(9)).unwrap();
        assert_eq!((read(&file).unwrap().len(), check(&file).unwrap().lines), (4, 4));
    }

    #[test]
    fn what_leaves_in_pieces_is_one_line() {
        let (_folder, file) = three();
        let ledger = Ledger::new(file.clone());
        let sums = |bytes| Line { digest: Some(hash(b"sums")), ..Line::enrolment(bytes) };
        for bytes in [7, 7, 8, 7] {
            ledger.append_once(&sums(bytes)).unwrap();
        }
        let known: Vec<usize> = read(&file).unwrap().iter().skip(3).map(|line| line.bytes).collect();
        assert_eq!((known, check(&file).unwrap().lines), (vec![7, 8], 5));
    }

    #[test]
    fn what_cannot_be_written_is_a_fault() {
        let folder = tempfile::tempdir().unwrap();
        let nowhere = Ledger::new(folder.path().join("none/egress.jsonl"));
        assert_eq!(nowhere.append(&Line::enrolment(1)).unwrap_err().code(), "CNS-N-0301");
        assert_eq!(check(&folder.path().join("egress.jsonl")).unwrap().lines, 0);
    }
}

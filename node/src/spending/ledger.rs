//! The ledger of what noisy answers spent: one line of JSON a question, on disk before anything is trained.
//!
//! A line that a crash cut short was never acted on, and is cut off before the next is written. Any other line that
//! cannot be read stops the node's noisy answers: a budget is not guessed.

use std::fs::{File, OpenOptions};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use consilium_privacy::Event;
use consilium_types::plan::{Dp, DpRelease};
use consilium_types::{Digest, StudyId, StudyPlan};
use serde::{Deserialize, Serialize};

use crate::errors::Fault;

/// What one question spent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Charge {
    /// When, UTC.
    pub(super) at: String,
    pub(super) study: StudyId,
    pub(super) plan_hash: Digest,
    pub(super) attempt: u32,
    pub(super) exchange: u32,
    /// Of the question and all that its answer depends on.
    pub(super) question: Digest,
    /// Probability with which a patient enters a lot.
    pub(super) rate: f64,
    /// In clipping norms.
    pub(super) noise: f64,
    /// Noisy steps that use the same patient.
    pub(super) steps: u64,
    /// Whether the noise was integers on a sum.
    pub(super) integers: bool,
}

impl Charge {
    /// None where no accountant can speak about it.
    pub(super) fn event(&self) -> Option<Event> {
        Event::new(self.rate, self.noise, u32::try_from(self.steps).ok()?).ok()
    }

    /// A whole study, if it runs once.
    pub(super) fn foreseen(plan: &StudyPlan, dp: Dp, steps: u64) -> Self {
        Self {
            at: String::new(),
            study: plan.study.id.clone(),
            plan_hash: plan.hash(),
            attempt: 1,
            exchange: 0,
            question: plan.hash(),
            rate: dp.sampling,
            noise: dp.noise,
            steps,
            integers: dp.release == DpRelease::Gradient,
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

    /// All whole lines.
    pub(super) fn read(&self) -> Result<Vec<Charge>, Fault> {
        let text = match std::fs::read(&self.file) {
            Ok(bytes) => bytes,
            Err(missing) if missing.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(self.fault(&source)),
        };
        let lines = text[..whole(&text)].split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        lines.map(|line| serde_json::from_slice(line).map_err(|why| self.fault(&why))).collect()
    }

    /// Writes a line to disk. Nothing may be trained before this has succeeded.
    pub(super) fn append(&self, charge: &Charge) -> Result<(), Fault> {
        let mut line = serde_json::to_vec(charge).expect("ids, digests and finite numbers always serialise");
        line.push(b'\n');
        self.write(&line).map_err(|source| self.fault(&source))
    }

    fn write(&self, line: &[u8]) -> std::io::Result<()> {
        let mut file =
            OpenOptions::new().create(true).truncate(false).read(true).write(true).open(&self.file)?;
        let end = whole(&std::fs::read(&self.file)?) as u64;
        file.set_len(end)?;
        file.seek(SeekFrom::Start(end))?;
        file.write_all(line)?;
        file.sync_all()?;
        let folder = self.file.parent().filter(|parent| !parent.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    }

    fn fault(&self, why: &dyn std::fmt::Display) -> Fault {
        Fault::SpendingLedger { file: self.file.clone(), why: why.to_string() }
    }
}

/// Length of the whole lines.
fn whole(text: &[u8]) -> usize {
    text.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1)
}

//! Checks a consortium's training log, with nothing of the programs that wrote it but the formats.
//!
//! `source` fetches files, `folder` verifies them, `rules` what entries must add up to, `study` where a study stands, `spent` what noise has spent, `replay`
//! adds a blinded round again, `report` is the pack for whoever must answer, `cli` the program. Never: a write, but of the pack; the network only where a log is named
//! by its address. Spec: docs/reference/training-log.md.

mod cli;
mod folder;
pub mod replay;
pub mod report;
mod rules;
mod source;
mod spent;
mod study;
mod words;

pub use cli::run;
pub use folder::{Broken, Log, read_checkpoint, read_policy};
pub use rules::{Finding, Rule};
pub use source::Source;

use consilium_ledger::Entry;
use serde::Serialize;

/// What a log adds up to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    /// Name of the log.
    pub origin: String,
    /// Entries under the signed checkpoint.
    pub entries: u64,
    /// Entries under a checkpoint that the policy's quorum has cosigned.
    pub witnessed: u64,
    /// Root over all entries, in hexadecimal.
    pub root: consilium_types::Digest,
    /// Hospitals with a certificate that holds.
    pub sites: usize,
    /// One line a study.
    pub studies: Vec<StudyLine>,
    /// What does not add up, in the order of the log.
    pub findings: Vec<Finding>,
}

/// A study in the log.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StudyLine {
    /// Its id.
    pub study: consilium_types::StudyId,
    /// Hash of its plan.
    pub plan: consilium_types::Digest,
    /// Hospitals that accepted it.
    pub hospitals: usize,
    /// Rounds whose updates were added.
    pub rounds: u64,
    /// Attempts that ended early.
    pub aborted: u64,
    /// Whether it has ended.
    pub over: bool,
    /// The hospital whose patients' privacy was spent most, in a study with noise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub privacy: Option<Spending>,
}

/// What noise has spent.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Spending {
    /// Most of all hospitals.
    pub epsilon: f64,
    /// At this delta.
    pub delta: f64,
    /// The plan's bound.
    pub bound: f64,
    /// Noisy steps behind it.
    pub steps: u64,
}

impl Spending {
    /// Of the hospital that took most steps; the noise is the same for all.
    fn most(study: &study::Study) -> Option<Self> {
        let most = study.spent.values().max_by_key(|spent| spent.steps)?;
        let (epsilon, delta, bound) = (most.epsilon(), most.delta(), most.bound());
        Some(Self { epsilon, delta, bound, steps: most.steps })
    }
}

impl Verdict {
    /// Of a log whose files hold together.
    #[must_use]
    pub fn of(log: &Log) -> Self {
        let record = rules::Record::of(&log.entries);
        let studies = record.studies.iter().map(|(id, study)| StudyLine {
            study: id.clone(),
            plan: study.plan,
            hospitals: study.accepted.len(),
            rounds: study.committed,
            aborted: study.aborted,
            over: study.phase == study::Phase::Over,
            privacy: Spending::most(study),
        });
        let mut findings = record.findings().to_vec();
        findings.extend(rules::unwitnessed(&log.entries, log.witnessed));
        findings.extend(strange_name(&log.checkpoint.origin, record.origin.as_deref()));
        Self {
            origin: log.checkpoint.origin.clone(),
            entries: log.checkpoint.size,
            witnessed: log.witnessed,
            root: log.checkpoint.root,
            sites: record.sites.values().filter(|holds| **holds).count(),
            studies: studies.collect(),
            findings,
        }
    }
}

/// The findings of entries alone, for tests of the rules.
#[must_use]
pub fn findings(entries: &[Entry]) -> Vec<Finding> {
    rules::Record::of(entries).findings().to_vec()
}

fn strange_name(signed: &str, begun: Option<&str>) -> Option<Finding> {
    let what = match begun {
        Some(name) if name == signed => return None,
        Some(name) => format!("the log was begun as `{name}`"),
        None => "the log has no beginning".to_owned(),
    };
    Some(Finding { entry: 0, rule: Rule::Genesis, what })
}

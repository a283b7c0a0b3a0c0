//! What the training log says: one line of JSON an event, nothing but names of the registry, hashes, numbers and codes.
//!
//! Never: a patient, a count of patients, a file, a host, free text. Spec: docs/reference/training-log.md.

use std::collections::BTreeMap;

use consilium_types::{Attempt, Digest, ExchangeNumber, PublicKey, Signature, SiteId, StudyId};
use serde::{Deserialize, Serialize};

/// The format of entries.
pub const VERSION: u8 = 1;

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Format.
    pub v: u8,
    /// Position in the log.
    pub seq: u64,
    /// The coordinator's clock, milliseconds since 1970.
    pub t: u64,
    /// What happened.
    pub event: Event,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", deny_unknown_fields)]
pub enum Event {
    /// The log begins.
    #[serde(rename = "log.genesis")]
    Genesis {
        /// Its name.
        origin: String,
    },
    /// A hospital has a certificate.
    #[serde(rename = "site.enrolled")]
    Enrolled {
        /// Who.
        site: SiteId,
        /// The fingerprint that was read out: over its three public keys.
        key: Digest,
        /// Signs for it in secure sums.
        identity: PublicKey,
        /// Cosigns checkpoints for it.
        witness: PublicKey,
    },
    /// A hospital's certificates are refused from now on.
    #[serde(rename = "site.revoked")]
    Revoked {
        /// Who.
        site: SiteId,
    },
    /// The coordinator's program was started, another than the one before.
    #[serde(rename = "coordinator.started")]
    Started {
        /// SHA-256 of its file.
        program: Digest,
    },
    /// A plan is offered to hospitals.
    #[serde(rename = "study.proposed")]
    Proposed {
        /// Which.
        study: StudyId,
        /// Hash of the plan.
        plan: Digest,
        /// Invited hospitals.
        sites: Vec<SiteId>,
    },
    /// A hospital accepts.
    #[serde(rename = "study.approved")]
    Approved {
        /// Which.
        study: StudyId,
        /// Who.
        site: SiteId,
        /// Hash of the plan it accepts.
        plan: Digest,
        /// Hash of the columns it offers.
        schema: Digest,
        /// SHA-256 of the program that it accepts with.
        program: Digest,
        /// Of its identity key, over all of this.
        signature: Signature,
    },
    /// A hospital does not take part.
    #[serde(rename = "study.rejected")]
    Rejected {
        /// Which.
        study: StudyId,
        /// Who.
        site: SiteId,
    },
    /// A question is put to a roster.
    #[serde(rename = "round.opened")]
    Opened {
        /// Which study.
        study: StudyId,
        /// How often the analysis was begun.
        attempt: Attempt,
        /// Which question of the attempt.
        round: ExchangeNumber,
        /// Hospitals that are asked.
        roster: Vec<SiteId>,
        /// Hash of the question.
        question: Digest,
    },
    /// A hospital's summary is kept.
    #[serde(rename = "update.committed")]
    Update {
        /// Which study.
        study: StudyId,
        /// Of which attempt.
        attempt: Attempt,
        /// Of which question.
        round: ExchangeNumber,
        /// Who.
        site: SiteId,
        /// Hash of the summary.
        update: Digest,
    },
    /// A hospital trained with noise for a summary: what that spends of its patients' privacy.
    #[serde(rename = "dp.spent")]
    Spent {
        /// Which study.
        study: StudyId,
        /// Of which attempt.
        attempt: Attempt,
        /// Of which question.
        round: ExchangeNumber,
        /// Who.
        site: SiteId,
        /// Noisy steps that use the same patient, in this round.
        steps: u64,
        /// The plan's.
        noise: Noise,
    },
    /// A round of networks goes on without hospitals that were silent for longer than the plan waits.
    #[serde(rename = "round.missed")]
    Missed {
        /// Which study.
        study: StudyId,
        /// Of which attempt.
        attempt: Attempt,
        /// Of which question.
        round: ExchangeNumber,
        /// Hospitals that the sum may be without.
        sites: Vec<SiteId>,
    },
    /// The summaries of a roster are added.
    #[serde(rename = "round.committed")]
    Committed {
        /// Which study.
        study: StudyId,
        /// Of which attempt.
        attempt: Attempt,
        /// Of which question.
        round: ExchangeNumber,
        /// Hash of each summary.
        updates: BTreeMap<SiteId, Digest>,
        /// Hash of the sum.
        sum: Digest,
    },
    /// A question has no answer; the attempt ends.
    #[serde(rename = "round.aborted")]
    Aborted {
        /// Which study.
        study: StudyId,
        /// Of which attempt.
        attempt: Attempt,
        /// Of which question.
        round: ExchangeNumber,
        /// Hospitals that were lost.
        lost: Vec<SiteId>,
        /// Why.
        cause: Cause,
    },
    /// A study has its result.
    #[serde(rename = "study.finished")]
    Finished {
        /// Which.
        study: StudyId,
        /// Hash of the result file.
        result: Digest,
    },
    /// A study ends without a result.
    #[serde(rename = "study.closed")]
    Closed {
        /// Which.
        study: StudyId,
    },
}

/// The noise of a plan, in whole numbers, each rounded so that it promises no more than the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Noise {
    /// Probability with which a patient enters a lot, in millionths.
    pub sampling: u64,
    /// Standard deviation in clipping norms, in millionths.
    pub scale: u64,
    /// Probability with which the bound may fail, in 10^-12.
    pub delta: u64,
    /// The epsilon that the study must keep, in millionths.
    pub bound: u64,
    /// Whether it is integers on a sum; else it is in the steps of a training.
    pub integers: bool,
}

/// Why an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// A hospital declined, with this stable code.
    Declined(String),
    /// A hospital took back its approval.
    Withdrawn,
    /// Hospitals were silent for longer than the plan waits.
    Silent,
    /// The operator revoked a hospital.
    Revoked,
    /// The analysis cannot go on.
    Analysis,
}

/// A line that is no entry of this log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("entry {seq}: {what}")]
pub struct UnreadableEntry {
    /// Where it stands.
    pub seq: u64,
    /// What is wrong.
    pub what: String,
}

impl Entry {
    /// The entry as hashed and kept: JSON without spaces, keys in the order above.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("names, hashes and numbers always serialise")
    }

    /// Reads the entry at a position. Its bytes must be the only ones that say this.
    pub fn from_bytes(seq: u64, bytes: &[u8]) -> Result<Self, UnreadableEntry> {
        let fault = |what: String| UnreadableEntry { seq, what };
        let entry: Self = serde_json::from_slice(bytes).map_err(|e| fault(e.to_string()))?;
        if entry.v != VERSION {
            return Err(fault(format!("format {}, not {VERSION}", entry.v)));
        }
        if entry.seq != seq {
            return Err(fault(format!("it says that it is entry {}", entry.seq)));
        }
        if entry.to_bytes() != bytes {
            return Err(fault("it is not written in the canonical form".to_owned()));
        }
        Ok(entry)
    }
}

impl Event {
    /// The study it is about.
    #[must_use]
    pub fn study(&self) -> Option<&StudyId> {
        match self {
            Self::Genesis { .. } | Self::Enrolled { .. } | Self::Revoked { .. } | Self::Started { .. } => {
                None
            }
            Self::Proposed { study, .. }
            | Self::Approved { study, .. }
            | Self::Rejected { study, .. }
            | Self::Opened { study, .. }
            | Self::Update { study, .. }
            | Self::Spent { study, .. }
            | Self::Missed { study, .. }
            | Self::Committed { study, .. }
            | Self::Aborted { study, .. }
            | Self::Finished { study, .. }
            | Self::Closed { study } => Some(study),
        }
    }
}

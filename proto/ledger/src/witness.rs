//! What a witness decides: whether a checkpoint continues the log it has seen, and may be cosigned.
//!
//! Never: memory of its own. The caller keeps [`Seen`] durably *before* it hands out the cosignature, and never goes back.
//! Spec: C2SP tlog-witness.

use std::fmt;
use std::str::FromStr;

use consilium_types::Digest;
use serde::{Deserialize, Serialize};

use crate::checkpoint::{Checkpoint, hash_of_line, hash_to_line};
use crate::note::{Note, NoteFault, VerifierKey};
use crate::proof::{self, ProofFault};

/// Hashes of a consistency proof: a log of 2^63 entries needs no more.
const MOST_HASHES: usize = 63;

/// The newest state of a log that a witness has cosigned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// Number of entries.
    pub size: u64,
    /// Root over them.
    pub root: Digest,
}

/// A checkpoint on its way to a witness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// The size that the log believes the witness has seen; 0 for nothing.
    pub old: u64,
    /// That the log of that size is a beginning of this one.
    pub proof: Vec<Digest>,
    /// The checkpoint, signed by the log.
    pub note: Note,
}

/// Why a witness does not cosign. The status is that of the HTTP protocol.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not a request.
    #[error("400: {0}")]
    Malformed(NoteFault),
    /// The log did not sign, or another did.
    #[error("403: {0}")]
    Signature(NoteFault),
    /// A checkpoint of a log that this witness does not follow.
    #[error("404: the checkpoint is of the log `{found}`, not `{known}`")]
    Origin {
        /// In the checkpoint.
        found: String,
        /// The one that is followed.
        known: String,
    },
    /// The witness has seen another size.
    #[error("409: this witness has cosigned {seen} entries, not {old}")]
    Size {
        /// What it has seen.
        seen: u64,
        /// What the log believed.
        old: u64,
    },
    /// The same size with another root: the log has two faces.
    #[error("409: the log shows two different histories of {0} entries; it is frozen")]
    Fork(u64),
    /// The log is not a continuation.
    #[error("422: {0}")]
    Proof(ProofFault),
}

/// A checkpoint that continues what was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// What to keep before anything else happens.
    pub seen: Seen,
    /// What to sign then.
    pub text: String,
}

/// Decides about a checkpoint of a log whose name is that of its key.
pub fn decide(log: &VerifierKey, seen: Option<&Seen>, request: &AddCheckpoint) -> Result<Accepted, Refusal> {
    let note = &request.note;
    let checkpoint: Checkpoint = note.text.parse().map_err(Refusal::Malformed)?;
    if checkpoint.origin != log.name() {
        return Err(Refusal::Origin { found: checkpoint.origin, known: log.name().to_owned() });
    }
    let signed = log.verify(note).map_err(Refusal::Signature)?;
    signed.ok_or_else(|| Refusal::Signature(NoteFault::Unsigned(log.name().to_owned())))?;
    let nothing = Seen { size: 0, root: crate::hash::empty() };
    let seen = seen.unwrap_or(&nothing);
    if request.old > checkpoint.size {
        return Err(Refusal::Malformed(NoteFault::Shape("an old size below the new one")));
    }
    if request.old != seen.size {
        return Err(Refusal::Size { seen: seen.size, old: request.old });
    }
    if checkpoint.size == seen.size && checkpoint.root != seen.root {
        return Err(Refusal::Fork(seen.size));
    }
    continues(seen, &checkpoint, &request.proof).map_err(Refusal::Proof)?;
    let seen = Seen { size: checkpoint.size, root: checkpoint.root };
    Ok(Accepted { seen, text: note.text.clone() })
}

fn continues(seen: &Seen, checkpoint: &Checkpoint, hashes: &[Digest]) -> Result<(), ProofFault> {
    match seen.size {
        0 if hashes.is_empty() => Ok(()),
        0 => Err(ProofFault::Length),
        _ => proof::consistency((seen.size, &seen.root), (checkpoint.size, &checkpoint.root), hashes),
    }
}

impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        self.proof.iter().try_for_each(|hash| writeln!(f, "{}", hash_to_line(hash)))?;
        write!(f, "\n{}", self.note)
    }
}

impl FromStr for AddCheckpoint {
    type Err = NoteFault;

    fn from_str(body: &str) -> Result<Self, NoteFault> {
        let (head, note) = body.split_once("\n\n").ok_or(NoteFault::Shape("a proof before a checkpoint"))?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| line.strip_prefix("old "));
        let old = old.ok_or(NoteFault::Shape("an old size"))?;
        let number: u64 = old.parse().map_err(|_| NoteFault::Shape("an old size"))?;
        let proof = lines.map(hash_of_line).collect::<Result<Vec<_>, _>>()?;
        if number.to_string() != old || proof.len() > MOST_HASHES {
            return Err(NoteFault::Shape("an old size without leading zeros, at most 63 hashes"));
        }
        Ok(Self { old: number, proof, note: note.parse()? })
    }
}

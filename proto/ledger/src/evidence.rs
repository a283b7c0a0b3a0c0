//! Proof that one entry is in a log, as a file that stands alone. Spec: C2SP tlog-proof.

use std::fmt;
use std::str::FromStr;

use consilium_types::Digest;

use crate::checkpoint::{hash_of_line, hash_to_line};
use crate::hash;
use crate::note::{Note, NoteFault};
use crate::policy::{Policy, Unbelieved};
use crate::proof::{self, ProofFault};

const HEAD: &str = "c2sp.org/tlog-proof@v1";

/// An entry's place, its path to the root, and the checkpoint with that root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Position of the entry.
    pub index: u64,
    /// Path from the leaf to the root.
    pub path: Vec<Digest>,
    /// The checkpoint.
    pub note: Note,
}

/// Why an entry is not proven.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unproven {
    /// The checkpoint is not to be believed.
    #[error(transparent)]
    Checkpoint(#[from] Unbelieved),
    /// The path does not lead to its root.
    #[error(transparent)]
    Path(#[from] ProofFault),
}

impl Evidence {
    /// Verifies that this very entry is in the log of the policy.
    pub fn verify(&self, policy: &Policy, entry: &[u8]) -> Result<(), Unproven> {
        let checkpoint = policy.believe(&self.note)?;
        Ok(proof::inclusion(self.index, checkpoint.size, hash::leaf(entry), &self.path, &checkpoint.root)?)
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEAD}\nindex {}", self.index)?;
        self.path.iter().try_for_each(|hash| writeln!(f, "{}", hash_to_line(hash)))?;
        write!(f, "\n{}", self.note)
    }
}

impl FromStr for Evidence {
    type Err = NoteFault;

    fn from_str(text: &str) -> Result<Self, NoteFault> {
        let (head, note) = text.split_once("\n\n").ok_or(NoteFault::Shape("a proof before a checkpoint"))?;
        let mut lines = head.split('\n').filter(|line| !line.starts_with("extra "));
        if lines.next() != Some(HEAD) {
            return Err(NoteFault::Shape("the first line of a proof"));
        }
        let index = lines.next().and_then(|line| line.strip_prefix("index "));
        let index = index.and_then(|index| index.parse().ok()).ok_or(NoteFault::Shape("an index"))?;
        let path = lines.map(hash_of_line).collect::<Result<_, _>>()?;
        Ok(Self { index, path, note: note.parse()? })
    }
}

//! What a site may say once under an exchange, and never differently.
//!
//! The caller makes it durable before a message leaves: after a crash the same message may leave again, another may
//! not. What is kept was checked, so that a step need not verify the lists of the step before a second time.
//! Never: a secret; digests only. Spec: docs/reference/secure-sums.md, "Once".

use std::collections::BTreeMap;

use consilium_types::{Attempt, Digest, ExchangeNumber};

use crate::fault::CryptoFault;

/// One question of one attempt of one study.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExchangeKey {
    /// Of the accepted plan.
    pub plan: Digest,
    /// Of the analysis.
    pub attempt: Attempt,
    /// Of the question.
    pub exchange: ExchangeNumber,
}

/// What is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pinned {
    /// The question.
    Question,
    /// The roster.
    Roster,
    /// All terms.
    Terms,
    /// The list of keys, to which shares were dealt.
    Keys,
    /// The list of who shared, over which the vector was masked.
    Transcript,
    /// The masked vector.
    Input,
    /// The survivors that were confirmed.
    Survivors,
    /// The survivors that were unmasked.
    Unmasked,
    /// The sites that the study's sums are of; under the plan, attempt 0 and exchange 0.
    Sites,
}

impl Pinned {
    const ALL: [Self; 9] = [
        Self::Question,
        Self::Roster,
        Self::Terms,
        Self::Keys,
        Self::Transcript,
        Self::Input,
        Self::Survivors,
        Self::Unmasked,
        Self::Sites,
    ];

    /// What has this name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|what| what.as_str() == name)
    }

    /// A stable name, for a store.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Question => "question",
            Self::Roster => "roster",
            Self::Terms => "terms",
            Self::Keys => "keys",
            Self::Transcript => "transcript",
            Self::Input => "input",
            Self::Survivors => "survivors",
            Self::Unmasked => "unmasked",
            Self::Sites => "sites",
        }
    }
}

/// Why a digest was not pinned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotPinned {
    /// This one is kept already, and differs.
    Other(Digest),
    /// The store did not answer.
    Unavailable,
}

impl NotPinned {
    /// The fault, of which `other` is the one if another digest is kept.
    pub(crate) fn fault(self, other: CryptoFault) -> CryptoFault {
        match self {
            Self::Other(_) => other,
            Self::Unavailable => CryptoFault::NotKept,
        }
    }
}

/// A site's memory of what it said.
pub trait Pins {
    /// What is kept.
    fn kept(&self, key: &ExchangeKey, what: Pinned) -> Option<Digest>;

    /// Keeps `digest`. When this returns `Ok`, the digest survives a crash; it may have been kept before.
    fn pin(&mut self, key: &ExchangeKey, what: Pinned, digest: Digest) -> Result<(), NotPinned>;
}

/// Pins in memory: for tests, or as the image of a store that is written before a message leaves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemoryPins(BTreeMap<(ExchangeKey, Pinned), Digest>);

impl MemoryPins {
    /// All that is kept, in order.
    pub fn iter(&self) -> impl Iterator<Item = (ExchangeKey, Pinned, Digest)> + '_ {
        self.0.iter().map(|((key, what), digest)| (*key, *what, *digest))
    }
}

impl FromIterator<(ExchangeKey, Pinned, Digest)> for MemoryPins {
    fn from_iter<I: IntoIterator<Item = (ExchangeKey, Pinned, Digest)>>(kept: I) -> Self {
        Self(kept.into_iter().map(|(key, what, digest)| ((key, what), digest)).collect())
    }
}

impl Extend<(ExchangeKey, Pinned, Digest)> for MemoryPins {
    /// Adds what another store kept; where both keep something, this one's stays.
    fn extend<I: IntoIterator<Item = (ExchangeKey, Pinned, Digest)>>(&mut self, kept: I) {
        for (key, what, digest) in kept {
            self.0.entry((key, what)).or_insert(digest);
        }
    }
}

impl Pins for MemoryPins {
    fn kept(&self, key: &ExchangeKey, what: Pinned) -> Option<Digest> {
        self.0.get(&(*key, what)).copied()
    }

    fn pin(&mut self, key: &ExchangeKey, what: Pinned, digest: Digest) -> Result<(), NotPinned> {
        let kept = *self.0.entry((*key, what)).or_insert(digest);
        if kept == digest { Ok(()) } else { Err(NotPinned::Other(kept)) }
    }
}

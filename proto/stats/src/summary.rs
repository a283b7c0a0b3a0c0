//! `Summary`: the only type that crosses from a site to the coordinator.
//!
//! A vector of fixed-point integers whose length both sides derive from the question. Adding summaries is
//! integer addition, so the sum is exact and the order of arrival leaves no trace. Never: floats, text, keys.
//! Spec: ADR-0003.

use consilium_types::Digest;
use consilium_types::fixed::{self, NotFixed};

/// Counts in one packed word.
pub(crate) const LANES: usize = 4;
/// Bits of a packed count: sums below 2^31 do not touch their neighbours.
pub(crate) const LANE_BITS: usize = 31;

/// Words of `n` packed counts.
pub(crate) fn packed(n: usize) -> usize {
    n.div_ceil(LANES)
}

/// Fixed-point integers, all of one width.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Summary {
    /// Statistics: 2^-60 in 128 bits.
    Statistics(Vec<i128>),
    /// Weighted network parameters: 2^-32 in 64 bits.
    Updates(Vec<i64>),
}

/// Why two summaries cannot be added or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SummaryFault {
    /// Another kind of words was expected.
    #[error("the summary holds {found}, the question asks for {expected}")]
    Kind {
        /// What the question asks for.
        expected: &'static str,
        /// What came.
        found: &'static str,
    },
    /// Another number of words was expected.
    #[error("the summary has {found} words, the question asks for {expected}")]
    Length {
        /// What the question asks for.
        expected: usize,
        /// What came.
        found: usize,
    },
    /// The bytes are not a whole number of words.
    #[error("{0} bytes are not a whole number of words")]
    Bytes(usize),
    /// A sum left the range of its word: no honest site can cause this.
    #[error("word {0} overflows when added: a site sent a number out of range")]
    Overflow(usize),
}

impl Summary {
    /// Number of words.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Statistics(words) => words.len(),
            Self::Updates(words) => words.len(),
        }
    }

    /// Whether there are no words.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What the words are, for messages and the wire.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Statistics(_) => "statistics",
            Self::Updates(_) => "updates",
        }
    }

    /// The words, little-endian.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Statistics(words) => words.iter().flat_map(|w| w.to_le_bytes()).collect(),
            Self::Updates(words) => words.iter().flat_map(|w| w.to_le_bytes()).collect(),
        }
    }

    /// Reads statistics from little-endian bytes.
    pub fn statistics_from_bytes(bytes: &[u8]) -> Result<Self, SummaryFault> {
        words(bytes).map(|w| Self::Statistics(w.map(i128::from_le_bytes).collect()))
    }

    /// Reads updates from little-endian bytes.
    pub fn updates_from_bytes(bytes: &[u8]) -> Result<Self, SummaryFault> {
        words(bytes).map(|w| Self::Updates(w.map(i64::from_le_bytes).collect()))
    }

    /// The digest the record of an exchange keeps.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&format!("consilium/summary/{}/v1", self.kind()), &self.to_bytes())
    }

    /// Adds another summary of the same kind and length.
    pub fn plus(self, other: &Self) -> Result<Self, SummaryFault> {
        if self.len() != other.len() {
            return Err(SummaryFault::Length { expected: self.len(), found: other.len() });
        }
        match (self, other) {
            (Self::Statistics(a), Self::Statistics(b)) => sum(a, b, i128::checked_add).map(Self::Statistics),
            (Self::Updates(a), Self::Updates(b)) => sum(a, b, i64::checked_add).map(Self::Updates),
            (a, b) => Err(SummaryFault::Kind { expected: a.kind(), found: b.kind() }),
        }
    }
}

fn words<const N: usize>(bytes: &[u8]) -> Result<impl Iterator<Item = [u8; N]> + '_, SummaryFault> {
    let (words, rest) = bytes.as_chunks::<N>();
    if rest.is_empty() { Ok(words.iter().copied()) } else { Err(SummaryFault::Bytes(bytes.len())) }
}

fn sum<T: Copy>(mut a: Vec<T>, b: &[T], add: fn(T, T) -> Option<T>) -> Result<Vec<T>, SummaryFault> {
    for (i, (x, y)) in a.iter_mut().zip(b).enumerate() {
        *x = add(*x, *y).ok_or(SummaryFault::Overflow(i))?;
    }
    Ok(a)
}

/// Adds patients' contributions as integers, so that neither their order nor their split over sites matters.
#[derive(Debug, Clone)]
pub struct Accumulator(Vec<i128>);

impl Accumulator {
    /// `length` zeros.
    #[must_use]
    pub fn new(length: usize) -> Self {
        Self(vec![0; length])
    }

    /// Adds a value to the word at `index`.
    pub fn add(&mut self, index: usize, value: f64) -> Result<(), NotFixed> {
        self.0[index] += fixed::encode(value)?;
        Ok(())
    }

    /// Adds a whole number to the word at `index`.
    pub fn count(&mut self, index: usize, n: u64) {
        self.0[index] += i128::from(n) << fixed::STATISTIC_BITS;
    }

    /// Adds a whole number to one of the four counts in the word at `index`.
    pub(crate) fn pack(&mut self, index: usize, lane: usize, n: u64) {
        self.0[index + lane / LANES] += i128::from(n) << (LANE_BITS * (lane % LANES));
    }

    /// Adds the word at `from` to the word at `into`: sums over all later times, one after the other.
    pub fn carry(&mut self, from: usize, into: usize) {
        self.0[into] += self.0[from];
    }

    /// The sums, ready to leave.
    #[must_use]
    pub fn finish(self) -> Summary {
        Summary::Statistics(self.0)
    }
}

//! What can be wrong with a question, with the rows it is asked of, and with an answer.

use consilium_types::fixed::NotFixed;

use crate::NetworkFault;

/// A question no honest coordinator asks: refused by the site before it is answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryFault {
    /// A column or cell that does not exist.
    #[error("{what} {index} does not exist: there are {limit}")]
    Index {
        /// What was counted.
        what: &'static str,
        /// What was asked for.
        index: usize,
        /// How many there are.
        limit: usize,
    },
    /// Lists that must be equally long are not.
    #[error("{what} has {found} entries, {expected} are needed")]
    Length {
        /// Which list.
        what: &'static str,
        /// How long it is.
        found: usize,
        /// How long it must be.
        expected: usize,
    },
    /// More work or memory than any study needs.
    #[error("{what} is {found}, more than the {limit} a site accepts")]
    Size {
        /// What was counted.
        what: &'static str,
        /// How much was asked for.
        found: usize,
        /// How much is accepted.
        limit: usize,
    },
    /// NaN, infinity or a scale of zero.
    #[error("{0} holds a number that is not finite or not positive")]
    Number(&'static str),
    /// Noise where clipping bounds nothing.
    #[error(
        "networks are to be trained with noise on values that a site brings together itself: one patient would change those of all"
    )]
    Unbounded,
}

impl QueryFault {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Index { .. } => "CNS-S-0101",
            Self::Length { .. } => "CNS-S-0102",
            Self::Size { .. } => "CNS-S-0103",
            Self::Number(_) => "CNS-S-0104",
            Self::Unbounded => "CNS-S-0105",
        }
    }
}

/// Rows that cannot be summed: the site says so instead of sending something else.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Unfit {
    /// A value without a fixed-point form.
    #[error("a sum cannot be written: {0}")]
    NotFixed(#[from] NotFixed),
    /// A network could not be trained or applied.
    #[error("a network failed: {0}")]
    Network(#[from] NetworkFault),
    /// A count wider than its packed lane.
    #[error("a count of {count} does not fit the {bits} bits that the question gives it; tell the operator")]
    Lane {
        /// The count.
        count: u64,
        /// Bits of its lane.
        bits: u32,
    },
    /// Folds that the plan does not deal.
    #[error("the question is about repeat {} of the folds, the plan deals them {repeats} times", repeat.saturating_add(1))]
    Repeat {
        /// What was asked for, counted from 0.
        repeat: u32,
        /// How many there are.
        repeats: u32,
    },
    /// Sums within the site that cannot be.
    #[error("a sum within the site cannot be: {0}")]
    Local(Implausible),
}

impl Unfit {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFixed(_) => "CNS-S-0201",
            Self::Network(_) => "CNS-S-0202",
            Self::Lane { .. } => "CNS-S-0450",
            Self::Repeat { .. } => "CNS-S-0230",
            Self::Local(_) => "CNS-S-0413",
        }
    }
}

/// A sum that no honest sites can produce.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Implausible {
    /// Another kind or number of words than the question asks for.
    #[error("the sum is not an answer to the question")]
    Shape,
    /// A count below zero, with a fraction, or beyond all patients.
    #[error("a count is {0}")]
    Count(f64),
    /// Any other number that cannot be.
    #[error("{what} is {value}")]
    Value {
        /// Which number.
        what: &'static str,
        /// Its value.
        value: f64,
    },
}

impl Implausible {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Shape => "CNS-S-0301",
            Self::Count(_) => "CNS-S-0302",
            Self::Value { .. } => "CNS-S-0303",
        }
    }
}

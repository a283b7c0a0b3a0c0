//! Why an event was not taken: the sender misbehaved, or is late.

use consilium_crypto::CryptoFault;
use consilium_stats::SummaryFault;
use consilium_types::SiteId;

use super::Key;

/// An event without effect.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The study was not offered to this site.
    #[error("the study was not offered to {0}")]
    NotInvited(SiteId),
    /// An answer after the study began.
    #[error("the study has begun and takes no more answers")]
    AnswersClosed,
    /// A summary before the study began.
    #[error("the study has not begun")]
    NotRunning,
    /// A summary for a question that was not asked yet.
    #[error("attempt {}, exchange {} has not been asked", .0.attempt, .0.exchange)]
    NotAsked(Key),
    /// A summary of a site that does not take part in this attempt.
    #[error("{0} does not take part in this attempt")]
    NotInRoster(SiteId),
    /// A second, different summary for the same question.
    #[error(
        "{site} already answered attempt {}, exchange {} with other content",
        key.attempt, key.exchange
    )]
    OtherContent {
        /// Who.
        site: SiteId,
        /// Which question.
        key: Key,
    },
    /// A summary that does not answer the question.
    #[error("{0}")]
    Shape(SummaryFault),
    /// A step of a secure sum that does not fit.
    #[error("{0}")]
    Blinding(CryptoFault),
    /// Sums in clear where they are to be blinded, or the reverse.
    #[error("the plan says `privacy.aggregate = \"{0}\"`, and this was sent otherwise")]
    OtherAggregate(&'static str),
    /// A reason that is not a stable code.
    #[error("a refusal must be a code such as CNS-D-0104")]
    NotACode,
}

impl Refusal {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotInvited(_) => "CNS-R-0201",
            Self::AnswersClosed => "CNS-R-0202",
            Self::NotRunning => "CNS-R-0203",
            Self::NotAsked(_) => "CNS-R-0204",
            Self::NotInRoster(_) => "CNS-R-0205",
            Self::OtherContent { .. } => "CNS-R-0206",
            Self::Shape(_) => "CNS-R-0207",
            Self::NotACode => "CNS-R-0208",
            Self::Blinding(fault) => fault.code(),
            Self::OtherAggregate(_) => "CNS-R-0209",
        }
    }
}

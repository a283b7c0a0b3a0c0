//! Every reason for which a site or the coordinator goes no further, each with its code.
//!
//! Grouped by who must act. Never: a secret in a message. Codes: docs/reference/codes.md, letter K.

use consilium_types::SiteId;

use crate::context::Width;

/// Why a secure sum was not made, or not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CryptoFault {
    // the terms of an exchange
    /// Fewer than three sites: two sites and the coordinator would know each other's vectors.
    #[error("a secure sum needs at least 3 sites, the roster has {0} [CNS-K-0101]")]
    RosterTooSmall(usize),
    /// More sites than there are points to share at.
    #[error("a secure sum has at most 255 sites, the roster has {0} [CNS-K-0102]")]
    RosterTooLarge(usize),
    /// A site stands in the roster twice.
    #[error("{0} is in the roster twice [CNS-K-0103]")]
    SiteTwice(SiteId),
    /// Two sites have one identity key.
    #[error("{0} and {1} have the same identity key [CNS-K-0104]")]
    IdentityTwice(SiteId, SiteId),
    /// The 32 bytes are no usable Ed25519 public key.
    #[error("the bytes are not an identity key [CNS-K-0105]")]
    NotAnIdentity,
    /// This site's identity key is not in the roster.
    #[error("this site's identity key is not in the roster [CNS-K-0106]")]
    NotInRoster,
    /// No words, or too many.
    #[error("a vector of {0} words cannot be summed: 1 to 2^30 [CNS-K-0107]")]
    WordCount(u64),
    /// The vector is not of the kind and length that the terms name.
    #[error("the vector has {found_words} {found:?} words, the terms say {words} {width:?} [CNS-K-0108]")]
    OtherVector {
        /// What the terms say.
        width: Width,
        /// What the terms say.
        words: u64,
        /// What was given.
        found: Width,
        /// What was given.
        found_words: u64,
    },

    // what the other program sent
    /// The bytes are not the canonical form of a message.
    #[error("the bytes are not a message of a secure sum: {0} [CNS-K-0201]")]
    Malformed(&'static str),
    /// A message by a member whom the roster, or the step before, does not have.
    #[error("member {0} takes no part in this step [CNS-K-0202]")]
    UnknownSigner(u8),
    /// A signature does not verify.
    #[error("the signature of {0} under its {1} does not verify [CNS-K-0203]")]
    BadSignature(SiteId, &'static str),
    /// A public key stands in the list twice.
    #[error("a public key of {0} is used twice [CNS-K-0204]")]
    KeyTwice(SiteId),
    /// The list shows this site with another public key than its own.
    #[error("the list of keys shows another key for this site [CNS-K-0205]")]
    OwnKeyAltered,
    /// A public key of low order: what is shared with it would be known to all.
    #[error("a public key of {0} gives an all-zero secret [CNS-K-0206]")]
    ZeroSecret(SiteId),
    /// Too few sites are left for the sum to be opened.
    #[error("{count} sites in {step}, the threshold is {threshold} [CNS-K-0207]")]
    BelowThreshold {
        /// Which list.
        step: &'static str,
        /// Sites in it.
        count: usize,
        /// Sites needed.
        threshold: usize,
    },
    /// The list does not have this site.
    #[error("this site is not in the list of {0} [CNS-K-0208]")]
    LacksMe(&'static str),
    /// A sealed share does not open.
    #[error("the share sealed by {0} does not open [CNS-K-0209]")]
    SealBroken(SiteId),
    /// A share is not the one that its dealer committed to.
    #[error("a share of {0} does not fit its commitment [CNS-K-0210]")]
    ShareUnfit(SiteId),
    /// A site dealt its shares over another list of keys.
    #[error("{0} saw another list of keys [CNS-K-0211]")]
    OtherKeysSeen(SiteId),
    /// The sealed shares are not one of each site that shared, all for the receiver.
    #[error("the sealed shares are not those of the sites that shared [CNS-K-0212]")]
    OtherShares,
    /// A site masked its vector over another list of shares.
    #[error("{0} saw another list of shares [CNS-K-0213]")]
    OtherTranscriptSeen(SiteId),
    /// A site confirmed another set of survivors.
    #[error("{0} confirmed another set of survivors [CNS-K-0214]")]
    OtherSurvivorsSeen(SiteId),
    /// Both shares of one site were asked for: they would open its vector.
    #[error("both shares of {0} are asked for [CNS-K-0215]")]
    BothShares(SiteId),
    /// The list of dropped sites is not those that shared without those that survived.
    #[error("the list of dropped sites is not who shared without who survived [CNS-K-0216]")]
    DroppedWrong,
    /// The list shows another vector for this site than the one it sent.
    #[error("the list of survivors shows another vector for this site [CNS-K-0217]")]
    OwnInputAltered,

    // once, and no second time
    /// Another question, and so perhaps another model, under the same exchange.
    #[error("another question under the same exchange [CNS-K-0301]")]
    OtherQuestion,
    /// Another roster under the same exchange.
    #[error("another roster under the same exchange [CNS-K-0302]")]
    OtherRoster,
    /// Another shape of vector under the same exchange.
    #[error("another vector's shape under the same exchange [CNS-K-0303]")]
    OtherTerms,
    /// Another list of keys under the same exchange.
    #[error("another list of keys under the same exchange [CNS-K-0304]")]
    OtherKeys,
    /// Another list of who shared under the same exchange.
    #[error("another list of who shared under the same exchange [CNS-K-0305]")]
    OtherTranscript,
    /// Another vector under the same exchange: the difference of the two would be open.
    #[error("another vector under the same exchange [CNS-K-0306]")]
    OtherInput,
    /// Another set of survivors than the one that was confirmed.
    #[error("another set of survivors than was confirmed [CNS-K-0307]")]
    OtherSurvivors,
    /// A second unmasking, of another set.
    #[error("a second, different unmasking under the same exchange [CNS-K-0308]")]
    SecondUnmasking,
    /// What may be done once could not be written down.
    #[error("what this exchange was told could not be kept [CNS-K-0309]")]
    NotKept,
    /// The study's sums were opened for other sites before: differences of sums would be single vectors.
    #[error("the study's sums were opened for other hospitals before [CNS-K-0310]")]
    OtherSites,

    // at the coordinator
    /// A message for another step.
    #[error("a message for another step than {0} [CNS-K-0401]")]
    OutOfStep(&'static str),
    /// Two different messages for one step.
    #[error("{0} sent two different messages for one step [CNS-K-0402]")]
    TwoMessages(SiteId),
    /// A message in another site's name.
    #[error("{0} sent a message in another site's name [CNS-K-0403]")]
    OtherName(SiteId),
    /// The dealt shares are not one for each site with keys, as signed.
    #[error("the shares of {0} are not one for each site with keys, as signed [CNS-K-0404]")]
    SharesIncomplete(SiteId),
    /// A chunk is not the one that was signed.
    #[error("chunk {1} of {0} is not the one that it signed [CNS-K-0405]")]
    ChunkUnfit(SiteId, u32),
    /// A revealed share is not the one that was dealt: its revealer lies.
    #[error("{revealer} revealed a false share of {dealer} [CNS-K-0406]")]
    FalseShare {
        /// Who lied.
        revealer: SiteId,
        /// Whose secret it is about.
        dealer: SiteId,
    },
    /// The dealt shares do not give the secret that was signed: their dealer lies.
    #[error("the shares dealt by {0} do not give what it signed [CNS-K-0407]")]
    FalseDealing(SiteId),
    /// An unmasking does not reveal exactly one share of each site that shared.
    #[error("the unmasking of {0} does not reveal one share of each site [CNS-K-0408]")]
    UnmaskingIncomplete(SiteId),

    // at an auditor
    /// A revealed secret is not the one that was signed.
    #[error("the revealed secret of {0} does not fit what it signed [CNS-K-0501]")]
    SecretUnfit(SiteId),
    /// The secrets are not one of each site that shared.
    #[error("the revealed secrets are not one of each site that shared [CNS-K-0502]")]
    SecretsIncomplete,
    /// The vectors are not those of the survivors, each whole and once.
    #[error("the vectors added are not those of the survivors [CNS-K-0503]")]
    OtherVectors,
}

impl CryptoFault {
    /// The stable code, for example `CNS-K-0203`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::RosterTooSmall(_) => "CNS-K-0101",
            Self::RosterTooLarge(_) => "CNS-K-0102",
            Self::SiteTwice(_) => "CNS-K-0103",
            Self::IdentityTwice(..) => "CNS-K-0104",
            Self::NotAnIdentity => "CNS-K-0105",
            Self::NotInRoster => "CNS-K-0106",
            Self::WordCount(_) => "CNS-K-0107",
            Self::OtherVector { .. } => "CNS-K-0108",
            Self::Malformed(_) => "CNS-K-0201",
            Self::UnknownSigner(_) => "CNS-K-0202",
            Self::BadSignature(..) => "CNS-K-0203",
            Self::KeyTwice(_) => "CNS-K-0204",
            Self::OwnKeyAltered => "CNS-K-0205",
            Self::ZeroSecret(_) => "CNS-K-0206",
            Self::BelowThreshold { .. } => "CNS-K-0207",
            Self::LacksMe(_) => "CNS-K-0208",
            Self::SealBroken(_) => "CNS-K-0209",
            Self::ShareUnfit(_) => "CNS-K-0210",
            Self::OtherKeysSeen(_) => "CNS-K-0211",
            Self::OtherShares => "CNS-K-0212",
            Self::OtherTranscriptSeen(_) => "CNS-K-0213",
            Self::OtherSurvivorsSeen(_) => "CNS-K-0214",
            Self::BothShares(_) => "CNS-K-0215",
            Self::DroppedWrong => "CNS-K-0216",
            Self::OwnInputAltered => "CNS-K-0217",
            Self::OtherQuestion => "CNS-K-0301",
            Self::OtherRoster => "CNS-K-0302",
            Self::OtherTerms => "CNS-K-0303",
            Self::OtherKeys => "CNS-K-0304",
            Self::OtherTranscript => "CNS-K-0305",
            Self::OtherInput => "CNS-K-0306",
            Self::OtherSurvivors => "CNS-K-0307",
            Self::SecondUnmasking => "CNS-K-0308",
            Self::NotKept => "CNS-K-0309",
            Self::OtherSites => "CNS-K-0310",
            Self::OutOfStep(_) => "CNS-K-0401",
            Self::TwoMessages(_) => "CNS-K-0402",
            Self::OtherName(_) => "CNS-K-0403",
            Self::SharesIncomplete(_) => "CNS-K-0404",
            Self::ChunkUnfit(..) => "CNS-K-0405",
            Self::FalseShare { .. } => "CNS-K-0406",
            Self::FalseDealing(_) => "CNS-K-0407",
            Self::UnmaskingIncomplete(_) => "CNS-K-0408",
            Self::SecretUnfit(_) => "CNS-K-0501",
            Self::SecretsIncomplete => "CNS-K-0502",
            Self::OtherVectors => "CNS-K-0503",
        }
    }

    /// The site whose message shows that it misbehaved, if one does.
    #[must_use]
    pub fn culprit(&self) -> Option<&SiteId> {
        match self {
            Self::BadSignature(site, _)
            | Self::KeyTwice(site)
            | Self::ZeroSecret(site)
            | Self::SealBroken(site)
            | Self::ShareUnfit(site)
            | Self::TwoMessages(site)
            | Self::OtherName(site)
            | Self::SharesIncomplete(site)
            | Self::ChunkUnfit(site, _)
            | Self::FalseShare { revealer: site, .. }
            | Self::FalseDealing(site)
            | Self::UnmaskingIncomplete(site)
            | Self::SecretUnfit(site) => Some(site),
            _ => None,
        }
    }
}

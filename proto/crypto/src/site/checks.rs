//! What a site checks before it answers, and what it pins.
//!
//! A list whose digest is pinned was verified when it was pinned; its signatures are not verified again.
//! Spec: docs/reference/secure-sums.md, "What a site checks".

use consilium_types::{Attempt, Digest, ExchangeNumber, SiteId};

use super::Site;
use crate::agreed::{
    check_claims, check_heads, check_keys, dropped, find, keys_digest, known, survivors_digest,
    transcript_digest,
};
use crate::codec::Of as _;
use crate::context::Member;
use crate::fault::CryptoFault;
use crate::message::{Claim, Keys, Kind, SealedShare, SharesHead, fit};
use crate::pins::{ExchangeKey, Pinned, Pins};
use crate::request::UnmaskRequest;
use crate::seal::{Pair, open};

impl Site<'_> {
    /// The terms of an exchange are those that were told first.
    pub(super) fn pin_terms(&self, pins: &mut impl Pins) -> Result<(), CryptoFault> {
        let question = self.context.terms().question;
        self.pin(pins, Pinned::Question, question, CryptoFault::OtherQuestion)?;
        self.pin(pins, Pinned::Roster, self.context.roster(), CryptoFault::OtherRoster)?;
        self.pin(pins, Pinned::Terms, self.context.hash(), CryptoFault::OtherTerms)
    }

    pub(super) fn pin(
        &self,
        pins: &mut impl Pins,
        what: Pinned,
        digest: Digest,
        other: CryptoFault,
    ) -> Result<(), CryptoFault> {
        pins.pin(&self.context.exchange(), what, digest).map_err(|not| not.fault(other))
    }

    /// The sites of the study's sums are those of the first.
    pub(super) fn pin_sites(&self, sites: &[SiteId], pins: &mut impl Pins) -> Result<(), CryptoFault> {
        let study =
            ExchangeKey { plan: self.context.terms().plan, attempt: Attempt(0), exchange: ExchangeNumber(0) };
        let names: Vec<u8> =
            sites.iter().flat_map(|site| [site.as_str().as_bytes(), b"\n"].concat()).collect();
        let digest = Digest::of("consilium/secagg-sites/v1", &names);
        pins.pin(&study, Pinned::Sites, digest).map_err(|not| not.fault(CryptoFault::OtherSites))
    }

    fn was(&self, pins: &impl Pins, what: Pinned, digest: Digest) -> bool {
        pins.kept(&self.context.exchange(), what) == Some(digest)
    }

    /// The digest of the keys, if they are to be relied on.
    pub(super) fn checked_keys(&self, keys: &[Keys], pins: &impl Pins) -> Result<Digest, CryptoFault> {
        let own = find(keys, self.me).ok_or(CryptoFault::LacksMe("keys"))?;
        if (own.seal, own.mask) != (self.secrets.seal_point(), self.secrets.mask_point()) {
            return Err(CryptoFault::OwnKeyAltered);
        }
        let digest = keys_digest(self.context, keys);
        if !self.was(pins, Pinned::Keys, digest) {
            check_keys(self.context, keys)?;
        }
        Ok(digest)
    }

    /// The digest of keys and shares, if they are to be relied on.
    pub(super) fn checked_heads(
        &self,
        keys: &[Keys],
        heads: &[SharesHead],
        pins: &mut impl Pins,
    ) -> Result<Digest, CryptoFault> {
        let list = self.checked_keys(keys, pins)?;
        self.pin(pins, Pinned::Keys, list, CryptoFault::OtherKeys)?;
        find(heads, self.me).ok_or(CryptoFault::LacksMe("shares"))?;
        let transcript = transcript_digest(list, heads);
        if !self.was(pins, Pinned::Transcript, transcript) {
            check_heads(self.context, (keys, list), heads)?;
        }
        Ok(transcript)
    }

    /// The digest of survivors, keys and shares, if they are to be relied on.
    pub(super) fn checked_claims(
        &self,
        heads: &[SharesHead],
        transcript: Digest,
        claims: &[Claim],
        pins: &mut impl Pins,
    ) -> Result<Digest, CryptoFault> {
        let own = find(claims, self.me).ok_or(CryptoFault::LacksMe("survivors"))?;
        if !self.was(pins, Pinned::Input, own.root) {
            return Err(CryptoFault::OwnInputAltered);
        }
        self.pin(pins, Pinned::Transcript, transcript, CryptoFault::OtherTranscript)?;
        let survivors = survivors_digest(transcript, claims);
        if !self.was(pins, Pinned::Survivors, survivors) {
            check_claims(self.context, (heads, transcript), claims)?;
        }
        Ok(survivors)
    }

    /// Refuses survivors other than those that were unmasked before.
    pub(super) fn not_unmasked_before(&self, survivors: Digest, pins: &impl Pins) -> Result<(), CryptoFault> {
        match pins.kept(&self.context.exchange(), Pinned::Unmasked) {
            Some(kept) if kept != survivors => Err(CryptoFault::SecondUnmasking),
            _ => Ok(()),
        }
    }

    /// Refuses a request for both shares of a site, and a list of dropped sites that is not what is left.
    pub(super) fn checked_dropped(&self, request: &UnmaskRequest) -> Result<(), CryptoFault> {
        if let Some(both) = request.dropped.iter().find(|gone| find(&request.claims, **gone).is_some()) {
            return Err(self.context.blame(*both, CryptoFault::BothShares));
        }
        let left = dropped(&request.heads, &request.claims);
        if left == request.dropped { Ok(()) } else { Err(CryptoFault::DroppedWrong) }
    }

    /// Opens what every site that shared sealed to this one, and checks it against its commitments.
    pub(super) fn open_shares(
        &self,
        keys: &[Keys],
        heads: &[SharesHead],
        sealed: &[SealedShare],
    ) -> Result<Vec<(Member, Pair)>, CryptoFault> {
        let mine =
            |(head, share): (&SharesHead, &SealedShare)| head.site == share.from && share.to == self.me;
        if heads.len() != sealed.len() || !heads.iter().zip(sealed).all(mine) {
            return Err(CryptoFault::OtherShares);
        }
        sealed.iter().map(|share| Ok((share.member(), self.open_share(keys, share)?))).collect()
    }

    fn open_share(&self, keys: &[Keys], share: &SealedShare) -> Result<Pair, CryptoFault> {
        let theirs = &known(keys, share.from)?.seal;
        let pair = open(self.context, &self.secrets.seal, (share.from, self.me, theirs), &share.sealed)?;
        for (kind, half) in [(Kind::SelfMask, &pair[..32]), (Kind::MaskKey, &pair[32..])] {
            let half = half.try_into().expect("half of 64 bytes");
            if fit(self.context, (share.from, self.me), kind, half) != share.fits.of(kind) {
                return Err(self.context.blame(share.from, CryptoFault::ShareUnfit));
            }
        }
        Ok(pair)
    }
}

//! The site's half: five answers, each a pure function of the study's secret, the terms and the request.
//!
//! Before a message is returned, what it commits the site to is pinned; a second, different message of its kind is
//! refused for ever. Never: an answer to a list that was not checked; both shares of one site.
//! Spec: docs/reference/secure-sums.md, "What a site checks"; ADR-0016.

mod checks;

use std::fmt;

use consilium_types::Digest;

use crate::agreed::{check_confirmations, dropped, find};
use crate::chunk::digests;
use crate::context::{Context, Member};
use crate::fault::CryptoFault;
use crate::identity::SiteKey;
use crate::mask::{Mask, Sign, apply};
use crate::message::{
    Confirmation, Fits, Input, Keys, Kind, Revealed, SealedShare, Shares, SharesHead, Unmasking, fit,
};
use crate::pins::{Pinned, Pins};
use crate::request::{ConfirmRequest, InputRequest, ShareRequest, UnmaskRequest};
use crate::seal::{Pair, pair_seed, seal};
use crate::secrets::{Secrets, StudySecret, key};
use crate::word::Word;

/// A site in one exchange.
pub struct Site<'a> {
    context: &'a Context,
    key: &'a SiteKey,
    me: Member,
    secrets: Secrets,
}

impl fmt::Debug for Site<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Site({})", self.me.get())
    }
}

impl<'a> Site<'a> {
    /// The site with this identity. Deriving its secrets again after a crash gives the same.
    pub fn new(context: &'a Context, key: &'a SiteKey, study: &StudySecret) -> Result<Self, CryptoFault> {
        let me = context.place_of(&key.public()).ok_or(CryptoFault::NotInRoster)?;
        Ok(Self { context, key, me, secrets: Secrets::derive(study, context) })
    }

    /// This site's place in the roster.
    #[must_use]
    pub fn member(&self) -> Member {
        self.me
    }

    /// Step 0: the site's keys.
    pub fn keys(&self, pins: &mut impl Pins) -> Result<Keys, CryptoFault> {
        self.pin_terms(pins)?;
        let points = [self.secrets.seal_point(), self.secrets.mask_point()];
        Ok(Keys::signed(self.context, self.key, self.me, points))
    }

    /// Step 1: shares of the site's secrets for every site with keys.
    pub fn shares(&self, request: &ShareRequest, pins: &mut impl Pins) -> Result<Shares, CryptoFault> {
        self.pin_terms(pins)?;
        let list = self.checked_keys(&request.keys, pins)?;
        let sealed = request.keys.iter().map(|to| self.deal(to)).collect::<Result<_, _>>()?;
        self.pin(pins, Pinned::Keys, list, CryptoFault::OtherKeys)?;
        Ok(Shares::signed(self.context, self.key, (self.me, list, self.commitment()), sealed))
    }

    /// Step 2: masks `words` in place; [`crate::encode_chunk`] then writes what leaves. On an error they are zero.
    pub fn input<W: Word>(
        &self,
        request: &InputRequest,
        words: &mut [W],
        pins: &mut impl Pins,
    ) -> Result<Input, CryptoFault> {
        let input = self.masked(request, words, pins);
        if input.is_err() {
            words.fill(W::ZERO);
        }
        input
    }

    /// Step 3: confirms who survived.
    pub fn confirm(
        &self,
        request: &ConfirmRequest,
        pins: &mut impl Pins,
    ) -> Result<Confirmation, CryptoFault> {
        self.pin_terms(pins)?;
        let transcript = self.checked_heads(&request.keys, &request.heads, pins)?;
        let survivors = self.checked_claims(&request.heads, transcript, &request.claims, pins)?;
        self.pin(pins, Pinned::Survivors, survivors, CryptoFault::OtherSurvivors)?;
        Ok(Confirmation::signed(self.context, self.key, self.me, survivors))
    }

    /// Step 4: reveals one share of each site that shared. Once for an exchange, whatever is asked later.
    pub fn unmask(&self, request: &UnmaskRequest, pins: &mut impl Pins) -> Result<Unmasking, CryptoFault> {
        let (survivors, shares) = self.to_reveal(request, pins)?;
        self.reveal(survivors, shares, pins)
    }

    /// Step 4 under a policy that allows no differences: every sum of the study, in every attempt, is of the same sites.
    /// Otherwise who is in one sum and not in another of the same question is known by their difference.
    pub fn unmask_for_same_sites(
        &self,
        request: &UnmaskRequest,
        pins: &mut impl Pins,
    ) -> Result<Unmasking, CryptoFault> {
        let (survivors, shares) = self.to_reveal(request, pins)?;
        self.pin_sites(&request.survivors(self.context)?, pins)?;
        self.reveal(survivors, shares, pins)
    }

    /// The survivors and what the request calls for, if it is to be answered.
    fn to_reveal(
        &self,
        request: &UnmaskRequest,
        pins: &mut impl Pins,
    ) -> Result<(Digest, Vec<Revealed>), CryptoFault> {
        self.pin_terms(pins)?;
        let transcript = self.checked_heads(&request.keys, &request.heads, pins)?;
        self.checked_dropped(request)?;
        let survivors = self.checked_claims(&request.heads, transcript, &request.claims, pins)?;
        self.not_unmasked_before(survivors, pins)?;
        check_confirmations(self.context, (&request.claims, survivors), &request.confirmations)?;
        Ok((survivors, self.opened(request)?))
    }

    fn reveal(
        &self,
        survivors: Digest,
        shares: Vec<Revealed>,
        pins: &mut impl Pins,
    ) -> Result<Unmasking, CryptoFault> {
        self.pin(pins, Pinned::Survivors, survivors, CryptoFault::OtherSurvivors)?;
        self.pin(pins, Pinned::Unmasked, survivors, CryptoFault::SecondUnmasking)?;
        Ok(Unmasking::signed(self.context, self.key, (self.me, survivors), shares))
    }

    fn masked<W: Word>(
        &self,
        request: &InputRequest,
        words: &mut [W],
        pins: &mut impl Pins,
    ) -> Result<Input, CryptoFault> {
        self.context.fits::<W>(words.len())?;
        self.pin_terms(pins)?;
        let transcript = self.checked_heads(&request.keys, &request.heads, pins)?;
        self.open_shares(&request.keys, &request.heads, &request.sealed)?;
        let masks = self.masks(&request.keys, &request.heads)?;
        self.pin(pins, Pinned::Transcript, transcript, CryptoFault::OtherTranscript)?;
        apply(&masks, 0, words);
        let input =
            Input::signed(self.context, self.key, (self.me, transcript), digests(self.context, words));
        self.pin(pins, Pinned::Input, input.root(), CryptoFault::OtherInput)?;
        Ok(input)
    }

    /// The pair of shares for a receiver, sealed, with commitments.
    fn deal(&self, to: &Keys) -> Result<SealedShare, CryptoFault> {
        let of = |kind| self.secrets.share(kind, to.site);
        let (self_mask, mask_key) = (of(Kind::SelfMask), of(Kind::MaskKey));
        let mut pair = Pair::new([0; 64]);
        pair[..32].copy_from_slice(&*self_mask);
        pair[32..].copy_from_slice(&*mask_key);
        let fits = Fits {
            self_mask: fit(self.context, (self.me, to.site), Kind::SelfMask, &self_mask),
            mask_key: fit(self.context, (self.me, to.site), Kind::MaskKey, &mask_key),
        };
        let sealed = seal(self.context, &self.secrets.seal, (self.me, to.site, &to.seal), &pair)?;
        Ok(SealedShare { from: self.me, to: to.site, sealed, fits })
    }

    fn commitment(&self) -> Digest {
        commitment(self.context, self.me, &self.secrets.self_mask)
    }

    /// The site's own mask, and one with each other site that shared.
    fn masks(&self, keys: &[Keys], heads: &[SharesHead]) -> Result<Vec<Mask>, CryptoFault> {
        let own = Mask { seed: self_seed(self.context, self.me, &self.secrets.self_mask), sign: Sign::Plus };
        let others = keys.iter().filter(|other| other.site != self.me && find(heads, other.site).is_some());
        let shared = others.map(|other| {
            let pair = (self.me, other.site);
            let seed = pair_seed(self.context, &self.secrets.mask, pair, (other.site, &other.mask))?;
            Ok(Mask { seed, sign: Sign::of(self.me, other.site) })
        });
        std::iter::once(Ok(own)).chain(shared).collect()
    }

    /// The shares that the survivors and the dropped call for.
    fn opened(&self, request: &UnmaskRequest) -> Result<Vec<Revealed>, CryptoFault> {
        let pairs = self.open_shares(&request.keys, &request.heads, &request.sealed)?;
        let gone = dropped(&request.heads, &request.claims);
        let reveal = |(of, pair): (Member, Pair)| {
            let kind = if gone.contains(&of) { Kind::MaskKey } else { Kind::SelfMask };
            let half = if kind == Kind::SelfMask { &pair[..32] } else { &pair[32..] };
            Revealed { of, kind, share: half.try_into().expect("half of 64 bytes") }
        };
        Ok(pairs.into_iter().map(reveal).collect())
    }
}

/// The commitment to the seed of a self-mask.
pub(crate) fn commitment(context: &Context, of: Member, self_mask: &[u8; 32]) -> Digest {
    let bytes = [self_mask.as_slice(), context.hash().as_bytes(), &[of.get()]].concat();
    Digest::of("consilium/secagg-self-mask/v1", &zeroize::Zeroizing::new(bytes))
}

/// The seed of a site's own mask.
pub(crate) fn self_seed(context: &Context, of: Member, self_mask: &[u8; 32]) -> zeroize::Zeroizing<[u8; 32]> {
    key(context, self_mask, &[b"self".as_slice(), &[of.get()]].concat())
}

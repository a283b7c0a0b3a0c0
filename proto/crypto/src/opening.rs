//! What opens a sum: the secrets that the survivors' shares gave, and every signed message behind them.
//!
//! It says nothing beyond the sum. With the masked vectors anyone can recompute that, bit for bit.
//! Spec: docs/reference/secure-sums.md, "Opening".

use std::fmt;

use consilium_types::{Digest, SiteId};
use x25519_dalek::StaticSecret;

use crate::agreed::{
    check_claims, check_confirmations, check_heads, check_keys, find, keys_digest, known, survivors_digest,
    transcript_digest,
};
use crate::codec::{Of, read, wire, written};
use crate::context::{Context, Member};
use crate::fault::CryptoFault;
use crate::mask::{Mask, Sign};
use crate::message::{Claim, Confirmation, Input, Keys, Kind, SharesHead, Unmasking};
use crate::seal::pair_seed;
use crate::secrets::point_of;
use crate::site::{commitment, self_seed};

/// A secret that its shares gave back.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    /// Whose.
    pub of: Member,
    /// Which of its two.
    pub kind: Kind,
    /// The secret.
    pub secret: [u8; 32],
}

/// Everything by which a sum was opened, but the vectors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// Of all sites with keys.
    pub keys: Vec<Keys>,
    /// Of all who shared.
    pub heads: Vec<SharesHead>,
    /// Of all whose vector is in the sum.
    pub inputs: Vec<Input>,
    /// Of enough of them.
    pub confirmations: Vec<Confirmation>,
    /// Of enough of them.
    pub unmaskings: Vec<Unmasking>,
    /// One of each who shared.
    pub secrets: Vec<Secret>,
}

wire!(Secret { of, kind, secret });
wire!(Opening { ; .. keys, .. heads, .. inputs, .. confirmations, .. unmaskings, .. secrets });

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({:?} of {})", self.kind, self.of.get())
    }
}

impl Of for Secret {
    fn member(&self) -> Member {
        self.of
    }
}

impl Opening {
    /// The canonical form.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        written(self)
    }

    /// Reads the canonical form. What it claims is checked by [`Opening::verify`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CryptoFault> {
        read(bytes)
    }

    /// The sites whose vectors are in the sum.
    pub fn survivors(&self, context: &Context) -> Result<Vec<SiteId>, CryptoFault> {
        self.inputs.iter().map(|input| context.site(input.site).cloned()).collect()
    }

    /// Checks every signature, that each list is built on the one before, and that every secret is the one that was
    /// signed.
    pub fn verify(&self, context: &Context) -> Result<(), CryptoFault> {
        check_keys(context, &self.keys)?;
        let keys = keys_digest(context, &self.keys);
        check_heads(context, (&self.keys, keys), &self.heads)?;
        let transcript = transcript_digest(keys, &self.heads);
        let claims: Vec<Claim> = self.inputs.iter().map(Input::claim).collect();
        check_claims(context, (&self.heads, transcript), &claims)?;
        self.inputs.iter().try_for_each(|input| input.whole(context))?;
        let survivors = survivors_digest(transcript, &claims);
        check_confirmations(context, (&claims, survivors), &self.confirmations)?;
        self.check_unmaskings(context, survivors)?;
        self.check_secrets(context)
    }

    /// All masks that are still in the sum, to be taken out.
    pub(crate) fn masks(&self, context: &Context) -> Result<Vec<Mask>, CryptoFault> {
        self.check_secrets(context)?;
        let mut masks = Vec::new();
        for secret in &self.secrets {
            match secret.kind {
                Kind::SelfMask => {
                    masks.push(Mask {
                        seed: self_seed(context, secret.of, &secret.secret),
                        sign: Sign::Minus,
                    });
                }
                Kind::MaskKey => self.left_by(context, secret, &mut masks)?,
            }
        }
        Ok(masks)
    }

    /// The masks that survivors share with a site that dropped.
    fn left_by(&self, context: &Context, gone: &Secret, masks: &mut Vec<Mask>) -> Result<(), CryptoFault> {
        let mask_key = StaticSecret::from(gone.secret);
        for site in self.inputs.iter().map(Of::member) {
            let theirs = &known(&self.keys, site)?.mask;
            let seed = pair_seed(context, &mask_key, (site, gone.of), (site, theirs))?;
            masks.push(Mask { seed, sign: Sign::of(site, gone.of).opposite() });
        }
        Ok(())
    }

    fn check_unmaskings(&self, context: &Context, survivors: Digest) -> Result<(), CryptoFault> {
        context.enough("unmaskings", self.unmaskings.len())?;
        self.unmaskings.iter().try_for_each(|unmasking| {
            known(&self.inputs, unmasking.site)?;
            unmasking.verify(context)?;
            let other = || context.blame(unmasking.site, CryptoFault::OtherSurvivorsSeen);
            (unmasking.survivors == survivors).then_some(()).ok_or_else(other)
        })
    }

    fn check_secrets(&self, context: &Context) -> Result<(), CryptoFault> {
        if !self.heads.iter().map(Of::member).eq(self.secrets.iter().map(Of::member)) {
            return Err(CryptoFault::SecretsIncomplete);
        }
        self.heads.iter().zip(&self.secrets).try_for_each(|(head, secret)| {
            if secret.kind != self.kind(secret.of) {
                return Err(CryptoFault::SecretsIncomplete);
            }
            let fits = fits(context, &self.keys, head, secret)?;
            fits.then_some(()).ok_or_else(|| context.blame(secret.of, CryptoFault::SecretUnfit))
        })
    }

    /// Which secret of a site may be revealed.
    fn kind(&self, of: Member) -> Kind {
        if find(&self.inputs, of).is_some() { Kind::SelfMask } else { Kind::MaskKey }
    }
}

/// Whether a secret is the one that its owner signed.
pub(crate) fn fits(
    context: &Context,
    keys: &[Keys],
    head: &SharesHead,
    secret: &Secret,
) -> Result<bool, CryptoFault> {
    Ok(match secret.kind {
        Kind::SelfMask => commitment(context, secret.of, &secret.secret) == head.commitment,
        Kind::MaskKey => point_of(&secret.secret) == known(keys, secret.of)?.mask,
    })
}

//! Step 1: shares of a site's two secrets, sealed to each site, and commitments to all of them.
//!
//! Beside SHA-256 of the self-mask's seed, the dealer commits to every share. So whoever reveals a false one in step 4 is
//! named at once, and so is a dealer whose shares do not fit together.

use consilium_types::Digest;

use super::{Kind, Member, Of, Wire, unsigned, wire};
use crate::codec::put_list;
use crate::context::Context;
use crate::fault::CryptoFault;
use crate::identity::{Signature, SiteKey};

/// 64 bytes of shares and the tag of their cipher.
pub(crate) const SEALED_BYTES: usize = 80;

const DOMAIN: &str = "consilium/secagg-shares/v1";

/// What a dealer says to all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharesHead {
    /// Who dealt.
    pub site: Member,
    /// Of the list of keys it dealt to.
    pub keys: Digest,
    /// To the seed of its self-mask.
    pub commitment: Digest,
    /// Of all sealed shares with their commitments.
    pub list: Digest,
    /// Over all above and the terms.
    pub signature: Signature,
}

/// Commitments to the two shares of one receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fits {
    /// To the share of the self-mask.
    pub self_mask: Digest,
    /// To the share of the mask key.
    pub mask_key: Digest,
}

/// The shares of one dealer for one receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedShare {
    /// Who dealt.
    pub from: Member,
    /// Who can open it.
    pub to: Member,
    /// The shares of self-mask and mask key, sealed.
    pub sealed: [u8; SEALED_BYTES],
    /// What they must be.
    pub fits: Fits,
}

/// All that one dealer sends; the coordinator passes on to each site what is for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shares {
    /// What all may read.
    pub head: SharesHead,
    /// One for each site with keys, the dealer included, by receiver.
    pub sealed: Vec<SealedShare>,
}

wire!(SharesHead { site, keys, commitment, list, signature });
wire!(Fits { self_mask, mask_key });
wire!(SealedShare { from, to, sealed, fits });
wire!(Shares { head; .. sealed });

impl Of for SharesHead {
    fn member(&self) -> Member {
        self.site
    }
}

impl Of for SealedShare {
    fn member(&self) -> Member {
        self.from
    }

    fn order(&self) -> (u8, u8) {
        (self.from.get(), self.to.get())
    }
}

impl Of for Shares {
    fn member(&self) -> Member {
        self.head.site
    }
}

impl Fits {
    /// The commitment to one of the two.
    #[must_use]
    pub fn of(&self, kind: Kind) -> Digest {
        match kind {
            Kind::SelfMask => self.self_mask,
            Kind::MaskKey => self.mask_key,
        }
    }
}

impl Shares {
    pub(crate) fn signed(
        context: &Context,
        key: &SiteKey,
        (site, keys, commitment): (Member, Digest, Digest),
        sealed: Vec<SealedShare>,
    ) -> Self {
        let list = list_digest(&sealed);
        let mut head = SharesHead { site, keys, commitment, list, signature: Signature::from([0; 64]) };
        head.signature = context.sign(key, DOMAIN, &unsigned(&head));
        Self { head, sealed }
    }

    /// Whether the list is the one that the head was signed over.
    pub(crate) fn whole(&self) -> bool {
        self.head.list == list_digest(&self.sealed)
    }
}

impl SharesHead {
    pub(crate) fn verify(&self, context: &Context) -> Result<(), CryptoFault> {
        context.verify(self.site, DOMAIN, &unsigned(self), &self.signature)
    }
}

/// The commitment to a share of `dealer` for `receiver`.
pub(crate) fn fit(
    context: &Context,
    (dealer, receiver): (Member, Member),
    kind: Kind,
    share: &[u8; 32],
) -> Digest {
    let mut bytes = context.hash().as_bytes().to_vec();
    bytes.extend_from_slice(&[dealer.get(), receiver.get()]);
    kind.put(&mut bytes);
    bytes.extend_from_slice(share);
    Digest::of("consilium/secagg-share/v1", &bytes)
}

fn list_digest(sealed: &[SealedShare]) -> Digest {
    let mut bytes = Vec::new();
    put_list(sealed, &mut bytes);
    Digest::of("consilium/secagg-sealed/v1", &bytes)
}

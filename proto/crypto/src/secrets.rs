//! A site's secrets of one exchange, all from one secret of the study and the hash of the terms.
//!
//! A process that was killed derives the same again; nothing is written down. Another exchange, attempt, model or
//! roster gives unrelated ones. Never: two sets of secrets for one context. Spec: ADR-0016; RFC 5869 (HKDF).

use std::fmt;

use hkdf::Hkdf;
use rand_core::CryptoRng;
use sha2::Sha256;
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::{Zeroize as _, Zeroizing};

use crate::context::{Context, Member};
use crate::message::{Kind, Point};
use crate::shamir::Polynomial;

/// 32 random bytes that a node draws when it accepts a study and erases at the study's end.
///
/// Everything a site hides in the study rests on them. They show nothing of themselves and are erased when dropped.
pub struct StudySecret(Zeroizing<[u8; 32]>);

impl StudySecret {
    /// A new secret from `rng`.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *bytes);
        Self(bytes)
    }

    /// The secret that was kept.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes, to be kept where only their owner reads.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for StudySecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StudySecret(..)")
    }
}

/// The secrets of one site in one exchange. Erased when dropped.
pub(crate) struct Secrets {
    /// c: opens the shares of others.
    pub(crate) seal: StaticSecret,
    /// s: makes the masks that cancel.
    pub(crate) mask: StaticSecret,
    /// b: makes the mask that the site adds for itself.
    pub(crate) self_mask: Zeroizing<[u8; 32]>,
    self_mask_shares: Polynomial,
    mask_shares: Polynomial,
}

impl Secrets {
    pub(crate) fn derive(study: &StudySecret, context: &Context) -> Self {
        let source = Hkdf::<Sha256>::new(Some(context.hash().as_bytes()), &*study.0);
        let mask = expand(&source, b"mask key");
        let self_mask = expand(&source, b"self mask");
        let degree = context.threshold() - 1;
        Self {
            seal: StaticSecret::from(*expand(&source, b"seal key")),
            self_mask_shares: polynomial(&source, b"share self mask", &self_mask, degree),
            mask_shares: polynomial(&source, b"share mask key", &mask, degree),
            mask: StaticSecret::from(*mask),
            self_mask,
        }
    }

    /// The share of one of this site's secrets for a member.
    pub(crate) fn share(&self, kind: Kind, member: Member) -> Zeroizing<[u8; 32]> {
        let polynomial = match kind {
            Kind::SelfMask => &self.self_mask_shares,
            Kind::MaskKey => &self.mask_shares,
        };
        Zeroizing::new(polynomial.share(member.0))
    }

    pub(crate) fn seal_point(&self) -> Point {
        Point::from(PublicKey::from(&self.seal).to_bytes())
    }

    pub(crate) fn mask_point(&self) -> Point {
        Point::from(PublicKey::from(&self.mask).to_bytes())
    }
}

/// 32 bytes for a purpose.
fn expand(source: &Hkdf<Sha256>, purpose: &[u8]) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    source.expand(purpose, &mut *key).expect("32 bytes are a valid length");
    key
}

fn polynomial(source: &Hkdf<Sha256>, purpose: &[u8], secret: &[u8; 32], degree: usize) -> Polynomial {
    // 170 coefficients at most: HKDF gives 255 blocks of 32 bytes
    let mut coefficients = Zeroizing::new(vec![0; 32 * degree]);
    source.expand(purpose, &mut coefficients).expect("degree 170 at most");
    let (blocks, _) = coefficients.as_chunks::<32>();
    Polynomial::new(secret, blocks)
}

/// A 32-byte key from a secret two sites share, or one keeps, for a purpose under the terms.
pub(crate) fn key(context: &Context, secret: &[u8; 32], purpose: &[u8]) -> Zeroizing<[u8; 32]> {
    expand(&Hkdf::<Sha256>::new(Some(context.hash().as_bytes()), secret), purpose)
}

/// The public key of a mask key that shares gave back.
pub(crate) fn point_of(mask_key: &[u8; 32]) -> Point {
    let mut secret = *mask_key;
    let point = PublicKey::from(&StaticSecret::from(secret)).to_bytes();
    secret.zeroize();
    Point::from(point)
}

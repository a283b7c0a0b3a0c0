//! A site's identity at work: the Ed25519 key that was enrolled, apart from its TLS leaf and its witness key (ADR-0017).
//!
//! Every signature names what it is a signature of, so that one cannot stand for another. Verification is strict: no
//! key of low order, no second form of a signature. Never: a key that prints itself. Spec: ADR-0016; RFC 8032.

use std::fmt;

use consilium_types::{Digest, PublicKey};
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::codec::{Reader, Wire};
use crate::fault::CryptoFault;

/// Signs as a site. It shows nothing of itself and is erased when dropped.
pub struct SiteKey(SigningKey);

impl SiteKey {
    /// A new key from `rng`.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut seed = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *seed);
        Self::from_bytes(&seed)
    }

    /// The key of a 32-byte seed.
    #[must_use]
    pub fn from_bytes(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The 32-byte seed, to be kept where only its owner reads.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// What others verify with.
    #[must_use]
    pub fn public(&self) -> SitePublic {
        SitePublic(self.0.verifying_key())
    }

    /// Signs `content` as what `domain` names, for example `consilium/acceptance/v1`.
    #[must_use]
    pub fn sign(&self, domain: &str, content: &[u8]) -> Signature {
        Signature(self.0.sign(&signed(domain, content)).to_bytes())
    }
}

impl fmt::Debug for SiteKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SiteKey({})", self.public().fingerprint().short())
    }
}

/// Verifies what a site signed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SitePublic(VerifyingKey);

impl SitePublic {
    /// Reads a key; one that is no point of the curve, or of low order, is refused.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, CryptoFault> {
        match VerifyingKey::from_bytes(bytes) {
            Ok(key) if !key.is_weak() => Ok(Self(key)),
            _ => Err(CryptoFault::NotAnIdentity),
        }
    }

    /// The 32 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// Whether this site signed `content` as what `domain` names.
    #[must_use]
    pub fn verifies(&self, domain: &str, content: &[u8], signature: &Signature) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        self.0.verify_strict(&signed(domain, content), &signature).is_ok()
    }

    /// What two people compare: the same as of the key that was enrolled.
    #[must_use]
    pub fn fingerprint(&self) -> Digest {
        PublicKey::from(*self).fingerprint()
    }
}

impl TryFrom<PublicKey> for SitePublic {
    type Error = CryptoFault;

    fn try_from(key: PublicKey) -> Result<Self, CryptoFault> {
        Self::from_bytes(key.as_bytes())
    }
}

impl From<SitePublic> for PublicKey {
    fn from(key: SitePublic) -> Self {
        Self::from(*key.as_bytes())
    }
}

impl fmt::Debug for SitePublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SitePublic({})", self.fingerprint().short())
    }
}

impl Wire for SitePublic {
    fn put(&self, out: &mut Vec<u8>) {
        self.as_bytes().put(out);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, CryptoFault> {
        Self::from_bytes(&Wire::get(reader)?)
    }
}

/// 64 bytes of an Ed25519 signature.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature([u8; 64]);

impl Signature {
    /// The 64 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }
}

impl From<[u8; 64]> for Signature {
    fn from(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({:02x}{:02x}{:02x}..)", self.0[0], self.0[1], self.0[2])
    }
}

impl Wire for Signature {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, CryptoFault> {
        Wire::get(reader).map(Self)
    }
}

/// A domain, a newline, the content.
fn signed(domain: &str, content: &[u8]) -> Vec<u8> {
    [domain.as_bytes(), b"\n", content].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> SiteKey {
        SiteKey::from_bytes(&[7; 32])
    }

    #[test]
    fn a_signature_is_of_one_content_in_one_domain_by_one_key() {
        let signature = key().sign("consilium/a/v1", b"content");
        assert!(key().public().verifies("consilium/a/v1", b"content", &signature));
        assert!(!key().public().verifies("consilium/b/v1", b"content", &signature));
        assert!(!key().public().verifies("consilium/a/v1", b"contents", &signature));
        let other = SiteKey::from_bytes(&[8; 32]);
        assert!(!other.public().verifies("consilium/a/v1", b"content", &signature));
    }

    /// RFC 8032, section 7.1, test 1: the empty message. Ours has a domain, so only the key can be compared.
    #[test]
    fn a_seed_gives_the_public_key_of_rfc_8032() {
        let seed = hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
        let public = hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
        assert_eq!(SiteKey::from_bytes(&seed).public().as_bytes(), &public);
    }

    #[test]
    fn keys_of_low_order_are_refused() {
        let mut identity_point = [0; 32];
        identity_point[0] = 1;
        assert_eq!(SitePublic::from_bytes(&identity_point), Err(CryptoFault::NotAnIdentity));
        assert_eq!(SitePublic::from_bytes(&[2; 32]).map(|_| ()), Err(CryptoFault::NotAnIdentity));
    }

    #[test]
    fn a_key_does_not_print_its_seed() {
        let shown = format!("{:?}", key());
        assert_eq!(shown, format!("SiteKey({})", key().public().fingerprint().short()));
        assert_eq!(*key().to_bytes(), [7; 32]);
    }

    #[test]
    fn the_enrolled_key_is_the_key_that_verifies() {
        let enrolled = PublicKey::from(key().public());
        assert_eq!(SitePublic::try_from(enrolled), Ok(key().public()));
        assert_eq!(enrolled.fingerprint(), key().public().fingerprint());
    }

    fn hex(text: &str) -> [u8; 32] {
        *text.parse::<Digest>().expect("64 digits").as_bytes()
    }
}

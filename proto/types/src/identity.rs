//! What a hospital is known by: its public keys, the fingerprint over them, and the statements its keys sign.
//!
//! Never: a private key, a signature (callers make and check them). Spec: ADR-0017.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::digest::NotADigest;
use crate::{Digest, SiteId};

/// An Ed25519 public key, written as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// The 32 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// What two people compare.
    #[must_use]
    pub fn fingerprint(&self) -> Digest {
        Digest::of("consilium/key/v1", &self.0)
    }
}

impl From<[u8; 32]> for PublicKey {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Digest::from(self.0).fmt(f)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", Digest::from(self.0).short())
    }
}

impl FromStr for PublicKey {
    type Err = NotADigest;

    fn from_str(text: &str) -> Result<Self, NotADigest> {
        text.parse::<Digest>().map(|digits| Self(*digits.as_bytes()))
    }
}

impl Serialize for PublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Names the statement that both keys sign to enrol.
pub const ENROLMENT: &str = "consilium/enrolment/v1";
/// Names the statement that the identity key signs to renew a certificate.
pub const RENEWAL: &str = "consilium/renewal/v1";

/// The two keys that are a hospital's for as long as it is enrolled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteKeys {
    /// Signs what a secure sum needs, and renewals of the certificate.
    pub identity: PublicKey,
    /// Cosigns checkpoints of the training log.
    pub witness: PublicKey,
}

impl SiteKeys {
    /// What both sides of an enrolment read out. `tls` is the `SubjectPublicKeyInfo` of the connection's key.
    #[must_use]
    pub fn fingerprint(&self, tls: &[u8]) -> Digest {
        let keys = [self.identity.as_bytes(), self.witness.as_bytes(), tls].concat();
        Digest::of("consilium/fingerprint/v1", &keys)
    }

    /// What both keys sign to enrol: that they, the connection's key and the invitation belong together.
    #[must_use]
    pub fn enrolment(&self, site: &SiteId, token: &Digest, tls: &[u8]) -> Vec<u8> {
        let text = format!("{site}\n{token}\n{}\n{}\n", self.identity, self.witness);
        [text.as_bytes(), tls].concat()
    }
}

/// What is stored of an invitation's token.
#[must_use]
pub fn token_digest(token: &str) -> Digest {
    Digest::of("consilium/invitation/v1", token.as_bytes())
}

/// What the identity key signs to renew a certificate, named by its serial number, with another key.
#[must_use]
pub fn renewal(site: &SiteId, serial: &str, tls: &[u8]) -> Vec<u8> {
    [format!("{site}\n{serial}\n").as_bytes(), tls].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(identity: u8, witness: u8) -> SiteKeys {
        SiteKeys { identity: [identity; 32].into(), witness: [witness; 32].into() }
    }

    #[test]
    fn a_fingerprint_and_a_statement_depend_on_every_part() {
        let (site, other) = ("a".parse().unwrap(), "b".parse().unwrap());
        let (token, another) = (token_digest("t"), token_digest("u"));
        let made = [(1, 2, "k"), (3, 2, "k"), (1, 3, "k"), (2, 1, "k"), (1, 2, "l")];
        let distinct = |found: Vec<Vec<u8>>| {
            let count = found.len();
            assert_eq!(found.into_iter().collect::<std::collections::BTreeSet<_>>().len(), count);
        };
        distinct(made.map(|(i, w, tls)| keys(i, w).fingerprint(tls.as_bytes()).as_bytes().to_vec()).to_vec());
        distinct(made.map(|(i, w, tls)| keys(i, w).enrolment(&site, &token, tls.as_bytes())).to_vec());
        distinct(vec![
            keys(1, 2).enrolment(&site, &token, b"k"),
            keys(1, 2).enrolment(&other, &token, b"k"),
            keys(1, 2).enrolment(&site, &another, b"k"),
            renewal(&site, "01", b"k"),
            renewal(&other, "01", b"k"),
            renewal(&site, "02", b"k"),
            renewal(&site, "01", b"l"),
        ]);
    }

    #[test]
    fn a_key_survives_its_text() {
        let key = PublicKey::from([7; 32]);
        assert_eq!(key.to_string().parse(), Ok(key));
        assert_eq!(serde_json::from_str::<PublicKey>(&serde_json::to_string(&key).unwrap()).unwrap(), key);
        assert!("07".parse::<PublicKey>().is_err());
    }
}

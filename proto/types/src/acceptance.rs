//! A hospital's acceptance of a plan, and the statement that its identity key signs.
//!
//! Never: a private key, a check of a signature (callers make and check them). Spec: ADR-0017, docs/reference/training-log.md.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Digest, SiteId, StudyId};

/// Names the statement.
pub const ACCEPTANCE: &str = "consilium/acceptance/v1";

/// What a hospital accepts, and with which program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance<'a> {
    /// Who.
    pub site: &'a SiteId,
    /// Which study.
    pub study: &'a StudyId,
    /// Hash of its plan.
    pub plan: Digest,
    /// Hash of the columns that the hospital offers.
    pub schema: Digest,
    /// SHA-256 of the program's file, as `sha256sum` prints it.
    pub program: Digest,
}

impl Acceptance<'_> {
    /// What is signed.
    #[must_use]
    pub fn statement(&self) -> Vec<u8> {
        let Self { site, study, plan, schema, program } = self;
        format!("{site}\n{study}\n{plan}\n{schema}\n{program}\n").into_bytes()
    }
}

/// The part of an acceptance that travels beside the plan's hash and the columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    /// SHA-256 of the hospital's program.
    pub program: Digest,
    /// Of the statement, by the hospital's identity key.
    pub signature: Signature,
}

/// An Ed25519 signature, written as 128 lower-case hexadecimal digits.
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

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({})", &self.to_string()[..12])
    }
}

/// The text is not 128 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a signature: expected 128 hexadecimal digits")]
pub struct NotASignature(String);

impl FromStr for Signature {
    type Err = NotASignature;

    fn from_str(text: &str) -> Result<Self, NotASignature> {
        let half = |range: std::ops::Range<usize>| text.get(range)?.parse::<Digest>().ok();
        let (Some(left), Some(right), 128) = (half(0..64), half(64..text.len()), text.len()) else {
            return Err(NotASignature(text.to_owned()));
        };
        let mut bytes = [0; 64];
        bytes[..32].copy_from_slice(left.as_bytes());
        bytes[32..].copy_from_slice(right.as_bytes());
        Ok(Self(bytes))
    }
}

impl Serialize for Signature {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Signature {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_depends_on_every_part() {
        let sites: [SiteId; 2] = ["a", "b"].map(|site| site.parse().unwrap());
        let studies: [StudyId; 2] = ["s", "t"].map(|study| study.parse().unwrap());
        let digests = [Digest::of("1", b""), Digest::of("2", b"")];
        let of = |[site, study, plan, schema, program]: [usize; 5]| {
            let (site, study) = (&sites[site], &studies[study]);
            let (plan, schema, program) = (digests[plan], digests[schema], digests[program]);
            Acceptance { site, study, plan, schema, program }.statement()
        };
        let mut found = std::collections::BTreeSet::from([of([0; 5])]);
        for part in 0..5 {
            let mut parts = [0; 5];
            parts[part] = 1;
            assert!(found.insert(of(parts)), "part {part}");
        }
        let text = String::from_utf8(of([0; 5])).unwrap();
        assert_eq!(text.lines().count(), 5);
    }

    #[test]
    fn a_signature_survives_its_text() {
        let signature = Signature::from(std::array::from_fn(|i| u8::try_from(i * 3).unwrap()));
        assert_eq!(signature.to_string().parse(), Ok(signature));
        let text = serde_json::to_string(&signature).unwrap();
        assert_eq!(serde_json::from_str::<Signature>(&text).unwrap(), signature);
        for wrong in ["", "00", &"0".repeat(127), &"0".repeat(129), &"g".repeat(128), &"é".repeat(64)] {
            assert!(wrong.parse::<Signature>().is_err(), "{wrong}");
        }
    }
}

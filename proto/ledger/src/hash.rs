//! Hashes of the tree: RFC 6962, section 2.1. A leaf and a node can never be mistaken for each other.

use consilium_types::Digest;
use sha2::{Digest as _, Sha256};

/// Hash of an entry.
#[must_use]
pub fn leaf(entry: &[u8]) -> Digest {
    hashed(&[&[0], entry])
}

/// Hash of two subtrees.
#[must_use]
pub fn node(left: &Digest, right: &Digest) -> Digest {
    hashed(&[&[1], left.as_bytes(), right.as_bytes()])
}

/// Root of a log without entries.
#[must_use]
pub fn empty() -> Digest {
    hashed(&[])
}

fn hashed(parts: &[&[u8]]) -> Digest {
    let mut hasher = Sha256::new();
    parts.iter().for_each(|part| hasher.update(part));
    <[u8; 32]>::from(hasher.finalize()).into()
}

//! Keyed hashes of pseudonyms: the only randomness of a hospital's rows. They never leave.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// HMAC-SHA-256 of a text under the plan's seed.
pub(super) fn hash(seed: u64, text: &str) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(&seed.to_le_bytes()).expect("HMAC takes keys of any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().into()
}

/// The first eight bytes of the hash, little-endian.
pub(super) fn bits(seed: u64, text: &str) -> u64 {
    first_word(&hash(seed, text))
}

/// The first eight bytes, little-endian.
pub(super) fn first_word(hash: &[u8; 32]) -> u64 {
    hash[..8].iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
}

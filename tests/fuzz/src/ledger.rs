//! Files and messages of the training log.

use consilium_ledger::evidence::Evidence;
use consilium_ledger::note::VerifierKey;
use consilium_ledger::witness::AddCheckpoint;
use consilium_ledger::{Checkpoint, Entry, Note, Policy, tile};

use super::text;

/// A text that is read must be written as it was.
fn reads<T: std::str::FromStr + ToString>(bytes: &[u8]) -> bool {
    let Ok(read) = text(bytes).parse::<T>() else { return false };
    let again = read.to_string();
    assert!(again.parse::<T>().is_ok_and(|read| read.to_string() == again));
    true
}

pub(crate) fn checkpoint(bytes: &[u8]) -> bool {
    reads::<Checkpoint>(bytes)
}

pub(crate) fn note(bytes: &[u8]) -> bool {
    reads::<Note>(bytes)
}

pub(crate) fn verifier_key(bytes: &[u8]) -> bool {
    reads::<VerifierKey>(bytes)
}

pub(crate) fn policy(bytes: &[u8]) -> bool {
    reads::<Policy>(bytes)
}

pub(crate) fn add_checkpoint(bytes: &[u8]) -> bool {
    reads::<AddCheckpoint>(bytes)
}

pub(crate) fn evidence(bytes: &[u8]) -> bool {
    reads::<Evidence>(bytes)
}

/// As hashes and as entries, of every width.
pub(crate) fn tile(bytes: &[u8]) -> bool {
    let read = |width| tile::read_bundle(bytes, width).is_ok() || tile::read_hashes(bytes, width).is_ok();
    [1, 2, 255, 256].into_iter().any(read)
}

pub(crate) fn entry(bytes: &[u8]) -> bool {
    let Ok(entry) = Entry::from_bytes(7, bytes) else { return false };
    assert_eq!(entry.to_bytes(), bytes);
    true
}

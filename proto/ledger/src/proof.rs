//! Verification of proofs by who has only two hashes. Spec: RFC 9162, sections 2.1.3.2 and 2.1.4.2.

use consilium_types::Digest;

use crate::hash;

/// A proof that does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofFault {
    /// Sizes or positions that cannot be.
    #[error("the proof is about entry or size {position} of a log of {size}")]
    Range {
        /// Entry or older size.
        position: u64,
        /// Size of the log.
        size: u64,
    },
    /// Too many or too few hashes.
    #[error("the proof has the wrong number of hashes")]
    Length,
    /// The hashes lead elsewhere.
    #[error("the proof leads to another root")]
    Root,
}

/// Verifies that an entry with this leaf hash is in a log.
pub fn inclusion(
    index: u64,
    size: u64,
    leaf: Digest,
    proof: &[Digest],
    root: &Digest,
) -> Result<(), ProofFault> {
    if index >= size {
        return Err(ProofFault::Range { position: index, size });
    }
    let (mut place, mut last, mut hash) = (index, size - 1, leaf);
    for sibling in proof {
        if last == 0 {
            return Err(ProofFault::Length);
        }
        if place & 1 == 1 || place == last {
            hash = hash::node(sibling, &hash);
            while place & 1 == 0 && place != 0 {
                (place, last) = (place >> 1, last >> 1);
            }
        } else {
            hash = hash::node(&hash, sibling);
        }
        (place, last) = (place >> 1, last >> 1);
    }
    match last {
        0 if hash == *root => Ok(()),
        0 => Err(ProofFault::Root),
        _ => Err(ProofFault::Length),
    }
}

/// Verifies that a log of `old` entries is a beginning of one of `new`. An older log without entries proves nothing and
/// is refused: whoever has seen nothing yet asks for no proof.
pub fn consistency(
    (old, old_root): (u64, &Digest),
    (new, new_root): (u64, &Digest),
    proof: &[Digest],
) -> Result<(), ProofFault> {
    if old == 0 || old > new {
        return Err(ProofFault::Range { position: old, size: new });
    }
    if old == new {
        return match proof.is_empty() {
            true if old_root == new_root => Ok(()),
            true => Err(ProofFault::Root),
            false => Err(ProofFault::Length),
        };
    }
    let known = old.is_power_of_two().then_some(*old_root);
    let mut hashes = known.into_iter().chain(proof.iter().copied());
    let first = hashes.next().ok_or(ProofFault::Length)?;
    let aligned = (old - 1).trailing_ones();
    let (mut place, mut last) = ((old - 1) >> aligned, (new - 1) >> aligned);
    let (mut before, mut after) = (first, first);
    for sibling in hashes {
        if last == 0 {
            return Err(ProofFault::Length);
        }
        if place & 1 == 1 || place == last {
            before = hash::node(&sibling, &before);
            after = hash::node(&sibling, &after);
            while place & 1 == 0 && place != 0 {
                (place, last) = (place >> 1, last >> 1);
            }
        } else {
            after = hash::node(&after, &sibling);
        }
        (place, last) = (place >> 1, last >> 1);
    }
    match last {
        0 if before == *old_root && after == *new_root => Ok(()),
        0 => Err(ProofFault::Root),
        _ => Err(ProofFault::Length),
    }
}

//! Chance, drawn from the caller's seed and from nothing else.
//!
//! Never: a generator that other code may have advanced: every purpose and every part has a key of its own.

use chacha20::ChaCha20Rng;
use rand_core::{Rng as _, SeedableRng as _};

/// What numbers are drawn for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Noise = 1,
    Border = 2,
    Supervoxels = 3,
}

/// A stream of numbers.
pub(super) struct Random(ChaCha20Rng);

impl Random {
    /// The key is the seed, the repetition and the part as little-endian bytes, and the purpose.
    pub(super) fn new(seed: u64, purpose: Purpose, repetition: u32, part: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..12].copy_from_slice(&repetition.to_le_bytes());
        key[12] = purpose as u8;
        key[16..24].copy_from_slice(&part.to_le_bytes());
        Self(ChaCha20Rng::from_seed(key))
    }

    pub(super) fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Uniform over (0, 1]: the 53 bits of a double.
    pub(super) fn uniform(&mut self) -> f64 {
        ((self.bits() >> 11) + 1) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }

    /// Two independent numbers of the standard normal distribution (Box and Muller 1958).
    pub(super) fn normal_pair(&mut self) -> [f64; 2] {
        let radius = (-2.0 * libm::log(self.uniform())).sqrt();
        let angle = 2.0 * std::f64::consts::PI * self.uniform();
        [radius * libm::cos(angle), radius * libm::sin(angle)]
    }
}

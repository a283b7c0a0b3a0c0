//! Chance: one stream of numbers for each seed, site, child, purpose and part.
//!
//! So one child can be made again alone, and a new purpose disturbs no other. Never: a stream that two purposes share.

use chacha20::ChaCha20Rng;
use rand_core::{Rng as _, SeedableRng as _};

/// What numbers are drawn for. The numbers are part of the format: they never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Clinical = 1,
    Labs = 2,
    Missing = 3,
    Latents = 4,
    Survival = 5,
    Signs = 6,
    LabBias = 7,
    Layout = 8,
    Shift = 9,
    Features = 10,
    Reader = 11,
    Shape = 12,
    Texture = 13,
    Necrosis = 14,
    Calcification = 15,
    Surroundings = 16,
    Noise = 17,
    Contrast = 18,
    Tracer = 19,
    Resonance = 20,
    Speckle = 21,
}

/// Whose numbers: a child of a site, or a site as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) seed: u64,
    /// The site's letter; zero for what all sites share.
    pub(crate) site: u8,
    /// The child's number at the site, from 0.
    pub(crate) index: u32,
}

impl Key {
    /// The stream for a purpose; `part` tells repetitions, phases and columns apart.
    pub(crate) fn stream(self, purpose: Purpose, part: u32) -> Random {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&self.seed.to_le_bytes());
        key[8] = self.site;
        key[9] = purpose as u8;
        key[12..16].copy_from_slice(&self.index.to_le_bytes());
        key[16..20].copy_from_slice(&part.to_le_bytes());
        Random { generator: ChaCha20Rng::from_seed(key), spare: None }
    }
}

/// A stream of numbers.
pub(crate) struct Random {
    generator: ChaCha20Rng,
    spare: Option<f64>,
}

impl Random {
    /// Uniform over (0, 1]: the 53 bits of a double.
    pub(crate) fn uniform(&mut self) -> f64 {
        ((self.generator.next_u64() >> 11) + 1) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }

    /// Standard normal, two at a time (Box and Muller 1958).
    pub(crate) fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        let radius = (-2.0 * libm::log(self.uniform())).sqrt();
        let angle = 2.0 * std::f64::consts::PI * self.uniform();
        self.spare = Some(radius * libm::sin(angle));
        radius * libm::cos(angle)
    }

    /// True with probability `p`.
    pub(crate) fn chance(&mut self, p: f64) -> bool {
        self.uniform() <= p
    }

    /// The position in `shares`, which sum to one.
    pub(crate) fn choice(&mut self, shares: &[f64]) -> usize {
        let drawn = self.uniform();
        let mut below = 0.0;
        for (position, share) in shares.iter().enumerate() {
            below += share;
            if drawn <= below {
                return position;
            }
        }
        shares.len() - 1
    }

    /// Between two bounds.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }
}

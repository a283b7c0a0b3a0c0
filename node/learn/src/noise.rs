//! Lots and noise: drawn from a secret of the site and from the job, so that the same job gives the same bits after
//! a crash, another job gives unrelated ones, and nobody without the secret can take the noise off again.
//!
//! Never: the plan's seed alone, which the coordinator knows; one stream for two jobs. Spec: ADR-0018.

use chacha20::ChaCha20Rng;
use consilium_stats::TrainingJob;
use consilium_types::plan::Dp;
use consilium_types::{Digest, fixed};
use rand_core::{Rng as _, SeedableRng as _};

/// A stream of chance for one job.
pub(crate) struct Chance {
    rng: ChaCha20Rng,
    spare: Option<f64>,
}

impl Chance {
    /// Of a job under a secret: the digest of all that the job says and holds.
    pub(crate) fn of(secret: &[u8; 32], job: &TrainingJob<'_>, dp: &Dp) -> Self {
        let mut bytes = secret.to_vec();
        let sizes =
            [job.hidden.len(), job.start.len(), job.inputs.len(), job.inputs.first().map_or(0, Vec::len)];
        let counts = sizes.iter().chain(job.hidden).map(|n| *n as u64);
        let settings =
            [u64::from(job.epochs), u64::from(job.batch), job.seed, u64::from(dp.honest), dp.release as u64];
        let numbers = [job.rate, job.decay, dp.clip, dp.noise, dp.sampling].map(f64::to_bits);
        let words = counts.chain(settings).chain(numbers);
        words.for_each(|word| bytes.extend(word.to_le_bytes()));
        let values = job.start.iter().chain(job.inputs.iter().flatten()).chain(job.labels);
        values.for_each(|value| bytes.extend(value.to_bits().to_le_bytes()));
        let key = Digest::of("consilium/noise/v1", &bytes);
        Self { rng: ChaCha20Rng::from_seed(*key.as_bytes()), spare: None }
    }

    /// Whether a patient enters a lot.
    pub(crate) fn enters(&mut self, sampling: f64) -> bool {
        self.unit() < sampling
    }

    /// A standard normal number (Box and Muller).
    pub(crate) fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        let radius = (-2.0 * libm::log(1.0 - self.unit())).sqrt();
        let angle = std::f64::consts::TAU * self.unit();
        self.spare = Some(radius * libm::sin(angle));
        radius * libm::cos(angle)
    }

    /// An integer of the discrete Gaussian.
    pub(crate) fn integer(&mut self, scale: u64) -> i64 {
        consilium_privacy::discrete::gaussian(scale, &mut self.rng)
    }

    /// Uniform in [0, 1), 53 bits.
    fn unit(&mut self) -> f64 {
        (self.rng.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// Most that one patient changes in a sum of gradients of so many words, in quanta of a network update: the clipping norm, and
/// one quantum a word for rounding.
pub(crate) fn sensitivity(dp: &Dp, words: usize) -> f64 {
    dp.clip * (1u64 << fixed::UPDATE_BITS) as f64 + (words as f64).sqrt()
}

/// Standard deviation of one site's share of the noise on such a sum, in quanta, rounded up.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive, and far below 2^63")]
pub(crate) fn scale(dp: &Dp, words: usize) -> u64 {
    (dp.noise * sensitivity(dp, words) / f64::from(dp.honest).sqrt()).ceil() as u64
}

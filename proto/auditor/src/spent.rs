//! What noisy training has spent of a hospital's patients' privacy in one study, by the log.
//!
//! The same accountants as at the hospital, over whole numbers that promise no more than the plan.
//! Spec: docs/reference/methods/privacy.md.

use consilium_ledger::entry::Noise;
use consilium_privacy::{Event, epsilon, renyi};

use crate::rules::Round;

/// Of one hospital.
#[derive(Debug, Clone)]
pub(crate) struct Spent {
    pub(crate) noise: Noise,
    pub(crate) steps: u64,
    /// The last round that was charged.
    pub(crate) last: Option<Round>,
}

impl Spent {
    pub(crate) fn new(noise: Noise) -> Self {
        Self { noise, steps: 0, last: None }
    }

    pub(crate) fn add(&mut self, round: Round, steps: u64) {
        self.steps = self.steps.saturating_add(steps);
        self.last = Some(round);
    }

    /// Of all steps so far; infinite where they cannot be accounted for.
    pub(crate) fn epsilon(&self) -> f64 {
        let Noise { sampling, scale, integers, .. } = self.noise;
        let steps = u32::try_from(self.steps).unwrap_or(u32::MAX);
        let Ok(event) = Event::new(millionths(sampling), millionths(scale), steps) else {
            return f64::INFINITY;
        };
        // sums of integers are accounted for by orders alone
        if integers { renyi::epsilon(&[event], self.delta()) } else { epsilon(&[event], self.delta()) }
    }

    pub(crate) fn bound(&self) -> f64 {
        millionths(self.noise.bound)
    }

    #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
    pub(crate) fn delta(&self) -> f64 {
        self.noise.delta as f64 / 1e12
    }
}

#[expect(clippy::cast_precision_loss, reason = "what is above 2^53 is no noise of any plan")]
fn millionths(number: u64) -> f64 {
    number as f64 / 1e6
}

//! `[privacy.dp]`: noise, so that what the networks of a study tell hardly depends on any one patient.
//!
//! Never: a claim about anything but networks; every other question of a study is answered exactly.
//! Spec: docs/reference/methods/privacy.md, ADR-0018.

use consilium_privacy::{Event, losses, renyi};
use serde::{Deserialize, Serialize};

use super::{Design, Learner, StudyPlan};

/// `[privacy.dp]`
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dp {
    /// L2 norm to which the gradient of each patient is clipped.
    pub clip: f64,
    /// Standard deviation of the noise in clipping norms.
    pub noise: f64,
    /// Probability with which a patient enters a lot.
    pub sampling: f64,
    /// Probability with which the bound may fail.
    pub delta: f64,
    /// The bound that the study must keep.
    pub epsilon: f64,
    /// What leaves.
    pub release: DpRelease,
    /// Sites whose noise is counted on, of a sum that nobody sees in parts.
    pub honest: u32,
}

/// `privacy.dp.release`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DpRelease {
    /// A model trained in noisy steps.
    #[default]
    Model,
    /// One sum of clipped gradients a round, with noise added as integers.
    Gradient,
}

impl Dp {
    /// Noisy steps of one network in one round.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a cast that saturates counts enough"
    )]
    pub fn steps(&self, epochs: u32) -> u32 {
        match self.release {
            DpRelease::Gradient => 1,
            DpRelease::Model => (f64::from(epochs) / self.sampling).ceil() as u32,
        }
    }

    /// Epsilon of so many noisy steps about the same patient; infinite where they cannot be accounted for.
    #[must_use]
    pub fn spent(&self, steps: u64) -> f64 {
        let steps = u32::try_from(steps).unwrap_or(u32::MAX);
        let Ok(event) = Event::new(self.sampling, self.noise, steps) else { return f64::INFINITY };
        match self.release {
            DpRelease::Gradient => renyi::epsilon(&[event], self.delta),
            DpRelease::Model => consilium_privacy::epsilon(&[event], self.delta),
        }
    }

    /// Whether so many steps keep within the plan's bound: the cheap accountant is asked first.
    #[must_use]
    pub fn keeps(&self, steps: u64) -> bool {
        let steps = u32::try_from(steps).unwrap_or(u32::MAX);
        let Ok(event) = Event::new(self.sampling, self.noise, steps) else { return false };
        let by_losses =
            || self.release == DpRelease::Model && losses::epsilon(&[event], self.delta) <= self.epsilon;
        renyi::epsilon(&[event], self.delta) <= self.epsilon || by_losses()
    }
}

impl StudyPlan {
    /// Into how many cells the patients of so many sites may be divided.
    #[must_use]
    pub fn most_cells(&self, sites: usize) -> usize {
        match self.evaluate.design {
            Design::Kfold => self.evaluate.folds as usize,
            // the last cell is held out
            Design::Holdout => self.evaluate.folds as usize + 1,
            Design::LeaveSiteOut => sites,
        }
    }

    /// Noisy steps that use the same patient, if the study runs once from beginning to end; none without `[privacy.dp]`.
    /// With `leave-site-out`, if no more than the fewest sites take part.
    #[must_use]
    pub fn noisy_steps(&self) -> Option<u64> {
        let dp = self.privacy.dp?;
        let evaluate = &self.evaluate;
        // every patient is in the network of all patients, and in those of all cells but its own
        let trainings = match evaluate.design {
            Design::Kfold => u64::from(evaluate.folds) * u64::from(evaluate.repeats),
            Design::Holdout => u64::from(evaluate.folds) + 2,
            Design::LeaveSiteOut => u64::from(self.study.sites.min),
        };
        let models = self.model.families.len() as u64 * self.outcome.labels().len() as u64;
        let networks = self.model.learners().filter(|learner| *learner == Learner::Mlp).count() as u64;
        let steps = u64::from(dp.steps(self.model.network.epochs)) * u64::from(self.model.network.rounds);
        Some(trainings * models * networks * steps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DP: Dp = Dp {
        clip: 1.0,
        noise: 10.0,
        sampling: 1.0,
        delta: 1e-3,
        epsilon: 3.2,
        release: DpRelease::Model,
        honest: 1,
    };

    #[test]
    fn the_tighter_accountant_decides() {
        // dp_epsilon.csv, site_n57_full_batch_100steps: 3.536562 by orders, 3.138671 by losses
        assert!((DP.spent(100) - 3.138_671).abs() < 1e-4);
        assert!(DP.keeps(100) && !Dp { epsilon: 3.13, ..DP }.keeps(100));
        let gradient = Dp { release: DpRelease::Gradient, ..DP };
        assert!((gradient.spent(100) - 3.536_562).abs() < 1e-4 && !gradient.keeps(100));
        assert!(DP.spent(u64::MAX).is_infinite() && !DP.keeps(u64::MAX));
    }

    #[test]
    fn a_pass_over_poisson_lots_has_one_step_for_each_expected_lot() {
        assert_eq!(Dp { sampling: 0.25, ..DP }.steps(3), 12);
        assert_eq!(Dp { sampling: 0.3, ..DP }.steps(1), 4);
        assert_eq!(Dp { release: DpRelease::Gradient, ..DP }.steps(5), 1);
    }
}

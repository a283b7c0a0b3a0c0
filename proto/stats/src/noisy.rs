//! Which parts of a question are trained with noise, and how often they use the same patient.
//!
//! Never: an estimate from below. Spec: docs/reference/methods/privacy.md.

use consilium_types::plan::{Dp, DpRelease};
use consilium_types::{Manifest, StudyPlan, fixed};

use crate::network::{Averaged, NetworkPoint};
use crate::{Harmonise, Implausible, Query, QueryFault, Training, check};

/// Words of a network beside its parameters: sites, and two that say nothing.
pub(crate) const NOISY_TAIL: [f64; 3] = [1.0, 0.0, 0.0];

/// Noisy steps of a round: 100 passes in lots of a thousandth.
const MOST_STEPS: usize = 100_000;

impl Query {
    /// Every round of training in this question.
    #[must_use]
    pub fn trainings(&self) -> Vec<&Training> {
        match self {
            Self::Training(training) => vec![training],
            Self::Stack(stack) => stack.questions.iter().flat_map(Self::trainings).collect(),
            Self::Repeat(repeat) => repeat.question.trainings(),
            Self::Resample(resample) => resample.question.trainings(),
            _ => Vec::new(),
        }
    }

    /// Noisy steps that use the same patient, in a study of so many sites.
    #[must_use]
    pub fn noisy_steps(&self, plan: &StudyPlan, sites: usize) -> u64 {
        let cells = plan.most_cells(sites);
        self.trainings().iter().map(|training| training.noisy_steps(cells)).sum()
    }
}

impl Training {
    /// Noisy steps that use the same patient, whichever of so many cells the patient is in; none without noise.
    #[must_use]
    pub fn noisy_steps(&self, cells: usize) -> u64 {
        let steps = self.dp.map_or(0, |dp| u64::from(dp.steps(self.epochs)));
        let uses = |cell: usize| self.networks.iter().filter(|point| point.design.trains_on(cell)).count();
        (0..cells).map(uses).max().unwrap_or(0) as u64 * steps
    }

    /// Whether a patient's share of every step is bounded, and the noise is a number to account for.
    pub(crate) fn check_noise(&self) -> Result<(), QueryFault> {
        let Some(dp) = self.dp else { return Ok(()) };
        let numbers = [dp.clip, dp.noise, dp.sampling, dp.delta, dp.epsilon];
        if numbers.iter().any(|number| !(*number > 0.0 && number.is_finite()))
            || dp.sampling > 1.0
            || dp.honest == 0
        {
            return Err(QueryFault::Number("noise"));
        }
        check::size("noisy steps", dp.steps(self.epochs) as usize, MOST_STEPS)?;
        let harmonised = |point: &NetworkPoint| point.design.harmonise != Harmonise::None;
        if self.networks.iter().any(harmonised) { Err(QueryFault::Unbounded) } else { Ok(()) }
    }

    /// What the sum of a network's words means, every site counting once.
    pub(crate) fn noisy_average(
        &self,
        dp: Dp,
        point: &NetworkPoint,
        words: &[i64],
    ) -> Result<Averaged, Implausible> {
        let (sums, tail) = words.split_at(point.parameters.len());
        let sites = fixed::decode_update(tail[0]);
        if sites < 1.0 {
            return Err(Implausible::Value { what: "the number of sites that trained", value: sites });
        }
        let shares = self.shares(sites);
        let mean: Vec<f64> = sums.iter().map(|word| fixed::decode_update(*word) / shares).collect();
        let parameters = match dp.release {
            DpRelease::Model => mean,
            DpRelease::Gradient => self.stepped(point, &mean),
        };
        Ok(Averaged::of(point, &parameters, sites, 0.0))
    }

    /// One step down the mean of the sites' sums of gradients, each divided by the expected lot.
    fn stepped(&self, point: &NetworkPoint, mean: &[f64]) -> Vec<f64> {
        let decayed = Manifest::perceptron(point.design.columns.len(), &self.hidden).parameters;
        let decay = decayed.iter().flat_map(|part| {
            let decay = if part.name.ends_with("weight") { self.decay } else { 0.0 };
            std::iter::repeat_n(decay, part.len())
        });
        let moved = |((start, sum), decay): ((&f32, &f64), f64)| {
            let start = f64::from(*start);
            start - self.rate * (sum / f64::from(self.batch) + decay * start)
        };
        point.parameters.iter().zip(mean).zip(decay).map(moved).collect()
    }
}

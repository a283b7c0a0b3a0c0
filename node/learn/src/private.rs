//! Training with noise at the level of patients (DP-SGD: Abadi et al. 2016, arXiv:1607.00133).
//!
//! Each step draws a Poisson lot, sums the clipped gradients of its patients, adds Gaussian noise to every coordinate and
//! divides by the expected lot, a number of the plan: never by how many came. Never: a loss or a count that left without noise.
//! Spec: docs/reference/methods/privacy.md.

use consilium_stats::{NetworkFault, Networks, Trained, TrainingJob};
use consilium_types::plan::Dp;
use consilium_types::{Manifest, fixed};

use crate::check::{self, Fault};
use crate::gradient::{Net, add_clipped};
use crate::noise::{Chance, scale};
use crate::train;

/// Multilayer perceptrons at a site that has a secret to draw noise from.
///
/// Without noise in the job the same as [`Perceptrons`](crate::Perceptrons).
pub struct PrivatePerceptrons {
    secret: [u8; 32],
}

impl std::fmt::Debug for PrivatePerceptrons {
    /// The secret is not shown.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PrivatePerceptrons")
    }
}

impl PrivatePerceptrons {
    /// `secret` must be known to the site alone, and be the same again when a question is asked again.
    #[must_use]
    pub fn new(secret: [u8; 32]) -> Self {
        Self { secret }
    }
}

impl Networks for PrivatePerceptrons {
    fn train(&self, job: &TrainingJob<'_>) -> Result<Trained, NetworkFault> {
        match job.dp {
            None => train::train(job).map_err(NetworkFault::from),
            Some(dp) => descend(&self.secret, job, &dp).map_err(NetworkFault::from),
        }
    }

    fn noisy_gradient(&self, job: &TrainingJob<'_>) -> Result<Vec<i64>, NetworkFault> {
        let dp = job.dp.ok_or(Fault::NoNoise)?;
        integers(&self.secret, job, &dp).map_err(NetworkFault::from)
    }

    fn predict(
        &self,
        hidden: &[usize],
        parameters: &[f32],
        inputs: &[Vec<f32>],
    ) -> Result<Vec<f64>, NetworkFault> {
        train::predict(hidden, parameters, inputs).map_err(NetworkFault::from)
    }
}

/// Noisy steps from `job.start`.
fn descend(secret: &[u8; 32], job: &TrainingJob<'_>, dp: &Dp) -> Result<Trained, Fault> {
    check::noisy(job, dp)?;
    let decay = decay(job);
    if decay.len() != job.start.len() {
        return Err(Fault::Widths(job.start.len()));
    }
    let mut chance = Chance::of(secret, job, dp);
    let mut parameters: Vec<f64> = job.start.iter().map(|value| f64::from(*value)).collect();
    for _ in 0..dp.steps(job.epochs) {
        let lot: Vec<usize> = (0..job.inputs.len()).filter(|_| chance.enters(dp.sampling)).collect();
        let sum = clipped_sum(job, &parameters, &lot, dp.clip);
        for ((value, sum), decay) in parameters.iter_mut().zip(sum).zip(&decay) {
            let noisy = sum + dp.noise * dp.clip * chance.normal();
            *value -= job.rate * (noisy / f64::from(job.batch) + decay * *value);
        }
    }
    #[expect(clippy::cast_possible_truncation, reason = "networks travel as f32")]
    let parameters: Vec<f32> = parameters.into_iter().map(|value| value as f32).collect();
    match parameters.iter().position(|value| !value.is_finite()) {
        Some(index) => Err(Fault::Diverged(index)),
        None => Ok(Trained { parameters, loss: 0.0 }),
    }
}

/// The sum of everyone's clipped gradients, as integers, with integer noise.
fn integers(secret: &[u8; 32], job: &TrainingJob<'_>, dp: &Dp) -> Result<Vec<i64>, Fault> {
    check::noisy(job, dp)?;
    let mut chance = Chance::of(secret, job, dp);
    let start: Vec<f64> = job.start.iter().map(|value| f64::from(*value)).collect();
    let everyone: Vec<usize> = (0..job.inputs.len()).collect();
    let sum = clipped_sum(job, &start, &everyone, dp.clip);
    let scale = scale(dp, sum.len());
    let quantum = (1u64 << fixed::UPDATE_BITS) as f64;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the clipping norm bounds each patient; a cast saturates"
    )]
    let word = |value: f64| (value * quantum).round_ties_even() as i64;
    Ok(sum.into_iter().map(|value| word(value).saturating_add(chance.integer(scale))).collect())
}

/// Sum of the clipped gradients of some patients, in the order of their rows.
fn clipped_sum(job: &TrainingJob<'_>, parameters: &[f64], lot: &[usize], clip: f64) -> Vec<f64> {
    let mut sum = vec![0.0; parameters.len()];
    for patient in lot {
        let row = &job.inputs[*patient];
        let net = Net { inputs: row.len(), hidden: job.hidden, parameters };
        add_clipped(net, row, job.labels[*patient], clip, &mut sum);
    }
    sum
}

/// Weight decay of each parameter: biases are free.
fn decay(job: &TrainingJob<'_>) -> Vec<f64> {
    // also without a patient: how far weights shrink must not tell whether there is one
    let units = job.hidden.first().copied().unwrap_or(1);
    let without_inputs = Manifest::perceptron(0, job.hidden).len();
    let inputs = job.start.len().saturating_sub(without_inputs) / units.max(1);
    let parts = Manifest::perceptron(inputs, job.hidden).parameters;
    let of = |name: &str| if name.ends_with("weight") { job.decay } else { 0.0 };
    parts.iter().flat_map(|part| std::iter::repeat_n(of(&part.name), part.len())).collect()
}

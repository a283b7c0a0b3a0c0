//! Networks trained at the site; the only crate that names burn.
//!
//! [`Perceptrons`] implements [`consilium_stats::Networks`] on burn's CPU backend: a multilayer perceptron
//! whose parameters go in and out as one flat vector in the order of its manifest. The same job gives the same
//! bits on any number of threads and whatever ran before; another processor family may round the last bit
//! of an `f32` differently. Never: network calls, files, randomness but the job's seed, layers that keep state
//! outside their parameters. With noise, randomness is the site's secret and the job ([`PrivatePerceptrons`]). Spec: docs/adr/0007-networks-behind-a-trait.md.

mod check;
mod flat;
mod gradient;
mod noise;
mod order;
mod perceptron;
mod private;
mod train;

use consilium_stats::{NetworkFault, Networks, Trained, TrainingJob};

pub use private::PrivatePerceptrons;

/// Multilayer perceptrons with one output, the logit of being a case.
///
/// Training is plain stochastic gradient descent on the mean cross-entropy of a batch, with weight decay on
/// weights but not on biases. It has no momentum, hence no state that outlives a round: with the whole site
/// as one batch and one epoch, the patient-weighted average of the sites' models is the step a pooled data
/// set would take.
///
/// ```
/// use consilium_stats::Networks as _;
/// let logit_is_half_of_x = [0.5, 0.0]; // layers.0.weight, layers.0.bias
/// let p = consilium_learn::Perceptrons.predict(&[], &logit_is_half_of_x, &[vec![2.0]])?;
/// assert!((p[0] - 1.0 / (1.0 + (-1.0_f64).exp())).abs() < 1e-6);
/// # Ok::<(), consilium_stats::NetworkFault>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Perceptrons;

impl Networks for Perceptrons {
    fn train(&self, job: &TrainingJob<'_>) -> Result<Trained, NetworkFault> {
        check::without_noise(job)?;
        train::train(job).map_err(NetworkFault::from)
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

#[cfg(test)]
mod private_tests;
#[cfg(test)]
mod tests;

//! What is refused before a tensor is made, so that burn never sees sizes that do not fit.
//!
//! Never: a panic on what a question or a table says.

use consilium_stats::{NetworkFault, TrainingJob};
use consilium_types::plan::Dp;

/// Why a network cannot be trained or applied.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub(crate) enum Fault {
    /// The question's widths and parameters disagree.
    #[error(
        "the question brings {found} parameters; a network of these widths on {inputs} inputs has {expected}"
    )]
    Parameters { expected: usize, found: usize, inputs: usize },
    /// A layer without units, or no column to read.
    #[error("the network has a layer of width 0; every layer needs at least one unit and one input")]
    EmptyLayer,
    /// More parameters than can be counted.
    #[error("the network is too large to count its parameters; make `model.network.hidden` smaller")]
    TooLarge,
    /// Rows of different length.
    #[error("row {row} has {found} inputs, the first row has {expected}")]
    Ragged { row: usize, expected: usize, found: usize },
    /// As many labels as patients are needed.
    #[error("{labels} labels for {patients} patients")]
    Labels { labels: usize, patients: usize },
    /// The loss is defined for two classes.
    #[error("label {row} is {label}; expected 0 or 1")]
    Label { row: usize, label: f32 },
    /// NaN or infinite where a number is needed.
    #[error("{what} {index} is not a finite number")]
    NotFinite { what: &'static str, index: usize },
    /// A setting of the plan out of its range.
    #[error("`model.network.{key}` is {value}; expected {range}")]
    Setting { key: &'static str, value: f64, range: &'static str },
    /// A number of the plan's noise out of its range.
    #[error("`privacy.dp.{key}` is {value}")]
    Noise { key: &'static str, value: f64 },
    /// Noise was not asked for.
    #[error("a sum of gradients is asked for without noise")]
    NoNoise,
    /// Parameters of no network of these widths.
    #[error("{0} parameters are those of no network of these widths")]
    Widths(usize),
    /// Noise is asked of somebody without a secret.
    #[error("the job asks for noise, and there is no secret here to draw it from")]
    NoSecret,
    /// The parameters left the finite numbers.
    #[error("training diverged: parameter {0} is not finite; lower `model.network.rate`")]
    Diverged(usize),
}

impl From<Fault> for NetworkFault {
    fn from(fault: Fault) -> Self {
        Self(fault.to_string())
    }
}

/// Refuses a job with noise: whoever trains it without would tell what the plan protects.
pub(crate) fn without_noise(job: &TrainingJob<'_>) -> Result<(), Fault> {
    if job.dp.is_some() { Err(Fault::NoSecret) } else { Ok(()) }
}

/// Checks a job with noise, which may have no patient at all.
pub(crate) fn noisy(found: &TrainingJob<'_>, dp: &Dp) -> Result<(), Fault> {
    job(found)?;
    let ranges =
        [("clip", dp.clip, dp.clip > 0.0), ("sampling", dp.sampling, (0.0..=1.0).contains(&dp.sampling))];
    let noise = ("noise", dp.noise, dp.noise >= 0.0);
    for (key, value, fits) in ranges.into_iter().chain([noise]) {
        if !(fits && value.is_finite()) {
            return Err(Fault::Noise { key, value });
        }
    }
    Ok(())
}

/// Checks a whole job. Gives the number of inputs, or `None` when there is no patient to learn from.
pub(crate) fn job(job: &TrainingJob<'_>) -> Result<Option<usize>, Fault> {
    settings(job)?;
    if job.labels.len() != job.inputs.len() {
        return Err(Fault::Labels { labels: job.labels.len(), patients: job.inputs.len() });
    }
    let not_binary = |label: &f32| ![0.0, 1.0].contains(label);
    if let Some(row) = job.labels.iter().position(not_binary) {
        return Err(Fault::Label { row, label: job.labels[row] });
    }
    network(job.hidden, job.start, job.inputs)
}

/// Checks that parameters, widths and rows fit. Gives the number of inputs, or `None` without rows.
pub(crate) fn network(
    hidden: &[usize],
    parameters: &[f32],
    inputs: &[Vec<f32>],
) -> Result<Option<usize>, Fault> {
    finite("parameter", parameters)?;
    let Some(width) = inputs.first().map(Vec::len) else { return Ok(None) };
    let expected = parameter_count(width, hidden)?;
    if parameters.len() != expected {
        return Err(Fault::Parameters { expected, found: parameters.len(), inputs: width });
    }
    for (row, values) in inputs.iter().enumerate() {
        if values.len() != width {
            return Err(Fault::Ragged { row, expected: width, found: values.len() });
        }
        finite("input", values)?;
    }
    Ok(Some(width))
}

/// Number of scalars of a perceptron, counted without overflow on absurd widths.
fn parameter_count(inputs: usize, hidden: &[usize]) -> Result<usize, Fault> {
    let widths = [&[inputs], hidden, &[1]].concat();
    if widths.contains(&0) {
        return Err(Fault::EmptyLayer);
    }
    let layer = |pair: &[usize]| pair[0].checked_add(1)?.checked_mul(pair[1]);
    widths.windows(2).try_fold(0_usize, |sum, pair| sum.checked_add(layer(pair)?)).ok_or(Fault::TooLarge)
}

fn settings(job: &TrainingJob<'_>) -> Result<(), Fault> {
    let at_least_one = |key, value: u32| match value {
        0 => Err(Fault::Setting { key, value: 0.0, range: "at least 1" }),
        _ => Ok(()),
    };
    at_least_one("epochs", job.epochs)?;
    at_least_one("batch", job.batch)?;
    if !(job.rate > 0.0 && job.rate.is_finite()) {
        return Err(Fault::Setting { key: "rate", value: job.rate, range: "a positive number" });
    }
    if !(job.decay >= 0.0 && job.decay.is_finite()) {
        return Err(Fault::Setting { key: "decay", value: job.decay, range: "0 or a positive number" });
    }
    Ok(())
}

fn finite(what: &'static str, values: &[f32]) -> Result<(), Fault> {
    let index = values.iter().position(|value| !value.is_finite());
    index.map_or(Ok(()), |index| Err(Fault::NotFinite { what, index }))
}

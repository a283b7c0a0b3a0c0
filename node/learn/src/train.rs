//! Training at the site, and applying what was trained.
//!
//! Never: an optimiser that keeps state between rounds, a batch order that is not the job's own.

use burn::module::ParamGroup;
use burn::nn::loss::BinaryCrossEntropyLossConfig;
use burn::optim::decay::WeightDecayConfig;
use burn::optim::{GradientsParams, ModuleOptimizer, SgdConfig};
use burn::tensor::{Device, Int, Tensor, TensorData};
use consilium_stats::{Trained, TrainingJob};

use crate::check::{self, Fault};
use crate::flat;
use crate::order::Order;
use crate::perceptron::{Perceptron, PerceptronConfig};

/// Trains from `job.start`. Without patients the model comes back unchanged, with loss 0.
pub(crate) fn train(job: &TrainingJob<'_>) -> Result<Trained, Fault> {
    let Some(width) = check::job(job)? else {
        return Ok(Trained { parameters: job.start.to_vec(), loss: 0.0 });
    };
    let device = Device::flex().autodiff();
    let mut model = network(width, job.hidden, job.start, &device);
    let mut optimiser = optimiser(job.decay);
    let mut order = Order::new(job.inputs.len(), job.seed);
    let mut loss = 0.0;
    for _ in 0..job.epochs {
        (model, loss) = pass(job, model, &mut optimiser, order.next_pass(), &device);
    }
    let parameters = flat::read(&model);
    match parameters.iter().position(|value| !value.is_finite()) {
        Some(index) => Err(Fault::Diverged(index)),
        None => Ok(Trained { parameters, loss }),
    }
}

/// Probabilities of being a case, one for each row.
pub(crate) fn predict(hidden: &[usize], parameters: &[f32], inputs: &[Vec<f32>]) -> Result<Vec<f64>, Fault> {
    let Some(width) = check::network(hidden, parameters, inputs)? else { return Ok(Vec::new()) };
    let device = Device::flex();
    let rows = inputs.iter().map(Vec::as_slice);
    let logits = network(width, hidden, parameters, &device).forward(matrix(rows, width, &device));
    let logits =
        logits.into_data().try_into_vec::<f32>().expect("logits are f32 in the memory of this process");
    Ok(logits.into_iter().map(|logit| 1.0 / (1.0 + libm::exp(-f64::from(logit)))).collect())
}

/// One pass over the patients: a step for each batch. Gives the model and the sum of the losses that the
/// batches had before their step.
fn pass(
    job: &TrainingJob<'_>,
    mut model: Perceptron,
    optimiser: &mut ModuleOptimizer,
    order: &[usize],
    device: &Device,
) -> (Perceptron, f64) {
    let cross_entropy = BinaryCrossEntropyLossConfig::new().with_logits(true).init(device);
    let mut sum = 0.0;
    for batch in order.chunks(job.batch as usize) {
        let rows = batch.iter().map(|&patient| job.inputs[patient].as_slice());
        let inputs = matrix(rows, job.inputs[0].len(), device);
        let loss = cross_entropy.forward(model.forward(inputs), labels(job, batch, device));
        sum += f64::from(loss.clone().into_scalar::<f32>()) * batch.len() as f64;
        let gradients = GradientsParams::from_grads(loss.backward(), &model);
        model = optimiser.step(job.rate, model, gradients);
    }
    (model, sum)
}

fn network(width: usize, hidden: &[usize], parameters: &[f32], device: &Device) -> Perceptron {
    flat::fill(PerceptronConfig::new(width, hidden.to_vec()).init(device), parameters)
}

/// Gradient descent with decay on the weights; biases are free, as the intercept of a ridge regression is.
fn optimiser(decay: f64) -> ModuleOptimizer {
    #[expect(clippy::cast_possible_truncation, reason = "burn takes the penalty as f32")]
    let penalty = WeightDecayConfig::new(decay as f32);
    let decayed = SgdConfig::new().with_weight_decay(Some(penalty)).build();
    let weights = ParamGroup::from_predicate("weight");
    ModuleOptimizer::from(SgdConfig::new().build()).with_group(weights, decayed, None)
}

fn matrix<'a>(rows: impl Iterator<Item = &'a [f32]>, width: usize, device: &Device) -> Tensor<2> {
    let values: Vec<f32> = rows.flatten().copied().collect();
    let shape = [values.len() / width, width];
    Tensor::from_data(TensorData::new(values, shape), device)
}

fn labels(job: &TrainingJob<'_>, batch: &[usize], device: &Device) -> Tensor<2, Int> {
    let values: Vec<i32> = batch.iter().map(|&patient| i32::from(job.labels[patient] > 0.5)).collect();
    let shape = [values.len(), 1];
    Tensor::from_data(TensorData::new(values, shape), device)
}

//! The network: linear layers with a rectifier between them and one logit at the end.
//!
//! Field names are part of the wire: they spell the manifest's `layers.N.weight` and `layers.N.bias`.
//! Never: dropout, batch normalisation, or anything else that a flat vector of parameters does not describe.

use burn::config::Config;
use burn::module::Module;
use burn::nn::{Initializer, Linear, LinearConfig};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor};

/// The widths of a perceptron.
#[derive(Config, Debug)]
pub(crate) struct PerceptronConfig {
    inputs: usize,
    hidden: Vec<usize>,
}

impl PerceptronConfig {
    /// A network of zeros on `device`, to be filled from a flat vector: nothing here draws a random number.
    pub(crate) fn init(&self, device: &Device) -> Perceptron {
        let widths = [&[self.inputs], self.hidden.as_slice(), &[1]].concat();
        let layer = |pair: &[usize]| {
            LinearConfig::new(pair[0], pair[1]).with_initializer(Initializer::Zeros).init(device)
        };
        Perceptron { layers: widths.windows(2).map(layer).collect() }
    }
}

/// A multilayer perceptron with one output.
#[derive(Module, Debug)]
pub(crate) struct Perceptron {
    layers: Vec<Linear>,
}

impl Perceptron {
    /// Maps `[patients, inputs]` to logits `[patients, 1]`.
    pub(crate) fn forward(&self, input: Tensor<2>) -> Tensor<2> {
        let mut layers = self.layers.iter();
        let first = layers.next().expect("a perceptron has an output layer");
        layers.fold(first.forward(input), |values, layer| layer.forward(relu(values)))
    }
}

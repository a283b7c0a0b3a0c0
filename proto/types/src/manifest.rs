//! The parameter manifest: the named tensors of a network, in the order in which they travel.
//!
//! The coordinator knows a network only as this list; it links no tensor library. A parameter's place in the
//! flat vector is fixed by the manifest, row-major within a tensor.

use serde::{Deserialize, Serialize};

/// One named tensor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// For example `layers.0.weight`.
    pub name: String,
    /// Sizes by axis; a linear weight is `[inputs, outputs]`.
    pub shape: Vec<usize>,
}

impl Parameter {
    /// Number of scalars.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether some axis has size zero.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// All tensors of a network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// In the order in which they travel.
    pub parameters: Vec<Parameter>,
}

impl Manifest {
    /// A multilayer perceptron with one output: `layers.N.weight` of `[inputs, outputs]`, `layers.N.bias`.
    #[must_use]
    pub fn perceptron(inputs: usize, hidden: &[usize]) -> Self {
        let widths: Vec<usize> = [&[inputs], hidden, &[1]].concat();
        let layer = |(n, pair): (usize, &[usize])| {
            let named =
                |what: &str, shape: Vec<usize>| Parameter { name: format!("layers.{n}.{what}"), shape };
            [named("weight", vec![pair[0], pair[1]]), named("bias", vec![pair[1]])]
        };
        Self { parameters: widths.windows(2).enumerate().flat_map(layer).collect() }
    }

    /// Number of scalars in all tensors.
    #[must_use]
    pub fn len(&self) -> usize {
        self.parameters.iter().map(Parameter::len).sum()
    }

    /// Whether there is nothing to train.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_perceptron_counts_its_parameters() {
        let manifest = Manifest::perceptron(10, &[32, 16]);
        assert_eq!(manifest.len(), 10 * 32 + 32 + 32 * 16 + 16 + 16 + 1);
        assert_eq!(manifest.parameters[2].name, "layers.1.weight");
    }
}

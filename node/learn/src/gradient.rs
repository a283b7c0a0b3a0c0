//! The gradient of one patient's loss, in f64, and its clipping.
//!
//! Written out by hand: a library that sums over a batch has already lost what must be clipped. Tests hold it against
//! burn's steps. Never: a patient whose share of a sum has an L2 norm above the clipping norm.

/// A perceptron's parameters and the widths they belong to, checked before.
#[derive(Clone, Copy)]
pub(crate) struct Net<'a> {
    pub(crate) inputs: usize,
    pub(crate) hidden: &'a [usize],
    pub(crate) parameters: &'a [f64],
}

/// Adds the gradient of a patient's cross-entropy, clipped to an L2 norm of `clip`, to `sum`.
pub(crate) fn add_clipped(net: Net<'_>, row: &[f32], label: f32, clip: f64, sum: &mut [f64]) {
    let gradient = net.gradient(row, label);
    let norm = gradient.iter().fold(0.0, |squares, part| squares + part * part).sqrt();
    // a hair below, so that rounding of the norm does not let anything through
    let keep = if norm > clip { clip / norm * (1.0 - 1e-12) } else { 1.0 };
    if norm.is_finite() {
        sum.iter_mut().zip(&gradient).for_each(|(sum, part)| *sum += keep * part);
    }
}

impl Net<'_> {
    /// Layers as `(inputs, units, offset of the weights)`.
    fn layers(&self) -> Vec<(usize, usize, usize)> {
        let mut offset = 0;
        let widths = [&[self.inputs], self.hidden, &[1]].concat();
        let layer = |pair: &[usize]| {
            let layer = (pair[0], pair[1], offset);
            offset += (pair[0] + 1) * pair[1];
            layer
        };
        widths.windows(2).map(layer).collect()
    }

    /// Of the cross-entropy of one patient, in the manifest's order.
    fn gradient(&self, row: &[f32], label: f32) -> Vec<f64> {
        let layers = self.layers();
        let mut seen: Vec<Vec<f64>> = vec![row.iter().map(|x| f64::from(*x)).collect()];
        for (i, layer) in layers.iter().enumerate() {
            let last = i + 1 == layers.len();
            let next = self.forward(*layer, &seen[i], last);
            seen.push(next);
        }
        let logit = seen[layers.len()][0];
        let mut blame = vec![1.0 / (1.0 + libm::exp(-logit)) - f64::from(label)];
        let mut gradient = vec![0.0; self.parameters.len()];
        for (layer, values) in layers.iter().zip(&seen).rev() {
            blame = self.backward(*layer, values, &blame, &mut gradient);
        }
        gradient
    }

    fn forward(
        &self,
        (inputs, units, offset): (usize, usize, usize),
        values: &[f64],
        last: bool,
    ) -> Vec<f64> {
        let (weights, biases) = self.parameters[offset..].split_at(inputs * units);
        let unit = |u: usize| {
            let sum =
                values.iter().enumerate().fold(biases[u], |sum, (i, x)| sum + x * weights[i * units + u]);
            if last { sum } else { sum.max(0.0) }
        };
        (0..units).map(unit).collect()
    }

    /// Writes a layer's part of the gradient; gives what the values below are to blame for.
    fn backward(
        &self,
        (inputs, units, offset): (usize, usize, usize),
        values: &[f64],
        blame: &[f64],
        gradient: &mut [f64],
    ) -> Vec<f64> {
        let weights = &self.parameters[offset..offset + inputs * units];
        for (i, value) in values.iter().enumerate() {
            (0..units).for_each(|u| gradient[offset + i * units + u] = value * blame[u]);
        }
        gradient[offset + inputs * units..offset + (inputs + 1) * units].copy_from_slice(blame);
        let below = |i: usize| blame.iter().enumerate().map(|(u, b)| weights[i * units + u] * b).sum::<f64>();
        // a rectifier passes blame only where it passed a value; inputs of the first layer take none
        values.iter().enumerate().map(|(i, value)| if *value > 0.0 { below(i) } else { 0.0 }).collect()
    }
}

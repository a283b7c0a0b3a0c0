//! Numbers on a grid: Gaussian filters axis by axis, random fields, linear resampling.
//!
//! Never: a filter without its exact variance; a field has variance one by construction, not by chance.

use crate::random::Random;

/// Standard deviations that a kernel reaches out to.
const REACH: f64 = 3.0;
/// Full width at half maximum of a Gaussian, in standard deviations.
pub(super) const FWHM: f64 = 2.354_820_045_030_949;

/// Values on a grid, x fastest.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub(super) dims: [usize; 3],
    pub(super) values: Vec<f64>,
}

/// What lies beyond the border.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Beyond {
    /// The other side, so that a random field is the same everywhere.
    Around,
    /// The border's own value.
    Border,
}

impl Field {
    /// Independent standard normal numbers.
    fn white(dims: [usize; 3], chance: &mut Random) -> Self {
        let values = (0..dims.iter().product()).map(|_| chance.normal()).collect();
        Self { dims, values }
    }

    /// A Gaussian random field of mean zero and variance one, whose correlation is `exp(-d^2 / (4 sigma^2))`; `sigma` in
    /// voxels, along each axis.
    pub(super) fn random(dims: [usize; 3], sigma: [f64; 3], chance: &mut Random) -> Self {
        let mut field = Self::white(dims, chance);
        let mut variance = 1.0;
        for (axis, sigma) in sigma.into_iter().enumerate() {
            let kernel = kernel(sigma, dims[axis]);
            variance *= kernel.iter().map(|k| k * k).sum::<f64>();
            field.convolve(axis, &kernel, Beyond::Around);
        }
        let factor = 1.0 / variance.sqrt();
        field.values.iter_mut().for_each(|value| *value *= factor);
        field
    }

    /// Filtered by a Gaussian; `sigma` in voxels.
    pub(super) fn blurred(mut self, sigma: [f64; 3]) -> Self {
        for (axis, sigma) in sigma.into_iter().enumerate() {
            let kernel = kernel(sigma, self.dims[axis]);
            self.convolve(axis, &kernel, Beyond::Border);
        }
        self
    }

    /// Along one axis, a kernel of odd length.
    fn convolve(&mut self, axis: usize, kernel: &[f64], beyond: Beyond) {
        if kernel.len() == 1 {
            return;
        }
        let inner: usize = self.dims[..axis].iter().product();
        let n = self.dims[axis];
        let reach = kernel.len() / 2;
        let sources: Vec<usize> = (0..n + 2 * reach).map(|at| source(at, reach, n, beyond)).collect();
        let mut padded = vec![0.0; sources.len() * inner];
        for block in self.values.chunks_exact_mut(n * inner) {
            for (to, from) in padded.chunks_exact_mut(inner).zip(&sources) {
                to.copy_from_slice(&block[from * inner..(from + 1) * inner]);
            }
            block.fill(0.0);
            for (tap, weight) in kernel.iter().enumerate() {
                let shifted = &padded[tap * inner..];
                block.iter_mut().zip(shifted).for_each(|(sum, value)| *sum += weight * value);
            }
        }
    }

    /// Linear interpolation along each axis: `dims` points from `origin`, `spacing` apart, in voxels of this grid.
    pub(super) fn resampled(&self, dims: [usize; 3], origin: [f64; 3], spacing: [f64; 3]) -> Self {
        (0..3)
            .rev()
            .fold(self.clone(), |field, axis| field.along(axis, dims[axis], origin[axis], spacing[axis]))
    }

    fn along(&self, axis: usize, points: usize, origin: f64, spacing: f64) -> Self {
        let inner: usize = self.dims[..axis].iter().product();
        let n = self.dims[axis];
        let mut values = Vec::with_capacity(self.values.len() / n * points);
        for block in self.values.chunks_exact(n * inner) {
            for point in 0..points {
                let at = (origin + spacing * point as f64).clamp(0.0, (n - 1) as f64);
                let low = floor(at).min(n.saturating_sub(2));
                let (part, high) = (at - low as f64, (low + 1).min(n - 1));
                let (low, high) = (&block[low * inner..][..inner], &block[high * inner..][..inner]);
                values.extend(low.iter().zip(high).map(|(low, high)| low + part * (high - low)));
            }
        }
        let mut dims = self.dims;
        dims[axis] = points;
        Self { dims, values }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place within a grid")]
pub(super) fn floor(at: f64) -> usize {
    at.floor() as usize
}

/// Weights of a Gaussian that sum to one, no longer than an axis allows.
fn kernel(sigma: f64, n: usize) -> Vec<f64> {
    if sigma <= 0.0 || n < 3 {
        return vec![1.0];
    }
    let reach = floor((REACH * sigma).ceil()).min((n - 1) / 2);
    let weight = |tap: usize| {
        let distance = tap as f64 - reach as f64;
        libm::exp(-distance * distance / (2.0 * sigma * sigma))
    };
    let weights: Vec<f64> = (0..=2 * reach).map(weight).collect();
    let sum: f64 = weights.iter().sum();
    weights.into_iter().map(|weight| weight / sum).collect()
}

/// The place on the axis that a place on the padded axis repeats.
fn source(at: usize, reach: usize, n: usize, beyond: Beyond) -> usize {
    match beyond {
        Beyond::Around => (at + n - reach) % n,
        Beyond::Border => at.saturating_sub(reach).min(n - 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Key, Purpose};

    fn chance() -> Random {
        Key { seed: 1, site: b'A', index: 0 }.stream(Purpose::Texture, 0)
    }

    fn correlation(field: &Field, steps: usize) -> f64 {
        let [nx, _, _] = field.dims;
        let pairs = field.values.chunks_exact(nx).flat_map(|row| row.iter().zip(&row[steps..]));
        let (sum, count) = pairs.fold((0.0, 0.0), |(sum, count), (a, b)| (sum + a * b, count + 1.0));
        sum / count
    }

    #[test]
    fn a_random_field_has_the_variance_and_correlation_it_claims() {
        let field = Field::random([96, 96, 96], [2.0, 2.0, 2.0], &mut chance());
        assert!((correlation(&field, 0) - 1.0).abs() < 0.05);
        for steps in [1, 2, 4, 6] {
            let expected = libm::exp(-((steps * steps) as f64) / 16.0);
            assert!((correlation(&field, steps) - expected).abs() < 0.05, "{steps}");
        }
    }

    #[test]
    fn a_filter_keeps_a_constant_and_an_interpolation_a_ramp() {
        let dims = [9, 8, 7];
        let constant = Field { dims, values: vec![3.0; 504] }.blurred([1.0, 0.5, 2.0]);
        assert!(constant.values.iter().all(|value| (value - 3.0).abs() < 1e-12));
        let ramp = |i: usize| (i % 9) as f64 + 10.0 * (i / 9 % 8) as f64 - 4.0 * (i / 72) as f64;
        let ramp = Field { dims, values: (0..504).map(ramp).collect() };
        let found = ramp.resampled([4, 3, 2], [0.5, 1.0, 0.25], [1.5, 2.0, 3.0]);
        assert_eq!(found.dims, [4, 3, 2]);
        assert!((found.values[0] - (0.5 + 10.0 - 1.0)).abs() < 1e-12);
        assert!((found.values[23] - (5.0 + 50.0 - 13.0)).abs() < 1e-12);
    }
}

//! The Gaussian mechanism on everyone, exactly: Balle and Wang (2018, arXiv:1805.06530), theorem 8.

use crate::tails::above;

/// Delta of `steps` releases with noise of `noise` clipping norms, everyone in every lot.
#[must_use]
pub fn gaussian_delta(noise: f64, steps: u32, epsilon: f64) -> f64 {
    let distance = f64::from(steps).sqrt() / noise;
    let (half, shift) = (distance / 2.0, epsilon / distance);
    above(shift - half) - libm::exp(epsilon) * above(shift + half)
}

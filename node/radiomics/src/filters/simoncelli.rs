//! The Simoncelli wavelet, a non-separable wavelet (LODD), a band of frequencies whatever their direction.
//! Specification: IBSI 2 reference manual. The image is taken as periodic, whatever the boundary of other
//! filters, as the response maps are.

use rustfft::num_complex::Complex64;

use super::fourier::{Spectrum, frequency};
use super::{FilterError, Over, wrong};

/// A band of the Simoncelli pyramid.
#[derive(Debug, Clone, PartialEq)]
pub struct Simoncelli {
    /// Level of the decomposition, from 1: each halves the frequencies.
    pub level: u32,
    /// Over slices or the volume.
    pub over: Over,
}

impl Simoncelli {
    pub(super) fn check(&self) -> Result<(), FilterError> {
        if (1..=16).contains(&self.level) {
            Ok(())
        } else {
            wrong("simoncelli", "level", self.level, "1 to 16")
        }
    }

    pub(super) fn name(&self) -> String {
        format!("wavelet_simoncelli_level_{}{}", self.level, self.over.suffix())
    }

    pub(super) fn canonical(&self) -> String {
        format!("simoncelli;level={};over={}", self.level, self.over.word())
    }

    pub(super) fn respond(&self, values: &[f64], dims: [usize; 3]) -> Vec<f64> {
        filtered(values, dims, self.over, |nu| Complex64::new(self.gain(nu), 0.0))
    }

    /// At a frequency of which 1 is the highest along an axis.
    pub(super) fn gain(&self, nu: [f64; 3]) -> f64 {
        let highest = 1.0 / f64::from(1_u32 << (self.level - 1));
        let distance = nu.iter().map(|nu| nu * nu).sum::<f64>().sqrt();
        if (highest / 4.0..=highest).contains(&distance) {
            libm::cos(std::f64::consts::FRAC_PI_2 * libm::log2(2.0 * distance / highest))
        } else {
            0.0
        }
    }
}

/// The response of slices or of a volume to gains at frequencies from -1 to 1.
pub(super) fn filtered(
    values: &[f64],
    dims: [usize; 3],
    over: Over,
    gain: impl Fn([f64; 3]) -> Complex64,
) -> Vec<f64> {
    let part = if over == Over::Slices { [dims[0], dims[1], 1] } else { dims };
    let at = |k: [usize; 3]| std::array::from_fn(|axis| frequency(k[axis], part[axis]));
    let spectrum = Spectrum::new(part, |k| gain(at(k)));
    values.chunks_exact(part.iter().product()).flat_map(|values| spectrum.respond(values)).collect()
}

//! The Laplacian of Gaussian (L6PA).
//!
//! The sampled kernel is a sum of products, one an axis: the second derivative along it times the Gaussians along the
//! others. Seven passes along axes so do what one would need a Fourier transform for.
//! Specification: IBSI 2 reference manual. The kernel is cut `floor(cutoff sigma + 1/2)` voxels from its
//! centre along each axis and not renormalised.

use super::separable::{Kernel, convolve_into};
use super::{Boundary, FilterError, Over, wrong};

/// The Laplacian of a Gaussian.
#[derive(Debug, Clone, PartialEq)]
pub struct LaplacianOfGaussian {
    /// Standard deviation of the Gaussian, in mm.
    pub sigma: f64,
    /// Where the kernel is cut, in standard deviations.
    pub cutoff: f64,
    /// Over slices or the volume.
    pub over: Over,
    /// Outside of the image.
    pub boundary: Boundary,
}

impl LaplacianOfGaussian {
    pub(super) fn check(&self, spacing: [f64; 3]) -> Result<(), FilterError> {
        super::positive("log", "sigma", self.sigma)?;
        super::positive("log", "cutoff", self.cutoff)?;
        let axes = self.over.axes().into_iter().zip(spacing).filter(|(is_filtered, _)| *is_filtered);
        let finest = axes.map(|(_, mm)| mm).fold(f64::INFINITY, f64::min);
        super::limited("log", self.cutoff * self.sigma / finest)?;
        let reaches = self.cutoff * self.sigma / finest >= 0.5;
        if reaches {
            Ok(())
        } else {
            wrong("log", "sigma", self.sigma, "large enough for a kernel of voxels")
        }
    }

    pub(super) fn name(&self) -> String {
        format!("log_s_{:?}{}", self.sigma, self.over.suffix())
    }

    pub(super) fn canonical(&self) -> String {
        let (over, boundary) = (self.over.word(), self.boundary.word());
        format!("log;sigma={:?};cutoff={:?};over={over};boundary={boundary}", self.sigma, self.cutoff)
    }

    pub(super) fn respond(&self, values: &[f64], dims: [usize; 3], spacing: [f64; 3]) -> Vec<f64> {
        let axes = self.over.axes();
        let filtered: Vec<usize> = (0..3).filter(|axis| axes[*axis]).collect();
        let finest = filtered.iter().map(|axis| spacing[*axis]).fold(f64::INFINITY, f64::min);
        let scale = -(finest / self.sigma).powi(2);
        let pass = |from: &[f64], axis: usize, kernel: &Kernel, to: &mut Vec<f64>| {
            convolve_into(from, dims, axis, std::slice::from_ref(kernel), self.boundary, to);
        };
        // smoothed along all axes so far; differentiated along one of them, summed over which; and scratch
        let (mut smoothed, mut response, mut other, mut next) = (vec![], vec![], vec![], vec![]);
        for (i, axis) in filtered.into_iter().rev().enumerate() {
            let [smooth, second] = self.kernels(spacing[axis]);
            let from = if i == 0 { values } else { &smoothed };
            pass(from, axis, &second, &mut next);
            if i > 0 {
                pass(&response, axis, &smooth, &mut other);
                next.iter_mut().zip(&other).for_each(|(sum, other)| *sum += other);
            }
            std::mem::swap(&mut response, &mut next);
            if axis > 0 {
                pass(from, axis, &smooth, &mut next);
                std::mem::swap(&mut smoothed, &mut next);
            }
        }
        response.iter_mut().for_each(|value| *value *= scale);
        response
    }

    /// Voxels from the kernel's centre to its edge along x, y and z.
    pub(super) fn reach(&self, spacing: [f64; 3]) -> [usize; 3] {
        let axes = self.over.axes();
        std::array::from_fn(|axis| if axes[axis] { self.reach_along(spacing[axis]) } else { 0 })
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "limited by check")]
    fn reach_along(&self, spacing: f64) -> usize {
        (self.cutoff * self.sigma / spacing + 0.5).floor() as usize
    }

    /// The Gaussian along an axis, and its second derivative times minus the variance.
    fn kernels(&self, spacing: f64) -> [Kernel; 2] {
        let sigma = self.sigma / spacing;
        let reach = self.reach_along(spacing);
        let norm = 1.0 / (sigma * (2.0 * std::f64::consts::PI).sqrt());
        let squares: Vec<f64> =
            (0..=2 * reach).map(|i| ((i as f64 - reach as f64) / sigma).powi(2)).collect();
        let gauss = |square: &f64| norm * libm::exp(-0.5 * square);
        let smooth = squares.iter().map(gauss).collect();
        let second = squares.iter().map(|square| (1.0 - square) * gauss(square)).collect();
        [Kernel::new(smooth), Kernel::new(second)]
    }
}

//! Moran's I and Geary's C over all pairs of voxels, weighted by the inverse of their distance.
//!
//! The sums over pairs are sums over displacements of 1 / distance times an autocorrelation, and those are power spectra:
//! two transforms of complex numbers replace n^2 pairs, exactly. Specification: IBSI reference manual, section 3.1 (N365,
//! NPT7); intensity mask.

use rustfft::num_complex::Complex64;
use rustfft::{FftNum, FftPlanner};

use crate::roi::Roi;

/// Both indices; NaN for a single voxel or a constant region.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Autocorrelation {
    pub(crate) moran: f64,
    pub(crate) geary: f64,
}

/// Sums over ordered pairs of distinct voxels, weighted by 1 / distance.
#[derive(Debug, Clone, Copy, Default)]
struct Pairs {
    /// Of 1.
    ones: f64,
    /// Of `x_i x_j`, with x centred on the mean.
    products: f64,
    /// Of `x_i^2`.
    squares: f64,
}

impl Autocorrelation {
    pub(crate) fn new(roi: &Roi) -> Self {
        let n = roi.intensities.len() as f64;
        let mean = roi.intensities.iter().fold(0.0, |sum, x| sum + x) / n;
        let centred: Vec<f64> = roi.intensities.iter().map(|x| x - mean).collect();
        let variation = centred.iter().fold(0.0, |sum, x| sum + x * x);
        if centred.len() < 2 || variation == 0.0 {
            return Self { moran: f64::NAN, geary: f64::NAN };
        }
        let pairs = pairs(roi, &centred);
        Self {
            moran: n / pairs.ones * pairs.products / variation,
            geary: (n - 1.0) / pairs.ones * (pairs.squares - pairs.products) / variation,
        }
    }
}

fn pairs(roi: &Roi, centred: &[f64]) -> Pairs {
    let size = roi.dims.map(|n| smooth(2 * n - 1));
    let [nx, ny, nz] = size;
    let mut first = vec![Complex64::default(); nx * ny * nz];
    let mut second = first.clone();
    for (index, x) in roi.at.iter().zip(centred) {
        let [i, j, k] = roi.position(*index);
        let at = (k * ny + j) * nx + i;
        first[at] = Complex64::new(1.0, *x);
        second[at].re = x * x;
    }
    for (at, value) in second.iter_mut().enumerate() {
        value.im = weight([at % nx, at / nx % ny, at / (nx * ny)], size, roi.spacing);
    }
    transform(&mut first, size);
    transform(&mut second, size);
    let mut sums = Pairs::default();
    for at in 0..first.len() {
        let opposite = mirrored(at, size);
        let (mask, x) = parts(first[at], first[opposite]);
        let (square, kernel) = parts(second[at], second[opposite]);
        // the kernel is symmetric, so its transform is real
        sums.ones += kernel.re * mask.norm_sqr();
        sums.products += kernel.re * x.norm_sqr();
        sums.squares += kernel.re * (square * mask.conj()).re;
    }
    let scale = first.len() as f64;
    Pairs { ones: sums.ones / scale, products: sums.products / scale, squares: sums.squares / scale }
}

/// Inverse of the length of a displacement, 1 / mm; the upper half of each axis holds negative displacements.
fn weight(at: [usize; 3], size: [usize; 3], spacing: [f64; 3]) -> f64 {
    let squared = (0..3).fold(0.0, |sum, axis| {
        let steps = at[axis].min(size[axis] - at[axis]) as f64;
        sum + (steps * spacing[axis]).powi(2)
    });
    if squared > 0.0 { squared.sqrt().recip() } else { 0.0 }
}

/// Index of the opposite frequency.
fn mirrored(at: usize, [nx, ny, nz]: [usize; 3]) -> usize {
    let (i, j, k) = (at % nx, at / nx % ny, at / (nx * ny));
    (((nz - k) % nz) * ny + (ny - j) % ny) * nx + (nx - i) % nx
}

/// Transforms of the real and the imaginary part, from the transform of both together.
fn parts(here: Complex64, opposite: Complex64) -> (Complex64, Complex64) {
    let opposite = opposite.conj();
    let difference = here - opposite;
    ((here + opposite) / 2.0, Complex64::new(difference.im, -difference.re) / 2.0)
}

/// In place along each axis.
fn transform(values: &mut [Complex64], [nx, ny, nz]: [usize; 3]) {
    let mut planner = FftPlanner::new();
    planner.plan_fft_forward(nx).process(values);
    strided(values, &mut planner, ny, nx, nx * ny);
    strided(values, &mut planner, nz, nx * ny, nx * ny * nz);
}

/// Along the axis whose neighbours are `stride` apart, within blocks of `block` values.
fn strided<T: FftNum>(
    values: &mut [rustfft::num_complex::Complex<T>],
    planner: &mut FftPlanner<T>,
    n: usize,
    stride: usize,
    block: usize,
) {
    let fft = planner.plan_fft_forward(n);
    let mut line = vec![rustfft::num_complex::Complex::new(T::zero(), T::zero()); n];
    for block in values.chunks_exact_mut(block) {
        for start in 0..stride {
            line.iter_mut().zip(block[start..].iter().step_by(stride)).for_each(|(to, from)| *to = *from);
            fft.process(&mut line);
            block[start..].iter_mut().step_by(stride).zip(&line).for_each(|(to, from)| *to = *from);
        }
    }
}

/// The next number with no prime factor above 5, for which transforms are fast.
fn smooth(n: usize) -> usize {
    let is_smooth = |n: &usize| {
        let mut rest = *n;
        for factor in [2, 3, 5] {
            while rest.is_multiple_of(factor) {
                rest /= factor;
            }
        }
        rest == 1
    };
    // a power of two ends every search
    (n..=n.next_power_of_two()).find(is_smooth).unwrap_or(n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transforms_equal_the_sum_over_all_pairs() {
        let mut state = 7_u64;
        let mut draw = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f64 / f64::from(1 << 24)
        };
        let dims = [5, 4, 3];
        let at: Vec<usize> = (0..60).filter(|_| draw() < 0.7).collect();
        let roi = Roi {
            dims,
            spacing: [1.0, 1.5, 4.0],
            morphological: (0..60).map(|index| at.contains(&index)).collect(),
            intensities: at.iter().map(|_| 100.0 * draw()).collect(),
            at,
        };
        let n = roi.at.len();
        let mean = roi.intensities.iter().sum::<f64>() / n as f64;
        let x: Vec<f64> = roi.intensities.iter().map(|value| value - mean).collect();
        let (mut weights, mut products, mut differences) = (0.0, 0.0, 0.0);
        for i in 0..n {
            for j in (0..n).filter(|j| *j != i) {
                let (a, b) = (super::super::centre(&roi, roi.at[i]), super::super::centre(&roi, roi.at[j]));
                let weight = 1.0 / super::super::norm(super::super::sub(a, b));
                weights += weight;
                products += weight * x[i] * x[j];
                differences += weight * (x[i] - x[j]).powi(2);
            }
        }
        let variation: f64 = x.iter().map(|x| x * x).sum();
        let found = Autocorrelation::new(&roi);
        assert!((found.moran - n as f64 / weights * products / variation).abs() < 1e-12);
        let geary = (n - 1) as f64 / (2.0 * weights) * differences / variation;
        assert!((found.geary - geary).abs() < 1e-12);
    }
}

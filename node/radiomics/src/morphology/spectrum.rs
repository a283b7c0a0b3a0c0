//! Sums over all pairs of voxels through Fourier transforms, without ever holding a whole three-dimensional spectrum.
//!
//! Rows are transformed along x once; then each frequency along x is a plane that is transformed along y and z, weighted by
//! the kernel's transform, summed up and forgotten. Only half of the planes are visited, since the signals are real. Padding
//! to twice the box keeps both ends apart, so the sums are exact.
//!
//! Never here: a feature. Specification: Parseval's theorem.

use std::sync::Arc;

use rustfft::num_complex::Complex64;
use rustfft::{Fft, FftPlannerScalar};

use super::autocorrelation::Pairs;
use crate::roi::Roi;

/// Signals of the intensity mask: the mask itself, the centred intensities x, and x squared.
const SIGNALS: usize = 3;

/// The transforms for one padded box.
struct Transforms {
    /// Voxels of the box.
    dims: [usize; 3],
    /// Length of the transform along each axis.
    size: [usize; 3],
    along: [Arc<dyn Fft<f64>>; 3],
}

/// Sums over ordered pairs of distinct voxels of the intensity mask, weighted by 1 / distance.
pub(super) fn pairs(roi: &Roi, centred: &[f64]) -> Pairs {
    let size = roi.dims.map(|n| smooth(2 * n - 1));
    // the same arithmetic on every processor, and so the same bits
    let mut planner = FftPlannerScalar::new();
    let transforms = Transforms { dims: roi.dims, size, along: size.map(|n| planner.plan_fft_forward(n)) };
    let kernel = transforms.kernel(roi.spacing);
    let rows = transforms.rows(roi, centred);
    let planes = (0..=size[0] / 2).map(|frequency| transforms.plane(frequency, &rows, &kernel));
    let sums = planes.fold(Pairs::default(), Pairs::plus);
    sums.times(1.0 / size.iter().product::<usize>() as f64)
}

impl Transforms {
    /// Frequencies from zero to the highest, along each axis.
    fn half(&self) -> [usize; 3] {
        self.size.map(|n| n / 2 + 1)
    }

    /// Transform of 1 / distance. It is real and symmetric, so non-negative frequencies hold it all; x runs fastest.
    fn kernel(&self, spacing: [f64; 3]) -> Vec<f64> {
        let [nx, ny, nz] = self.half();
        let squared = |axis: usize, steps: usize| (steps as f64 * spacing[axis]).powi(2);
        let mut kernel = Vec::with_capacity(nx * ny * nz);
        for (k, j) in (0..nz).flat_map(|k| (0..ny).map(move |j| (k, j))) {
            let across = squared(1, j) + squared(2, k);
            kernel.extend((0..nx).map(|i| (squared(0, i) + across).sqrt().recip()));
        }
        // a voxel is no pair with itself
        kernel[0] = 0.0;
        for (axis, stride) in [1, nx, nx * ny].into_iter().enumerate() {
            self.symmetric(axis, stride, &mut kernel);
        }
        kernel
    }

    /// Transforms symmetric real lines along an axis, two at a time: one as real, one as imaginary part.
    fn symmetric(&self, axis: usize, stride: usize, values: &mut [f64]) {
        let (n, half) = (self.size[axis], self.half()[axis]);
        let starts: Vec<usize> = (0..values.len()).filter(|at| (at / stride).is_multiple_of(half)).collect();
        let mut line = vec![Complex64::default(); n];
        let mut scratch = vec![Complex64::default(); self.along[axis].get_inplace_scratch_len()];
        for pair in starts.chunks(2) {
            let (first, second) = (pair[0], pair[pair.len() - 1]);
            for (t, value) in line.iter_mut().enumerate() {
                let step = t.min(n - t) * stride;
                *value = Complex64::new(values[first + step], values[second + step]);
            }
            self.along[axis].process_with_scratch(&mut line, &mut scratch);
            for (t, value) in line[..half].iter().enumerate() {
                values[second + t * stride] = value.im;
                if second != first {
                    values[first + t * stride] = value.re;
                }
            }
        }
    }

    /// The signals transformed along x: by signal, by frequency, then row by row of the box.
    fn rows(&self, roi: &Roi, centred: &[f64]) -> [Vec<Complex64>; SIGNALS] {
        let ([nx, ny, nz], n, half) = (self.dims, self.size[0], self.half()[0]);
        let count = ny * nz;
        let mut rows = [(); SIGNALS].map(|()| vec![Complex64::default(); half * count]);
        let mut line = vec![Complex64::default(); 2 * n];
        let mut voxels = roi.at.iter().zip(centred).peekable();
        while let Some((first, _)) = voxels.peek() {
            let row = *first / nx;
            line.fill(Complex64::default());
            while let Some((at, x)) = voxels.next_if(|(at, _)| *at / nx == row) {
                line[at % nx] = Complex64::new(1.0, *x);
                line[n + at % nx].re = x * x;
            }
            self.along[0].process(&mut line);
            for frequency in 0..half {
                let to = frequency * count + row;
                let (here, opposite) = (line[frequency], line[(n - frequency) % n].conj());
                let difference = here - opposite;
                rows[0][to] = (here + opposite) / 2.0;
                rows[1][to] = Complex64::new(difference.im, -difference.re) / 2.0;
                rows[2][to] = line[n + frequency];
            }
        }
        rows
    }

    /// What one frequency along x, and its opposite, add to the sums.
    fn plane(&self, frequency: usize, rows: &[Vec<Complex64>; SIGNALS], kernel: &[f64]) -> Pairs {
        let count = self.dims[1] * self.dims[2];
        let [mask, x, square] = [0, 1, 2].map(|s| self.spectrum(&rows[s][frequency * count..][..count]));
        let ([_, ny, nz], [hx, hy, _]) = (self.size, self.half());
        let mut sums = Pairs::default();
        for (at, mask) in mask.iter().enumerate() {
            let (j, k) = (at / nz, at % nz);
            let weight = kernel[(k.min(nz - k) * hy + j.min(ny - j)) * hx + frequency];
            sums.ones += weight * mask.norm_sqr();
            sums.products += weight * x[at].norm_sqr();
            sums.squares += weight * (square[at].re * mask.re + square[at].im * mask.im);
        }
        let is_its_own_opposite = frequency == 0 || 2 * frequency == self.size[0];
        if is_its_own_opposite { sums } else { sums.times(2.0) }
    }

    /// Transform of a plane along y and z; z runs fastest in the result.
    fn spectrum(&self, plane: &[Complex64]) -> Vec<Complex64> {
        let ([_, ny, nz], [_, py, pz]) = (self.dims, self.size);
        let mut across = vec![Complex64::default(); nz * py];
        for (from, to) in plane.chunks_exact(ny).zip(across.chunks_exact_mut(py)) {
            to[..ny].copy_from_slice(from);
        }
        self.along[1].process(&mut across);
        let mut spectrum = vec![Complex64::default(); py * pz];
        for (k, line) in across.chunks_exact(py).enumerate() {
            line.iter().enumerate().for_each(|(j, value)| spectrum[j * pz + k] = *value);
        }
        self.along[2].process(&mut spectrum);
        spectrum
    }
}

/// The next number with no prime factor above 5, for which transforms are fast.
pub(crate) fn smooth(n: usize) -> usize {
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

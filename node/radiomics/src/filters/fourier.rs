//! Filters that are given by their gain at each frequency, on an image that repeats itself.
//!
//! Rows are transformed along x, two real ones as one complex; then each frequency along x is a plane that is transformed
//! along y and z, multiplied and transformed back. Only half of the planes exist, since images are real.
//! Never here: which filter. Specification: the discrete Fourier transform.

use std::sync::Arc;

use rustfft::num_complex::Complex64;
use rustfft::{Fft, FftPlannerScalar};

/// Transforms and gains for images of one size.
pub(crate) struct Spectrum {
    dims: [usize; 3],
    forward: [Arc<dyn Fft<f64>>; 3],
    inverse: [Arc<dyn Fft<f64>>; 3],
    /// Gains at frequencies of which z runs fastest, then y.
    gains: Vec<Complex64>,
}

impl Spectrum {
    /// `gain` is asked at 0 to n - 1 along each axis, as transforms order frequencies. The response is the real part, so
    /// what opposite frequencies do not share in conjugate form is averaged.
    pub(crate) fn new(dims: [usize; 3], gain: impl Fn([usize; 3]) -> Complex64) -> Self {
        // the same arithmetic on every processor, and so the same bits
        let mut planner = FftPlannerScalar::new();
        let forward = dims.map(|n| planner.plan_fft_forward(n));
        let inverse = dims.map(|n| planner.plan_fft_inverse(n));
        let [nx, ny, nz] = dims;
        let scale = 0.5 / (nx * ny * nz) as f64;
        let mut gains = Vec::with_capacity((nx / 2 + 1) * ny * nz);
        for (i, j) in (0..=nx / 2).flat_map(|i| (0..ny).map(move |j| (i, j))) {
            gains.extend((0..nz).map(|k| {
                let opposite = [(nx - i) % nx, (ny - j) % ny, (nz - k) % nz];
                (gain([i, j, k]) + gain(opposite).conj()) * scale
            }));
        }
        Self { dims, forward, inverse, gains }
    }

    /// The response of an image, x running fastest.
    pub(crate) fn respond(&self, values: &[f64]) -> Vec<f64> {
        let mut rows = self.rows(values);
        let count = self.dims[1] * self.dims[2];
        for (plane, gains) in rows.chunks_exact_mut(count).zip(self.gains.chunks_exact(count)) {
            self.filter(plane, gains);
        }
        self.values(&rows)
    }

    /// Rows transformed along x: by frequency, then row by row.
    fn rows(&self, values: &[f64]) -> Vec<Complex64> {
        let (n, count) = (self.dims[0], self.dims[1] * self.dims[2]);
        let mut rows = vec![Complex64::default(); (n / 2 + 1) * count];
        let mut line = vec![Complex64::default(); n];
        for (pair, two) in values.chunks(2 * n).enumerate() {
            let (first, second) = two.split_at(n);
            let parts = first.iter().zip(second.iter().chain(std::iter::repeat(&0.0)));
            line.iter_mut().zip(parts).for_each(|(to, (re, im))| *to = Complex64::new(*re, *im));
            self.forward[0].process(&mut line);
            for k in 0..=n / 2 {
                let (here, opposite) = (line[k], line[(n - k) % n].conj());
                let difference = here - opposite;
                rows[k * count + 2 * pair] = (here + opposite) * 0.5;
                if !second.is_empty() {
                    rows[k * count + 2 * pair + 1] = Complex64::new(difference.im, -difference.re) * 0.5;
                }
            }
        }
        rows
    }

    /// A plane of one frequency along x, y running fastest.
    fn filter(&self, plane: &mut [Complex64], gains: &[Complex64]) {
        let [_, ny, nz] = self.dims;
        self.forward[1].process(plane);
        let mut across = transposed(plane, ny, nz);
        self.forward[2].process(&mut across);
        across.iter_mut().zip(gains).for_each(|(value, gain)| *value *= gain);
        self.inverse[2].process(&mut across);
        plane.copy_from_slice(&transposed(&across, nz, ny));
        self.inverse[1].process(plane);
    }

    /// Rows transformed back along x.
    fn values(&self, rows: &[Complex64]) -> Vec<f64> {
        let (n, count) = (self.dims[0], self.dims[1] * self.dims[2]);
        let mut values = vec![0.0; n * count];
        let mut line = vec![Complex64::default(); n];
        for (pair, two) in values.chunks_mut(2 * n).enumerate() {
            let both = two.len() > n;
            for k in 0..=n / 2 {
                let first = rows[k * count + 2 * pair];
                let second = if both { rows[k * count + 2 * pair + 1] } else { Complex64::default() };
                line[(n - k) % n] = first.conj() + Complex64::i() * second.conj();
                line[k] = first + Complex64::i() * second;
            }
            self.inverse[0].process(&mut line);
            let (first, second) = two.split_at_mut(n);
            first.iter_mut().zip(&line).for_each(|(to, value)| *to = value.re);
            second.iter_mut().zip(&line).for_each(|(to, value)| *to = value.im);
        }
        values
    }
}

/// Rows of `width` become columns.
pub(crate) fn transposed(cells: &[Complex64], width: usize, height: usize) -> Vec<Complex64> {
    let mut turned = vec![Complex64::default(); width * height];
    for (j, row) in cells.chunks_exact(width).enumerate() {
        row.iter().enumerate().for_each(|(i, cell)| turned[i * height + j] = *cell);
    }
    turned
}

/// The frequency at place `k` of `n` on an axis from -1 to 1, both included, whose middle place is zero. IBSI's response
/// maps are made on this axis; it is half a step off where `n` is even.
pub(crate) fn frequency(k: usize, n: usize) -> f64 {
    if n == 1 { 0.0 } else { 2.0 * ((k + n / 2) % n) as f64 / (n - 1) as f64 - 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gain_of_one_is_the_image_and_a_shift_shifts_it() {
        for dims in [[6, 5, 4], [5, 3, 3], [7, 1, 1], [4, 4, 1], [1, 3, 2]] {
            let values: Vec<f64> = (0..dims.iter().product()).map(|i| (i * 37 % 23) as f64).collect();
            let same = Spectrum::new(dims, |_| Complex64::new(1.0, 0.0)).respond(&values);
            assert!(values.iter().zip(same).all(|(a, b)| (a - b).abs() < 1e-12), "{dims:?}");
            let turn = |[i, _, _]: [usize; 3]| -2.0 * std::f64::consts::PI * i as f64 / dims[0] as f64;
            let shifted = Spectrum::new(dims, |k| Complex64::from_polar(1.0, turn(k))).respond(&values);
            let row = |at: usize| at / dims[0] * dims[0] + (at + dims[0] - 1) % dims[0];
            let off = |(at, value): (usize, f64)| (value - values[row(at)]).abs();
            // at the Nyquist frequency of an even length the real part of the gain is left, which is the gain
            assert!(shifted.into_iter().enumerate().map(off).all(|off| off < 1e-12), "{dims:?}");
        }
    }
}

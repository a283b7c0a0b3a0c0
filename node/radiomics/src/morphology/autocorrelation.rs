//! Moran's I and Geary's C over all pairs of voxels, weighted by the inverse of their distance.
//!
//! All pairs count, none is sampled. Specification: IBSI reference manual, section 3.1 (N365,
//! NPT7); intensity mask.

use super::spectrum::pairs;
use crate::roi::Roi;

/// Both indices; NaN for a single voxel or a constant region.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Autocorrelation {
    pub(crate) moran: f64,
    pub(crate) geary: f64,
}

/// Sums over ordered pairs of distinct voxels, weighted by 1 / distance.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Pairs {
    /// Of 1.
    pub(super) ones: f64,
    /// Of `x_i x_j`, with x centred on the mean.
    pub(super) products: f64,
    /// Of `x_i^2`.
    pub(super) squares: f64,
}

impl Autocorrelation {
    pub(crate) fn new(roi: &Roi) -> Self {
        let n = roi.intensities.len() as f64;
        let mean = roi.intensities.iter().fold(0.0, |sum, x| sum + x) / n;
        let centred: Vec<f64> = roi.intensities.iter().map(|x| x - mean).collect();
        let variation = centred.iter().fold(0.0, |sum, x| sum + x * x);
        if roi.intensities.iter().all(|x| x - roi.intensities[0] == 0.0) {
            return Self { moran: f64::NAN, geary: f64::NAN };
        }
        let pairs = pairs(roi, &centred);
        Self {
            moran: n / pairs.ones * pairs.products / variation,
            geary: (n - 1.0) / pairs.ones * (pairs.squares - pairs.products) / variation,
        }
    }
}

impl Pairs {
    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            ones: self.ones + other.ones,
            products: self.products + other.products,
            squares: self.squares + other.squares,
        }
    }

    pub(super) fn times(self, factor: f64) -> Self {
        Self { ones: self.ones * factor, products: self.products * factor, squares: self.squares * factor }
    }
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
            start: [0; 3],
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

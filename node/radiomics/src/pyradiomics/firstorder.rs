//! First order statistics of the region, and entropy and uniformity of its grey levels.
//!
//! Never here: bins. Specification: PyRadiomics 3.1.0, radiomics/firstorder.py.

use super::region::Region;
use crate::statistics::Statistics;

/// What numpy's `spacing(1)` is, which PyRadiomics adds within logarithms.
pub(crate) const EPS: f64 = f64::EPSILON;

/// The region's intensities.
pub(crate) struct FirstOrder {
    statistics: Statistics,
    n: f64,
    /// Sum of the squares of the shifted intensities.
    energy: f64,
    voxel: f64,
    /// Parts of the voxels that have each grey level that occurs.
    probabilities: Vec<f64>,
}

impl FirstOrder {
    pub(crate) fn new(values: &[f64], levels: &[u16], region: &Region, shift: f64) -> Self {
        let n = values.len() as f64;
        let mut counts = vec![0_u32; usize::from(levels.iter().copied().max().unwrap_or(0)) + 1];
        levels.iter().for_each(|level| counts[usize::from(*level)] += 1);
        Self {
            statistics: Statistics::new(values),
            n,
            energy: values.iter().fold(0.0, |sum, x| sum + (x + shift) * (x + shift)),
            voxel: region.voxel(),
            probabilities: counts.iter().filter(|n| **n > 0).map(|count| f64::from(*count) / n).collect(),
        }
    }

    pub(crate) fn p10(&self) -> f64 {
        self.statistics.p10()
    }

    pub(crate) fn p90(&self) -> f64 {
        self.statistics.p90()
    }

    pub(crate) fn energy(&self) -> f64 {
        self.energy
    }

    pub(crate) fn entropy(&self) -> f64 {
        -self.probabilities.iter().fold(0.0, |sum, p| sum + p * libm::log2(p + EPS))
    }

    pub(crate) fn interquartile_range(&self) -> f64 {
        self.statistics.iqr()
    }

    /// Not the excess; zero for a constant region.
    pub(crate) fn kurtosis(&self) -> f64 {
        if self.statistics.var() > 0.0 { self.statistics.kurt() + 3.0 } else { 0.0 }
    }

    pub(crate) fn maximum(&self) -> f64 {
        self.statistics.max()
    }

    pub(crate) fn mean(&self) -> f64 {
        self.statistics.mean()
    }

    pub(crate) fn mean_absolute_deviation(&self) -> f64 {
        self.statistics.mad()
    }

    pub(crate) fn median(&self) -> f64 {
        self.statistics.median()
    }

    pub(crate) fn minimum(&self) -> f64 {
        self.statistics.min()
    }

    pub(crate) fn range(&self) -> f64 {
        self.statistics.range()
    }

    pub(crate) fn robust_mean_absolute_deviation(&self) -> f64 {
        self.statistics.rmad()
    }

    pub(crate) fn root_mean_squared(&self) -> f64 {
        (self.energy / self.n).sqrt()
    }

    pub(crate) fn skewness(&self) -> f64 {
        self.statistics.skew()
    }

    pub(crate) fn standard_deviation(&self) -> f64 {
        self.statistics.var().sqrt()
    }

    pub(crate) fn total_energy(&self) -> f64 {
        self.energy * self.voxel
    }

    pub(crate) fn uniformity(&self) -> f64 {
        self.probabilities.iter().fold(0.0, |sum, p| sum + p * p)
    }

    pub(crate) fn variance(&self) -> f64 {
        self.statistics.var()
    }
}

//! Intensity-based statistics (UHIW): moments, order statistics, dispersion. The histogram uses the same on grey levels.
//!
//! Specification: IBSI reference manual, section 3.3. Variance, skewness and kurtosis are those of a population;
//! percentiles are interpolated linearly between order statistics.

/// Intensities, sorted, with their moments.
#[derive(Debug)]
pub(crate) struct Statistics {
    sorted: Vec<f64>,
    mean: f64,
    /// Central moments of orders 2, 3 and 4.
    central: [f64; 3],
}

impl Statistics {
    /// At least one value.
    pub(crate) fn new(values: &[f64]) -> Self {
        let mut sorted = values.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        let n = sorted.len() as f64;
        // rounding must not give a constant region a variance
        let is_constant = sorted[0] >= sorted[sorted.len() - 1];
        let mean = if is_constant { sorted[0] } else { sum(&sorted, |x| x) / n };
        let central = [2, 3, 4].map(|order| sum(&sorted, |x| (x - mean).powi(order)) / n);
        Self { sorted, mean, central }
    }

    fn n(&self) -> f64 {
        self.sorted.len() as f64
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rank below the length")]
    pub(crate) fn percentile(&self, p: f64) -> f64 {
        let rank = p / 100.0 * (self.n() - 1.0);
        let below = rank.floor() as usize;
        let above = (below + 1).min(self.sorted.len() - 1);
        let (low, high, part) = (self.sorted[below], self.sorted[above], rank.fract());
        // from the nearer end, as numpy does: a percentile that is a voxel's value must not miss it by a rounding
        if part < 0.5 { low + (high - low) * part } else { high - (high - low) * (1.0 - part) }
    }

    pub(crate) fn mean(&self) -> f64 {
        self.mean
    }

    pub(crate) fn var(&self) -> f64 {
        self.central[0]
    }

    /// Zero for a constant region, by definition.
    pub(crate) fn skew(&self) -> f64 {
        if self.var() > 0.0 { self.central[1] / (self.var() * self.var().sqrt()) } else { 0.0 }
    }

    /// Zero for a constant region, by definition.
    pub(crate) fn kurt(&self) -> f64 {
        if self.var() > 0.0 { self.central[2] / (self.var() * self.var()) - 3.0 } else { 0.0 }
    }

    pub(crate) fn median(&self) -> f64 {
        self.percentile(50.0)
    }

    pub(crate) fn min(&self) -> f64 {
        self.sorted[0]
    }

    pub(crate) fn p10(&self) -> f64 {
        self.percentile(10.0)
    }

    pub(crate) fn p90(&self) -> f64 {
        self.percentile(90.0)
    }

    pub(crate) fn max(&self) -> f64 {
        self.sorted[self.sorted.len() - 1]
    }

    pub(crate) fn iqr(&self) -> f64 {
        self.percentile(75.0) - self.percentile(25.0)
    }

    pub(crate) fn range(&self) -> f64 {
        self.max() - self.min()
    }

    pub(crate) fn mad(&self) -> f64 {
        sum(&self.sorted, |x| (x - self.mean).abs()) / self.n()
    }

    /// Mean absolute deviation of the values between the 10th and the 90th percentile, both included.
    pub(crate) fn rmad(&self) -> f64 {
        let (low, high) = (self.p10(), self.p90());
        let inner: Vec<f64> = self.sorted.iter().copied().filter(|x| (low..=high).contains(x)).collect();
        let n = inner.len() as f64;
        let mean = sum(&inner, |x| x) / n;
        sum(&inner, |x| (x - mean).abs()) / n
    }

    pub(crate) fn medad(&self) -> f64 {
        let median = self.median();
        sum(&self.sorted, |x| (x - median).abs()) / self.n()
    }

    pub(crate) fn cov(&self) -> f64 {
        self.var().sqrt() / self.mean
    }

    pub(crate) fn qcod(&self) -> f64 {
        let (low, high) = (self.percentile(25.0), self.percentile(75.0));
        (high - low) / (high + low)
    }

    pub(crate) fn energy(&self) -> f64 {
        sum(&self.sorted, |x| x * x)
    }

    pub(crate) fn rms(&self) -> f64 {
        (self.energy() / self.n()).sqrt()
    }
}

fn sum(values: &[f64], term: impl Fn(f64) -> f64) -> f64 {
    values.iter().fold(0.0, |sum, x| sum + term(*x))
}

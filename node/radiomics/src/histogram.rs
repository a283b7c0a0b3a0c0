//! The intensity histogram (ZVCW): how often each grey level occurs.
//!
//! Specification: IBSI reference manual, section 3.4.

use crate::discretise::Levels;
use crate::statistics::Statistics;

/// Counts by grey level, and the statistics of the levels.
#[derive(Debug)]
pub(crate) struct Histogram {
    /// Voxels of level 1, 2, ….
    counts: Vec<f64>,
    levels: Statistics,
}

impl Histogram {
    pub(crate) fn new(levels: &Levels) -> Self {
        let mut counts = vec![0.0; levels.count];
        levels.values.iter().for_each(|level| counts[usize::from(*level) - 1] += 1.0);
        let values: Vec<f64> = levels.values.iter().map(|level| f64::from(*level)).collect();
        Self { counts, levels: Statistics::new(&values) }
    }

    pub(crate) fn levels(&self) -> &Statistics {
        &self.levels
    }

    /// The most frequent level; of several, the one nearest to the mean, the lower first.
    pub(crate) fn mode(&self) -> f64 {
        let off = |level: usize| (level as f64 - self.levels.mean()).abs();
        let better = |best: usize, level: usize| {
            let (now, known) = (self.counts[level - 1], self.counts[best - 1]);
            now > known || (now >= known && off(level) < off(best))
        };
        (1..=self.counts.len()).fold(1, |best, level| if better(best, level) { level } else { best }) as f64
    }

    fn probabilities(&self) -> impl Iterator<Item = f64> {
        let n = self.counts.iter().sum::<f64>();
        self.counts.iter().map(move |count| count / n).filter(|p| *p > 0.0)
    }

    pub(crate) fn entropy(&self) -> f64 {
        self.probabilities().fold(0.0, |sum, p| sum - p * libm::log2(p))
    }

    pub(crate) fn uniformity(&self) -> f64 {
        self.probabilities().fold(0.0, |sum, p| sum + p * p)
    }

    /// Change of the count from level to level; empty for a single level, which has none.
    fn gradient(&self) -> Vec<f64> {
        let last = self.counts.len() - 1;
        if last == 0 {
            return Vec::new();
        }
        let at = |level: usize| match level {
            0 => self.counts[1] - self.counts[0],
            level if level == last => self.counts[last] - self.counts[last - 1],
            level => (self.counts[level + 1] - self.counts[level - 1]) / 2.0,
        };
        (0..=last).map(at).collect()
    }

    /// The value that is larger than all before it, and its level.
    fn extreme(&self, sign: f64) -> (f64, f64) {
        let none = (f64::NAN, f64::NAN);
        self.gradient().into_iter().enumerate().fold(none, |best, (i, gradient)| {
            let is_better = best.0.is_nan() || sign * gradient > sign * best.0;
            if is_better { (gradient, i as f64 + 1.0) } else { best }
        })
    }

    pub(crate) fn max_grad(&self) -> f64 {
        self.extreme(1.0).0
    }

    pub(crate) fn max_grad_g(&self) -> f64 {
        self.extreme(1.0).1
    }

    pub(crate) fn min_grad(&self) -> f64 {
        self.extreme(-1.0).0
    }

    pub(crate) fn min_grad_g(&self) -> f64 {
        self.extreme(-1.0).1
    }
}

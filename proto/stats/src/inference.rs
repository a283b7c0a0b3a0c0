//! Closed forms of inference on counts and estimates: intervals of proportions, 2 x 2 and K x K tables, pooling over
//! sites.
//!
//! Never: rows. Spec: docs/reference/methods/evaluation.md.

use crate::Decided;
use crate::distribution::{normal_quantile, student_t_quantile};

/// Wilson's interval of a proportion at a two-sided level; nothing of nobody.
/// Source: Wilson, J Am Stat Assoc 22 (1927) 209.
#[must_use]
pub fn wilson(successes: u64, n: u64, level: f64) -> Option<[f64; 2]> {
    if n == 0 {
        return None;
    }
    let (z, n) = (normal_quantile(f64::midpoint(1.0, level)), n as f64);
    let p = successes as f64 / n;
    let centre = (p + z * z / (2.0 * n)) / (1.0 + z * z / n);
    let half = z / (1.0 + z * z / n) * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    Some([(centre - half).max(0.0), (centre + half).min(1.0)])
}

/// `a / b`; nothing when b is 0.
#[must_use]
pub fn ratio(a: f64, b: f64) -> Option<f64> {
    (b != 0.0).then(|| a / b)
}

impl Decided {
    /// Mean of sensitivity and specificity.
    #[must_use]
    pub fn balanced_accuracy(&self) -> Option<f64> {
        let sensitivity =
            ratio(self.true_positives as f64, (self.true_positives + self.false_negatives) as f64)?;
        let specificity =
            ratio(self.true_negatives as f64, (self.true_negatives + self.false_positives) as f64)?;
        Some(f64::midpoint(sensitivity, specificity))
    }

    /// Harmonic mean of sensitivity and positive predictive value.
    #[must_use]
    pub fn f1(&self) -> Option<f64> {
        let twice = 2.0 * self.true_positives as f64;
        ratio(twice, twice + (self.false_positives + self.false_negatives) as f64)
    }

    /// Cohen's kappa between decision and class.
    #[must_use]
    pub fn kappa(&self) -> Option<f64> {
        let table =
            [[self.true_negatives, self.false_positives], [self.false_negatives, self.true_positives]];
        kappa(&table.map(|row| row.to_vec()), |i, j| f64::from(u8::from(i != j)))
    }

    /// Matthews' correlation coefficient.
    #[must_use]
    pub fn mcc(&self) -> Option<f64> {
        let counts = [self.true_positives, self.true_negatives, self.false_positives, self.false_negatives];
        let [tp, tn, fp, fne] = counts.map(|n| n as f64);
        let margins = (tp + fp) * (tp + fne) * (tn + fp) * (tn + fne);
        ratio(tp * tn - fp * fne, margins.sqrt())
    }
}

/// Cohen's kappa of a square table with weights of disagreement; nothing when chance never disagrees.
/// Source: Cohen, Psychol Bull 70 (1968) 213.
#[must_use]
pub fn kappa(table: &[Vec<u64>], weight: impl Fn(usize, usize) -> f64) -> Option<f64> {
    let k = table.len();
    let row = |i: usize| table[i].iter().sum::<u64>() as f64;
    let column = |j: usize| table.iter().map(|row| row[j]).sum::<u64>() as f64;
    let n = (0..k).map(row).sum::<f64>();
    let cells = || (0..k).flat_map(|i| (0..k).map(move |j| (i, j)));
    let observed = cells().fold(0.0, |sum, (i, j)| sum + weight(i, j) * table[i][j] as f64);
    let expected = cells().fold(0.0, |sum, (i, j)| sum + weight(i, j) * row(i) * column(j) / n);
    ratio(observed, expected).map(|share| 1.0 - share)
}

/// A random-effects summary of estimates of several sites.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RandomEffects {
    /// Mean over sites.
    pub mean: f64,
    /// Its standard error, after Hartung, Knapp, Sidik and Jonkman.
    pub se: f64,
    /// Confidence interval, from Student's t with k - 1 degrees of freedom.
    pub interval: [f64; 2],
    /// Interval for a new site, from t with k - 2 degrees of freedom; nothing with two sites.
    pub prediction: Option<[f64; 2]>,
    /// Variance between sites, after `DerSimonian` and Laird.
    pub tau2: f64,
    /// Share of the variance that is between sites, 0 to 1.
    pub i2: f64,
    /// Cochran's Q.
    pub q: f64,
}

impl RandomEffects {
    /// From estimates and their variances; nothing with fewer than two sites or a variance that is not positive.
    ///
    /// Sources: `DerSimonian` and Laird, Control Clin Trials 7 (1986) 177; `IntHout` and others, BMC Med Res Methodol
    /// 14 (2014) 25; Higgins and others, J R Stat Soc A 172 (2009) 137.
    #[must_use]
    pub fn of(estimates: &[f64], variances: &[f64], level: f64) -> Option<Self> {
        let k = estimates.len();
        if k < 2 || variances.iter().any(|v| v.is_nan() || *v <= 0.0) {
            return None;
        }
        let pool = |tau2: f64| {
            let weights: Vec<f64> = variances.iter().map(|v| 1.0 / (v + tau2)).collect();
            let total: f64 = weights.iter().sum();
            let mean = weights.iter().zip(estimates).fold(0.0, |sum, (w, x)| sum + w * x) / total;
            let q = weights.iter().zip(estimates).fold(0.0, |sum, (w, x)| sum + w * (x - mean) * (x - mean));
            let squares = weights.iter().fold(0.0, |sum, w| sum + w * w);
            (mean, q, total, squares)
        };
        let freedom = k as f64 - 1.0;
        let (_, q, total, squares) = pool(0.0);
        let tau2 = ((q - freedom) / (total - squares / total)).max(0.0);
        let (mean, spread, total, _) = pool(tau2);
        let se = (spread / freedom / total).sqrt();
        let around = |t: f64, se: f64| [mean - t * se, mean + t * se];
        let upper = f64::midpoint(1.0, level);
        let wide = (tau2 + se * se).sqrt();
        let i2 = if q > freedom { 1.0 - freedom / q } else { 0.0 };
        let interval = around(student_t_quantile(upper, freedom), se);
        let prediction = (k > 2).then(|| around(student_t_quantile(upper, freedom - 1.0), wide));
        Some(Self { mean, se, interval, prediction, tau2, i2, q })
    }
}

/// The interval between two quantiles of replicates, for a two-sided level; nothing when fewer than 40 count.
///
/// Quantiles are R's type 7.
#[must_use]
pub fn percentile_interval(mut replicates: Vec<f64>, level: f64) -> Option<[f64; 2]> {
    if replicates.len() < 40 {
        return None;
    }
    replicates.sort_unstable_by(f64::total_cmp);
    let tail = f64::midpoint(1.0, -level);
    Some([quantile(&replicates, tail), quantile(&replicates, 1.0 - tail)])
}

fn quantile(sorted: &[f64], p: f64) -> f64 {
    let place = p * (sorted.len() as f64 - 1.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and the length")]
    let low = (place.floor() as usize).min(sorted.len() - 1);
    let high = (low + 1).min(sorted.len() - 1);
    sorted[low] + (place - low as f64) * (sorted[high] - sorted[low])
}

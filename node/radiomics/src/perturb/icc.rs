//! How well raters, scans or perturbations agree about a feature: the intraclass correlation coefficients of a single
//! measurement, with confidence intervals.
//!
//! Never here: which features are kept. Specification: Shrout and Fleiss, "Intraclass correlations: uses in assessing
//! rater reliability", Psychol Bull 86 (1979) 420; `McGraw` and Wong, "Forming inferences about some intraclass correlation
//! coefficients", Psychol Methods 1 (1996) 30, for the intervals.

use super::PerturbError;
use super::fisher::f_quantile;

/// A coefficient with its two-sided confidence interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Icc {
    /// The estimate, at most 1; NaN when nothing varies.
    pub value: f64,
    /// Lower end of the interval.
    pub lower: f64,
    /// Upper end of the interval.
    pub upper: f64,
}

/// The three coefficients of a single measurement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Agreement {
    /// ICC(1,1): each subject has raters of its own.
    pub one_way: Icc,
    /// ICC(2,1): the raters are a sample of those there could be; absolute agreement.
    pub random_raters: Icc,
    /// ICC(3,1): the raters are the only ones of interest; consistency.
    pub fixed_raters: Icc,
}

/// The coefficients of a table with a row for each subject and a column for each rater, and intervals of the given
/// confidence (0.95 is usual). At least two subjects and two raters; all values finite.
pub fn agreement(table: &[Vec<f64>], confidence: f64) -> Result<Agreement, PerturbError> {
    let squares = Squares::new(table)?;
    if !(confidence > 0.0 && confidence < 1.0) {
        return Err(PerturbError::Table(format!("confidence is {confidence}; it must be between 0 and 1")));
    }
    let p = 1.0 - (1.0 - confidence) / 2.0;
    Ok(Agreement {
        one_way: squares.one_way(p),
        random_raters: squares.random_raters(p),
        fixed_raters: squares.fixed_raters(p),
    })
}

/// Mean squares of the analysis of variance.
struct Squares {
    /// Subjects.
    n: f64,
    /// Raters.
    k: f64,
    subjects: f64,
    raters: f64,
    error: f64,
    /// Within subjects: raters and error together.
    within: f64,
}

impl Squares {
    fn new(table: &[Vec<f64>]) -> Result<Self, PerturbError> {
        let refused = |why: String| Err(PerturbError::Table(why));
        let raters = table.first().map_or(0, Vec::len);
        if table.len() < 2 || raters < 2 {
            return refused(format!("{} subjects and {raters} raters; at least 2 of each", table.len()));
        }
        if let Some(row) = table.iter().position(|row| row.len() != raters) {
            return refused(format!("row {} has {} values, the first {raters}", row + 1, table[row].len()));
        }
        if let Some(row) = table.iter().position(|row| row.iter().any(|value| !value.is_finite())) {
            return refused(format!("row {} holds a number that is not finite", row + 1));
        }
        Ok(Self::of(table, raters))
    }

    fn of(table: &[Vec<f64>], raters: usize) -> Self {
        let (n, k) = (table.len() as f64, raters as f64);
        let mean = |values: &mut dyn Iterator<Item = f64>, count: f64| values.fold(0.0, |a, b| a + b) / count;
        let row_means: Vec<f64> = table.iter().map(|row| mean(&mut row.iter().copied(), k)).collect();
        let column_means: Vec<f64> =
            (0..raters).map(|j| mean(&mut table.iter().map(|row| row[j]), n)).collect();
        let all = mean(&mut row_means.iter().copied(), n);
        let spread = |means: &[f64]| means.iter().fold(0.0, |sum, mean| sum + (mean - all) * (mean - all));
        let (mut error, mut within) = (0.0, 0.0);
        for (row, row_mean) in table.iter().zip(&row_means) {
            for (value, column_mean) in row.iter().zip(&column_means) {
                error += (value - row_mean - column_mean + all).powi(2);
                within += (value - row_mean).powi(2);
            }
        }
        Self {
            n,
            k,
            subjects: k * spread(&row_means) / (n - 1.0),
            raters: n * spread(&column_means) / (k - 1.0),
            error: error / ((n - 1.0) * (k - 1.0)),
            within: within / (n * (k - 1.0)),
        }
    }

    fn one_way(&self, p: f64) -> Icc {
        self.by_ratio(self.within, self.n * (self.k - 1.0), p)
    }

    fn fixed_raters(&self, p: f64) -> Icc {
        self.by_ratio(self.error, (self.n - 1.0) * (self.k - 1.0), p)
    }

    /// The coefficient that compares subjects with one other mean square, which has `degrees` of freedom.
    fn by_ratio(&self, other: f64, degrees: f64, p: f64) -> Icc {
        let (k, f) = (self.k, self.subjects / other);
        let of = |f: f64| if f.is_infinite() { 1.0 } else { (f - 1.0) / (f + k - 1.0) };
        Icc {
            value: of(f),
            lower: of(f / f_quantile(p, self.n - 1.0, degrees)),
            upper: of(f * f_quantile(p, degrees, self.n - 1.0)),
        }
    }

    fn random_raters(&self, p: f64) -> Icc {
        let Self { n, k, subjects, raters, error, .. } = *self;
        let value = (subjects - error) / (subjects + (k - 1.0) * error + k * (raters - error) / n);
        if error <= 0.0 && raters <= 0.0 {
            return Icc { value, lower: value, upper: value };
        }
        let degrees = self.degrees(value);
        let between = k * raters + (k * n - k - n) * error;
        let below = f_quantile(p, n - 1.0, degrees);
        let above = f_quantile(p, degrees, n - 1.0);
        Icc {
            value,
            lower: n * (subjects - below * error) / (below * between + n * subjects),
            upper: n * (above * subjects - error) / (between + n * above * subjects),
        }
    }

    /// Satterthwaite's degrees of freedom of a sum of the raters' and the error's mean square.
    fn degrees(&self, icc: f64) -> f64 {
        let Self { n, k, raters, error, .. } = *self;
        let (a, b) = (k * icc / (n * (1.0 - icc)), 1.0 + k * icc * (n - 1.0) / (n * (1.0 - icc)));
        let sum = a * raters + b * error;
        let parts = (a * raters).powi(2) / (k - 1.0) + (b * error).powi(2) / ((n - 1.0) * (k - 1.0));
        sum * sum / parts
    }
}

//! Tests of one column against the classes of a label, from moments or counts by class.
//!
//! All of them give the numbers of the pooled table: no site's own test is combined. Where a test is not defined (a
//! class of fewer than two patients, nothing that varies) there is none. Never: a patient's value.
//! Spec: docs/reference/methods/selection.md.

use crate::distribution::{chi_square_tail, f_tail, normal_two_sided, student_t_two_sided};
use crate::moments::Moment;

/// A statistic and how rare it is without a difference.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Test {
    /// The larger, the rarer.
    pub statistic: f64,
    /// Two-sided p value.
    pub p: f64,
}

/// Student's t between two classes with one variance; the statistic is |t|.
#[must_use]
pub fn student(a: Moment, b: Moment) -> Option<Test> {
    let freedom = a.n + b.n - 2.0;
    if a.n < 1.0 || b.n < 1.0 || freedom < 1.0 {
        return None;
    }
    let within = (a.variance() * (a.n - 1.0) + b.variance() * (b.n - 1.0)) / freedom;
    if within <= 0.0 {
        return None;
    }
    let t = ((a.mean() - b.mean()) / (within * (1.0 / a.n + 1.0 / b.n)).sqrt()).abs();
    Some(Test { statistic: t, p: student_t_two_sided(t, freedom) })
}

/// One-way analysis of variance; the statistic is F. Classes without a patient do not count.
#[must_use]
pub fn anova(classes: &[Moment]) -> Option<Test> {
    let filled: Vec<Moment> = classes.iter().copied().filter(|class| class.n > 0.0).collect();
    let all = filled.iter().copied().fold(Moment::default(), Moment::and);
    let (above, below) = (filled.len() as f64 - 1.0, all.n - filled.len() as f64);
    if above < 1.0 || below < 1.0 {
        return None;
    }
    let within = filled.iter().fold(0.0, |sum, class| sum + class.variance() * (class.n - 1.0)) / below;
    if within <= 0.0 {
        return None;
    }
    let grand = all.mean();
    let square = |class: &Moment| class.n * (class.mean() - grand) * (class.mean() - grand);
    let between = filled.iter().map(square).fold(0.0, |sum, part| sum + part) / above;
    let f = between / within;
    Some(Test { statistic: f, p: f_tail(f, above, below) })
}

/// Pearson's chi-square of a table of counts, by class and then by interval; rows and columns without a patient do
/// not count, and there is no correction for continuity.
#[must_use]
pub fn chi_square(table: &[Vec<u64>]) -> Option<Test> {
    let row = |counts: &Vec<u64>| counts.iter().map(|n| *n as f64).sum::<f64>();
    let rows: Vec<f64> = table.iter().map(row).collect();
    let intervals = table.first().map_or(0, Vec::len);
    let columns: Vec<f64> =
        (0..intervals).map(|j| table.iter().map(|counts| counts[j] as f64).sum()).collect();
    let filled = |sums: &[f64]| sums.iter().filter(|sum| **sum > 0.0).count() as f64 - 1.0;
    let (freedom, all) = (filled(&rows) * filled(&columns), rows.iter().sum::<f64>());
    if freedom < 1.0 || filled(&rows) < 1.0 {
        return None;
    }
    let mut statistic = 0.0;
    for (counts, row) in table.iter().zip(&rows) {
        for (count, column) in counts.iter().zip(&columns) {
            let expected = row * column / all;
            if expected > 0.0 {
                statistic += (*count as f64 - expected) * (*count as f64 - expected) / expected;
            }
        }
    }
    Some(Test { statistic, p: chi_square_tail(statistic, freedom) })
}

/// Mann and Whitney's U between two classes, counted in ascending intervals: normal approximation, corrected for ties
/// and not for continuity; the statistic is |z|. Two values in one interval are a tie.
#[must_use]
pub fn mann_whitney(controls: &[u64], cases: &[u64]) -> Option<Test> {
    let total = |counts: &[u64]| counts.iter().map(|n| *n as f64).sum::<f64>();
    let (n0, n1) = (total(controls), total(cases));
    let n = n0 + n1;
    let (mut below, mut u, mut ties) = (0.0, 0.0, 0.0);
    for (control, case) in controls.iter().zip(cases) {
        let (control, case) = (*control as f64, *case as f64);
        u += case * (below + 0.5 * control);
        below += control;
        let tied = control + case;
        ties += tied * tied * tied - tied;
    }
    let variance = n0 * n1 / 12.0 * (n + 1.0 - ties / (n * (n - 1.0)));
    if n0 < 1.0 || n1 < 1.0 || variance.is_nan() || variance <= 0.0 {
        return None;
    }
    let z = ((u - 0.5 * n0 * n1) / variance.sqrt()).abs();
    Some(Test { statistic: z, p: normal_two_sided(z) })
}

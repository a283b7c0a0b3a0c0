//! Survival curves and tests from life tables: Kaplan-Meier, Nelson-Aalen, censoring, log-rank.
//!
//! Never: a patient; only numbers at risk and of events. Spec: docs/reference/methods/survival.md.

use serde::{Deserialize, Serialize};

use crate::LifeTable;
use crate::distribution::{chi_square_tail, normal_quantile};
use crate::linear::Symmetric;
use crate::time::TimeGrid;

/// A survival curve at one of its steps.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    /// End of the interval, in days.
    pub time: f64,
    /// Patients at risk in it.
    pub at_risk: u64,
    /// Events in it.
    pub events: u64,
    /// Patients censored in it.
    pub censored: u64,
    /// Kaplan-Meier estimate after it.
    pub survival: f64,
    /// Greenwood's standard error of the estimate.
    pub se: f64,
    /// Lower end of the interval on the scale of `log(-log S)`; absent where S is 0 or 1.
    pub lower: Option<f64>,
    /// Upper end.
    pub upper: Option<f64>,
    /// Nelson-Aalen estimate of the cumulative hazard.
    pub hazard: f64,
}

/// The Kaplan-Meier curve at every interval that holds an event or a censoring.
///
/// Source: Kalbfleisch and Prentice, The Statistical Analysis of Failure Time Data (2002), 1.4.
#[must_use]
pub fn kaplan_meier(grid: &TimeGrid, life: &LifeTable, level: f64) -> Vec<CurvePoint> {
    let z = normal_quantile(f64::midpoint(1.0, level));
    let (mut survival, mut variance, mut hazard) = (1.0, 0.0, 0.0);
    let mut points = Vec::new();
    for (interval, (&events, &censored)) in life.events.iter().zip(&life.censored).enumerate() {
        let at_risk = life.at_risk[interval];
        if events + censored == 0 {
            continue;
        }
        let (n, d) = (at_risk as f64, events as f64);
        survival *= (n - d) / n;
        if at_risk > events {
            variance += d / (n * (n - d));
        }
        hazard += d / n;
        let [lower, upper] = log_log(survival, variance, z);
        points.push(CurvePoint {
            time: grid.end_of(interval),
            at_risk,
            events,
            censored,
            survival,
            se: survival * variance.sqrt(),
            lower,
            upper,
            hazard,
        });
    }
    points
}

/// The interval `S^exp(-+ z se)` with se that of `log(-log S)`.
fn log_log(survival: f64, variance: f64, z: f64) -> [Option<f64>; 2] {
    if survival <= 0.0 || survival >= 1.0 {
        return [None, None];
    }
    let half = z * variance.sqrt() / libm::log(survival).abs();
    [half, -half].map(|half| Some(libm::pow(survival, libm::exp(half))))
}

/// Kaplan-Meier survival after each interval.
#[must_use]
pub fn survival(life: &LifeTable) -> Vec<f64> {
    steps(life, |life, i| (life.events[i], life.at_risk[i]))
}

/// Probability of not being censored up to and within each interval; an event leaves before a censoring of the same
/// interval.
#[must_use]
pub fn uncensored(life: &LifeTable) -> Vec<f64> {
    steps(life, |life, i| (life.censored[i], life.at_risk[i] - life.events[i].min(life.at_risk[i])))
}

fn steps(life: &LifeTable, at: impl Fn(&LifeTable, usize) -> (u64, u64)) -> Vec<f64> {
    let mut left = 1.0;
    let mut step = |i| {
        let (lost, n) = at(life, i);
        if n > 0 {
            left *= (n - lost.min(n)) as f64 / n as f64;
        }
        left
    };
    (0..life.events.len()).map(&mut step).collect()
}

/// A log-rank test between groups.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogRank {
    /// Events seen in each group.
    pub observed: Vec<u64>,
    /// Events expected in each group if all had the same hazard.
    pub expected: Vec<f64>,
    /// Chi-square statistic.
    pub chi_square: f64,
    /// Its degrees of freedom: groups with patients, less one.
    pub freedom: usize,
    /// Its p value.
    pub p: f64,
}

/// The log-rank test with the hypergeometric variance; nothing with fewer than two groups that have patients, or
/// without variance. Source: Peto and Peto, J R Stat Soc A 135 (1972) 185; `survdiff` of R.
#[must_use]
pub fn log_rank(groups: &[LifeTable]) -> Option<LogRank> {
    let k = groups.len();
    let filled: Vec<usize> = (0..k).filter(|g| groups[*g].patients() > 0).collect();
    let mut expected = vec![0.0; k];
    let order = filled.len().checked_sub(1).filter(|order| *order > 0)?;
    let mut variance = vec![0.0; order * (order + 1) / 2];
    for interval in 0..groups[0].events.len() {
        let n: u64 = groups.iter().map(|group| group.at_risk[interval]).sum();
        let d: u64 = groups.iter().map(|group| group.events[interval]).sum();
        if d == 0 {
            continue;
        }
        let (n, d) = (n as f64, d as f64);
        let share = |g: usize| groups[g].at_risk[interval] as f64 / n;
        expected.iter_mut().enumerate().for_each(|(g, e)| *e += d * share(g));
        let scale = if n > 1.0 { d * (n - d) / (n - 1.0) } else { 0.0 };
        let pairs = (0..order).flat_map(|i| (i..order).map(move |j| (i, j)));
        for (entry, (i, j)) in variance.iter_mut().zip(pairs) {
            let same = if i == j { share(filled[i]) } else { 0.0 };
            *entry += scale * (same - share(filled[i]) * share(filled[j]));
        }
    }
    let observed: Vec<u64> = groups.iter().map(|group| group.events.iter().sum()).collect();
    let excess: Vec<f64> = filled[..order].iter().map(|g| observed[*g] as f64 - expected[*g]).collect();
    let solved = Symmetric::from_triangle(order, variance).cholesky()?.solve(&excess);
    let chi_square = excess.iter().zip(&solved).fold(0.0, |sum, (a, b)| sum + a * b);
    Some(LogRank {
        observed,
        expected,
        chi_square,
        freedom: order,
        p: chi_square_tail(chi_square, order as f64),
    })
}

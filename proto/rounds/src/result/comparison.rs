//! Two models on the same patients.
//!
//! Spec: docs/reference/methods/evaluation.md.

use serde::{Deserialize, Serialize};

use super::repeats::RepeatedDifference;

/// The difference of two AUCs, second minus first, with DeLong's paired test. Where the outcome is survival, of two
/// concordances, with the covariance of their influences.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// Name of the first model.
    pub first: String,
    /// Name of the second model.
    pub second: String,
    /// AUC of the second minus that of the first; Harrell's concordance where the outcome is survival.
    pub difference: f64,
    /// Its standard error.
    pub se: f64,
    /// Wald interval at the plan's level.
    pub interval: [f64; 2],
    /// Two-sided; absent when the models rank all patients alike.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p: Option<f64>,
    /// Percentile interval of the difference in Poisson bootstraps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bootstrap: Option<[f64; 2]>,
    /// Over all dealings of the folds, where the plan repeats them; the numbers above are of the first.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub repeats: Option<RepeatedDifference>,
    /// When the columns of the first are among those of the second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reclassification: Option<ReclassificationResult>,
    /// Differences of the areas under the curves at times; empty where the outcome is not survival.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub times: Vec<TimeDifference>,
}

/// The difference of two areas under cumulative/dynamic curves at a time, second minus first.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TimeDifference {
    /// When, in days.
    pub time: f64,
    /// The difference.
    pub difference: f64,
    /// Its standard error.
    pub se: f64,
    /// Wald interval at the plan's level.
    pub interval: [f64; 2],
    /// Two-sided; absent when the models rank all patients alike.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p: Option<f64>,
    /// Percentile interval in Poisson bootstraps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bootstrap: Option<[f64; 2]>,
}

/// What the larger of two nested models changes. Source: Pencina and others, Stat Med 27 (2008) 157 and 30 (2011) 11.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ReclassificationResult {
    /// Integrated discrimination improvement.
    pub idi: Improvement,
    /// Category-free net reclassification improvement.
    pub nri: Improvement,
    /// Net reclassification improvement over the thresholds of the folds.
    pub nri_at_threshold: Improvement,
}

/// An improvement with a normal approximation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Improvement {
    /// The estimate.
    pub estimate: f64,
    /// Its part from cases.
    pub cases: f64,
    /// Its part from controls.
    pub controls: f64,
    /// Standard error.
    pub se: f64,
    /// Two-sided; absent when the standard error is 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p: Option<f64>,
}

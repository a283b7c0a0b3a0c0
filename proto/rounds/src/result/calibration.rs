//! How well predicted probabilities agree with what happened.
//!
//! Spec: docs/reference/methods/evaluation.md.

use consilium_stats::Tenth;
use serde::{Deserialize, Serialize};

/// Logistic calibration of the out-of-fold scores.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CalibrationResult {
    /// Joint with the slope; 0 is perfect.
    pub intercept: f64,
    /// Its standard error.
    pub intercept_se: f64,
    /// 1 is perfect, below 1 means predictions too extreme.
    pub slope: f64,
    /// Its standard error.
    pub slope_se: f64,
    /// Intercept with the slope fixed at 1; 0 is perfect.
    pub in_the_large: f64,
    /// Its standard error.
    pub in_the_large_se: f64,
}

/// Calibration by groups of patients of equal size, in the order of their scores.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Deciles {
    /// Lowest scores first; fewer than ten when scores are equal.
    pub groups: Vec<Tenth>,
    /// Mean over patients of the distance between predicted and observed share of their group.
    pub calibration_error: f64,
    /// Absent when a group's scores are all 0 or all 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hosmer_lemeshow: Option<HosmerLemeshow>,
}

/// Hosmer and Lemeshow's statistic.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct HosmerLemeshow {
    /// Sum over groups of `(cases - predicted)^2 / (predicted (1 - predicted / n))`.
    pub statistic: f64,
    /// Groups: the degrees of freedom, as the scores were not fitted to these patients.
    pub groups: u64,
    /// Chi-square with as many degrees of freedom as groups.
    pub p: f64,
    /// With two fewer, as software for the patients of the fit gives it; absent with fewer than three groups.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p_as_fitted: Option<f64>,
}

/// Observed share as a smooth function of the score: logistic regression on a restricted cubic spline of its logit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CalibrationCurve {
    /// Knots on the logit scale.
    pub knots: [f64; 3],
    /// Intercept, coefficient of the logit and of the spline.
    pub coefficients: [f64; 3],
    /// Covariance of the coefficients.
    pub covariance: Vec<Vec<f64>>,
    /// From the lowest to the highest score.
    pub points: Vec<CurvePoint>,
}

/// One point of a smooth calibration curve with its pointwise band.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    /// The score.
    pub predicted: f64,
    /// Share of cases.
    pub observed: f64,
    /// Lower end.
    pub lower: f64,
    /// Upper end.
    pub upper: f64,
}

//! How well a model predicts: the numbers of an evaluation on out-of-fold scores.
//!
//! Never: a number about one patient, nor about one site unless the plan releases site sums.
//! Spec: docs/reference/methods/evaluation.md.

use consilium_stats::Tenth;
use serde::{Deserialize, Serialize};

/// How well a model predicts, by kind of outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EvaluationResult {
    /// Of a yes-or-no outcome.
    Binary(Evaluation),
}

/// How well a model ranks and predicts patients it was not trained on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Area under the ROC curve over all out-of-fold scores.
    pub auc: AucResult,
    /// False and true positive rates.
    pub roc: Vec<[f64; 2]>,
    /// Absent when the calibration fit has no solution.
    pub calibration: Option<CalibrationResult>,
    /// Mean squared error of the probability.
    pub brier: f64,
    /// Mean minus log-likelihood.
    pub log_loss: f64,
    /// Calibration table by tenths of the score.
    pub tenths: Vec<Tenth>,
    /// Decision curve.
    pub net_benefit: Vec<NetBenefit>,
}

/// An AUC with DeLong's standard error and a Wald interval clipped to [0, 1].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AucResult {
    /// Probability that a case scores above a control.
    pub auc: f64,
    /// Standard error.
    pub se: f64,
    /// Lower end.
    pub lower: f64,
    /// Upper end.
    pub upper: f64,
    /// Confidence level.
    pub level: f64,
}

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

/// One point of a decision curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct NetBenefit {
    /// Patients at or above this probability are treated.
    pub threshold: f64,
    /// Cases treated.
    pub true_positives: u64,
    /// Controls treated.
    pub false_positives: u64,
    /// Net benefit of the model.
    pub model: f64,
    /// Net benefit of treating everyone.
    pub treat_all: f64,
}

//! How well a model predicts: the numbers of an evaluation on out-of-fold scores.
//!
//! Never: a number about one patient, nor about one site unless the plan releases site sums.
//! Spec: docs/reference/methods/evaluation.md.

use consilium_stats::Tenth;
use serde::{Deserialize, Serialize};

use super::calibration::{CalibrationCurve, CalibrationResult, Deciles};
use super::classes::ClassesEvaluation;
use super::resampled::Resampled;
use super::sites::WithinSites;
use super::survival_evaluation::SurvivalEvaluation;
use super::threshold::ThresholdResult;

/// How well a model predicts, by kind of outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EvaluationResult {
    /// Of a yes-or-no outcome.
    Binary(Box<Evaluation>),
    /// Of an outcome of several classes.
    Classes(Box<ClassesEvaluation>),
    /// Of survival.
    Survival(Box<SurvivalEvaluation>),
}

impl EvaluationResult {
    /// The AUC, of several classes their mean; nothing of survival.
    pub(crate) fn auc(&self) -> Option<AucResult> {
        match self {
            Self::Binary(evaluation) => Some(evaluation.auc),
            Self::Classes(evaluation) => Some(evaluation.auc_macro),
            Self::Survival(_) => None,
        }
    }
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
    /// Patients evaluated: scored, and their class known.
    #[serde(default)]
    pub n: u64,
    /// Cases among them.
    #[serde(default)]
    pub cases: u64,
    /// 1 minus Brier score over that of the prevalence; 1 is perfect, 0 is no better than the prevalence.
    #[serde(default)]
    pub scaled_brier: f64,
    /// Expected calibration error over the tenths of the score.
    #[serde(default)]
    pub calibration_error: f64,
    /// Calibration by tenths of the patients.
    #[serde(default)]
    pub deciles: Deciles,
    /// Smooth calibration curve; absent when scores are too few or too close.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub curve: Option<CalibrationCurve>,
    /// Decisions at thresholds chosen on training folds.
    #[serde(default)]
    pub threshold: ThresholdResult,
    /// Accuracy within sites; absent when no site has enough patients of both classes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within_sites: Option<WithinSites>,
    /// Intervals from Poisson bootstraps; absent when the plan asks for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bootstrap: Option<Resampled>,
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

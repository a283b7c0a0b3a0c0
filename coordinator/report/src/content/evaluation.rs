//! How well models do on patients they were not trained on.

use serde::{Deserialize, Serialize};

use crate::chart::{Bar, CalibrationCurve, DecisionCurve, Forest, RocCurve};

/// An estimate with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The estimate.
    pub value: f64,
    /// Lower and upper end, where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<[f64; 2]>,
}

/// Everything about one outcome, or one class against the rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Subject {
    /// What is predicted, in words.
    pub name: String,
    /// Confidence level.
    pub level: f64,
    /// The models, in the order of every list below.
    pub models: Vec<String>,
    /// Numbers, one row each.
    pub measures: Vec<Measure>,
    /// ROC curves.
    pub roc: Vec<RocCurve>,
    /// Calibration of each model.
    pub calibration: Vec<CalibrationCurve>,
    /// Decision curves.
    pub decision: Vec<DecisionCurve>,
    /// Thresholds and the net benefit of treating everyone.
    pub treat_all: Vec<[f64; 2]>,
    /// Each hospital by itself: the model and its forest plot.
    pub forests: Vec<(String, Forest)>,
    /// Performance at thresholds.
    pub thresholds: Vec<ThresholdRow>,
}

/// One number for every model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measure {
    /// Its name.
    pub name: String,
    /// Decimals shown.
    pub decimals: usize,
    /// One entry a model; absent where there is none.
    pub values: Vec<Option<Estimate>>,
    /// How it is defined, and which way is better.
    pub note: String,
}

/// A model at one threshold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ThresholdRow {
    /// The model.
    pub model: String,
    /// How the threshold was chosen, in words.
    pub rule: String,
    /// The threshold; absent where each fold had its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
    /// True positives, false positives, true negatives, false negatives.
    pub counts: [u64; 4],
    /// Name and estimate of each rate.
    pub rates: Vec<(String, Estimate)>,
}

/// Two models on the same patients.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// What is compared, for example `AUC`.
    pub measure: String,
    /// First and second model.
    pub models: [String; 2],
    /// First minus second.
    pub difference: Estimate,
    /// Two-sided p value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p: Option<f64>,
}

/// What one model leans on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Importance {
    /// The model.
    pub model: String,
    /// What the bars' length means.
    pub axis: String,
    /// Largest first.
    pub bars: Vec<Bar>,
}

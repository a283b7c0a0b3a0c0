//! How well models do on patients they were not trained on.

use serde::{Deserialize, Serialize};

use super::Table;
use crate::chart::{Bar, CalibrationCurve, DecisionCurve, Forest, RocCurve, TimePlot};

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
    /// Position of the model that the plan is about: the main learner on the last family.
    #[serde(default)]
    pub main: usize,
    /// The finding in plain sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sentences: Vec<String>,
    /// Numbers, one row each.
    pub measures: Vec<Measure>,
    /// Measures over time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub over_time: Vec<TimePlot>,
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
    /// What patients are against what they are called, where there are several classes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub confusions: Vec<Confusion>,
    /// Further tables of this subject.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<Table>,
}

/// Patients by what they are and what a model calls them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confusion {
    /// The model.
    pub model: String,
    /// Names of the classes.
    pub classes: Vec<String>,
    /// By class, then by the class with the highest probability.
    pub counts: Vec<Vec<u64>>,
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
    /// Whether it is a p value, shown as `<0.001` where it is small.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub p: bool,
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
    /// Name and estimate of each rate; absent where its denominator is 0.
    pub rates: Vec<(String, Option<Estimate>)>,
}

/// Two models on the same patients.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// What is compared, for example `AUC`.
    pub measure: String,
    /// First and second model.
    pub models: [String; 2],
    /// Second minus first.
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

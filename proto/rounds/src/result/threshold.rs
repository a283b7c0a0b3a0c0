//! What a model decides when its score becomes a class.
//!
//! Spec: docs/reference/methods/evaluation.md.

use consilium_stats::Decided;
use consilium_stats::inference::wilson;
use serde::{Deserialize, Serialize};

/// Decisions about held-out patients, each at the threshold of the fold that left the patient out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ThresholdResult {
    /// `youden`, chosen on the training patients of each fold, or `fixed` by the plan.
    pub rule: String,
    /// The threshold of each scored fold.
    pub by_fold: Vec<f64>,
    /// The 2 x 2 table.
    pub counts: Decided,
    /// Share of cases called positive.
    pub sensitivity: Measured,
    /// Share of controls called negative.
    pub specificity: Measured,
    /// Share of patients called what they are.
    pub accuracy: Measured,
    /// Mean of sensitivity and specificity.
    pub balanced_accuracy: Measured,
    /// Share of positives that are cases.
    pub ppv: Measured,
    /// Share of negatives that are controls.
    pub npv: Measured,
    /// Harmonic mean of sensitivity and positive predictive value.
    pub f1: Measured,
    /// Cohen's kappa.
    pub kappa: Measured,
    /// Matthews' correlation.
    pub mcc: Measured,
}

/// A number with an interval, where there is one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Absent when its denominator is 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// Wilson's for a proportion; otherwise of the bootstrap, absent without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<[f64; 2]>,
}

impl Measured {
    fn proportion(successes: u64, n: u64, level: f64) -> Self {
        let value = (n > 0).then(|| successes as f64 / n as f64);
        Self { value, interval: wilson(successes, n, level) }
    }

    fn bare(value: Option<f64>) -> Self {
        Self { value, interval: None }
    }
}

impl ThresholdResult {
    pub(crate) fn new(rule: &str, by_fold: Vec<f64>, counts: Decided, level: f64) -> Self {
        let Decided { true_negatives: tn, false_positives: fp, false_negatives: miss, true_positives: tp } =
            counts;
        let proportion = |successes, n| Measured::proportion(successes, n, level);
        Self {
            rule: rule.to_owned(),
            by_fold,
            counts,
            sensitivity: proportion(tp, tp + miss),
            specificity: proportion(tn, tn + fp),
            accuracy: proportion(tp + tn, tp + tn + fp + miss),
            balanced_accuracy: Measured::bare(counts.balanced_accuracy()),
            ppv: proportion(tp, tp + fp),
            npv: proportion(tn, tn + miss),
            f1: Measured::bare(counts.f1()),
            kappa: Measured::bare(counts.kappa()),
            mcc: Measured::bare(counts.mcc()),
        }
    }
}

//! Intervals from Poisson bootstraps of the cohort.
//!
//! The scores are those of the one cross-validation: models are not fitted again. Spec:
//! docs/reference/methods/evaluation.md.

use serde::{Deserialize, Serialize};

/// Percentile intervals; each is absent when fewer than 40 replicates give the number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Resampled {
    /// Replicates.
    pub replicates: u32,
    /// Area under the ROC curve.
    pub auc: Option<[f64; 2]>,
    /// Brier score.
    pub brier: Option<[f64; 2]>,
    /// At the thresholds.
    pub sensitivity: Option<[f64; 2]>,
    /// At the thresholds.
    pub specificity: Option<[f64; 2]>,
    /// At the thresholds.
    pub accuracy: Option<[f64; 2]>,
    /// At the thresholds.
    pub ppv: Option<[f64; 2]>,
    /// At the thresholds.
    pub npv: Option<[f64; 2]>,
    /// Of the model, at each point of the decision curve.
    pub net_benefit: Vec<Option<[f64; 2]>>,
}

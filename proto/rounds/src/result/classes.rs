//! How well a model tells several classes apart.
//!
//! Spec: docs/reference/methods/evaluation.md.

use serde::{Deserialize, Serialize};

use super::evaluation::{AucResult, Evaluation};
use super::threshold::Measured;

/// Of an outcome of several classes, nominal or ordered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassesEvaluation {
    /// Patients evaluated.
    pub n: u64,
    /// By class, then by the class with the highest probability.
    pub confusion: Vec<Vec<u64>>,
    /// Share of patients called what they are, with Wilson's interval.
    pub accuracy: Measured,
    /// Mean over classes of the share called what they are.
    pub balanced_accuracy: Measured,
    /// Cohen's kappa.
    pub kappa: Measured,
    /// Mean minus log-likelihood.
    pub log_loss: f64,
    /// Mean squared error summed over classes.
    pub brier: f64,
    /// Each class against all others.
    pub by_class: Vec<Evaluation>,
    /// Mean of the classes' AUCs.
    pub auc_macro: AucResult,
    /// Mean weighted by the classes' shares, taken as known.
    pub auc_weighted: AucResult,
    /// What only ordered classes have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ordinal: Option<OrdinalEvaluation>,
}

/// What only ordered classes have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrdinalEvaluation {
    /// Kappa with disagreement weighted by distance.
    pub kappa_linear: Measured,
    /// Kappa with disagreement weighted by squared distance.
    pub kappa_quadratic: Measured,
    /// Mean ranked probability score: squared errors of cumulated probabilities over the cuts, summed.
    pub ranked_probability: f64,
    /// The same over the number of cuts.
    pub ranked_probability_scaled: f64,
    /// For each class but the lowest: the AUC of "this class or a higher one".
    pub by_cut: Vec<AucResult>,
    /// Mean over cuts.
    pub auc_macro: AucResult,
}

//! Results of a study of survival that belong to no learner: follow-up of the cohort, and how well a model predicts.
//!
//! Coefficients and baseline hazards are in `cox`. Never: a number about one patient or one site.
//! Spec: docs/reference/methods/survival.md.

use consilium_stats::kaplan_meier::CurvePoint;
use serde::{Deserialize, Serialize};

/// Follow-up of all patients.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FollowUpResult {
    /// Length of an interval of the grid, in days.
    pub step: f64,
    /// Number of intervals, that of time 0 included.
    pub intervals: usize,
    /// End of the last one, in days.
    pub end: f64,
    /// Patients whose follow-up is known.
    pub patients: u64,
    /// Events seen in the grid.
    pub events: u64,
    /// When models are judged, in days.
    pub times: Vec<f64>,
    /// Confidence level of the curve.
    pub level: f64,
    /// Kaplan-Meier curve.
    pub curve: Vec<CurvePoint>,
}

/// How well a model of survival predicts patients it was not trained on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SurvivalEvaluation {
    /// Patients evaluated.
    pub n: u64,
    /// Events among them, up to the end of the grid.
    pub events: u64,
    /// When the model is judged, in days.
    pub times: Vec<f64>,
}

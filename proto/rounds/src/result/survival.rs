//! Follow-up of the cohort of a study of survival.
//!
//! How well models predict is in `survival_evaluation`, coefficients and baseline hazards are in `cox`. Never: a number about one patient or one site.
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

//! How well a model of survival predicts patients it was not trained on.
//!
//! Never: a number about one patient, nor about one site unless the plan releases site sums.
//! Spec: docs/reference/methods/survival.md.

use consilium_stats::kaplan_meier::{CurvePoint, LogRank};
use consilium_types::SiteId;
use serde::{Deserialize, Serialize};

use super::sites::Heterogeneity;

/// How well a model ranks patients by time and predicts who has the event by when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SurvivalEvaluation {
    /// Patients evaluated.
    pub n: u64,
    /// Events among them, up to the end of the grid.
    pub events: u64,
    /// When the model is judged, in days.
    pub times: Vec<f64>,
    /// Confidence level of all intervals.
    pub level: f64,
    /// Harrell's concordance; absent without a pair of whom one is known to have the event first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concordance: Option<SurvivalEstimate>,
    /// Uno's concordance of events before the last of the times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uno: Option<SurvivalEstimate>,
    /// Mean of the areas at the times, weighed by the events between them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean_auc: Option<f64>,
    /// Mean Brier score from the first to the last of the times, by trapezoids.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub integrated_brier: Option<f64>,
    /// Cox regression on the linear predictor; absent where it has no solution.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slope: Option<SlopeResult>,
    /// At each of the times at which an interval of the grid has ended.
    #[serde(default)]
    pub at_times: Vec<AtTime>,
    /// Kaplan-Meier curves by predicted risk.
    #[serde(default)]
    pub groups: RiskGroupsResult,
    /// Among patients of the same site; absent when no site has enough patients with and without the event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within_sites: Option<ConcordanceWithinSites>,
}

/// A concordance or an area with its error.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SurvivalEstimate {
    /// The estimate.
    pub value: f64,
    /// Standard error: infinitesimal jackknife over patients, the estimated curve of censoring included.
    pub se: f64,
    /// Wald interval, cut to [0, 1].
    pub interval: [f64; 2],
    /// Percentile interval from Poisson bootstraps; absent when the plan asks for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bootstrap: Option<[f64; 2]>,
}

/// Calibration slope: the coefficient of the linear predictor.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SlopeResult {
    /// 1 is perfect, below 1 means predictions too extreme.
    pub slope: f64,
    /// Its standard error.
    pub se: f64,
}

/// Everything at one time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AtTime {
    /// When, in days.
    pub time: f64,
    /// The end of the last interval of the grid that has ended by then: what is judged.
    pub ends: f64,
    /// Events up to it.
    pub events: u64,
    /// Patients followed beyond it.
    pub followed: u64,
    /// Area under the cumulative/dynamic curve; absent without events before or patients beyond.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auc: Option<SurvivalEstimate>,
    /// Absent where nobody is followed so long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brier: Option<BrierResult>,
    /// Predicted against observed risk.
    pub calibration: TimeCalibration,
    /// Decision curve.
    pub net_benefit: Vec<TimeBenefit>,
}

/// A Brier score with weights against censoring.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BrierResult {
    /// The score.
    pub score: f64,
    /// Its standard error, the curve of censoring taken as known.
    pub se: f64,
    /// The score of the Kaplan-Meier estimate for everyone.
    pub reference: f64,
    /// 1 minus the share of the two; 1 is perfect, 0 is no better than the reference. Absent where the reference is 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scaled: Option<f64>,
}

/// Predicted against observed risk at one time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimeCalibration {
    /// All patients.
    pub all: TimeGroup,
    /// Observed over predicted; absent where nothing is predicted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio: Option<f64>,
    /// Mean over patients of the distance between predicted and observed risk of their group.
    pub error: f64,
    /// Groups of equal size by predicted risk, lowest first; fewer than ten when predictions are equal.
    pub groups: Vec<TimeGroup>,
}

/// Predicted and observed risk of a group.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TimeGroup {
    /// Patients.
    pub n: u64,
    /// Mean predicted risk.
    pub predicted: f64,
    /// 1 minus the Kaplan-Meier estimate.
    pub observed: f64,
    /// Greenwood's standard error.
    pub se: f64,
    /// Interval of the observed risk on the scale of `log(-log S)`; absent where the risk is 0 or 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<[f64; 2]>,
}

/// One point of a decision curve at one time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TimeBenefit {
    /// Patients at or above this predicted risk are treated.
    pub threshold: f64,
    /// Patients treated.
    pub treated: u64,
    /// Net benefit of the model, with Kaplan-Meier risks.
    pub model: f64,
    /// Net benefit of treating everyone.
    pub treat_all: f64,
}

/// Groups of predicted risk, cut on training folds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RiskGroupsResult {
    /// For each scored fold, rising scores; a patient is in the group of as many as the score reaches.
    pub cuts: Vec<Vec<f64>>,
    /// Lowest risk first.
    pub groups: Vec<RiskGroup>,
    /// Test of equal hazards; absent with fewer than two groups that have patients.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_rank: Option<LogRank>,
}

/// A group of predicted risk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RiskGroup {
    /// Patients.
    pub n: u64,
    /// Events among them.
    pub events: u64,
    /// Patients at risk at each time of `at_times`.
    pub at_risk: Vec<u64>,
    /// Kaplan-Meier curve.
    pub curve: Vec<CurvePoint>,
}

/// Concordance among patients of the same site.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConcordanceWithinSites {
    /// Harrell's concordance over pairs of the same site.
    pub concordance: f64,
    /// Its standard error.
    pub se: f64,
    /// Wald interval, cut to [0, 1].
    pub interval: [f64; 2],
    /// Single sites with enough patients with and without the event; empty unless the plan releases site sums.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sites: Vec<SiteConcordance>,
    /// Random-effects summary of logit concordance over these sites, on the scale of the concordance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discrimination: Option<Heterogeneity>,
}

/// One model at one site.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SiteConcordance {
    /// The site.
    pub site: SiteId,
    /// Patients.
    pub n: u64,
    /// Events among them.
    pub events: u64,
    /// Harrell's concordance among the site's patients.
    pub concordance: f64,
    /// Its standard error.
    pub se: f64,
}

//! How a model does within sites.
//!
//! Numbers of single sites appear only when the plan releases `site_sums`. Spec:
//! docs/reference/methods/evaluation.md.

use consilium_types::SiteId;
use serde::{Deserialize, Serialize};

/// Discrimination among patients of the same site.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WithinSites {
    /// Share of concordant pairs of a case and a control of the same site.
    pub auc: f64,
    /// Its standard error.
    pub se: f64,
    /// Wald interval at the plan's level, cut to [0, 1].
    pub interval: [f64; 2],
    /// Single sites with enough patients of both classes, in order; empty unless the plan releases site sums.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub sites: Vec<SiteAccuracy>,
    /// Random-effects summary of logit AUC over these sites, on the scale of the AUC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discrimination: Option<Heterogeneity>,
    /// Random-effects summary of calibration in the large.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_the_large: Option<Heterogeneity>,
}

/// One model at one site.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SiteAccuracy {
    /// The site.
    pub site: SiteId,
    /// Patients.
    pub n: u64,
    /// Cases.
    pub cases: u64,
    /// Sum of the scores.
    pub predicted: f64,
    /// Area under the curve among the site's patients.
    pub auc: f64,
    /// DeLong's standard error.
    pub auc_se: f64,
    /// Calibration in the large.
    pub in_the_large: f64,
    /// Its standard error.
    pub in_the_large_se: f64,
}

/// A random-effects summary over sites: `DerSimonian` and Laird, Hartung and Knapp.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Heterogeneity {
    /// Sites that enter.
    pub sites: u64,
    /// Mean over sites.
    pub mean: f64,
    /// Interval of the mean.
    pub interval: [f64; 2],
    /// Interval for a new site; absent with two sites.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prediction: Option<[f64; 2]>,
    /// Variance between sites (of logit AUC, or of the intercept).
    pub tau2: f64,
    /// Share of the variance that is between sites.
    pub i2: f64,
    /// Cochran's Q.
    pub q: f64,
    /// Of Q, chi-square with one degree of freedom fewer than sites.
    pub q_p: f64,
}

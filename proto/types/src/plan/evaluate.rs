//! `[privacy]` and `[evaluate]`: what may leave a site, and how well the model predicts.

use serde::{Deserialize, Serialize};

/// `[privacy]`
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Privacy {
    /// What the coordinator sees of one site.
    pub aggregate: Aggregate,
    /// What may become visible beside pooled sums.
    pub release: Vec<Release>,
}

/// `privacy.aggregate`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Aggregate {
    /// Each site's sums reach the coordinator in clear.
    #[default]
    Clear,
}

/// `privacy.release`
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Release {
    /// Results over all sites.
    Pooled,
    /// Sums of a single site; leave-site-out validation needs them.
    SiteSums,
}

impl Default for Privacy {
    fn default() -> Self {
        Self { aggregate: Aggregate::Clear, release: vec![Release::Pooled] }
    }
}

/// `[evaluate]`
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Evaluate {
    /// How patients are held out.
    pub design: Design,
    /// Folds of `kfold`, stratified by outcome within each site.
    pub folds: u32,
    /// First and last threshold of the decision curve; steps of 0.01.
    pub thresholds: [f64; 2],
    /// Confidence level of intervals.
    pub level: f64,
}

/// `evaluate.design`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Design {
    /// Patients are held out, `folds` times.
    #[default]
    Kfold,
    /// Sites are held out, one at a time.
    LeaveSiteOut,
}

impl Default for Evaluate {
    fn default() -> Self {
        Self { design: Design::Kfold, folds: 5, thresholds: [0.05, 0.5], level: 0.95 }
    }
}

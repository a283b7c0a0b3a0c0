//! `[privacy]` and `[evaluate]`: what may leave a site, and how well the model predicts.

use serde::{Deserialize, Serialize, Serializer};

use super::{Dp, Span};
use crate::SiteId;

/// `[privacy]`
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Privacy {
    /// What the coordinator sees of one site.
    pub aggregate: Aggregate,
    /// What happens when a site is lost after sums with it are known.
    pub on_loss: OnLoss,
    /// What may become visible beside pooled sums.
    pub release: Vec<Release>,
    /// How little a sum may rest on.
    pub limits: Limits,
    /// Noise on what networks tell; none without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dp: Option<Dp>,
}

/// `privacy.aggregate`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Aggregate {
    /// Each site's sums are blinded; the coordinator opens only the sum over all sites.
    SecureSum,
    /// Each site's sums reach the coordinator in clear.
    Clear,
}

impl Aggregate {
    /// Fewest sites whose sums can be blinded: of two, each knows the other's by subtraction.
    pub const FEWEST: u32 = 3;

    /// What a plan means that does not say: blinded wherever it can be.
    #[must_use]
    pub fn of_at_least(sites: u32) -> Self {
        if sites < Self::FEWEST { Self::Clear } else { Self::SecureSum }
    }
}

/// `privacy.on_loss`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnLoss {
    /// The study ends. Going on without the site would tell its sums: those with it less those without it.
    End,
    /// The analysis begins again without the site.
    Restart,
}

impl OnLoss {
    /// What a plan means that does not say: nothing that blinding hid is told later.
    #[must_use]
    pub fn under(aggregate: Aggregate) -> Self {
        match aggregate {
            Aggregate::SecureSum => Self::End,
            Aggregate::Clear => Self::Restart,
        }
    }
}

/// `privacy.release`
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Release {
    /// Results over all sites.
    Pooled,
    /// Sums of a single site; validation on held-out sites needs them.
    SiteSums,
}

/// `privacy.limits`
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Limits {
    /// Fewest patients that a count which leaves a site may stand for.
    pub cell: u32,
    /// Most parameters of a model for each patient of its training set.
    pub per_model: f64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { cell: 5, per_model: 0.33 }
    }
}

/// `[evaluate]`
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Evaluate {
    /// How patients are held out.
    pub design: Design,
    /// Folds of `kfold`, stratified by outcome within each site; inner folds of the training part of `holdout`.
    pub folds: u32,
    /// How often `kfold` deals the folds anew.
    pub repeats: u32,
    /// Share of each site's patients that `holdout` keeps for the end, stratified by outcome.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holdout: Option<f64>,
    /// The hospital that `holdout` keeps for the end as a whole, instead of a share of each site's patients.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holdout_site: Option<SiteId>,
    /// Where a probability becomes a class.
    pub threshold: Threshold,
    /// First and last threshold of the decision curve; steps of 0.01.
    pub thresholds: [f64; 2],
    /// Confidence level of intervals.
    pub level: f64,
    /// Poisson bootstraps for intervals that have no formula; 0 gives none.
    pub bootstrap: u32,
    /// Whether the importance of columns is measured by permuting them within sites.
    pub importance: bool,
    /// Times at which a survival model is judged, none after the horizon; empty for other outcomes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub times: Vec<Span>,
    /// Groups of equal size by predicted risk, for Kaplan-Meier curves.
    pub groups: u32,
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
    /// Some patients, or one site, are held out once.
    Holdout,
}

/// `evaluate.threshold`
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum Threshold {
    /// The largest sum of sensitivity and specificity on the training folds.
    #[default]
    Youden,
    /// This probability.
    Fixed(f64),
}

impl Default for Evaluate {
    fn default() -> Self {
        Self {
            design: Design::Kfold,
            folds: 5,
            repeats: 1,
            holdout: None,
            holdout_site: None,
            threshold: Threshold::Youden,
            thresholds: [0.05, 0.5],
            level: 0.95,
            bootstrap: 0,
            importance: false,
            times: Vec::new(),
            groups: 2,
        }
    }
}

impl Serialize for Threshold {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Youden => serializer.serialize_str("youden"),
            Self::Fixed(probability) => serializer.serialize_f64(*probability),
        }
    }
}

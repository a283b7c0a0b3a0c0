//! `[robust]`: what keeps a hospital with wrong numbers, by mistake or on purpose, from spoiling a network.
//!
//! Never: a claim about anything but networks; all other sums of a study are sums.
//! Spec: docs/reference/methods/robust.md, ADR-0019.

use serde::{Deserialize, Serialize};

use super::{Design, StudyPlan};

/// `[robust]`; what is left out is not done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Robust {
    /// What takes the place of the average; needs each hospital's model in clear.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<RobustRule>,
    /// Hospitals that may lie, for a rule that counts on the others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub liars: Option<u32>,
    /// L2 norm to which a hospital clips its change of the model, in each round.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clip: Option<f64>,
    /// Most patients that a hospital counts for in an average.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight_cap: Option<u32>,
    /// How much worse than the one before a new model may be, in mean log-loss, before a hospital votes against it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vote: Option<f64>,
}

/// `robust.rule`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RobustRule {
    /// The median of each parameter.
    Median,
    /// The mean of each parameter without its lowest and highest values.
    TrimmedMean,
    /// The model that lies closest to most others.
    Krum,
    /// The mean of several such models.
    MultiKrum,
    /// The mean of models whose changes the coordinator clips.
    NormBound,
}

impl RobustRule {
    /// Whether it counts on a number of hospitals that tell the truth.
    #[must_use]
    pub fn counts_liars(self) -> bool {
        self != Self::NormBound
    }

    /// Fewest hospitals with which it stands against so many liars.
    #[must_use]
    pub fn fewest(self, liars: u32) -> u32 {
        match self {
            Self::Median | Self::TrimmedMean => liars.saturating_mul(2).saturating_add(1),
            Self::Krum | Self::MultiKrum => liars.saturating_mul(2).saturating_add(3),
            Self::NormBound => 1,
        }
    }

    /// Its word in a plan.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Median => "median",
            Self::TrimmedMean => "trimmed-mean",
            Self::Krum => "krum",
            Self::MultiKrum => "multi-krum",
            Self::NormBound => "norm-bound",
        }
    }
}

impl Robust {
    /// Liars that the rule is to stand against.
    #[must_use]
    pub fn liars(&self) -> u32 {
        self.liars.unwrap_or(0)
    }
}

impl StudyPlan {
    /// Hospitals that certainly have patients of every training set.
    #[must_use]
    pub fn training_sites(&self) -> u32 {
        let away = self.evaluate.design == Design::LeaveSiteOut || self.evaluate.holdout_site.is_some();
        self.study.sites.min.saturating_sub(u32::from(away))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_the_canonical_form() {
        for rule in [
            RobustRule::Median,
            RobustRule::TrimmedMean,
            RobustRule::Krum,
            RobustRule::MultiKrum,
            RobustRule::NormBound,
        ] {
            assert_eq!(serde_json::to_value(rule).expect("a word"), rule.word());
        }
    }

    #[test]
    fn more_liars_need_more_hospitals() {
        assert_eq!([0, 1, 2].map(|f| RobustRule::Median.fewest(f)), [1, 3, 5]);
        assert_eq!([0, 1, 2].map(|f| RobustRule::MultiKrum.fewest(f)), [3, 5, 7]);
        assert_eq!(RobustRule::Krum.fewest(u32::MAX), u32::MAX);
    }
}

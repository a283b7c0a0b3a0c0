//! `[harmonise]` and `[select]`: what happens to radiomic columns before a model sees them, inside the folds.

use serde::{Deserialize, Serialize, Serializer};

use super::OutcomeKind;

/// `[harmonise]`: on radiomic columns only.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Harmonise {
    /// How batches are brought together.
    pub method: HarmoniseMethod,
    /// What makes a batch.
    pub batch: Batch,
    /// Covariates whose effect must survive; clinical inputs, never the outcome.
    pub keep: Vec<String>,
    /// How `ComBat` steadies the batch effects.
    pub shrink: Shrink,
}

/// `harmonise.method`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HarmoniseMethod {
    /// Values stay as they are.
    #[default]
    None,
    /// Each batch to mean 0 and standard deviation 1.
    SiteZ,
    /// Location and scale of each batch, beside the effects of `keep`.
    Combat,
}

/// `harmonise.batch`
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Batch {
    /// Each hospital is a batch.
    #[default]
    Site,
    /// Each value of this column of the clinical table, for example `scanner`.
    Column(String),
}

/// `harmonise.shrink`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shrink {
    /// Parametric empirical Bayes.
    #[default]
    Parametric,
    /// The least-squares effects as they are.
    None,
    /// Parametric empirical Bayes of the location; the scale stays.
    MeanOnly,
}

/// `[select]`: always inside the folds, on radiomic columns only.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Select {
    /// Agreement with a second reading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stability: Option<Stability>,
    /// Univariate screening.
    pub relevance: Relevance,
    /// Pairwise correlation filter.
    pub redundancy: Redundancy,
    /// What chooses among the columns that are left.
    pub method: SelectMethod,
    /// Largest number of radiomic features in a model.
    pub max: u32,
    /// Which penalty of a path is taken; only `lasso` and `elastic-net`.
    pub rule: PathRule,
    /// Share of the absolute penalty, in (0, 1]; only `elastic-net`, and always there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alpha: Option<f64>,
    /// Poisson bootstraps over which the frequency of selection is counted; 0 counts none.
    pub bootstraps: u32,
}

/// `select.stability`
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stability {
    /// A feature goes when its intraclass correlation is below this.
    pub icc: f64,
    /// Which intraclass correlation.
    pub form: IccForm,
}

/// `select.stability.form`, after Shrout and Fleiss: single measurements.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IccForm {
    /// ICC(1,1): one-way.
    Icc11,
    /// ICC(2,1): two-way random, absolute agreement.
    #[default]
    Icc21,
    /// ICC(3,1): two-way mixed, consistency.
    Icc31,
}

/// `select.relevance`
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Relevance {
    /// The test that ranks.
    pub test: RelevanceTest,
    /// How many features pass on to the redundancy filter.
    pub keep: u32,
}

/// `select.relevance.test`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RelevanceTest {
    /// Welch's t, ranked by its p value.
    #[default]
    Welch,
    /// Student's t with one variance.
    Student,
    /// One-way analysis of variance over the classes.
    Anova,
    /// Chi-square of the classes against the quartiles of a column.
    ChiSquare,
    /// Mann-Whitney's U.
    MannWhitney,
    /// Score test of a Cox regression on one column.
    Cox,
    /// No screening: every column passes on.
    None,
}

/// `select.redundancy`
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Redundancy {
    /// A feature goes when its |Pearson r| with a better one reaches this; in (0, 1].
    pub rho: f64,
}

/// `select.method`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SelectMethod {
    /// The first by `relevance`.
    #[default]
    Rank,
    /// Most relevant and least redundant, one after the other.
    Mrmr,
    /// Columns that an absolute penalty leaves.
    Lasso,
    /// Columns that a mixed penalty leaves.
    ElasticNet,
    /// Principal components, the largest first.
    Pca,
}

/// `select.rule`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum PathRule {
    /// The penalty with the best cross-validated log-likelihood.
    #[default]
    #[serde(rename = "min")]
    Min,
    /// The largest penalty within one standard error of it.
    #[serde(rename = "1se")]
    OneSe,
}

impl RelevanceTest {
    /// The test of an outcome when the plan names none.
    #[must_use]
    pub fn for_outcome(kind: OutcomeKind) -> Self {
        match kind {
            OutcomeKind::Binary | OutcomeKind::Multilabel => Self::Welch,
            OutcomeKind::Ordinal | OutcomeKind::Nominal => Self::Anova,
            OutcomeKind::Survival => Self::Cox,
        }
    }

    /// Whether it tests outcomes of this kind.
    #[must_use]
    pub fn suits(self, kind: OutcomeKind) -> bool {
        match self {
            Self::None => true,
            Self::Cox => kind == OutcomeKind::Survival,
            Self::Anova | Self::ChiSquare => kind != OutcomeKind::Survival,
            Self::Welch | Self::Student | Self::MannWhitney => {
                matches!(kind, OutcomeKind::Binary | OutcomeKind::Multilabel)
            }
        }
    }
}

impl SelectMethod {
    /// Whether columns are chosen along a path of penalties.
    #[must_use]
    pub fn is_path(self) -> bool {
        matches!(self, Self::Lasso | Self::ElasticNet)
    }
}

impl Default for Select {
    fn default() -> Self {
        Self {
            stability: None,
            relevance: Relevance::default(),
            redundancy: Redundancy::default(),
            method: SelectMethod::default(),
            max: 8,
            rule: PathRule::default(),
            alpha: None,
            bootstraps: 0,
        }
    }
}

impl Default for Relevance {
    fn default() -> Self {
        Self { test: RelevanceTest::Welch, keep: 200 }
    }
}

impl Default for Redundancy {
    fn default() -> Self {
        Self { rho: 0.8 }
    }
}

impl Default for Stability {
    fn default() -> Self {
        Self { icc: 0.75, form: IccForm::default() }
    }
}

impl Serialize for Batch {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Self::Site => "site",
            Self::Column(column) => column,
        })
    }
}

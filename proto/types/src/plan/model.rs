//! `[model]`: how the outcome is predicted.

use serde::{Deserialize, Serialize, Serializer};

use super::OutcomeKind;

/// `[model]`
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Model {
    /// Column families, each a model of its own under the same folds.
    /// Default: those the inputs allow (`combined` only where both others exist).
    pub families: Vec<ModelFamily>,
    /// The main learner.
    pub learner: Learner,
    /// Penalty of the regressions, on standardised columns, intercept free.
    pub penalty: Penalty,
    /// Whether each site has an intercept of its own.
    pub site_intercept: bool,
    /// Whether each site has a baseline hazard of its own; Cox regression.
    pub strata: Strata,
    /// How events of the same time count; Cox regression.
    pub ties: Ties,
    /// Learners reported beside the main one, on the last family.
    pub compare: Vec<Learner>,
    /// The network behind `mlp`.
    pub network: Network,
    /// The trees of `forest`.
    pub forest: Forest,
    /// The trees of `boost`.
    pub boost: Boost,
    /// The machine of `svm` and `svm-rbf`.
    pub svm: Svm,
}

/// `model.families`
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ModelFamily {
    /// Clinical columns.
    Clinical,
    /// Selected radiomic columns.
    Radiomics,
    /// Both.
    Combined,
}

/// `model.learner`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Learner {
    /// Logistic regression by Newton's method: equals the pooled fit; multinomial for several classes.
    #[default]
    Logistic,
    /// Logistic regression with Firth's correction.
    Firth,
    /// Proportional odds.
    Ordinal,
    /// Linear support vector machine with squared hinge loss.
    Svm,
    /// The same on random Fourier features of a Gaussian kernel.
    SvmRbf,
    /// Random forest on shared bins.
    Forest,
    /// Gradient boosting on shared bins.
    Boost,
    /// Multilayer perceptron by federated averaging: has no exact form.
    Mlp,
    /// Cox regression.
    Cox,
    /// Discrete-time hazard: logistic regression by interval of the grid.
    Hazard,
}

/// `model.penalty`
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Penalty {
    /// `"cv"` chooses lambda by inner cross-validation; a number fixes it; 0 is maximum likelihood.
    /// 0 beside `lasso`.
    pub ridge: Strength,
    /// Absolute penalty, with `alpha`: the fit maximises
    /// `loglik - lambda * (alpha * |beta|_1 + (1 - alpha)/2 * |beta|^2)`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lasso: Option<Strength>,
    /// Share of the absolute penalty, in (0, 1]; only beside `lasso`, and always there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alpha: Option<f64>,
}

/// `model.penalty.ridge`, `model.penalty.lasso`
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum Strength {
    /// Chosen by cross-validated log-likelihood from a fixed grid.
    #[default]
    Cv,
    /// This lambda; of a ridge penalty, the fit maximises `loglik - lambda/2 * |beta|^2`.
    Fixed(f64),
}

/// `model.strata`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strata {
    /// One baseline hazard.
    #[default]
    None,
    /// One for each site.
    Site,
}

/// `model.ties`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ties {
    /// Efron's approximation.
    #[default]
    Efron,
    /// Breslow's.
    Breslow,
}

/// `model.network`
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Network {
    /// Width of each hidden layer.
    pub hidden: Vec<usize>,
    /// Rounds of federated averaging.
    pub rounds: u32,
    /// Passes over the site's patients in a round.
    pub epochs: u32,
    /// Patients in a step.
    pub batch: u32,
    /// Learning rate.
    pub rate: f64,
    /// Weight decay.
    pub decay: f64,
}

/// `model.forest`
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Forest {
    /// Number of trees.
    pub trees: u32,
    /// Levels of splits.
    pub depth: u32,
    /// Fewest patients of a leaf, counted with their bootstrap weights.
    pub min_leaf: u32,
    /// Columns tried at each split.
    pub features: Tried,
    /// Bins of a column.
    pub bins: u32,
}

/// `model.forest.features`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tried {
    /// The square root of the number of columns, rounded up.
    #[default]
    Sqrt,
    /// So many.
    Count(u32),
}

/// `model.boost`
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Boost {
    /// Number of trees of each class; each costs `depth` exchanges.
    pub trees: u32,
    /// Levels of splits.
    pub depth: u32,
    /// Learning rate.
    pub rate: f64,
    /// Fewest patients of a leaf.
    pub min_leaf: u32,
    /// Ridge penalty of the leaf values.
    pub lambda: f64,
    /// Bins of a column.
    pub bins: u32,
}

/// `model.svm`
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Svm {
    /// Weight of the losses against half the squared norm of the coefficients.
    pub cost: f64,
    /// Random Fourier features of `svm-rbf`.
    pub features: u32,
    /// Width of the kernel `exp(-gamma |x - z|^2)` of `svm-rbf`.
    pub gamma: Gamma,
}

/// `model.svm.gamma`
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum Gamma {
    /// One over the number of columns, which are standardised.
    #[default]
    Auto,
    /// This.
    Fixed(f64),
}

impl Model {
    /// The main learner and those beside it.
    pub fn learners(&self) -> impl Iterator<Item = Learner> + '_ {
        std::iter::once(self.learner).chain(self.compare.iter().copied())
    }
}

impl Learner {
    /// The learner of an outcome when the plan names none.
    #[must_use]
    pub fn for_outcome(kind: OutcomeKind) -> Self {
        match kind {
            OutcomeKind::Binary | OutcomeKind::Nominal | OutcomeKind::Multilabel => Self::Logistic,
            OutcomeKind::Ordinal => Self::Ordinal,
            OutcomeKind::Survival => Self::Cox,
        }
    }

    /// Whether it predicts outcomes of this kind.
    #[must_use]
    pub fn suits(self, kind: OutcomeKind) -> bool {
        match kind {
            OutcomeKind::Binary | OutcomeKind::Multilabel => {
                !matches!(self, Self::Ordinal | Self::Cox | Self::Hazard)
            }
            OutcomeKind::Nominal => matches!(self, Self::Logistic | Self::Forest | Self::Boost),
            OutcomeKind::Ordinal => {
                matches!(self, Self::Ordinal | Self::Logistic | Self::Forest | Self::Boost)
            }
            OutcomeKind::Survival => matches!(self, Self::Cox | Self::Hazard),
        }
    }

    /// Whether `model.penalty.ridge` is its penalty.
    #[must_use]
    pub fn takes_ridge(self) -> bool {
        matches!(self, Self::Logistic | Self::Ordinal | Self::Cox | Self::Hazard)
    }

    /// Whether `model.penalty.lasso` can be its penalty.
    #[must_use]
    pub fn takes_lasso(self) -> bool {
        matches!(self, Self::Logistic | Self::Cox)
    }

    /// Whether its sites can have intercepts of their own.
    #[must_use]
    pub fn takes_site_intercept(self) -> bool {
        matches!(self, Self::Logistic | Self::Firth | Self::Ordinal | Self::Hazard)
    }
}

impl Default for Network {
    fn default() -> Self {
        Self { hidden: vec![16], rounds: 20, epochs: 5, batch: 16, rate: 0.1, decay: 1e-4 }
    }
}

impl Default for Forest {
    fn default() -> Self {
        Self { trees: 300, depth: 5, min_leaf: 5, features: Tried::Sqrt, bins: 32 }
    }
}

impl Default for Boost {
    fn default() -> Self {
        Self { trees: 12, depth: 3, rate: 0.3, min_leaf: 5, lambda: 1.0, bins: 32 }
    }
}

impl Default for Svm {
    fn default() -> Self {
        Self { cost: 1.0, features: 256, gamma: Gamma::Auto }
    }
}

impl Serialize for Strength {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Cv => serializer.serialize_str("cv"),
            Self::Fixed(lambda) => serializer.serialize_f64(*lambda),
        }
    }
}

impl Serialize for Tried {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Sqrt => serializer.serialize_str("sqrt"),
            Self::Count(count) => serializer.serialize_u32(*count),
        }
    }
}

impl Serialize for Gamma {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Auto => serializer.serialize_str("auto"),
            Self::Fixed(gamma) => serializer.serialize_f64(*gamma),
        }
    }
}

//! `[outcome]` and `[model]`: what is predicted, and how.

use serde::{Deserialize, Serialize, Serializer};

/// `[outcome]`
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcome {
    /// Type of outcome.
    pub kind: OutcomeKind,
    /// Column of the clinical table.
    pub label: String,
    /// The value that counts as a case; an empty cell leaves the cohort.
    pub positive: String,
    /// The value that counts as a control; without it, every other value does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub negative: Option<String>,
}

/// `outcome.kind`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutcomeKind {
    /// Yes or no.
    #[default]
    Binary,
}

/// `[model]`
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Model {
    /// Column families, each a model of its own under the same folds.
    /// Default: those the inputs allow (`combined` only where both others exist).
    pub families: Vec<ModelFamily>,
    /// The main learner.
    pub learner: Learner,
    /// Ridge penalty of the logistic regression, on standardised columns, intercept free.
    pub penalty: Penalty,
    /// Learners reported beside the main one, on the last family.
    pub compare: Vec<Learner>,
    /// The network behind `mlp`.
    pub network: Network,
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
    /// Logistic regression by Newton's method: equals the pooled fit.
    #[default]
    Logistic,
    /// Multilayer perceptron by federated averaging: has no exact form.
    Mlp,
}

/// `model.penalty`
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Penalty {
    /// `"cv"` chooses lambda by inner cross-validation; a number fixes it; 0 is maximum likelihood.
    pub ridge: Ridge,
}

/// `model.penalty.ridge`
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum Ridge {
    /// Chosen by cross-validated log-likelihood from a fixed grid.
    #[default]
    Cv,
    /// This lambda: the fit maximises `loglik - lambda/2 * |beta|^2`.
    Fixed(f64),
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

impl Default for Network {
    fn default() -> Self {
        Self { hidden: vec![16], rounds: 20, epochs: 5, batch: 16, rate: 0.1, decay: 1e-4 }
    }
}

impl Serialize for Ridge {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Cv => serializer.serialize_str("cv"),
            Self::Fixed(lambda) => serializer.serialize_f64(*lambda),
        }
    }
}

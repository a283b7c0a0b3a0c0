//! Which columns a model's predictions rest on.
//!
//! Never: a number about one patient or one site. Spec: docs/reference/methods/trees.md.

use serde::{Deserialize, Serialize};

/// Importance of a model's columns on patients it was not trained on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImportanceResult {
    /// The class found against all others; 1 for a yes-or-no outcome.
    pub class: u32,
    /// How much worse predictions become when a column is shuffled within sites; empty where the outcome is survival.
    pub permutation: Vec<PermutationImportance>,
    /// How much concordance falls when a column is shuffled within sites; empty where the outcome is not survival.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub concordance: Vec<ConcordanceImportance>,
    /// What each column adds to predictions; empty for models that cannot be divided among their columns.
    pub shap: Vec<ShapImportance>,
}

/// One shuffled column. Differences are positive where the column helps; spreads are standard deviations over repeats.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PermutationImportance {
    /// Name in the schema.
    pub column: String,
    /// Rise of the mean squared error.
    pub brier: Spread,
    /// Rise of the mean minus log-likelihood.
    pub log_loss: Spread,
    /// Fall of the AUC, on scores rounded to 1/256.
    pub auc: Spread,
}

/// One shuffled column of a model of survival.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConcordanceImportance {
    /// Name in the schema.
    pub column: String,
    /// Fall of Harrell's concordance, on scores in at most 128 classes.
    pub fall: Spread,
}

/// Mean and standard deviation over repeats.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// Mean.
    pub mean: f64,
    /// Standard deviation, n - 1 below; 0 for one repeat.
    pub sd: f64,
}

/// What one column adds: to log-odds in linear and boosted models, to probability in forests.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShapImportance {
    /// Name in the schema.
    pub column: String,
    /// Patients whose out-of-fold model has the column.
    pub patients: u64,
    /// Mean magnitude over them.
    pub mean_abs: f64,
    /// Mean.
    pub mean: f64,
    /// Mean of what it adds, patients from whom it takes counted as 0.
    pub positive: f64,
    /// Mean of what it takes, patients to whom it adds counted as 0.
    pub negative: f64,
    /// By band of the standardised column; empty bands are left out.
    pub bands: Vec<ShapBand>,
}

/// Patients whose column lies in a band.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShapBand {
    /// From, in standard deviations; absent for the lowest band and for missing values.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub from: Option<f64>,
    /// Up to; absent for the highest band and for missing values.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub to: Option<f64>,
    /// Whether the value is missing.
    pub missing: bool,
    /// Patients.
    pub patients: u64,
    /// Mean of what the column adds.
    pub mean: f64,
}

impl Spread {
    pub(crate) fn of(values: &[f64]) -> Self {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n.max(1.0);
        let squares: f64 = values.iter().map(|x| (x - mean) * (x - mean)).sum();
        Self { mean, sd: if n > 1.0 { (squares / (n - 1.0)).sqrt() } else { 0.0 } }
    }
}

//! The fitted models and the columns they were given.

use serde::{Deserialize, Serialize};

use crate::chart::{Forest, Nomogram};

/// Which columns were chosen, and how reliably.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Selection {
    /// The label that is predicted; empty where there is one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// The steps, in words and in order.
    pub steps: Vec<String>,
    /// Training sets in which columns were chosen anew.
    pub sets: u32,
    /// Bootstraps of all patients in which columns were chosen anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replicates: Option<u32>,
    /// Columns whose two readings were compared, and how many of them agree well enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub readings: Option<[u64; 2]>,
    /// Columns chosen at least once, those of the final model first.
    pub columns: Vec<Selected>,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Selected {
    /// Its name.
    pub column: String,
    /// In how many training sets it was chosen.
    pub times: u32,
    /// Whether it is in the final model.
    pub chosen: bool,
    /// Intraclass correlation of its two readings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreement: Option<f64>,
    /// In how many bootstraps it was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replicates: Option<u32>,
}

/// One fitted model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// Family and learner, for example `combined/logistic`.
    pub name: String,
    /// What it is, in words.
    pub description: String,
    /// Its coefficients, one table for each outcome it tells apart.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coefficients: Vec<CoefficientTable>,
    /// Odds or hazard ratios of each table, drawn.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ratios: Vec<Forest>,
    /// Its nomogram, where it is a weighted sum.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nomogram: Option<Nomogram>,
}

/// Coefficients with their uncertainty.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CoefficientTable {
    /// What the coefficients act on, for example `log odds of MYCN amplification`.
    pub scale: String,
    /// What `exp(coefficient)` is called: `Odds ratio`, `Hazard ratio`; empty where it means nothing.
    pub ratio: String,
    /// Confidence level of the intervals.
    pub level: f64,
    /// The rows.
    pub rows: Vec<CoefficientRow>,
    /// Explanation below the table.
    pub note: String,
}

/// One coefficient.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CoefficientRow {
    /// The term.
    pub term: String,
    /// Per standard deviation of the column.
    pub standardised: f64,
    /// Per unit of the column.
    pub raw: f64,
    /// Standard error of `raw`; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub se: Option<f64>,
    /// Two-sided p value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p: Option<f64>,
    /// Whether `exp` of it is a ratio to be shown: not for an intercept.
    pub ratio: bool,
}

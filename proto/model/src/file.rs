//! The file: inputs with their standardisation, and one of six kinds of predictor.

use serde::{Deserialize, Serialize};

use crate::check::{Fault, check};
use crate::tree::Tree;

/// Name and version of the form.
pub const FORMAT: &str = "consilium/model/v1";

/// A fitted model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelFile {
    /// [`FORMAT`].
    pub format: String,
    /// The study it comes from.
    pub study: String,
    /// Hash of the study's plan, in hexadecimal digits.
    pub plan_hash: String,
    /// Name in the study's result, for example `combined/logistic`.
    pub name: String,
    /// What is predicted, in words.
    pub outcome: String,
    /// The columns, in the order of every coefficient vector below.
    pub inputs: Vec<Input>,
    /// From columns to a prediction.
    pub predictor: Predictor,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Name in the study's schema.
    pub name: String,
    /// Unit, where known; empty otherwise.
    #[serde(default)]
    pub unit: String,
    /// Subtracted first; stands for a missing value in weighted sums.
    pub mean: f64,
    /// Divides the difference; above 0.
    pub sd: f64,
    /// Values a calculator offers; not extremes of patients.
    pub range: [f64; 2],
    /// Whether it is 0 or 1: a category that holds or not.
    #[serde(default)]
    pub indicator: bool,
}

/// From columns to a prediction. Coefficients act on `z = (x - mean) / sd`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Predictor {
    /// `p = 1 / (1 + exp(-(intercept + sum b z)))`.
    Logistic {
        /// Log odds at the mean of all columns.
        intercept: f64,
        /// One a column.
        coefficients: Vec<f64>,
    },
    /// Log odds of each class against the first.
    Multinomial {
        /// Names; the first is the reference.
        classes: Vec<String>,
        /// One for each class but the first.
        intercepts: Vec<f64>,
        /// For each class but the first, one a column.
        coefficients: Vec<Vec<f64>>,
    },
    /// Proportional odds: `P(level <= k) = 1 / (1 + exp(-(threshold_k - sum b z)))`.
    Ordinal {
        /// Names, lowest first.
        levels: Vec<String>,
        /// Rising; one fewer than levels.
        thresholds: Vec<f64>,
        /// One a column.
        coefficients: Vec<f64>,
    },
    /// `S(t) = exp(-H(t) exp(sum b z))`.
    Cox {
        /// One a column.
        coefficients: Vec<f64>,
        /// Unit of time.
        unit: String,
        /// Times in order, with the cumulative baseline hazard at the mean of all columns; may be empty.
        baseline: Vec<[f64; 2]>,
        /// Times a calculator shows.
        horizons: Vec<f64>,
    },
    /// A linear support vector machine: `intercept + sum b z`, cases above 0.
    Margin {
        /// Score at the mean of all columns.
        intercept: f64,
        /// One a column.
        coefficients: Vec<f64>,
    },
    /// Decision trees over the columns' own values.
    Trees {
        /// Names of the classes, as many as each leaf has values; of two classes boosting gives one value.
        classes: Vec<String>,
        /// How the leaves become probabilities.
        link: Link,
        /// Added to the sum over trees, one a value of a leaf.
        base: Vec<f64>,
        /// The trees.
        trees: Vec<Tree>,
    },
}

/// How leaves become probabilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Link {
    /// A forest: the mean of the leaves, which are probabilities.
    Mean,
    /// Boosting of two classes: the logistic function of the sum.
    Logistic,
    /// Boosting of several classes: the softmax of the sums.
    Softmax,
}

impl ModelFile {
    /// Reads and checks a file.
    pub fn from_json(text: &str) -> Result<Self, Fault> {
        let file: Self =
            serde_json::from_str(text).map_err(|error| Fault::Json { message: error.to_string() })?;
        check(&file)?;
        Ok(file)
    }

    /// Indented, full precision, a final newline.
    #[must_use]
    pub fn to_json(&self) -> String {
        let text = serde_json::to_string_pretty(self).expect("numbers and strings always serialise");
        text + "\n"
    }
}

//! Out-of-fold scores: the probability a model gives to a patient it was not trained on.
//!
//! Scores are computed at the site and never leave it; evaluation sends counts and sums of them.

use serde::{Deserialize, Serialize};

use crate::design::{Design, linear_predictor, logistic};
use crate::{Networks, QueryFault, Rows, Unfit, check};

/// One model in all its folds: each cell is scored by the predictor that left it out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scorer {
    /// One predictor a cell.
    pub cells: Vec<Predictor>,
}

/// A fitted model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Predictor {
    /// Logistic regression.
    Logistic {
        /// Columns and their standardisation.
        design: Design,
        /// Intercept, then one coefficient a column.
        beta: Vec<f64>,
    },
    /// Multilayer perceptron.
    Network {
        /// Columns and their standardisation.
        design: Design,
        /// Width of each hidden layer.
        hidden: Vec<usize>,
        /// In the manifest's order.
        parameters: Vec<f32>,
    },
}

/// A scored patient.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Score {
    /// Probability of being a case.
    pub(crate) probability: f64,
    /// Whether the patient is one.
    pub(crate) case: bool,
}

impl Scorer {
    pub(crate) fn check(&self, width: usize) -> Result<(), QueryFault> {
        check::size("cells", self.cells.len(), check::MOST_CELLS)?;
        self.cells.iter().try_for_each(|predictor| predictor.check(width))
    }

    /// Scores of all patients, in row order.
    pub(crate) fn scores(&self, rows: &dyn Rows, networks: &dyn Networks) -> Result<Vec<Score>, Unfit> {
        let mut scores = Vec::with_capacity(rows.len());
        for (cell, predictor) in self.cells.iter().enumerate() {
            let patients: Vec<usize> = (0..rows.len()).filter(|row| rows.cell(*row) == cell).collect();
            let probabilities = predictor.predict(rows, &patients, networks)?;
            let score = |(row, probability): (&usize, f64)| Score { probability, case: rows.is_case(*row) };
            scores.extend(patients.iter().zip(probabilities).map(score));
        }
        Ok(scores)
    }
}

impl Predictor {
    fn check(&self, width: usize) -> Result<(), QueryFault> {
        match self {
            Self::Logistic { design, beta } => {
                design.check(width)?;
                check::length("coefficients", beta.len(), design.columns.len() + 1)?;
                check::finite("coefficients", beta)
            }
            Self::Network { design, hidden, parameters } => {
                design.check(width)?;
                crate::network::check_network(design.columns.len(), hidden, parameters)
            }
        }
    }

    fn predict(
        &self,
        rows: &dyn Rows,
        patients: &[usize],
        networks: &dyn Networks,
    ) -> Result<Vec<f64>, Unfit> {
        match self {
            Self::Logistic { design, beta } => {
                let eta = |row: &usize| linear_predictor(beta, &design.standardise(rows, *row));
                Ok(patients.iter().map(|row| logistic(eta(row))).collect())
            }
            Self::Network { design, hidden, parameters } => {
                let inputs = crate::network::inputs(design, rows, patients);
                Ok(networks.predict(hidden, parameters, &inputs)?)
            }
        }
    }
}

//! Out-of-fold scores: what a model says of a patient it was not trained on.
//!
//! Scores are computed at the site and never leave it; evaluation sends counts and sums of them.

use serde::{Deserialize, Serialize};

use crate::design::Design;
use crate::glm::{Inputs, Response};
use crate::hazards::{CoxModel, HazardModel};
use crate::trees::{Boost, Forest};
use crate::{Networks, QueryFault, Rows, Target, Unfit, check};

/// One model in all its folds: each cell is scored by the predictor that left it out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scorer {
    /// One predictor a cell; nothing for a cell that is only trained on.
    pub cells: Vec<Option<Predictor>>,
    /// Which of the predictor's outputs is the score. With a target "this class or a higher one", the outputs from
    /// this one on are added.
    pub output: usize,
    /// Whom the score should find.
    pub target: Target,
}

/// A fitted model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Predictor {
    /// A linear model. One output, or one for each class.
    Linear {
        /// What a patient enters as.
        inputs: Inputs,
        /// What was fitted.
        response: Response,
        /// In the order of [`Response::places`].
        beta: Vec<f64>,
    },
    /// Multilayer perceptron. One output: the probability of being a case.
    Network {
        /// Columns and their standardisation.
        design: Design,
        /// Width of each hidden layer.
        hidden: Vec<usize>,
        /// In the manifest's order.
        parameters: Vec<f32>,
    },
    /// Random forest. Outputs: the probability of being a case, or of each class.
    Forest(Forest),
    /// Gradient boosting. Outputs: the probability of being a case, or of each class.
    Boost(Boost),
    /// Cox regression. Outputs: risk, then the probability of the event by each time of evaluation.
    Cox(CoxModel),
    /// Discrete-time hazards. Outputs: risk, then the probability of the event by each time of evaluation.
    Hazard(HazardModel),
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
        self.target.check()?;
        self.cells.iter().flatten().try_for_each(|predictor| {
            predictor.check(width)?;
            check::index("output", self.output, predictor.outputs())
        })
    }

    /// Every scored patient with the model's outputs, by cell and then in row order.
    pub(crate) fn outputs(
        &self,
        rows: &dyn Rows,
        networks: &dyn Networks,
    ) -> Result<Vec<(usize, Vec<f64>)>, Unfit> {
        let mut scored = Vec::with_capacity(rows.len());
        for (cell, predictor) in self.cells.iter().enumerate() {
            let Some(predictor) = predictor else { continue };
            let patients: Vec<usize> = (0..rows.len()).filter(|row| rows.cell(*row) == cell).collect();
            let outputs = predictor.predict(rows, &patients, networks)?;
            scored.extend(patients.into_iter().zip(outputs));
        }
        Ok(scored)
    }

    /// Scores of all patients whose class is known, by cell and then in row order.
    pub(crate) fn scores(&self, rows: &dyn Rows, networks: &dyn Networks) -> Result<Vec<Score>, Unfit> {
        Ok(self.scored(rows, networks)?.into_iter().map(|(_, score)| score).collect())
    }

    /// As [`Scorer::scores`], with each patient's row.
    pub(crate) fn scored(
        &self,
        rows: &dyn Rows,
        networks: &dyn Networks,
    ) -> Result<Vec<(usize, Score)>, Unfit> {
        let score = |(row, outputs): (usize, Vec<f64>)| {
            let case = self.target.of(rows, row)?;
            Some((row, Score { probability: self.probability(&outputs), case }))
        };
        Ok(self.outputs(rows, networks)?.into_iter().filter_map(score).collect())
    }

    /// For each cell, the scores its predictor gives the patients it was trained on.
    pub(crate) fn training_scores(
        &self,
        rows: &dyn Rows,
        networks: &dyn Networks,
    ) -> Result<Vec<Vec<Score>>, Unfit> {
        let of_cell = |(cell, predictor): (usize, &Option<Predictor>)| {
            let Some(predictor) = predictor else { return Ok(Vec::new()) };
            let known = |row: &usize| rows.cell(*row) != cell && self.target.of(rows, *row).is_some();
            let patients: Vec<usize> = (0..rows.len()).filter(known).collect();
            let outputs = predictor.predict(rows, &patients, networks)?;
            let score = |(row, outputs): (&usize, Vec<f64>)| {
                let case = self.target.of(rows, *row)?;
                Some(Score { probability: self.probability(&outputs), case })
            };
            Ok(patients.iter().zip(outputs).filter_map(score).collect())
        };
        self.cells.iter().enumerate().map(of_cell).collect()
    }

    fn probability(&self, outputs: &[f64]) -> f64 {
        match self.target {
            Target::Is { .. } => outputs[self.output],
            Target::AtLeast { .. } => outputs[self.output..].iter().fold(0.0, |sum, p| sum + p).min(1.0),
        }
    }
}

impl Predictor {
    /// Number of outputs of one patient.
    #[must_use]
    pub fn outputs(&self) -> usize {
        match self {
            Self::Network { .. } => 1,
            Self::Forest(forest) => {
                if forest.classes == 2 {
                    1
                } else {
                    forest.classes
                }
            }
            Self::Boost(boost) => boost.start.len(),
            Self::Linear { response, .. } => response.outputs(),
            Self::Cox(cox) => cox.outputs(),
            Self::Hazard(hazard) => hazard.outputs(),
        }
    }

    pub(crate) fn check(&self, width: usize) -> Result<(), QueryFault> {
        match self {
            Self::Linear { inputs, response, beta } => {
                response.check()?;
                inputs.check(width)?;
                check::length("coefficients", beta.len(), response.coefficients(inputs.len()))?;
                response.check_beta(beta)
            }
            Self::Network { design, hidden, parameters } => {
                design.check(width)?;
                crate::network::check_network(design.columns.len(), hidden, parameters)
            }
            Self::Forest(forest) => forest.check(width),
            Self::Boost(boost) => boost.check(width),
            Self::Cox(cox) => cox.check(width),
            Self::Hazard(hazard) => hazard.check(width),
        }
    }

    /// The outputs of some patients, [`Predictor::outputs`] each.
    pub fn predict(
        &self,
        rows: &dyn Rows,
        patients: &[usize],
        networks: &dyn Networks,
    ) -> Result<Vec<Vec<f64>>, Unfit> {
        match self {
            Self::Linear { inputs, response, beta } => {
                let opened = inputs.open(rows);
                Ok(patients.iter().map(|row| response.probabilities(beta, &opened.of(*row))).collect())
            }
            Self::Network { design, hidden, parameters } => {
                let inputs = crate::network::inputs(design, rows, patients);
                let probabilities = networks.predict(hidden, parameters, &inputs)?;
                Ok(probabilities.into_iter().map(|p| vec![p]).collect())
            }
            Self::Forest(forest) => {
                let bins = forest.bins.open(rows);
                Ok(patients.iter().map(|row| forest.probabilities(&bins.of(*row))).collect())
            }
            Self::Boost(boost) => {
                let bins = boost.bins.open(rows);
                Ok(patients.iter().map(|row| boost.probabilities(&bins.of(*row))).collect())
            }
            Self::Cox(cox) => cox.predict(rows, patients, networks),
            Self::Hazard(hazard) => Ok(hazard.predict(rows, patients)),
        }
    }
}

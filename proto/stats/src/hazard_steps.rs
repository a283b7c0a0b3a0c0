//! Discrete-time hazards: pooled logistic regression over steps of time, as a sum over patients.
//!
//! A patient takes part in every step that is survived, and in the one of the event; whoever is censored within a step
//! does not take part in it. Intercepts of steps come first. Spec: docs/reference/methods/survival.md.
//! Source: Tutz and Schmid, Modeling Discrete Time-to-Event Data (2016), 3.2.
//!
//! | words | what | reveals |
//! |---|---|---|
//! | 1 | log-likelihood | fit of the model |
//! | k, q with derivatives | gradient of k intercepts and q coefficients | |
//! | k; k q; q (q + 1) / 2 | information, by blocks | covariances weighted by risk at each step |

use serde::{Deserialize, Serialize};

use crate::design::{logistic, loss};
use crate::disclosure::ReleasedFit;
use crate::glm::{Derivatives, Inputs};
use crate::gram::triangle;
use crate::hazards::MOST_STEPS;
use crate::linear::Symmetric;
use crate::reader::Reader;
use crate::time::{Placed, TimeGrid};
use crate::{
    Accumulator, Computation, Implausible, Networks, QueryFault, Released, Rows, Summary, Unfit, check,
};

/// Asks for the likelihood of a discrete-time hazard at a point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HazardSteps {
    /// The grid of times.
    pub grid: TimeGrid,
    /// The interval in which each step ends, rising.
    pub ends: Vec<usize>,
    /// What patients enter as.
    pub inputs: Inputs,
    /// Cells whose patients do not count.
    pub held_out: Vec<usize>,
    /// One intercept a step, then one coefficient an input.
    pub beta: Vec<f64>,
    /// Whether derivatives are asked.
    pub derivatives: bool,
}

/// What a discrete-time hazard is at a point.
#[derive(Debug, Clone, PartialEq)]
pub struct HazardPoint {
    /// Log-likelihood.
    pub log_likelihood: f64,
    /// Where they were asked.
    pub derivatives: Option<Derivatives>,
}

impl HazardSteps {
    fn inputs(&self) -> usize {
        self.inputs.len()
    }

    fn steps(&self) -> usize {
        self.ends.len()
    }

    /// Steps survived, and whether the event comes in the next.
    fn course(&self, placed: Placed) -> (usize, bool) {
        let survived = if placed.event {
            self.ends.partition_point(|end| *end < placed.interval)
        } else {
            self.ends.partition_point(|end| *end <= placed.interval)
        };
        (survived, placed.event && survived < self.steps())
    }

    fn contribute(&self, sums: &mut Accumulator, x: &[f64], placed: Placed) -> Result<(), Unfit> {
        let (k, q) = (self.steps(), self.inputs());
        let (survived, event) = self.course(placed);
        let eta = x.iter().zip(&self.beta[k..]).fold(0.0, |eta, (x, b)| eta + x * b);
        let (mut residual, mut weight) = (0.0, 0.0);
        for step in 0..survived + usize::from(event) {
            let comes = step == survived;
            let eta = self.beta[step] + eta;
            sums.add(0, -loss(eta, comes))?;
            if !self.derivatives {
                continue;
            }
            let p = logistic(eta);
            let (r, w) = (f64::from(u8::from(comes)) - p, p * (1.0 - p));
            (residual, weight) = (residual + r, weight + w);
            sums.add(1 + step, r)?;
            sums.add(1 + k + q + step, w)?;
            for (j, x) in x.iter().enumerate() {
                sums.add(1 + 2 * k + q + step * q + j, w * x)?;
            }
        }
        if self.derivatives {
            let square = 1 + 2 * k + q + k * q;
            for (i, a) in x.iter().enumerate() {
                sums.add(1 + k + i, residual * a)?;
                for (j, b) in x.iter().enumerate().skip(i) {
                    sums.add(square + triangle(i, j, q), weight * a * b)?;
                }
            }
        }
        Ok(())
    }
}

impl Computation for HazardSteps {
    type Finding = HazardPoint;

    fn length(&self) -> usize {
        if !self.derivatives {
            return 1;
        }
        let (k, q) = (self.steps(), self.inputs());
        let blocks = [k, q, k, k.saturating_mul(q), q.saturating_mul(q.saturating_add(1)) / 2];
        blocks.iter().fold(1usize, |sum, block| sum.saturating_add(*block))
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        self.grid.check()?;
        self.grid.check_moments(&self.ends)?;
        check::size("steps", self.steps(), MOST_STEPS)?;
        self.inputs.check(width)?;
        self.held_out.iter().try_for_each(|cell| check::index("cell", *cell, check::MOST_CELLS))?;
        check::length("coefficients", self.beta.len(), self.steps().saturating_add(self.inputs()))?;
        check::finite("coefficients", &self.beta)?;
        check::size("words", self.length(), check::MOST_WORDS)
    }

    fn describe(&self) -> String {
        let what =
            if self.derivatives { "log-likelihood, gradient and information" } else { "log-likelihood" };
        format!("{what} of a hazard in {} steps of time on {} inputs", self.steps(), self.inputs())
    }

    fn released(&self) -> Released {
        let fit = ReleasedFit { parameters: self.inputs(), held_out: self.held_out.clone() };
        Released { fits: vec![fit], by_cell: true, step: Some(self.grid.step), ..Released::default() }
    }

    fn site(&self, rows: &dyn Rows, _networks: &dyn Networks) -> Result<Summary, Unfit> {
        let mut sums = Accumulator::new(self.length());
        let opened = self.inputs.open(rows);
        for row in (0..rows.len()).filter(|row| !self.held_out.contains(&rows.cell(*row))) {
            if let Some(placed) = self.grid.place(rows, row) {
                self.contribute(&mut sums, &opened.of(row), placed)?;
            }
        }
        Ok(sums.finish())
    }

    fn finish(&self, sum: &Summary) -> Result<HazardPoint, Implausible> {
        let mut words = Reader::new(sum, self.length())?;
        let log_likelihood = words.value()?;
        if log_likelihood > 0.0 {
            return Err(Implausible::Value { what: "a log-likelihood", value: log_likelihood });
        }
        if !self.derivatives {
            return Ok(HazardPoint { log_likelihood, derivatives: None });
        }
        let (k, q) = (self.steps(), self.inputs());
        let gradient = words.values(k + q)?;
        let (diagonal, cross) = (words.values(k)?, words.values(k * q)?);
        let square = words.values(q * (q + 1) / 2)?;
        let entry = |(i, j): (usize, usize)| match (i < k, j < k) {
            (true, true) if i == j => diagonal[i],
            (true, true) => 0.0,
            (true, false) => cross[i * q + j - k],
            _ => square[triangle(i - k, j - k, q)],
        };
        let pairs = (0..k + q).flat_map(|i| (i..k + q).map(move |j| (i, j)));
        let information = Symmetric::from_triangle(k + q, pairs.map(entry).collect());
        let derivatives = Some(Derivatives { log_likelihood, gradient, information });
        Ok(HazardPoint { log_likelihood, derivatives })
    }
}

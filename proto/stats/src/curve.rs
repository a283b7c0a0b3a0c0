//! The smooth calibration curve: a logistic regression on a restricted cubic spline of `logit p` with three knots.
//!
//! | words | what | reveals |
//! |---|---|---|
//! | 10 for each model | log-likelihood, 3 gradients, 6 second derivatives | pooled fit |

use serde::{Deserialize, Serialize};

use crate::calibration::logit;
use crate::design::{logistic, loss};
use crate::linear::Symmetric;
use crate::reader::Reader;
use crate::scores::Scorer;
use crate::{
    Accumulator, Computation, Derivatives, Implausible, Networks, QueryFault, Rows, Summary, Unfit, check,
};

/// Words of one model.
const WORDS: usize = 10;
/// Knots closer than this on the logit scale make no spline.
const CLOSEST: f64 = 0.01;

/// Asks for derivatives of curves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Curve {
    /// The models.
    pub models: Vec<Scorer>,
    /// For each model.
    pub knots: Vec<Knots>,
    /// For each model: intercept, coefficient of `logit p` and of the spline.
    pub points: Vec<[f64; 3]>,
}

/// Three knots on the logit scale.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Knots(pub [f64; 3]);

impl Knots {
    /// At three probabilities; nothing when they are too close.
    #[must_use]
    pub fn new(probabilities: [f64; 3]) -> Option<Self> {
        let knots = Self(probabilities.map(logit));
        knots.are_apart().then_some(knots)
    }

    fn are_apart(&self) -> bool {
        self.0.iter().all(|knot| knot.is_finite()) && self.0.windows(2).all(|w| w[1] - w[0] >= CLOSEST)
    }

    /// The basis at a probability: 1, x = logit p, and
    /// `((x - a)+^3 - (x - b)+^3 (c - a) / (c - b) + (x - c)+^3 (b - a) / (c - b)) / (c - a)^2`.
    /// Source: Harrell, Regression Modeling Strategies, 2nd ed., 2.4.5.
    #[must_use]
    pub fn basis(&self, probability: f64) -> [f64; 3] {
        let ([a, b, c], x) = (self.0, logit(probability));
        let cube = |knot: f64| (x - knot).max(0.0).powi(3);
        let spline = cube(a) - cube(b) * (c - a) / (c - b) + cube(c) * (b - a) / (c - b);
        [1.0, x, spline / ((c - a) * (c - a))]
    }
}

impl Computation for Curve {
    type Finding = Vec<Derivatives>;

    fn length(&self) -> usize {
        self.models.len().saturating_mul(WORDS)
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        check::size("models", self.models.len(), check::MOST_FITS)?;
        check::length("knots", self.knots.len(), self.models.len())?;
        check::length("points", self.points.len(), self.models.len())?;
        if !self.knots.iter().all(Knots::are_apart) {
            return Err(QueryFault::Number("knots"));
        }
        self.points.iter().try_for_each(|point| check::finite("points", point))?;
        self.models.iter().try_for_each(|model| model.check(width))
    }

    fn describe(&self) -> String {
        format!("sums for the smooth calibration curve of {} models", self.models.len())
    }

    fn site(&self, rows: &dyn Rows, networks: &dyn Networks) -> Result<Summary, Unfit> {
        let mut sums = Accumulator::new(self.length());
        for (i, model) in self.models.iter().enumerate() {
            for score in model.scores(rows, networks)? {
                let basis = self.knots[i].basis(score.probability);
                let eta = basis.iter().zip(&self.points[i]).fold(0.0, |eta, (x, b)| eta + x * b);
                let p = logistic(eta);
                let (residual, weight) = (f64::from(u8::from(score.case)) - p, p * (1.0 - p));
                let [_, x, s] = basis;
                let gradient = [residual, residual * x, residual * s];
                let information = [1.0, x, s, x * x, x * s, s * s].map(|product| weight * product);
                let values = std::iter::once(-loss(eta, score.case)).chain(gradient).chain(information);
                values.enumerate().try_for_each(|(word, value)| sums.add(WORDS * i + word, value))?;
            }
        }
        Ok(sums.finish())
    }

    fn finish(&self, sum: &Summary) -> Result<Vec<Derivatives>, Implausible> {
        let mut words = Reader::new(sum, self.length())?;
        let mut derivatives = |_| {
            let log_likelihood = words.value()?;
            let gradient = words.values(3)?;
            let information = Symmetric::from_triangle(3, words.values(6)?);
            Ok(Derivatives { log_likelihood, gradient, information })
        };
        (0..self.models.len()).map(&mut derivatives).collect()
    }
}

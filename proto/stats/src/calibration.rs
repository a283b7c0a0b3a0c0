//! Calibration of out-of-fold scores: `logit P(case) = a + b logit p`, and `a` alone with b = 1.
//!
//! | words | what | reveals |
//! |---|---|---|
//! | 6 for each model | log-likelihood, 2 gradients, 3 second derivatives of the two-parameter fit | pooled fit |
//! | 2 for each model | gradient and second derivative of the one-parameter fit | pooled fit |

use serde::{Deserialize, Serialize};

use crate::design::{logistic, loss};
use crate::linear::Symmetric;
use crate::reader::Reader;
use crate::scores::Scorer;
use crate::{
    Accumulator, Computation, Derivatives, Implausible, Networks, QueryFault, Rows, Summary, Unfit, check,
};

/// Words of one model.
const WORDS: usize = 8;
/// Scores are kept this far from 0 and 1, so that their logit is finite.
const MARGIN: f64 = 1e-15;

/// Asks for derivatives of calibration fits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// The models scored.
    pub models: Vec<Scorer>,
    /// For each model: intercept and slope of the joint fit, intercept at slope 1.
    pub points: Vec<[f64; 3]>,
}

/// Derivatives of both fits of one model.
#[derive(Debug, Clone, PartialEq)]
pub struct CalibrationStep {
    /// Of intercept and slope.
    pub joint: Derivatives,
    /// Gradient and information of the intercept alone.
    pub intercept: [f64; 2],
}

/// log(p / (1 - p)) of a score kept away from 0 and 1.
#[must_use]
pub fn logit(probability: f64) -> f64 {
    let p = probability.clamp(MARGIN, 1.0 - MARGIN);
    libm::log(p / (1.0 - p))
}

impl Calibration {
    fn contribute(
        sums: &mut Accumulator,
        word: usize,
        point: [f64; 3],
        x: f64,
        case: bool,
    ) -> Result<(), Unfit> {
        let [a, b, offset] = point;
        let y = f64::from(u8::from(case));
        let eta = a + b * x;
        let p = logistic(eta);
        let w = p * (1.0 - p);
        let q = logistic(offset + x);
        let values = [-loss(eta, case), y - p, (y - p) * x, w, w * x, w * x * x, y - q, q * (1.0 - q)];
        values.iter().enumerate().try_for_each(|(i, value)| sums.add(word + i, *value))?;
        Ok(())
    }
}

impl Computation for Calibration {
    type Finding = Vec<CalibrationStep>;

    fn length(&self) -> usize {
        self.models.len().saturating_mul(WORDS)
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        check::size("models", self.models.len(), check::MOST_FITS)?;
        check::length("points", self.points.len(), self.models.len())?;
        self.points.iter().try_for_each(|point| check::finite("points", point))?;
        self.models.iter().try_for_each(|model| model.check(width))
    }

    fn describe(&self) -> String {
        format!("sums for the calibration intercept and slope of {} models", self.models.len())
    }

    fn site(&self, rows: &dyn Rows, networks: &dyn Networks) -> Result<Summary, Unfit> {
        let mut sums = Accumulator::new(self.length());
        for (i, (model, point)) in self.models.iter().zip(&self.points).enumerate() {
            for score in model.scores(rows, networks)? {
                Self::contribute(&mut sums, WORDS * i, *point, logit(score.probability), score.case)?;
            }
        }
        Ok(sums.finish())
    }

    fn finish(&self, sum: &Summary) -> Result<Vec<CalibrationStep>, Implausible> {
        let mut words = Reader::new(sum, self.length())?;
        let step = |_| {
            let log_likelihood = words.value()?;
            let gradient = words.values(2)?;
            let information = Symmetric::from_triangle(2, words.values(3)?);
            let joint = Derivatives { log_likelihood, gradient, information };
            Ok(CalibrationStep { joint, intercept: [words.value()?, words.value()?] })
        };
        (0..self.models.len()).map(step).collect()
    }
}

//! Firth's fit on the coordinator's side: information, then modified score, then a step.
//!
//! Maximises `loglik + log det I / 2` (Firth, Biometrika 80 (1993) 27), which has a finite maximum when classes are separated.

use crate::{Derivatives, FitFailure};

/// A fit has converged when no coefficient of its last step is larger.
const STEP_TOLERANCE: f64 = 1e-9;
/// Longest step of a coefficient, as in logistf.
const LONGEST_STEP: f64 = 5.0;
/// Steps and halvings before a fit is given up.
const MOST_STEPS: usize = 60;

/// A fit on its way.
#[derive(Debug, Clone, PartialEq)]
pub struct FirthAscent {
    beta: Vec<f64>,
    /// The last accepted point and its penalised log-likelihood.
    accepted: Option<(Vec<f64>, f64)>,
    /// The last point whose score is known, and that score.
    scored: Option<(Vec<f64>, Vec<f64>)>,
    steps: usize,
    next: FirthStep,
}

/// What a fit needs next.
#[derive(Debug, Clone, PartialEq)]
pub enum FirthStep {
    /// Derivatives at [`FirthAscent::beta`].
    Information,
    /// The modified score there, with this inverse information.
    Score(Box<FirthPoint>),
    /// Nothing: done.
    Converged(Box<FirthPoint>),
    /// Nothing: given up.
    Failed(FitFailure),
}

/// What is known at a point.
#[derive(Debug, Clone, PartialEq)]
pub struct FirthPoint {
    /// Log-likelihood.
    pub log_likelihood: f64,
    /// With half the log determinant of the information.
    pub penalised: f64,
    /// The inverse information, by rows: the covariance.
    pub inverse: Vec<Vec<f64>>,
}

impl FirthPoint {
    /// The inverse information as it travels: upper triangle by rows.
    #[must_use]
    pub fn triangle(&self) -> Vec<f64> {
        self.inverse.iter().enumerate().flat_map(|(i, row)| row[i..].to_vec()).collect()
    }
}

impl FirthAscent {
    /// Starts at zero with this many inputs.
    #[must_use]
    pub fn new(inputs: usize) -> Self {
        let (beta, next) = (vec![0.0; inputs + 1], FirthStep::Information);
        Self { beta, accepted: None, scored: None, steps: 0, next }
    }

    /// The current point, intercept first.
    #[must_use]
    pub fn beta(&self) -> &[f64] {
        &self.beta
    }

    /// What is needed next.
    #[must_use]
    pub fn next(&self) -> &FirthStep {
        &self.next
    }

    /// Takes the derivatives at [`FirthAscent::beta`].
    pub fn inform(&mut self, at: &Derivatives) {
        self.steps += 1;
        let Some(factor) = at.information.cholesky() else {
            let failure = if self.steps == 1 { FitFailure::Collinear } else { FitFailure::Separated };
            self.next = FirthStep::Failed(failure);
            return;
        };
        let penalised = at.log_likelihood + 0.5 * factor.log_determinant();
        if let Some((point, best)) = &self.accepted
            && penalised < best - 1e-12 * (1.0 + best.abs())
        {
            self.beta = self.beta.iter().zip(point).map(|(b, p)| 0.5 * (b + p)).collect();
            return self.give_up_when_stalled();
        }
        self.accepted = Some((self.beta.clone(), penalised));
        let point = FirthPoint { log_likelihood: at.log_likelihood, penalised, inverse: factor.inverse() };
        self.next = FirthStep::Score(Box::new(point));
    }

    /// Takes the modified score at [`FirthAscent::beta`] and moves.
    pub fn score(&mut self, score: &[f64]) {
        let FirthStep::Score(point) = &self.next else { return };
        let step = self.step(&point.inverse, score);
        let longest = step.iter().fold(0.0, |most: f64, s| most.max(s.abs()));
        if longest <= STEP_TOLERANCE {
            self.next = FirthStep::Converged(point.clone());
            return;
        }
        self.scored = Some((self.beta.clone(), score.to_vec()));
        let shorter = (LONGEST_STEP / longest).min(1.0);
        self.beta.iter_mut().zip(&step).for_each(|(b, s)| *b += shorter * s);
        self.next = FirthStep::Information;
        self.give_up_when_stalled();
    }

    /// The inverse information times the score, corrected by what the last step taught (Broyden, Math Comp 19 (1965)
    /// 577): the information is not quite the slope of the modified score, and steps would shrink slowly.
    fn step(&self, inverse: &[Vec<f64>], score: &[f64]) -> Vec<f64> {
        let plain = times(inverse, score);
        let Some((point, before)) = &self.scored else { return plain };
        let moved: Vec<f64> = self.beta.iter().zip(point).map(|(b, p)| b - p).collect();
        let fallen: Vec<f64> = before.iter().zip(score).map(|(b, s)| b - s).collect();
        let expected = times(inverse, &fallen);
        let gain = dot(&moved, &plain) / dot(&moved, &expected);
        let corrected = plain.iter().zip(moved.iter().zip(&expected)).map(|(p, (m, e))| p + gain * (m - e));
        let corrected: Vec<f64> = corrected.collect();
        if corrected.iter().all(|s| s.is_finite()) && dot(&corrected, score) > 0.0 {
            corrected
        } else {
            plain
        }
    }

    fn give_up_when_stalled(&mut self) {
        if self.steps >= MOST_STEPS || self.beta.iter().any(|b| !b.is_finite()) {
            self.next = FirthStep::Failed(FitFailure::Stalled);
        }
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).fold(0.0, |sum, (a, b)| sum + a * b)
}

fn times(matrix: &[Vec<f64>], x: &[f64]) -> Vec<f64> {
    matrix.iter().map(|row| dot(row, x)).collect()
}

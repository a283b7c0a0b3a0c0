//! Logistic fits on the coordinator's side: Newton steps with halving, standard errors.
//!
//! A fit maximises `loglik(beta) - lambda / 2 * |beta without intercept|^2`. Derivatives come from the sites; the
//! penalty is added here, so lambda changes nothing in what leaves.

use crate::Derivatives;

/// A fit has converged when no coefficient of its last step is larger.
const STEP_TOLERANCE: f64 = 1e-9;
/// Steps and halvings before a fit is given up.
const MOST_STEPS: usize = 60;
/// A standardised coefficient beyond this has run away: the classes are separated.
const RUNAWAY: f64 = 60.0;

/// A fit on its way.
#[derive(Debug, Clone, PartialEq)]
pub struct Ascent {
    lambda: f64,
    /// The point whose derivatives are asked next.
    beta: Vec<f64>,
    /// The last accepted point and its penalised log-likelihood.
    accepted: Option<(Vec<f64>, f64)>,
    steps: usize,
    state: AscentState,
}

/// How far a fit has come.
#[derive(Debug, Clone, PartialEq)]
pub enum AscentState {
    /// Derivatives at [`Ascent::beta`] are needed.
    Moving,
    /// Done, with the derivatives at the final point.
    Converged(Box<Derivatives>),
    /// Given up.
    Failed(FitFailure),
}

/// Why a fit has no solution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FitFailure {
    /// Coefficients grow without end.
    #[error("the classes are separated: coefficients grow without end; set a ridge penalty")]
    Separated,
    /// The information matrix is singular.
    #[error(
        "columns are collinear: the information matrix is singular; set a ridge penalty or drop a column"
    )]
    Collinear,
    /// No step improves, or too many were taken.
    #[error("Newton's method does not converge")]
    Stalled,
}

impl FitFailure {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Separated => "CNS-S-0401",
            Self::Collinear => "CNS-S-0402",
            Self::Stalled => "CNS-S-0403",
        }
    }
}

impl Ascent {
    /// Starts at zero with `columns` columns.
    #[must_use]
    pub fn new(columns: usize, lambda: f64) -> Self {
        let beta = vec![0.0; columns + 1];
        Self { lambda, beta, accepted: None, steps: 0, state: AscentState::Moving }
    }

    /// The current point, intercept first.
    #[must_use]
    pub fn beta(&self) -> &[f64] {
        &self.beta
    }

    /// The penalty.
    #[must_use]
    pub fn lambda(&self) -> f64 {
        self.lambda
    }

    /// How far the fit has come.
    #[must_use]
    pub fn state(&self) -> &AscentState {
        &self.state
    }

    /// Takes the derivatives at [`Ascent::beta`] and moves.
    pub fn advance(&mut self, at: &Derivatives) {
        self.steps += 1;
        let value = at.log_likelihood - 0.5 * self.lambda * squares(&self.beta);
        if let Some((point, best)) = &self.accepted {
            let slack = 1e-12 * (1.0 + best.abs());
            if value < best - slack {
                // the step overshot: go half-way back
                self.beta = self.beta.iter().zip(point).map(|(b, p)| 0.5 * (b + p)).collect();
                return self.give_up_when_stalled();
            }
        }
        self.accepted = Some((self.beta.clone(), value));
        self.step_from(at);
    }

    fn step_from(&mut self, at: &Derivatives) {
        let Some(factor) = at.information.clone().with_ridge(self.lambda).cholesky() else {
            self.state = AscentState::Failed(self.singular());
            return;
        };
        let shrink = |(i, g): (usize, &f64)| if i == 0 { *g } else { g - self.lambda * self.beta[i] };
        let gradient: Vec<f64> = at.gradient.iter().enumerate().map(shrink).collect();
        let step = factor.solve(&gradient);
        if step.iter().all(|s| s.abs() <= STEP_TOLERANCE) {
            self.state = AscentState::Converged(Box::new(at.clone()));
            return;
        }
        self.beta.iter_mut().zip(&step).for_each(|(b, s)| *b += s);
        if self.beta.iter().any(|b| !b.is_finite() || b.abs() > RUNAWAY) {
            self.state = AscentState::Failed(FitFailure::Separated);
            return;
        }
        self.give_up_when_stalled();
    }

    /// A singular matrix means collinear columns at the start, and saturated probabilities later.
    fn singular(&self) -> FitFailure {
        if self.steps == 1 { FitFailure::Collinear } else { FitFailure::Separated }
    }

    fn give_up_when_stalled(&mut self) {
        if self.steps >= MOST_STEPS {
            self.state = AscentState::Failed(FitFailure::Stalled);
        }
    }
}

fn squares(beta: &[f64]) -> f64 {
    beta[1..].iter().fold(0.0, |sum, b| sum + b * b)
}

/// Covariance `(I + P)^-1 I (I + P)^-1` of a fit with information I and penalty P; `I^-1` without a penalty.
///
/// Nothing when the matrix is singular.
#[must_use]
pub fn covariance(at: &Derivatives, lambda: f64) -> Option<Vec<Vec<f64>>> {
    let inverse = at.information.clone().with_ridge(lambda).cholesky()?.inverse();
    if lambda <= 0.0 {
        return Some(inverse);
    }
    let n = inverse.len();
    let product = |a: &dyn Fn(usize, usize) -> f64, b: &dyn Fn(usize, usize) -> f64| -> Vec<Vec<f64>> {
        let entry = |i: usize, j: usize| (0..n).fold(0.0, |sum, k| sum + a(i, k) * b(k, j));
        (0..n).map(|i| (0..n).map(|j| entry(i, j)).collect()).collect()
    };
    let half = product(&|i, k| inverse[i][k], &|k, j| at.information.at(k, j));
    Some(product(&|i, k| half[i][k], &|k, j| inverse[k][j]))
}

//! Newton steps with halving for any response, on the coordinator's side.
//!
//! A fit maximises `loglik(beta) - beta' P beta / 2`. Spec: docs/reference/methods/linear.md.

use super::Derivatives;
use super::{Basis, Inputs, Place, Response, SiteIntercepts};
use crate::linear::Symmetric;

/// A fit has converged when no coefficient of its last step is larger.
const STEP_TOLERANCE: f64 = 1e-9;
/// Steps and halvings before a fit is given up.
const MOST_STEPS: usize = 60;
/// A standardised coefficient beyond this has run away: the classes are separated.
pub(super) const RUNAWAY: f64 = 60.0;

/// A fit on its way.
#[derive(Debug, Clone, PartialEq)]
pub struct Slope {
    response: Response,
    penalty: Symmetric,
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
    /// Derivatives at [`Slope::beta`] are needed.
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

/// The penalty matrix: `lambda` on columns or features, `sites` on random site intercepts, nothing on intercepts.
///
/// A multinomial model is penalised as if every class, the reference too, had coefficients that add up to zero: the
/// penalty of glmnet and scikit-learn, which does not depend on which class is the reference.
#[must_use]
pub fn penalty(response: Response, inputs: &Inputs, lambda: f64, sites: f64) -> Symmetric {
    let places = response.places(inputs.len());
    let ridge = |input: usize| match (&inputs.sites, &inputs.basis) {
        (SiteIntercepts::Random(_), _) if input < inputs.sites.len() => sites,
        (SiteIntercepts::Fixed(_), _) if input < inputs.sites.len() => 0.0,
        (_, Basis::Margin { .. }) => 0.0,
        _ => lambda,
    };
    let entry = |a: &Place, b: &Place| match (a.input, b.input) {
        (Some(i), Some(j)) if i == j => {
            let shared =
                if let Response::Nominal { classes, .. } = response { 1.0 / classes as f64 } else { 0.0 };
            ridge(i) * (if a.slot == b.slot { 1.0 } else { 0.0 } - shared)
        }
        _ => 0.0,
    };
    let upper = places.iter().enumerate().flat_map(|(at, a)| places[at..].iter().map(move |b| entry(a, b)));
    Symmetric::from_triangle(places.len(), upper.collect())
}

/// Where a fit starts: at zero; the thresholds of an ordinal model as if its classes were equally frequent.
fn start(response: Response, inputs: usize) -> Vec<f64> {
    let mut beta = vec![0.0; response.coefficients(inputs)];
    if let Response::Ordinal { classes, .. } = response {
        for (k, theta) in beta.iter_mut().take(classes - 1).enumerate() {
            let share = (k + 1) as f64 / classes as f64;
            *theta = libm::log(share / (1.0 - share));
        }
    }
    beta
}

impl Slope {
    /// Starts a fit with a matrix of penalties.
    #[must_use]
    pub fn new(response: Response, inputs: &Inputs, penalty: Symmetric) -> Self {
        let beta = start(response, inputs.len());
        Self { response, penalty, beta, accepted: None, steps: 0, state: AscentState::Moving }
    }

    /// The current point.
    #[must_use]
    pub fn beta(&self) -> &[f64] {
        &self.beta
    }

    /// The penalties.
    #[must_use]
    pub fn penalty(&self) -> &Symmetric {
        &self.penalty
    }

    /// How far the fit has come.
    #[must_use]
    pub fn state(&self) -> &AscentState {
        &self.state
    }

    /// Takes the derivatives at [`Slope::beta`] and moves.
    pub fn advance(&mut self, at: &Derivatives) {
        self.steps += 1;
        let pull = self.penalty.times(&self.beta);
        let value = at.log_likelihood - 0.5 * dot(&pull, &self.beta);
        let overshot = |(_, best): &(Vec<f64>, f64)| value < best - 1e-12 * (1.0 + best.abs());
        if self.accepted.as_ref().is_some_and(overshot) {
            return self.halve();
        }
        let Some(factor) = at.information.plus(&self.penalty).cholesky() else { return self.singular() };
        self.accepted = Some((self.beta.clone(), value));
        let gradient: Vec<f64> = at.gradient.iter().zip(&pull).map(|(g, p)| g - p).collect();
        self.go(at, factor.solve(&gradient));
    }

    fn go(&mut self, at: &Derivatives, mut step: Vec<f64>) {
        if step.iter().all(|s| s.abs() <= STEP_TOLERANCE) {
            self.state = AscentState::Converged(Box::new(at.clone()));
            return;
        }
        let reached = |step: &[f64]| -> Vec<f64> { self.beta.iter().zip(step).map(|(b, s)| b + s).collect() };
        let mut next = reached(&step);
        // thresholds that cross have no likelihood: a shorter step keeps them apart
        for _ in 0..MOST_STEPS {
            if self.response.check_beta(&next).is_ok() {
                break;
            }
            step.iter_mut().for_each(|s| *s *= 0.5);
            next = reached(&step);
        }
        let bounded = matches!(self.response, Response::Hinge(_) | Response::Soft { .. });
        if next.iter().any(|b| !b.is_finite() || !bounded && b.abs() > RUNAWAY) {
            self.state = AscentState::Failed(FitFailure::Separated);
            return;
        }
        self.beta = next;
        self.give_up_when_stalled();
    }

    /// Goes half-way back to the last accepted point.
    fn halve(&mut self) {
        if let Some((point, _)) = &self.accepted {
            self.beta = self.beta.iter().zip(point).map(|(b, p)| 0.5 * (b + p)).collect();
        }
        self.give_up_when_stalled();
    }

    /// A singular matrix means collinear inputs at the start and saturated probabilities later; beyond all margins
    /// the hinge loss is flat, and the way back is shorter.
    fn singular(&mut self) {
        match self.response {
            Response::Hinge(_) if self.steps > 1 => self.halve(),
            _ if self.steps > 1 => self.state = AscentState::Failed(FitFailure::Separated),
            _ => self.state = AscentState::Failed(FitFailure::Collinear),
        }
    }

    fn give_up_when_stalled(&mut self) {
        if self.steps >= MOST_STEPS {
            self.state = AscentState::Failed(FitFailure::Stalled);
        }
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).fold(0.0, |sum, (a, b)| sum + a * b)
}

/// Covariance `(I + P)^-1 I (I + P)^-1` of a fit; `I^-1` without a penalty. Nothing when the matrix is singular.
#[must_use]
pub fn sandwich(information: &Symmetric, penalty: &Symmetric) -> Option<Vec<Vec<f64>>> {
    let inverse = information.plus(penalty).cholesky()?.inverse();
    if (0..penalty.order()).all(|i| penalty.at(i, i) == 0.0) {
        return Some(inverse);
    }
    let half: Vec<Vec<f64>> = inverse.iter().map(|row| information.times(row)).collect();
    Some(half.iter().map(|row| inverse.iter().map(|column| dot(row, column)).collect()).collect())
}

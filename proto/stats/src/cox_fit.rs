//! A Cox fit on the coordinator's side: Newton steps with halving, standard errors.
//!
//! A fit maximises `loglik(beta) - lambda / 2 * |beta|^2`. The penalty is added here, so lambda changes nothing in what
//! leaves. Spec: docs/reference/methods/survival.md.

use crate::glm::sandwich;
use crate::linear::Symmetric;

/// A fit has converged when no coefficient of its last step is larger.
const STEP_TOLERANCE: f64 = 1e-9;
/// Steps and halvings before a fit is given up.
const MOST_STEPS: usize = 60;
/// A standardised coefficient beyond this has run away.
const RUNAWAY: f64 = 60.0;

/// A Cox fit on its way.
#[derive(Debug, Clone, PartialEq)]
pub struct CoxClimb {
    lambda: f64,
    /// The point whose likelihood is asked next.
    beta: Vec<f64>,
    /// The last accepted point and its penalised log-likelihood.
    accepted: Option<(Vec<f64>, f64)>,
    steps: usize,
}

/// Why a Cox fit has no solution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CoxFailure {
    /// The likelihood rises without end.
    #[error("the likelihood is monotone: a column separates those with the event; set a ridge penalty")]
    Monotone,
    /// The information matrix is singular.
    #[error(
        "columns are collinear: the information matrix is singular; set a ridge penalty or drop a column"
    )]
    Collinear,
    /// No step improves, or too many were taken.
    #[error("Newton's method does not converge")]
    Stalled,
}

impl CoxFailure {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Monotone => "CNS-S-0410",
            Self::Collinear => "CNS-S-0411",
            Self::Stalled => "CNS-S-0412",
        }
    }
}

impl CoxClimb {
    /// Starts at zero with `columns` covariates.
    #[must_use]
    pub fn new(columns: usize, lambda: f64) -> Self {
        Self { lambda, beta: vec![0.0; columns], accepted: None, steps: 0 }
    }

    /// The current point.
    #[must_use]
    pub fn beta(&self) -> &[f64] {
        &self.beta
    }

    /// Takes the log-likelihood at [`CoxClimb::beta`], nothing where it is out of bounds. Whether the point is accepted, so
    /// that its derivatives are worth asking; otherwise the point has moved half-way back.
    pub fn accept(&mut self, log_likelihood: Option<f64>) -> Result<bool, CoxFailure> {
        self.steps += 1;
        let value = log_likelihood.map(|value| value - 0.5 * self.lambda * squares(&self.beta));
        let lowest = self.accepted.as_ref().map(|(_, best)| best - 1e-12 * (1.0 + best.abs()));
        let value = value.filter(|value| value.is_finite() && lowest.is_none_or(|lowest| *value >= lowest));
        if let Some(value) = value {
            self.accepted = Some((self.beta.clone(), value));
            return Ok(true);
        }
        let Some((point, _)) = &self.accepted else { return Err(CoxFailure::Stalled) };
        self.beta = self.beta.iter().zip(point).map(|(b, p)| 0.5 * (b + p)).collect();
        if self.steps < MOST_STEPS {
            return Ok(false);
        }
        Err(if log_likelihood.is_none() { CoxFailure::Monotone } else { CoxFailure::Stalled })
    }

    /// Takes the derivatives at an accepted point and moves. Whether the fit has converged.
    pub fn advance(&mut self, gradient: &[f64], information: &Symmetric) -> Result<bool, CoxFailure> {
        let ridged = information.plus(&penalty(information.order(), self.lambda));
        let factor = ridged.cholesky().ok_or_else(|| self.singular())?;
        let shrink = |(g, b): (&f64, &f64)| g - self.lambda * b;
        let step = factor.solve(&gradient.iter().zip(&self.beta).map(shrink).collect::<Vec<f64>>());
        if step.iter().all(|s| s.abs() <= STEP_TOLERANCE) {
            return Ok(true);
        }
        self.beta.iter_mut().zip(&step).for_each(|(b, s)| *b += s);
        if self.beta.iter().any(|b| !b.is_finite() || b.abs() > RUNAWAY) {
            return Err(CoxFailure::Monotone);
        }
        if self.steps >= MOST_STEPS { Err(CoxFailure::Stalled) } else { Ok(false) }
    }

    /// A singular matrix means collinear columns at the start, and a flat likelihood later.
    fn singular(&self) -> CoxFailure {
        if self.steps == 1 { CoxFailure::Collinear } else { CoxFailure::Monotone }
    }
}

fn squares(beta: &[f64]) -> f64 {
    beta.iter().fold(0.0, |sum, b| sum + b * b)
}

fn penalty(order: usize, lambda: f64) -> Symmetric {
    let pairs = (0..order).flat_map(|i| (i..order).map(move |j| (i, j)));
    Symmetric::from_triangle(order, pairs.map(|(i, j)| if i == j { lambda } else { 0.0 }).collect())
}

/// Covariance `(I + P)^-1 I (I + P)^-1` with P lambda times the identity; `I^-1` without a penalty.
///
/// Nothing when the matrix is singular.
#[must_use]
pub fn cox_covariance(information: &Symmetric, lambda: f64) -> Option<Vec<Vec<f64>>> {
    sandwich(information, &penalty(information.order(), lambda))
}

//! A Cox fit on the coordinator's side: Newton steps with halving, standard errors.
//!
//! A fit maximises `loglik(beta) - lambda / 2 * |beta|^2`. The penalty is added here, so lambda changes nothing in what
//! leaves. Fits of discrete-time hazards climb alike, with no penalty on their intercepts. Spec: docs/reference/methods/survival.md.

use crate::distribution::normal_quantile;
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
    /// Penalty of each coefficient.
    ridge: Vec<f64>,
    /// The point whose likelihood is asked next.
    beta: Vec<f64>,
    /// The last accepted point and its penalised log-likelihood.
    accepted: Option<(Vec<f64>, f64)>,
    steps: usize,
    tolerance: f64,
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
        Self::starting(vec![0.0; columns], vec![lambda; columns])
    }

    /// Starts at a point, with a penalty for each coefficient.
    #[must_use]
    pub fn starting(beta: Vec<f64>, ridge: Vec<f64>) -> Self {
        Self { ridge, beta, accepted: None, steps: 0, tolerance: STEP_TOLERANCE }
    }

    /// The same, done when no coefficient of a step is larger than this.
    #[must_use]
    pub fn until(self, tolerance: f64) -> Self {
        Self { tolerance, ..self }
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
        let value = log_likelihood.map(|value| value - self.penalty());
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
        let ridged = information.plus(&diagonal(&self.ridge));
        let factor = ridged.cholesky().ok_or_else(|| self.singular())?;
        let shrunk = self.beta.iter().zip(&self.ridge).zip(gradient).map(|((b, ridge), g)| g - ridge * b);
        let step = factor.solve(&shrunk.collect::<Vec<f64>>());
        if step.iter().all(|s| s.abs() <= self.tolerance) {
            return Ok(true);
        }
        self.beta.iter_mut().zip(&step).for_each(|(b, s)| *b += s);
        if self.beta.iter().any(|b| !b.is_finite() || b.abs() > RUNAWAY) {
            return Err(CoxFailure::Monotone);
        }
        if self.steps >= MOST_STEPS { Err(CoxFailure::Stalled) } else { Ok(false) }
    }

    /// What the penalties take off the log-likelihood.
    fn penalty(&self) -> f64 {
        self.beta.iter().zip(&self.ridge).fold(0.0, |sum, (b, ridge)| sum + 0.5 * ridge * b * b)
    }

    /// A singular matrix means collinear columns at the start, and a flat likelihood later.
    fn singular(&self) -> CoxFailure {
        if self.steps == 1 { CoxFailure::Collinear } else { CoxFailure::Monotone }
    }
}

fn diagonal(entries: &[f64]) -> Symmetric {
    let order = entries.len();
    let pairs = (0..order).flat_map(|i| (i..order).map(move |j| (i, j)));
    Symmetric::from_triangle(order, pairs.map(|(i, j)| if i == j { entries[i] } else { 0.0 }).collect())
}

/// Covariance `(I + P)^-1 I (I + P)^-1` with P lambda times the identity; `I^-1` without a penalty.
///
/// Nothing when the matrix is singular.
#[must_use]
pub fn cox_covariance(information: &Symmetric, lambda: f64) -> Option<Vec<Vec<f64>>> {
    sandwich(information, &diagonal(&vec![lambda; information.order()]))
}

/// The hazard ratio of a coefficient with its Wald interval: estimate, lower and upper end.
#[must_use]
pub fn hazard_ratio(estimate: f64, se: f64, level: f64) -> [f64; 3] {
    let z = normal_quantile(f64::midpoint(1.0, level));
    [0.0, -z, z].map(|z| libm::exp(estimate + z * se))
}

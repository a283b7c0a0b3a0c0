//! A Cox fit with lasso or elastic net on the coordinator's side: proximal Newton steps on a working set.
//!
//! A fit maximises `loglik(beta) - lambda * (alpha * |beta|_1 + (1 - alpha) / 2 * |beta|^2)`. The information is asked of
//! covariates that are in, or would enter; the gradient of all says when nothing else wants to.
//! Spec: docs/reference/methods/survival.md. Source: Simon, Friedman, Hastie, Tibshirani, J Stat Softw 39 (2011) 5.

use crate::cox_fit::CoxFailure;
use crate::glm::Derivatives;
use crate::lasso::{Quadratic, Shrinkage, maximise, violation};
use crate::linear::Symmetric;

/// Steps and halvings before a fit is given up.
const MOST_STEPS: usize = 60;
/// A standardised coefficient beyond this has run away.
const RUNAWAY: f64 = 60.0;
/// Covariates that enter the working set at one step.
const ENTERING: usize = 12;

/// A penalised fit on its way.
#[derive(Debug, Clone, PartialEq)]
pub struct CoxLasso {
    shrinkage: Shrinkage,
    /// Largest violation of the conditions of an optimum that is left.
    tolerance: f64,
    beta: Vec<f64>,
    /// Covariates whose information is asked, rising.
    working: Vec<usize>,
    accepted: Option<(Vec<f64>, f64)>,
    steps: usize,
}

impl CoxLasso {
    /// Starts from what is known at zero: gradient of all covariates, information of the active ones.
    ///
    /// With information, the first step is taken at once. `relative` is the accuracy of the conditions of the optimum, in
    /// parts of the penalty.
    #[must_use]
    pub fn new(origin: &Derivatives, active: &[usize], lambda: f64, alpha: f64, relative: f64) -> Self {
        let beta = vec![0.0; origin.gradient.len()];
        let mut fit = Self {
            shrinkage: Shrinkage::elastic(lambda, alpha),
            tolerance: relative * lambda,
            accepted: Some((beta.clone(), origin.log_likelihood)),
            beta,
            working: active.to_vec(),
            steps: 0,
        };
        if active.is_empty() {
            fit.enlist(&origin.gradient);
            return fit;
        }
        if fit.advance(&origin.gradient, &origin.information).is_err() {
            fit.beta.fill(0.0);
        }
        // most covariates were only asked because all penalties share the origin
        fit.working = (0..fit.beta.len()).filter(|j| fit.beta[*j] != 0.0).collect();
        fit
    }

    /// The current point.
    #[must_use]
    pub fn beta(&self) -> &[f64] {
        &self.beta
    }

    /// Covariates whose information is asked.
    #[must_use]
    pub fn working(&self) -> &[usize] {
        &self.working
    }

    /// Number of coefficients that are not zero.
    #[must_use]
    pub fn size(&self) -> usize {
        self.beta.iter().filter(|b| **b != 0.0).count()
    }

    /// Takes the log-likelihood at [`CoxLasso::beta`], nothing where it is out of bounds. Whether the point is accepted;
    /// otherwise it has moved half-way back.
    pub fn accept(&mut self, log_likelihood: Option<f64>) -> Result<bool, CoxFailure> {
        self.steps += 1;
        let penalty = self.beta.iter().fold(0.0, |sum, b| sum + self.shrinkage.of(*b));
        let value = log_likelihood.map(|value| value - penalty);
        let lowest = self.accepted.as_ref().map(|(_, best)| best - 1e-12 * (1.0 + best.abs()));
        let value = value.filter(|value| value.is_finite() && lowest.is_none_or(|lowest| *value >= lowest));
        if let Some(value) = value {
            self.accepted = Some((self.beta.clone(), value));
            return Ok(true);
        }
        let Some((point, _)) = &self.accepted else { return Err(CoxFailure::Stalled) };
        self.beta = self.beta.iter().zip(point).map(|(b, p)| 0.5 * (b + p)).collect();
        if self.steps < MOST_STEPS { Ok(false) } else { Err(CoxFailure::Stalled) }
    }

    /// Takes the gradient of all covariates and the information of the working ones, and moves. Whether the fit has
    /// converged.
    pub fn advance(&mut self, gradient: &[f64], information: &Symmetric) -> Result<bool, CoxFailure> {
        if self.worst(gradient) <= self.tolerance {
            return Ok(true);
        }
        let of = |values: &[f64]| self.working.iter().map(|j| values[*j]).collect::<Vec<f64>>();
        let (at, slopes) = (of(&self.beta), of(gradient));
        let model = Quadratic { at: &at, gradient: &slopes, information };
        let moved = maximise(&model, &vec![self.shrinkage; at.len()]).ok_or(CoxFailure::Stalled)?;
        for (j, b) in self.working.iter().zip(moved) {
            self.beta[*j] = b;
        }
        if self.beta.iter().any(|b| !b.is_finite() || b.abs() > RUNAWAY) {
            return Err(CoxFailure::Monotone);
        }
        self.enlist(gradient);
        if self.steps >= MOST_STEPS { Err(CoxFailure::Stalled) } else { Ok(false) }
    }

    /// Largest violation of any covariate.
    fn worst(&self, gradient: &[f64]) -> f64 {
        let at = |j: usize| violation(gradient[j], self.beta[j], self.shrinkage);
        (0..gradient.len()).fold(0.0, |worst, j| worst.max(at(j)))
    }

    /// Covariates that would enter join the working set, those that would first first.
    fn enlist(&mut self, gradient: &[f64]) {
        let excess = |j: usize| violation(gradient[j], 0.0, self.shrinkage);
        let mut entering: Vec<usize> = (0..gradient.len())
            .filter(|j| !self.working.contains(j) && excess(*j) > self.tolerance)
            .collect();
        entering.sort_by(|i, j| excess(*j).total_cmp(&excess(*i)).then(i.cmp(j)));
        self.working.extend(entering.into_iter().take(ENTERING));
        self.working.sort_unstable();
    }
}

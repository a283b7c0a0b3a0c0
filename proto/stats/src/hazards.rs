//! Models of survival as predictors: Cox regression and discrete-time hazards.
//!
//! Output 0 grows with the risk: its logit is the linear predictor, without the baseline. The others are the probability
//! of the event by each time of evaluation. A baseline of a site's own is made by the site, from its own patients of the
//! training set, each time it is needed; it never leaves. Spec: docs/reference/methods/survival.md.

use serde::{Deserialize, Serialize};

use crate::cox::{Covariates, CoxPoint, RiskSets, Ties};
use crate::design::{Design, logistic};
use crate::glm::Inputs;
use crate::time::TimeGrid;
use crate::{Computation, Networks, QueryFault, Rows, Unfit, check};

/// Times at which a model is judged.
const MOST_TIMES: usize = 100;
/// Steps of a discrete-time hazard.
pub(crate) const MOST_STEPS: usize = 1_000;

/// A Cox regression. Outputs: risk, then the probability of the event by each time of evaluation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoxModel {
    /// Columns, standardisation and training set.
    pub design: Design,
    /// One coefficient a column.
    pub beta: Vec<f64>,
    /// Cumulative baseline hazard over all sites at each time of evaluation, rising.
    pub baseline: Vec<f64>,
    /// How a site makes its own; without it, all share the one above. A site without an event in the training set does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own: Option<OwnBaseline>,
}

/// How a site makes its own baseline hazard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnBaseline {
    /// The grid of times.
    pub grid: TimeGrid,
    /// Tied events.
    pub ties: Ties,
    /// At each time of evaluation, how many intervals have ended.
    pub ended: Vec<usize>,
}

/// A discrete-time hazard: logistic regression of the event in each step of time, given it has not come before.
/// Outputs: risk, then the probability of the event by each time of evaluation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HazardModel {
    /// Columns, standardisation and training set, with deviations of sites.
    pub inputs: Inputs,
    /// Intercept of each step.
    pub intercepts: Vec<f64>,
    /// One coefficient an input.
    pub beta: Vec<f64>,
    /// At each time of evaluation, how many steps have ended.
    pub ended: Vec<usize>,
}

impl CoxModel {
    pub(crate) fn check(&self, width: usize) -> Result<(), QueryFault> {
        self.design.check(width)?;
        check::length("coefficients", self.beta.len(), self.design.columns.len())?;
        check::finite("coefficients", &self.beta)?;
        check::size("times of evaluation", self.baseline.len(), MOST_TIMES)?;
        check::finite("baseline hazards", &self.baseline)?;
        let Some(own) = &self.own else { return Ok(()) };
        own.grid.check()?;
        check::length("times of evaluation", own.ended.len(), self.baseline.len())
    }

    pub(crate) fn outputs(&self) -> usize {
        1 + self.baseline.len()
    }

    pub(crate) fn predict(
        &self,
        rows: &dyn Rows,
        patients: &[usize],
        networks: &dyn Networks,
    ) -> Result<Vec<Vec<f64>>, Unfit> {
        let baseline = match &self.own {
            Some(own) => self.own_baseline(own, rows, networks)?.unwrap_or_else(|| self.baseline.clone()),
            None => self.baseline.clone(),
        };
        let opened = self.design.open(rows);
        let outputs = |row: &usize| {
            let z = opened.standardise(*row);
            let eta = z.iter().zip(&self.beta).fold(0.0, |eta, (z, b)| eta + z * b);
            let by = |hazard: &f64| -libm::expm1(-hazard * libm::exp(eta));
            std::iter::once(logistic(eta)).chain(baseline.iter().map(by)).collect()
        };
        Ok(patients.iter().map(outputs).collect())
    }

    /// The baseline of the site's own training patients; nothing without an event among them.
    fn own_baseline(
        &self,
        own: &OwnBaseline,
        rows: &dyn Rows,
        networks: &dyn Networks,
    ) -> Result<Option<Vec<f64>>, Unfit> {
        let point = CoxPoint {
            grid: own.grid,
            moments: Vec::new(),
            ties: own.ties,
            covariates: Covariates::Design(Box::new(self.design.clone())),
            held_out: self.design.held_out.clone(),
            beta: self.beta.clone(),
        };
        let point = point.with_moments(point.own_moments(rows));
        if point.moments.is_empty() {
            return Ok(None);
        }
        let sets = RiskSets { point };
        let Some(sums) = sets.finish(&sets.site(rows, networks)?).map_err(Unfit::Local)? else {
            return Ok(None);
        };
        Ok(Some(cumulative(&sets.point.moments, &sums.hazard(), &own.ended)))
    }
}

/// The cumulative hazard where so many intervals have ended, from its steps at some of them.
#[must_use]
pub fn cumulative(moments: &[usize], steps: &[f64], ended: &[usize]) -> Vec<f64> {
    let by = |ended: &usize| {
        let before = moments.iter().zip(steps).filter(|(moment, _)| *moment < ended);
        before.fold(0.0, |sum, (_, step)| sum + step)
    };
    ended.iter().map(by).collect()
}

impl HazardModel {
    pub(crate) fn check(&self, width: usize) -> Result<(), QueryFault> {
        self.inputs.check(width)?;
        check::length("coefficients", self.beta.len(), self.inputs.len())?;
        check::finite("coefficients", &self.beta)?;
        check::size("steps", self.intercepts.len(), MOST_STEPS)?;
        check::finite("intercepts", &self.intercepts)?;
        check::size("times of evaluation", self.ended.len(), MOST_TIMES)?;
        let last = self.intercepts.len() + 1;
        self.ended.iter().try_for_each(|ended| check::index("step", *ended, last))
    }

    pub(crate) fn outputs(&self) -> usize {
        1 + self.ended.len()
    }

    pub(crate) fn predict(&self, rows: &dyn Rows, patients: &[usize]) -> Vec<Vec<f64>> {
        let opened = self.inputs.open(rows);
        let outputs = |row: &usize| {
            let x = opened.of(*row);
            let eta = x.iter().zip(&self.beta).fold(0.0, |eta, (x, b)| eta + x * b);
            let by = |ended: &usize| {
                let left = self.intercepts[..*ended].iter().fold(1.0, |left, a| left * logistic(-a - eta));
                1.0 - left
            };
            std::iter::once(logistic(eta)).chain(self.ended.iter().map(by)).collect()
        };
        patients.iter().map(outputs).collect()
    }
}

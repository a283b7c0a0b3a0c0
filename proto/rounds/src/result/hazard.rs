//! A discrete-time hazard on all patients.
//!
//! Spec: docs/reference/methods/survival.md.

use consilium_stats::glm::{Inputs, SiteIntercepts};
use consilium_types::{Schema, SiteId};
use serde::{Deserialize, Serialize};

use super::{Coefficient, LambdaPoint, SiteDeviation, Term, column_name};

/// Logistic regression of the event in each step of time, given it has not come before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HazardResult {
    /// Ridge penalty on standardised columns.
    pub lambda: f64,
    /// Cross-validated minus log-likelihood by penalty; one point with 0 when the plan fixes lambda.
    pub path: Vec<LambdaPoint>,
    /// The penalty chosen in each outer fold.
    pub fold_lambdas: Vec<f64>,
    /// Log-likelihood, without the penalty.
    pub log_likelihood: f64,
    /// Steps of time with their intercepts, for a patient with the mean of every column.
    pub steps: Vec<HazardStep>,
    /// Deviations of sites from the intercepts; empty where all share them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sites: Vec<SiteDeviation>,
    /// One entry a column.
    pub terms: Vec<Term>,
}

/// One step of time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct HazardStep {
    /// Its end, in days.
    pub end: f64,
    /// Logit of the hazard.
    pub intercept: Coefficient,
}

/// What a result is put together from.
pub(crate) struct HazardFacts<'a> {
    pub(crate) schema: &'a Schema,
    pub(crate) roster: &'a [SiteId],
    pub(crate) inputs: &'a Inputs,
    pub(crate) ends: Vec<f64>,
    pub(crate) lambda: f64,
    pub(crate) path: Vec<LambdaPoint>,
    pub(crate) fold_lambdas: Vec<f64>,
    /// Intercepts, deviations of sites, columns.
    pub(crate) beta: &'a [f64],
    pub(crate) covariance: &'a [Vec<f64>],
    pub(crate) log_likelihood: f64,
}

impl HazardResult {
    pub(crate) fn new(facts: HazardFacts<'_>) -> Self {
        let intercept = |at: usize| Coefficient::new(facts.beta[at], facts.covariance[at][at]);
        let step = |(at, end): (usize, &f64)| HazardStep { end: *end, intercept: intercept(at) };
        Self {
            steps: facts.ends.iter().enumerate().map(step).collect(),
            sites: facts.sites(),
            terms: (0..facts.inputs.design.columns.len()).map(|j| facts.term(j)).collect(),
            lambda: facts.lambda,
            path: facts.path,
            fold_lambdas: facts.fold_lambdas,
            log_likelihood: facts.log_likelihood,
        }
    }
}

impl HazardFacts<'_> {
    fn term(&self, j: usize) -> Term {
        let design = &self.inputs.design;
        let at = self.ends.len() + self.inputs.sites.len() + j;
        let (estimate, variance, sd) = (self.beta[at], self.covariance[at][at], design.sd[j]);
        Term {
            column: column_name(self.schema, design.columns[j]),
            mean: design.mean[j],
            sd,
            standardised: Coefficient::new(estimate, variance),
            raw: Coefficient::new(estimate / sd, variance / (sd * sd)),
        }
    }

    fn sites(&self) -> Vec<SiteDeviation> {
        let (SiteIntercepts::Fixed(sites) | SiteIntercepts::Random(sites)) = &self.inputs.sites else {
            return Vec::new();
        };
        let first = self.ends.len();
        let deviation = |site: &usize| {
            let weights = self.inputs.sites.of(*site);
            let sum =
                |of: &dyn Fn(usize) -> f64| weights.iter().enumerate().fold(0.0, |s, (i, w)| s + w * of(i));
            let estimate = sum(&|i| self.beta[first + i]);
            let variance = sum(&|i| sum(&|j| self.covariance[first + i][first + j]));
            SiteDeviation {
                site: self.roster[*site].clone(),
                deviation: Coefficient::new(estimate, variance),
            }
        };
        sites.iter().map(deviation).collect()
    }
}

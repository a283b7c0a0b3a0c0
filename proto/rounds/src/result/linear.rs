//! Results of linear models: coefficients by class, thresholds, site intercepts, lasso paths, margins.
//!
//! Never: a number about one site, but its intercept where the plan asks for intercepts by site.
//! Spec: docs/reference/methods/linear.md.

use std::collections::BTreeMap;

use consilium_stats::Design;
use consilium_stats::glm::{Cosines, Inputs, Response, SiteIntercepts};
use consilium_types::{Schema, SiteId};
use serde::{Deserialize, Serialize};

use super::{Coefficient, LambdaPoint, Term};

/// A regression by Newton's method: logistic with site intercepts, Firth's, multinomial, proportional odds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LinearResult {
    /// The ridge penalty on standardised columns; 0 with Firth's correction.
    pub lambda: f64,
    /// Cross-validated deviance by penalty; empty with Firth's correction.
    pub path: Vec<LambdaPoint>,
    /// The penalty in each outer fold.
    pub fold_lambdas: Vec<f64>,
    /// Log-likelihood, without penalties.
    pub log_likelihood: f64,
    /// With half the log determinant of the information; only with Firth's correction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub penalised_log_likelihood: Option<f64>,
    /// One linear predictor a class but the first; one in all for a binary or ordinal outcome.
    pub predictors: Vec<LinearPredictor>,
    /// Thresholds of an ordinal model: `logit P(y <= k) = threshold_k - predictor`, standardised columns.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub thresholds: Vec<Coefficient>,
}

/// Coefficients of one class against the reference, of a case, or of a higher class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LinearPredictor {
    /// The class it is of, counted from 0; of an ordinal model, the highest.
    pub class: usize,
    /// On standardised columns; with intercepts by site, their mean. Absent in an ordinal model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intercept: Option<Coefficient>,
    /// On the columns' own units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intercept_raw: Option<Coefficient>,
    /// Deviations of sites from the mean intercept; of unpenalised ones, the last is minus the sum of the others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sites: Vec<SiteDeviation>,
    /// One entry a column.
    pub terms: Vec<Term>,
}

/// How far a site's intercept is from the mean.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SiteDeviation {
    /// The site.
    pub site: SiteId,
    /// Its deviation.
    pub deviation: Coefficient,
}

/// What a result is put together from.
pub(crate) struct LinearFacts<'a> {
    pub(crate) schema: &'a Schema,
    pub(crate) roster: &'a [SiteId],
    pub(crate) inputs: &'a Inputs,
    pub(crate) response: Response,
    pub(crate) beta: &'a [f64],
    pub(crate) covariance: &'a [Vec<f64>],
    pub(crate) lambda: f64,
    pub(crate) path: Vec<LambdaPoint>,
    pub(crate) fold_lambdas: Vec<f64>,
    pub(crate) log_likelihood: f64,
    pub(crate) penalised: Option<f64>,
}

impl LinearResult {
    pub(crate) fn new(facts: LinearFacts<'_>) -> Self {
        let cuts = facts.response.classes() - 1;
        let (predictors, thresholds) = if let Response::Ordinal { .. } = facts.response {
            let thresholds = (0..cuts).map(|at| facts.coefficient(at)).collect();
            (vec![facts.predictor(cuts, None, cuts)], thresholds)
        } else {
            let width = 1 + facts.inputs.len();
            let predictor = |m: usize| facts.predictor(m + 1, Some(m * width), m * width + 1);
            ((0..cuts).map(predictor).collect(), Vec::new())
        };
        Self {
            lambda: facts.lambda,
            path: facts.path,
            fold_lambdas: facts.fold_lambdas,
            log_likelihood: facts.log_likelihood,
            penalised_log_likelihood: facts.penalised,
            predictors,
            thresholds,
        }
    }
}

impl LinearFacts<'_> {
    pub(super) fn coefficient(&self, at: usize) -> Coefficient {
        Coefficient::new(self.beta[at], self.covariance[at][at])
    }

    /// A predictor whose inputs begin at a place among the coefficients.
    fn predictor(&self, class: usize, intercept: Option<usize>, inputs: usize) -> LinearPredictor {
        let columns = inputs + self.inputs.sites.len();
        LinearPredictor {
            class,
            intercept: intercept.map(|at| self.coefficient(at)),
            intercept_raw: intercept.map(|at| self.raw_intercept(at, columns)),
            sites: self.sites(inputs),
            terms: self.terms(columns),
        }
    }

    /// One a column; their coefficients begin at a place.
    pub(super) fn terms(&self, columns: usize) -> Vec<Term> {
        let design = &self.inputs.design;
        let term = |(j, column): (usize, &usize)| {
            let (at, sd) = (columns + j, design.sd[j]);
            let (estimate, variance) = (self.beta[at], self.covariance[at][at]);
            Term {
                column: super::column_name(self.schema, *column),
                mean: design.mean[j],
                sd,
                standardised: Coefficient::new(estimate, variance),
                raw: Coefficient::new(estimate / sd, variance / (sd * sd)),
            }
        };
        design.columns.iter().enumerate().map(term).collect()
    }

    /// The intercept for columns in their own units: `a = beta_0 - sum beta_j mean_j / sd_j`.
    pub(super) fn raw_intercept(&self, intercept: usize, columns: usize) -> Coefficient {
        let design = &self.inputs.design;
        let shifts = design.mean.iter().zip(&design.sd).map(|(mean, sd)| -mean / sd);
        let weights: Vec<(usize, f64)> =
            std::iter::once((intercept, 1.0)).chain((columns..).zip(shifts)).collect();
        let estimate = weights.iter().fold(0.0, |sum, (i, w)| sum + w * self.beta[*i]);
        let row = |i: usize| weights.iter().fold(0.0, |sum, (j, w)| sum + w * self.covariance[i][*j]);
        let variance = weights.iter().fold(0.0, |sum, (i, w)| sum + w * row(*i));
        Coefficient::new(estimate, variance)
    }

    fn sites(&self, inputs: usize) -> Vec<SiteDeviation> {
        let (SiteIntercepts::Fixed(sites) | SiteIntercepts::Random(sites)) = &self.inputs.sites else {
            return Vec::new();
        };
        let deviation = |site: &usize| {
            let weights = self.inputs.sites.of(*site);
            let sum =
                |of: &dyn Fn(usize) -> f64| weights.iter().enumerate().fold(0.0, |s, (i, w)| s + w * of(i));
            let estimate = sum(&|i| self.beta[inputs + i]);
            let variance = sum(&|i| sum(&|j| self.covariance[inputs + i][inputs + j]));
            let site = self.roster[*site].clone();
            SiteDeviation { site, deviation: Coefficient::new(estimate, variance) }
        };
        sites.iter().map(deviation).collect()
    }
}

/// A logistic or multinomial regression with lasso or elastic net.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LassoResult {
    /// Share of the lasso; the rest is ridge.
    pub alpha: f64,
    /// The penalty: `loglik - lambda * (alpha * |b|_1 + (1 - alpha) / 2 * |b|^2)`, standardised columns.
    pub lambda: f64,
    /// A patient's share of it, the `lambda` of glmnet.
    pub share: f64,
    /// The path over all patients, the smallest penalty first.
    pub path: Vec<LassoPoint>,
    /// The share in each outer fold.
    pub fold_shares: Vec<f64>,
    /// One entry for a binary outcome, one a class otherwise, the reference too.
    pub predictors: Vec<LassoPredictor>,
}

/// One penalty of a path.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LassoPoint {
    /// A patient's share of the penalty.
    pub share: f64,
    /// Its held-out deviance; absent when a training set gave it up.
    pub deviance: Option<f64>,
    /// Columns of its fit on all patients; absent when it was given up.
    pub columns: Option<usize>,
    /// The fit on all patients, as `predictors` of the result; empty when it was given up, and on a Cox path, which is
    /// trodden on coarser times.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub predictors: Vec<PathPredictor>,
}

/// Coefficients of one class at one penalty of a path.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PathPredictor {
    /// On standardised columns.
    pub intercept: f64,
    /// Per standard deviation, of columns whose coefficient is not zero.
    pub coefficients: BTreeMap<String, f64>,
}

impl LassoPoint {
    /// With the coefficients of its fit.
    pub(crate) fn with(mut self, schema: &Schema, design: &Design, coefficients: &[Vec<f64>]) -> Self {
        let predictor = |b: &Vec<f64>| {
            let named = terms(schema, design, &b[1..]).filter(|term| term.standardised != 0.0);
            let coefficients = named.map(|term| (term.column, term.standardised)).collect();
            PathPredictor { intercept: b[0], coefficients }
        };
        self.predictors = coefficients.iter().map(predictor).collect();
        self
    }
}

/// Coefficients of one class. They have no standard errors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LassoPredictor {
    /// The class, counted from 0.
    pub class: usize,
    /// On standardised columns.
    pub intercept: f64,
    /// Columns whose coefficient is not zero.
    pub terms: Vec<LassoTerm>,
}

/// One column of a lasso fit, or of a linear support vector machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LassoTerm {
    /// Name in the schema.
    pub column: String,
    /// Mean over all patients with a value.
    pub mean: f64,
    /// Standard deviation, n - 1 below.
    pub sd: f64,
    /// Per standard deviation.
    pub standardised: f64,
    /// Per unit of the column.
    pub raw: f64,
}

/// What a lasso result is put together from.
pub(crate) struct LassoFacts<'a> {
    pub(crate) schema: &'a Schema,
    pub(crate) design: &'a Design,
    pub(crate) alpha: f64,
    pub(crate) share: f64,
    pub(crate) patients: f64,
    pub(crate) path: Vec<LassoPoint>,
    pub(crate) fold_shares: Vec<f64>,
    pub(crate) coefficients: &'a [Vec<f64>],
}

impl LassoResult {
    pub(crate) fn new(facts: LassoFacts<'_>) -> Self {
        // a single predictor is that of class 1
        let first = usize::from(facts.coefficients.len() == 1);
        let predictor = |(i, b): (usize, &Vec<f64>)| LassoPredictor {
            class: first + i,
            intercept: b[0],
            terms: terms(facts.schema, facts.design, &b[1..])
                .filter(|term| term.standardised != 0.0)
                .collect(),
        };
        Self {
            alpha: facts.alpha,
            lambda: facts.share * facts.patients,
            share: facts.share,
            predictors: facts.coefficients.iter().enumerate().map(predictor).collect(),
            path: facts.path,
            fold_shares: facts.fold_shares,
        }
    }
}

pub(super) fn terms<'a>(
    schema: &'a Schema,
    design: &'a Design,
    b: &'a [f64],
) -> impl Iterator<Item = LassoTerm> + 'a {
    design.columns.iter().zip(b).enumerate().map(|(j, (column, b))| LassoTerm {
        column: super::column_name(schema, *column),
        mean: design.mean[j],
        sd: design.sd[j],
        standardised: *b,
        raw: b / design.sd[j],
    })
}

/// A support vector machine with squared hinge loss.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SvmResult {
    /// Weight of the losses: the fit minimises `|b|^2 / 2 + cost * sum of max(0, 1 - s margin)^2`.
    pub cost: f64,
    /// Sum of squared hinge losses.
    pub loss: f64,
    /// Its inputs with their means and standard deviations; of a linear machine, with its coefficients.
    pub terms: Vec<LassoTerm>,
    /// Of the margin.
    pub intercept: f64,
    /// Cosine features; absent in a linear machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kernel: Option<SvmKernel>,
    /// The probability of being a case is `1 / (1 + exp(-(a + b margin)))`: a and b.
    pub probability: [f64; 2],
}

/// Random Fourier features of a Gaussian kernel, and their coefficients.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SvmKernel {
    /// Of `exp(-gamma |z - z'|^2)`.
    pub gamma: f64,
    /// They are drawn from it.
    pub seed: u64,
    /// One a feature.
    pub coefficients: Vec<f64>,
}

impl SvmResult {
    pub(crate) fn new(
        schema: &Schema,
        design: &Design,
        cost: f64,
        cosines: Option<Cosines>,
        beta: &[f64],
        platt: &[f64],
        loss: f64,
    ) -> Self {
        let zeros = vec![0.0; design.columns.len()];
        let own = if cosines.is_some() { &zeros } else { &beta[1..] };
        let kernel = cosines.map(|Cosines { gamma, seed, .. }| SvmKernel {
            gamma,
            seed,
            coefficients: beta[1..].to_vec(),
        });
        let terms = terms(schema, design, own).collect();
        Self { cost, loss, terms, intercept: beta[0], kernel, probability: [platt[0], platt[1]] }
    }
}

//! A Cox regression on all patients: coefficients, hazard ratios, baseline hazard, tests.
//!
//! Spec: docs/reference/methods/survival.md.

use consilium_stats::cox_fit::hazard_ratio;
use consilium_stats::distribution::chi_square_tail;
use consilium_stats::linear::Symmetric;
use consilium_stats::{Design, Ties, TimeGrid};
use consilium_types::Schema;
use consilium_types::plan::Strata;
use serde::{Deserialize, Serialize};

use super::linear::terms;
use super::{Coefficient, LambdaPoint, LassoPoint, LassoTerm, Term, column_name};

/// A Cox regression with or without a ridge penalty.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CoxResult {
    /// How events of the same time count.
    pub ties: Ties,
    /// Whether each site has a baseline hazard of its own.
    pub strata: Strata,
    /// Ridge penalty on standardised columns.
    pub lambda: f64,
    /// Cross-validated partial likelihood by penalty, minus its logarithm; one point with 0 when the plan fixes lambda.
    pub path: Vec<LambdaPoint>,
    /// The penalty chosen in each outer fold.
    pub fold_lambdas: Vec<f64>,
    /// Patients of the risk sets.
    pub patients: u64,
    /// Events among them.
    pub events: u64,
    /// Logarithm of the partial likelihood, without the penalty.
    pub log_likelihood: f64,
    /// Tests of all coefficients at once; absent with a penalty, under which they have no known distribution.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tests: Option<CoxTests>,
    /// One entry a column.
    pub terms: Vec<Term>,
    /// Hazard ratios, in the same order.
    pub hazard_ratios: Vec<HazardRatio>,
    /// Cumulative baseline hazard over all sites, of a patient with the mean of every column.
    pub baseline: Vec<BaselinePoint>,
}

/// The tests that R prints below a Cox regression.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CoxTests {
    /// Degrees of freedom of each: the number of columns.
    pub freedom: usize,
    /// Twice the gain in log partial likelihood over no columns.
    pub likelihood_ratio: JointTest,
    /// From the estimates and their covariance.
    pub wald: JointTest,
    /// From gradient and information at zero: the log-rank test of a single two-valued column.
    pub score: JointTest,
}

/// A chi-square statistic and its p value.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct JointTest {
    /// Chi-square.
    pub chi_square: f64,
    /// Its p value.
    pub p: f64,
}

/// The ratio of hazards between patients who differ in one column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HazardRatio {
    /// Name in the schema.
    pub column: String,
    /// By one unit of the column, with its interval.
    pub raw: [f64; 3],
    /// By one standard deviation, with its interval.
    pub standardised: [f64; 3],
    /// Confidence level of the intervals.
    pub level: f64,
}

/// The cumulative hazard after an interval with events.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BaselinePoint {
    /// End of the interval, in days.
    pub time: f64,
    /// Cumulative hazard.
    pub hazard: f64,
}

/// What a result is put together from.
pub(crate) struct CoxFacts<'a> {
    pub(crate) schema: &'a Schema,
    pub(crate) design: &'a Design,
    pub(crate) ties: Ties,
    pub(crate) strata: Strata,
    pub(crate) lambda: f64,
    pub(crate) path: Vec<LambdaPoint>,
    pub(crate) fold_lambdas: Vec<f64>,
    pub(crate) patients: u64,
    pub(crate) events: u64,
    pub(crate) beta: &'a [f64],
    pub(crate) covariance: &'a [Vec<f64>],
    pub(crate) log_likelihood: f64,
    pub(crate) tests: Option<CoxTests>,
    pub(crate) level: f64,
    pub(crate) baseline: Vec<BaselinePoint>,
}

impl CoxResult {
    pub(crate) fn new(facts: CoxFacts<'_>) -> Self {
        let terms: Vec<Term> = (0..facts.beta.len()).map(|j| facts.term(j)).collect();
        let hazard_ratios = terms.iter().map(|term| HazardRatio::of(term, facts.level)).collect();
        Self {
            ties: facts.ties,
            strata: facts.strata,
            lambda: facts.lambda,
            path: facts.path,
            fold_lambdas: facts.fold_lambdas,
            patients: facts.patients,
            events: facts.events,
            log_likelihood: facts.log_likelihood,
            tests: facts.tests,
            terms,
            hazard_ratios,
            baseline: facts.baseline,
        }
    }
}

impl CoxFacts<'_> {
    fn term(&self, j: usize) -> Term {
        let (estimate, variance, sd) = (self.beta[j], self.covariance[j][j], self.design.sd[j]);
        Term {
            column: column_name(self.schema, self.design.columns[j]),
            mean: self.design.mean[j],
            sd,
            standardised: Coefficient::new(estimate, variance),
            raw: Coefficient::new(estimate / sd, variance / (sd * sd)),
        }
    }
}

impl HazardRatio {
    fn of(term: &Term, level: f64) -> Self {
        let ratio = |b: &Coefficient| hazard_ratio(b.estimate, b.se, level);
        let (raw, standardised) = (ratio(&term.raw), ratio(&term.standardised));
        Self { column: term.column.clone(), raw, standardised, level }
    }
}

impl CoxTests {
    /// Of an unpenalised fit. At zero: log-likelihood, gradient, information; at its end: log-likelihood, coefficients,
    /// information. Nothing where the information at zero has no inverse.
    pub(crate) fn new(null: (f64, &[f64], &Symmetric), end: (f64, &[f64], &Symmetric)) -> Option<Self> {
        let freedom = end.1.len();
        let test = |chi_square: f64| JointTest { chi_square, p: chi_square_tail(chi_square, freedom as f64) };
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).fold(0.0, |sum, (a, b)| sum + a * b);
        let score = dot(null.1, &null.2.cholesky()?.solve(null.1));
        let wald = dot(end.1, &end.2.times(end.1));
        let ratio = (2.0 * (end.0 - null.0)).max(0.0);
        Some(Self { freedom, likelihood_ratio: test(ratio), wald: test(wald), score: test(score) })
    }
}

impl BaselinePoint {
    /// From steps at intervals of a grid.
    pub(crate) fn cumulated(grid: &TimeGrid, moments: &[usize], steps: &[f64]) -> Vec<Self> {
        let mut hazard = 0.0;
        let point = |(moment, step): (&usize, &f64)| {
            hazard += step;
            Self { time: grid.end_of(*moment), hazard }
        };
        moments.iter().zip(steps).map(point).collect()
    }
}

/// A Cox regression with lasso or elastic net. Its coefficients have no standard errors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CoxLassoResult {
    /// How events of the same time count.
    pub ties: Ties,
    /// Whether each site has a baseline hazard of its own.
    pub strata: Strata,
    /// Share of the lasso; the rest is ridge.
    pub alpha: f64,
    /// The penalty: `loglik - lambda * (alpha * |b|_1 + (1 - alpha) / 2 * |b|^2)`, standardised columns.
    pub lambda: f64,
    /// The path over all patients, as shares of an event, the smallest penalty first; empty when the plan fixes lambda.
    pub path: Vec<LassoPoint>,
    /// The penalty in each outer fold.
    pub fold_lambdas: Vec<f64>,
    /// Patients of the risk sets.
    pub patients: u64,
    /// Events among them.
    pub events: u64,
    /// Logarithm of the partial likelihood, without the penalty.
    pub log_likelihood: f64,
    /// Columns whose coefficient is not zero.
    pub terms: Vec<LassoTerm>,
    /// Cumulative baseline hazard over all sites, of a patient with the mean of every column.
    pub baseline: Vec<BaselinePoint>,
}

/// What a result is put together from.
pub(crate) struct CoxLassoFacts<'a> {
    pub(crate) schema: &'a Schema,
    pub(crate) design: &'a Design,
    pub(crate) ties: Ties,
    pub(crate) strata: Strata,
    pub(crate) alpha: f64,
    pub(crate) lambda: f64,
    pub(crate) path: Vec<LassoPoint>,
    pub(crate) fold_lambdas: Vec<f64>,
    pub(crate) patients: u64,
    pub(crate) events: u64,
    pub(crate) beta: &'a [f64],
    pub(crate) log_likelihood: f64,
    pub(crate) baseline: Vec<BaselinePoint>,
}

impl CoxLassoResult {
    pub(crate) fn new(facts: CoxLassoFacts<'_>) -> Self {
        let terms = terms(facts.schema, facts.design, facts.beta);
        Self {
            ties: facts.ties,
            strata: facts.strata,
            alpha: facts.alpha,
            lambda: facts.lambda,
            path: facts.path,
            fold_lambdas: facts.fold_lambdas,
            patients: facts.patients,
            events: facts.events,
            log_likelihood: facts.log_likelihood,
            terms: terms.filter(|term| term.standardised != 0.0).collect(),
            baseline: facts.baseline,
        }
    }
}

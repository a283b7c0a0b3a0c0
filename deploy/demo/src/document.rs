//! The JSON file with everything a run found, at full precision. Schema: docs/reference/results.md.
//!
//! No time stamps and no paths: equal inputs give equal bytes.

use std::collections::BTreeMap;

use consilium_rounds::StudyResult;
use consilium_rounds::result::{AucResult, LogisticResult, ModelResult};
use consilium_types::plan::{ModelFamily, StudyPlan};
use consilium_types::{Digest, Schema, SiteId};
use serde::Serialize;

use crate::comparison::{Alone, Comparison, Estimate};
use crate::external::External;
use crate::left::Left;
use crate::reference::{Analysis, Auc, PooledModel};

/// Everything.
#[derive(Debug, Serialize)]
pub(crate) struct Document {
    /// Changes when a field changes its meaning.
    format: &'static str,
    plan: serde_json::Value,
    plan_hash: Digest,
    schema: Schema,
    /// What the network computes.
    pub(crate) federated: StudyResult,
    /// The same analysis of all rows in one place, by separate code.
    pub(crate) pooled: BTreeMap<ModelFamily, Estimate<Analysis>>,
    /// Largest differences between the two.
    pub(crate) difference: BTreeMap<ModelFamily, Difference>,
    /// Each hospital.
    pub(crate) sites: BTreeMap<SiteId, SiteFacts>,
    /// A hospital that took no part; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) external: Option<External>,
}

/// One hospital.
#[derive(Debug, Serialize)]
pub(crate) struct SiteFacts {
    /// Patients in the cohort.
    pub(crate) patients: usize,
    /// Cases among them.
    pub(crate) cases: usize,
    /// Patients after each inclusion step.
    pub(crate) flow: Vec<u64>,
    /// What left it, by kind.
    pub(crate) left: Vec<Left>,
    /// Bytes of that.
    pub(crate) bytes: u64,
    /// What it could do by itself.
    pub(crate) alone: BTreeMap<ModelFamily, Alone>,
}

/// Federated against pooled.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Difference {
    /// Whether both chose the same columns and the same penalty.
    pub(crate) same_model: bool,
    /// Largest absolute difference of standardised coefficients, the intercept included.
    pub(crate) coefficient: f64,
    /// The same of standard errors.
    pub(crate) standard_error: f64,
    /// Absolute difference of the AUC.
    pub(crate) auc: f64,
    /// Largest absolute difference of the ends of its interval.
    pub(crate) interval: f64,
}

/// Rows, flow and messages of one hospital.
pub(crate) struct SiteRecord {
    /// Patients after each inclusion step.
    pub(crate) flow: Vec<u64>,
    /// Patients in the cohort, and cases among them.
    pub(crate) counts: (usize, usize),
    /// What left it.
    pub(crate) left: Vec<Left>,
}

impl Document {
    /// Puts the federated result beside the others.
    pub(crate) fn new(
        plan: &StudyPlan,
        schema: &Schema,
        federated: StudyResult,
        comparison: Comparison,
        external: Option<External>,
        records: BTreeMap<SiteId, SiteRecord>,
    ) -> serde_json::Result<Self> {
        let Comparison { pooled, mut alone } = comparison;
        let facts = |(site, record): (SiteId, SiteRecord)| {
            let (patients, cases) = record.counts;
            let bytes = Left::total(&record.left);
            let alone = alone.remove(&site).unwrap_or_default();
            (site, SiteFacts { patients, cases, flow: record.flow, left: record.left, bytes, alone })
        };
        Ok(Self {
            format: "consilium/run/v1",
            plan: serde_json::from_str(&plan.canonical())?,
            plan_hash: plan.hash(),
            schema: schema.clone(),
            difference: differences(&federated, &pooled),
            sites: records.into_iter().map(facts).collect(),
            federated,
            pooled,
            external,
        })
    }

    /// Indented JSON with a final newline.
    pub(crate) fn to_json(&self) -> serde_json::Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }
}

/// Of every family that both sides fitted.
pub(crate) fn differences(
    federated: &StudyResult,
    pooled: &BTreeMap<ModelFamily, Estimate<Analysis>>,
) -> BTreeMap<ModelFamily, Difference> {
    let both = |model: &ModelResult| {
        let Some(Estimate::Estimate(pooled)) = pooled.get(&model.family) else { return None };
        let coefficients = compare_models(model.logistic()?, &pooled.model);
        Some((model.family, coefficients.with_auc(&model.binary()?.auc, &pooled.auc)))
    };
    federated.models.iter().filter_map(both).collect()
}

/// Coefficients by column name; a column that only one side has counts as far off as its coefficient is large.
fn compare_models(federated: &LogisticResult, pooled: &PooledModel) -> Difference {
    let ours =
        federated.terms.iter().map(|t| (t.column.as_str(), (t.standardised.estimate, t.standardised.se)));
    let ours: BTreeMap<_, _> =
        ours.chain([("", (federated.intercept.estimate, federated.intercept.se))]).collect();
    let theirs = pooled.terms.iter().map(|t| (t.column.as_str(), (t.beta, t.se)));
    let theirs: BTreeMap<_, _> = theirs.chain([("", (pooled.intercept, pooled.intercept_se))]).collect();
    let largest = |pick: fn(&(f64, f64)) -> f64| {
        let value = |side: &BTreeMap<&str, (f64, f64)>, name: &str| side.get(name).map_or(0.0, pick);
        let off = |name: &&str| (value(&ours, name) - value(&theirs, name)).abs();
        ours.keys().chain(theirs.keys()).map(off).fold(0.0, f64::max)
    };
    let same_penalty = (federated.lambda - pooled.lambda).abs() <= 1e-12 * pooled.lambda.abs();
    Difference {
        same_model: same_penalty && ours.keys().eq(theirs.keys()),
        coefficient: largest(|(estimate, _)| *estimate),
        standard_error: largest(|(_, se)| *se),
        auc: 0.0,
        interval: 0.0,
    }
}

impl Difference {
    fn with_auc(self, ours: &AucResult, pooled: &Auc) -> Self {
        let interval = (ours.lower - pooled.lower).abs().max((ours.upper - pooled.upper).abs());
        Self { auc: (ours.auc - pooled.auc).abs(), interval, ..self }
    }
}

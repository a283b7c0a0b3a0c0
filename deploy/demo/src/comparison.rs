//! What the federation is compared with: all rows in one place, and each hospital alone.
//!
//! A number that cannot be estimated is a sentence, never a stand-in. Never: part of the federated result.

use std::collections::BTreeMap;

use consilium_types::plan::{ModelFamily, StudyPlan};
use consilium_types::{Schema, SiteId};
use serde::Serialize;

use crate::reference::{self, Analysis, Auc, NotEstimable, Table};

/// A number, or why there is none.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Estimate<T> {
    /// It could be estimated.
    Estimate(T),
    /// It could not, in words.
    NotEstimable(String),
}

/// Rows of one hospital.
pub(crate) struct SiteTable {
    /// Whose.
    pub(crate) site: SiteId,
    /// Its rows.
    pub(crate) table: Table,
}

/// The analyses beside the federated one, by model family.
#[derive(Debug, Serialize)]
pub(crate) struct Comparison {
    /// All rows at once.
    pub(crate) pooled: BTreeMap<ModelFamily, Estimate<Analysis>>,
    /// Each hospital with its own rows.
    pub(crate) alone: BTreeMap<SiteId, BTreeMap<ModelFamily, Alone>>,
}

/// What a hospital could do by itself.
#[derive(Debug, Serialize)]
pub(crate) struct Alone {
    /// Nested cross-validation within the hospital.
    pub(crate) own: Estimate<Analysis>,
    /// Trained there, tested on the patients of all other hospitals.
    pub(crate) elsewhere: Estimate<Auc>,
}

impl<T> From<Result<T, NotEstimable>> for Estimate<T> {
    fn from(result: Result<T, NotEstimable>) -> Self {
        result.map_or_else(|why| Self::NotEstimable(why.to_string()), Self::Estimate)
    }
}

impl Comparison {
    /// Runs the plan's analysis without the network, on plain f64; nothing where the plan asks for more than the
    /// independent code does.
    pub(crate) fn of(plan: &StudyPlan, schema: &Schema, sites: &[SiteTable]) -> Self {
        if !reference::covers(plan) {
            return Self { pooled: BTreeMap::new(), alone: BTreeMap::new() };
        }
        let all = joined(sites.iter());
        let pooled = |family| (family, reference::analyse(plan, schema, family, &all).into());
        let families = || plan.model.families.iter().copied();
        let of_site = |site: &SiteTable| {
            let others = joined(sites.iter().filter(|other| other.site != site.site));
            let alone = |family| (family, alone(plan, schema, family, &site.table, &others));
            (site.site.clone(), families().map(alone).collect())
        };
        Self { pooled: families().map(pooled).collect(), alone: sites.iter().map(of_site).collect() }
    }
}

fn alone(plan: &StudyPlan, schema: &Schema, family: ModelFamily, own: &Table, others: &Table) -> Alone {
    Alone {
        own: reference::analyse(plan, schema, family, own).into(),
        elsewhere: reference::transfer(plan, schema, family, own, others).into(),
    }
}

fn joined<'a>(sites: impl Iterator<Item = &'a SiteTable>) -> Table {
    let mut all = Table::default();
    sites.for_each(|site| all.append(&site.table));
    all
}

//! A hospital that took no part: every model of the study, and every hospital's own, tested on its patients.
//!
//! Here, and only here, a model meets rows that no federation saw. Never: part of the federated result.

use std::collections::BTreeMap;

use consilium_rounds::StudyResult;
use consilium_rounds::result::{LogisticResult, ModelResult};
use consilium_types::plan::{ModelFamily, StudyPlan};
use consilium_types::{Schema, SiteId};
use serde::Serialize;

use crate::comparison::{Estimate, SiteTable};
use crate::reference::{self, Auc, NotEstimable, Table};

/// The hospital and what was found there.
#[derive(Debug, Serialize)]
pub(crate) struct External {
    /// Its id.
    pub(crate) site: SiteId,
    /// Its patients.
    pub(crate) patients: usize,
    /// Cases among them.
    pub(crate) cases: usize,
    /// By model family.
    pub(crate) models: BTreeMap<ModelFamily, Tested>,
}

/// One family's models at that hospital.
#[derive(Debug, Serialize)]
pub(crate) struct Tested {
    /// The federated model.
    pub(crate) federated: Estimate<Auc>,
    /// The pooled one.
    pub(crate) pooled: Estimate<Auc>,
    /// Trained at one hospital.
    pub(crate) alone: BTreeMap<SiteId, Estimate<Auc>>,
}

impl External {
    /// Tests on the rows of `outsider`; nothing where the plan asks for more than the independent code does.
    pub(crate) fn of(
        plan: &StudyPlan,
        schema: &Schema,
        result: &StudyResult,
        sites: &[SiteTable],
        outsider: &SiteTable,
    ) -> Option<Self> {
        if !reference::covers(plan) {
            return None;
        }
        let mut all = Table::default();
        sites.iter().for_each(|site| all.append(&site.table));
        let test = &outsider.table;
        let tested = |family: ModelFamily| {
            let local = |train: &Table| reference::transfer(plan, schema, family, train, test).into();
            let alone = sites.iter().map(|site| (site.site.clone(), local(&site.table))).collect();
            let mut models = result.models.iter().filter(|model| model.family == family);
            let model = models.find_map(ModelResult::logistic)?;
            let federated = federated(plan, schema, model, test).into();
            Some((family, Tested { federated, pooled: local(&all), alone }))
        };
        let models = plan.model.families.iter().filter_map(|family| tested(*family)).collect();
        let cases = test.cases.iter().filter(|case| **case).count();
        Some(Self { site: outsider.site.clone(), patients: test.len(), cases, models })
    }
}

/// The AUC of the coordinator's final coefficients on patients of a hospital they were not learnt from.
pub(crate) fn federated(
    plan: &StudyPlan,
    schema: &Schema,
    model: &LogisticResult,
    test: &Table,
) -> Result<Auc, NotEstimable> {
    let table = reference::new_hospital(plan, schema, test);
    let place = |name: &str| schema.columns.iter().position(|column| column.name == name);
    let score = |row: &Vec<f64>| {
        let term = |sum: f64, term: &consilium_rounds::result::Term| {
            let value = place(&term.column).map_or(f64::NAN, |column| row[column]);
            let z = if value.is_nan() { 0.0 } else { (value - term.mean) / term.sd };
            sum + term.standardised.estimate * z
        };
        model.terms.iter().fold(model.intercept.estimate, term)
    };
    let scores: Vec<f64> = table.rows.iter().map(score).collect();
    Auc::of(&scores, &test.cases, plan.evaluate.level)
}

//! What the synthetic consortium must show, over many seeds: docs/reference/synth.md, "What must hold".
//!
//! The node's reading, the coordinator's analysis and the demo's pooled code, in one process. Thresholds are those that were
//! set before anything was measured; where one is not met, the page says so.

mod accuracy;
mod exact;
mod holes;
mod null;

use std::path::Path;

use consilium_learn::Perceptrons;
use consilium_node::cohort::{CohortRows, Unfit};
use consilium_node::extraction::Cache;
use consilium_rounds::StudyResult;
use consilium_rounds::result::{Evaluation, ModelResult};
use consilium_stats::Rows;
use consilium_synth::{
    Child, Layout, Modality, Recipe, Site, children, sites, write_clinical, write_features,
};
use consilium_types::plan::ModelFamily;
use consilium_types::{Schema, SiteId, StudyPlan};

use crate::comparison::SiteTable;
use crate::federation;
use crate::hospital::Hospital;

/// Seeds of the averages.
const SEEDS: std::ops::RangeInclusive<u64> = 1..=20;
/// The plan of `cargo demo`.
const PLAN: &str = include_str!("../../mycn.toml");
/// Of the demo's consortium: columns of each phase.
const COLUMNS: usize = Layout::COLUMNS;

fn plan(text: &str) -> StudyPlan {
    StudyPlan::from_toml(text, "plan.toml").unwrap_or_else(|errors| panic!("{errors}"))
}

/// The demo's plan with some keys replaced.
fn changed(changes: &[(&str, &str)]) -> StudyPlan {
    let mut text = PLAN.to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "the demo's plan has no {from}");
        text = text.replace(from, to);
    }
    plan(&text)
}

/// Whole hospitals are held out in turn.
const BY_SITE: (&str, &str) = (
    "few\n\n[evaluate]\ndesign = \"kfold\"\nfolds  = 5",
    "few\nrelease = [\"pooled\", \"site_sums\"]\n\n[evaluate]\ndesign = \"leave-site-out\"",
);

/// Hospitals whose folders were read by the node's code.
struct Consortium {
    hospitals: Vec<Hospital>,
    roster: Vec<SiteId>,
}

impl Consortium {
    /// The five hospitals that learn.
    fn of(plan: &StudyPlan, recipe: &Recipe, modality: Modality, columns: usize) -> Self {
        let layout = Layout::new(modality.inputs(), columns);
        Self::drawn(plan, recipe, &layout, &sites(240)[..5], |site| children(recipe, site))
    }

    /// Other children of the same hospitals and of the sixth: none is in [`Self::of`].
    fn fresh(plan: &StudyPlan, recipe: &Recipe, modality: Modality, columns: usize) -> Self {
        let layout = Layout::new(modality.inputs(), columns);
        let more =
            |site: &Site| (1000..1000 + 6 * site.children).map(|i| Child::draw(recipe, site, i)).collect();
        Self::drawn(plan, recipe, &layout, &sites(240), more)
    }

    fn drawn(
        plan: &StudyPlan,
        recipe: &Recipe,
        layout: &Layout,
        sites: &[Site],
        children: impl Fn(&Site) -> Vec<Child>,
    ) -> Self {
        let place = tempfile::tempdir().unwrap();
        let write = |site: &Site| {
            let folder = place.path().join(site.name());
            std::fs::create_dir(&folder).unwrap();
            let children = children(site);
            write_clinical(&folder, &children).unwrap();
            write_features(&folder, recipe, layout, site, &children).unwrap();
            read(plan, site, &folder)
        };
        let hospitals: Vec<Hospital> = sites.iter().map(write).collect();
        let roster = hospitals.iter().map(|hospital| hospital.site.clone()).collect();
        Self { hospitals, roster }
    }

    fn schema(&self) -> &Schema {
        self.hospitals[0].cohort.schema()
    }

    fn rows(&self, plan: &StudyPlan) -> Vec<CohortRows<'_>> {
        self.hospitals.iter().map(|hospital| hospital.rows(plan, &self.roster).unwrap()).collect()
    }

    fn tables(&self, plan: &StudyPlan) -> Vec<SiteTable> {
        self.hospitals.iter().map(|hospital| hospital.table(plan, &self.roster).unwrap()).collect()
    }

    /// The federated study.
    fn study(&self, plan: &StudyPlan) -> StudyResult {
        let rows = self.rows(plan);
        let sites: Vec<federation::Site<'_>> = self
            .roster
            .iter()
            .zip(&rows)
            .map(|(id, rows)| federation::Site { id: id.clone(), rows: rows as &dyn Rows })
            .collect();
        federation::run(plan, self.schema(), &sites, &Perceptrons, |_| ()).unwrap().result
    }
}

fn read(plan: &StudyPlan, site: &Site, folder: &Path) -> Hospital {
    Hospital::read(plan, site.name().parse().unwrap(), folder, &Cache::none(), Unfit::Refuse).unwrap()
}

fn model(result: &StudyResult, family: ModelFamily) -> &ModelResult {
    result.models.iter().find(|model| model.family == family).unwrap()
}

fn evaluation(result: &StudyResult, family: ModelFamily) -> &Evaluation {
    model(result, family).binary().unwrap()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

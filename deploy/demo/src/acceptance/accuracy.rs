//! How well the federated model ranks, against every hospital's own, and what each part of the course is worth.

use consilium_synth::{Modality, Recipe, Task};
use consilium_types::plan::ModelFamily::{Clinical, Combined, Radiomics};
use consilium_types::plan::{ModelFamily, StudyPlan};

use super::{BY_SITE, COLUMNS, Consortium, SEEDS, changed, evaluation, mean, model};
use crate::comparison::SiteTable;
use crate::external::federated;
use crate::reference::{Table, transfer};

/// What one consortium of 240 children shows.
#[derive(Debug, Default)]
struct Seed {
    /// Leave-site-out AUC: clinical, radiomics, combined.
    left_out: [f64; 3],
    /// Calibration slope of the combined model, hospitals held out.
    slope: f64,
    /// AUC of the final combined model on fresh children of all six hospitals.
    federated: f64,
    /// The same of every hospital's own model; a hospital whose model cannot be fitted is missing.
    local: Vec<f64>,
    /// Combined, leave-site-out, without harmonisation and with ComBat.
    raw: f64,
    combat: f64,
}

fn joined(sites: &[SiteTable]) -> Table {
    let mut all = Table::default();
    sites.iter().for_each(|site| all.append(&site.table));
    all
}

fn only(family: &str, method: &str) -> StudyPlan {
    let family = format!("[model]\nfamilies = [\"{family}\"]");
    let method = format!("method = \"{method}\"");
    changed(&[BY_SITE, ("[model]", &family), ("method = \"site-z\"", &method)])
}

fn seed(seed: u64) -> Seed {
    let recipe = Recipe::new(seed, Task::Mycn);
    let plan = changed(&[BY_SITE]);
    let consortium = Consortium::of(&plan, &recipe, Modality::CtSingle, COLUMNS);
    let fresh = Consortium::fresh(&plan, &recipe, Modality::CtSingle, COLUMNS);
    let result = consortium.study(&plan);
    let auc = |family: ModelFamily| evaluation(&result, family).auc.auc;
    let schema = consortium.schema();
    let test = joined(&fresh.tables(&plan));
    let final_model = model(&result, Combined).logistic().unwrap();
    // a hospital has folds of its own
    let own = changed(&[]);
    let local = |site: &SiteTable| Some(transfer(&own, schema, Combined, &site.table, &test).ok()?.auc);
    let local = consortium.tables(&own).iter().filter_map(local).collect();
    let other = |method: &str| evaluation(&consortium.study(&only("combined", method)), Combined).auc.auc;
    Seed {
        left_out: [Clinical, Radiomics, Combined].map(auc),
        slope: evaluation(&result, Combined).calibration.as_ref().unwrap().slope,
        federated: federated(&plan, schema, final_model, &test).unwrap().auc,
        local,
        raw: other("none"),
        combat: other("combat"),
    }
}

#[test]
fn the_federation_reaches_what_the_calibration_promises() {
    let seeds: Vec<Seed> = SEEDS.map(seed).collect();
    let over = |pick: &dyn Fn(&Seed) -> f64| mean(&seeds.iter().map(pick).collect::<Vec<_>>());
    let [clinical, radiomics, combined] = [0, 1, 2].map(|at| over(&|seed| seed.left_out[at]));
    let (federated, slope) = (over(&|seed| seed.federated), over(&|seed| seed.slope));
    let (local, worst) =
        (over(&|seed| mean(&seed.local)), over(&|seed| seed.local.iter().copied().fold(1.0, f64::min)));
    let (raw, combat) = (over(&|seed| seed.raw), over(&|seed| seed.combat));
    let found = format!(
        "left out: clinical {clinical:.3}, radiomics {radiomics:.3}, combined {combined:.3}, not harmonised {raw:.3}, \
         ComBat {combat:.3}, slope {slope:.2}; fresh children: federated {federated:.3}, local {local:.3}, worst \
         {worst:.3}"
    );
    println!("{found}");
    assert!((0.80..=0.90).contains(&federated) && (0.80..=0.90).contains(&combined), "{found}");
    assert!(federated - local >= 0.04, "{found}");
    assert!(federated - worst >= 0.10, "{found}");
    assert!(combined > radiomics && radiomics > clinical, "{found}");
    assert!((0.8..=1.2).contains(&slope), "{found}");
    assert!(combined >= raw && combat >= raw, "{found}");
}

//! A whole analysis over sites in memory: any split and any order of the same patients give the same bytes.

#![allow(missing_docs, reason = "a test")]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use consilium_rounds::StudyResult;
use consilium_rounds::result::EvaluationResult;
use consilium_types::StudyPlan;
use proptest::prelude::*;
use support::{Site, patients, run, schema, split, without_quality};

const PLAN: &str = r#"
[study]
id = "synthetic"
title = "A study over rows made for the test"
seed = 7
sites = { min = 3 }
[inputs.table]
[inputs.clinical]
numeric = ["c0", "c1"]
[select]
max = 3
[outcome]
label = "y"
positive = "1"
"#;

fn plan(more: &str) -> StudyPlan {
    StudyPlan::from_toml(&format!("{PLAN}{more}"), "plan.toml").unwrap()
}

fn cohort(plan: &StudyPlan, seed: u64, n: usize, cells: usize) -> Site {
    patients(seed, n, 12, 2, cells, plan.flow().len())
}

#[test]
fn three_families_are_fitted_and_evaluated() {
    let plan = plan("");
    let result = run(&plan, &schema(12, 2), &[cohort(&plan, 1, 120, 5)], 1).unwrap();
    let names: Vec<&str> = result.models.iter().map(|m| m.name.as_str()).collect();
    assert_eq!(names, ["clinical/logistic", "radiomics/logistic", "combined/logistic"]);
    assert_eq!(result.cohort.n, 120);
    let selection = &result.selections[0];
    assert_eq!(selection.columns[0], "r0", "the informative column is selected first");
    for model in &result.models {
        let auc = model.binary().unwrap().auc;
        assert!(auc.auc > 0.6 && auc.auc < 0.95 && auc.lower < auc.auc && auc.auc < auc.upper, "{auc:?}");
        assert!(model.binary().unwrap().calibration.is_some());
    }
    let combined = &result.models[2].binary().unwrap().auc;
    assert!(combined.auc > result.models[0].binary().unwrap().auc.auc);
    assert!(result.effort.exchanges <= 25, "{:?}", result.effort);
}

#[test]
fn a_network_is_averaged_beside_the_regression() {
    let mut plan = plan("[model]\ncompare = [\"mlp\"]\nnetwork = { rounds = 10, rate = 0.05 }\n");
    plan.model.network.hidden = Vec::new();
    let all = cohort(&plan, 2, 120, 5);
    let sites = split(&all, 4, |i| i * 7 + i / 3);
    let result = run(&plan, &schema(12, 2), &sites, 4).unwrap();
    let network = &result.models[3];
    assert_eq!(network.name, "combined/mlp");
    let loss = &network.network().unwrap().loss;
    assert_eq!(loss.len(), 10);
    assert!(loss[9] < loss[0]);
    assert!(network.binary().unwrap().auc.auc > 0.6);
    assert_eq!(result.to_json(), run(&plan, &schema(12, 2), &sites, 4).unwrap().to_json());
}

#[test]
fn sites_can_be_left_out_one_at_a_time() {
    let plan =
        plan("[evaluate]\ndesign = \"leave-site-out\"\n[privacy]\nrelease = [\"pooled\", \"site_sums\"]\n");
    let mut sites = split(&cohort(&plan, 3, 120, 1), 4, |i| i);
    for (cell, site) in sites.iter_mut().enumerate() {
        site.cells = vec![cell; site.rows.len()];
    }
    let result = run(&plan, &schema(12, 2), &sites, 4).unwrap();
    assert_eq!(result.cohort.folds.len(), 4);
    assert!(result.models[2].binary().unwrap().auc.auc > 0.6);
}

#[test]
fn separated_classes_without_a_penalty_are_said_to_be_so() {
    let plan = plan("[model]\nfamilies = [\"radiomics\"]\npenalty = { ridge = 0 }\n");
    let mut all = cohort(&plan, 4, 60, 5);
    for (row, case) in all.rows.iter_mut().zip(&all.cases) {
        row[0] = if *case { 10.0 + row[0] } else { row[0] };
    }
    let fault = run(&plan, &schema(12, 2), &[all], 1).unwrap_err();
    assert_eq!(fault.code(), "CNS-S-0401", "{fault}");
}

#[test]
fn a_cohort_of_one_class_is_said_to_be_so() {
    let plan = plan("");
    let mut all = cohort(&plan, 5, 40, 5);
    all.cases = vec![true; 40];
    let fault = run(&plan, &schema(12, 2), &[all], 1).unwrap_err();
    assert_eq!(fault.code(), "CNS-R-0102", "{fault}");
    assert!(fault.to_string().contains("has 0 patients with y = other"), "{fault}");
}

#[test]
fn missing_values_and_a_constant_column_are_carried() {
    let plan = plan("");
    let mut all = cohort(&plan, 6, 90, 5);
    for (i, row) in all.rows.iter_mut().enumerate() {
        row[3] = 4.2;
        if i % 6 == 0 {
            row[1] = f64::NAN;
            row[12] = f64::NAN;
        }
    }
    let result = run(&plan, &schema(12, 2), &split(&all, 3, |i| i), 3).unwrap();
    let selected = &result.selections[0].columns;
    assert!(!selected.contains(&"r3".to_owned()), "a constant column cannot be selected");
    assert!(without_quality(result).find("null").is_none(), "every number is a number");
}

/// Without the parts that are about the division into sites.
fn unsplit(mut result: StudyResult) -> StudyResult {
    result.quality = None;
    for model in &mut result.models {
        if let EvaluationResult::Binary(evaluation) = &mut model.evaluation {
            evaluation.within_sites = None;
        }
    }
    result
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn neither_split_nor_order_leaves_a_trace(seed in 0u64..1000, sites in 1usize..7, stride in 1usize..50) {
        let plan = plan("[model]\nfamilies = [\"combined\"]\n");
        let all = cohort(&plan, seed, 70, 4);
        let mut plan = plan;
        plan.evaluate.folds = 4;
        let pooled = run(&plan, &schema(12, 2), std::slice::from_ref(&all), 3);
        let mut dealt = split(&all, sites, |i| i * stride + i / 5);
        for site in &mut dealt {
            site.rows.reverse();
            site.cases.reverse();
            site.cells.reverse();
        }
        dealt.rotate_left(stride % sites);
        let federated = run(&plan, &schema(12, 2), &dealt, 3);
        match (pooled, federated) {
            (Ok(a), Ok(b)) => prop_assert_eq!(unsplit(a).to_json(), unsplit(b).to_json()),
            (Err(a), Err(b)) => prop_assert_eq!(a.to_string(), b.to_string()),
            (a, b) => prop_assert!(false, "{:?} {:?}", a.is_ok(), b.is_ok()),
        }
    }
}

#[test]
fn scanners_that_shift_and_stretch_are_brought_together() {
    let more = "[model]\nfamilies = [\"radiomics\"]\n[harmonise]\n";
    let auc = |method: &str| {
        let plan = plan(&format!("{more}{method}"));
        let mut sites = split(&cohort(&plan, 8, 160, 5), 4, |i| i);
        for (place, site) in sites.iter_mut().enumerate() {
            let (shift, factor) = (20.0 * place as f64, 1.0 + place as f64);
            site.place = place;
            site.rows.iter_mut().for_each(|row| row[0] = shift + factor * row[0]);
        }
        let result = run(&plan, &schema(12, 2), &sites, 4).unwrap();
        result.models[0].binary().unwrap().auc.auc
    };
    let (raw, z) = (auc("method = \"none\""), auc("method = \"site-z\""));
    let combat = auc("method = \"combat\"\nkeep = [\"c0\"]");
    assert!(raw < 0.65 && z > raw + 0.1 && combat > raw + 0.1, "raw {raw}, z {z}, combat {combat}");
}

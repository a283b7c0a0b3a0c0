//! Whole studies of forests and boosted trees, with importance and the report on quality: any split and any order of
//! the same patients give the same bytes.

#![allow(missing_docs, reason = "a test")]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use consilium_rounds::result::TreeNode;
use consilium_types::StudyPlan;
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

fn cohort(plan: &StudyPlan, seed: u64, n: usize) -> Site {
    let mut site = patients(seed, n, 12, 2, 5, plan.flow().len());
    (0..n).step_by(9).for_each(|i| site.rows[i][12] = f64::NAN);
    site
}

const TREES: &str = "[model]\nfamilies = [\"combined\"]\nlearner = \"forest\"\ncompare = [\"boost\", \"logistic\"]\n\
                     penalty = { ridge = 1.0 }\nforest = { trees = 60 }\nboost = { trees = 8, rate = 0.3 }\n\
                     [evaluate]\nimportance = true\n";

#[test]
fn trees_are_grown_evaluated_and_explained() {
    let plan = plan(TREES);
    let result = run(&plan, &schema(12, 2), &[cohort(&plan, 3, 200)], 1).unwrap();
    let names: Vec<&str> = result.models.iter().map(|model| model.name.as_str()).collect();
    assert_eq!(names, ["combined/forest", "combined/boost", "combined/logistic"]);
    for model in &result.models {
        let auc = model.binary().unwrap().auc.auc;
        assert!(auc > 0.6 && auc < 0.95, "{} {auc}", model.name);
        let importance = &model.importance[0];
        let most =
            importance.permutation.iter().max_by(|a, b| a.brier.mean.total_cmp(&b.brier.mean)).unwrap();
        assert!(["r0", "c0"].contains(&most.column.as_str()), "{most:?}");
        assert!(most.auc.mean > 0.02 && most.log_loss.mean > 0.0);
        let most = importance.shap.iter().max_by(|a, b| a.mean_abs.total_cmp(&b.mean_abs)).unwrap();
        assert!(["r0", "c0"].contains(&most.column.as_str()), "{most:?}");
        let (low, high) = (&most.bands[0], most.bands.iter().rfind(|band| !band.missing).unwrap());
        assert!(low.mean < 0.0 && high.mean > 0.0, "cases have higher values: {most:?}");
        assert_eq!(most.bands.iter().map(|band| band.patients).sum::<u64>(), most.patients);
    }
    let forest = result.models[0].forest().unwrap();
    assert_eq!(forest.trees.len(), 60);
    assert!((forest.columns.iter().map(|column| column.importance).sum::<f64>() - 1.0).abs() < 1e-12);
    let boost = result.models[1].boost().unwrap();
    assert_eq!(boost.rounds.len(), 8);
    for tree in boost.rounds.iter().flatten().chain(&forest.trees) {
        let ends = |node: &TreeNode| matches!(node, TreeNode::Leaf { .. });
        assert_eq!(tree.nodes.iter().filter(|node| ends(node)).count(), tree.nodes.len() / 2 + 1);
    }
    assert!(result.effort.exchanges <= 45, "{:?}", result.effort);
}

#[test]
fn the_report_on_quality_counts_and_budgets() {
    let plan = plan("[model]\npenalty = { ridge = 1.0 }\n");
    let all = cohort(&plan, 5, 90);
    let mut sites = split(&all, 3, |i| i);
    sites[1].rows.iter_mut().for_each(|row| row[3] += 90.0);
    let result = run(&plan, &schema(12, 2), &sites, 3).unwrap();
    let quality = result.quality.unwrap();
    assert_eq!((quality.sites, quality.outcomes[0].known), (3, 90));
    let column = |name: &str| quality.columns.iter().find(|column| column.column == name).unwrap();
    assert_eq!((column("c0").missing, column("c1").missing), (10, 0));
    assert!(column("r3").between_sites.unwrap() > 0.5 && column("r2").between_sites.unwrap() < 0.2);
    assert_eq!((quality.budget.n, quality.budget.asked), (90, 5), "3 radiomic and 2 clinical columns");
    assert_eq!(quality.budget.events, *quality.outcomes[0].classes.iter().min().unwrap());
}

/// Permutation is within sites by definition, so it is left out here.
#[test]
fn any_split_and_order_gives_the_same_bytes() {
    let plan = plan(&TREES.replace("importance = true", "importance = false"));
    let all = cohort(&plan, 11, 120);
    let whole = run(&plan, &schema(12, 2), &split(&all, 1, |_| 0), 3).unwrap();
    let whole = without_quality(whole);
    for (sites, step) in [(3, 7), (4, 1)] {
        let mut dealt = split(&all, sites, |i| i * step);
        dealt.reverse();
        let other = run(&plan, &schema(12, 2), &dealt, 3).unwrap();
        assert_eq!(whole, without_quality(other));
    }
}

//! Plans with linear learners: exchanges, order of hospitals, and what their results hold.
//!
//! Numbers against pooled fits: the unit tests beside the courses. Spec: docs/reference/methods/linear.md.

#![allow(missing_docs, reason = "a test")]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use consilium_rounds::result::FitResult;
use consilium_types::StudyPlan;
use support::{patients, run, schema, split};

fn plan(model: &str) -> StudyPlan {
    let text = format!(
        "[study]\nid = \"linear\"\ntitle = \"Linear learners\"\nseed = 5\nsites = {{ min = 3 }}\n\
         [inputs.clinical]\nnumeric = [\"c0\", \"c1\", \"c2\"]\n[outcome]\nlabel = \"y\"\npositive = \"1\"\n\
         {model}\n[evaluate]\nfolds = 5\n[privacy]\nlimits = {{ per_model = 1 }}\n"
    );
    StudyPlan::from_toml(&text, "plan.toml").unwrap()
}

#[test]
fn a_bake_off_of_linear_learners_takes_few_exchanges_in_any_order() {
    let plan = plan(
        "[model]\nlearner = \"logistic\"\ncompare = [\"firth\", \"svm\", \"svm-rbf\"]\nsvm = { features = 32 }",
    );
    let all = patients(8, 160, 0, 3, 5, plan.flow().len());
    let one = run(&plan, &schema(0, 3), &split(&all, 3, |i| i), 3).unwrap();
    let mut other = split(&all, 3, |i| i / 60);
    other.reverse();
    let other = run(&plan, &schema(0, 3), &other, 3).unwrap();
    for (a, b) in one.models.iter().zip(&other.models) {
        // the evaluation within hospitals depends on the split by its meaning
        assert!(a.fit == b.fit, "{}: neither order nor split leaves a trace", a.name);
        assert_eq!(a.binary().unwrap().auc, b.binary().unwrap().auc);
    }
    assert!(one.effort.exchanges <= 40, "{}", one.effort.exchanges);
    for model in &one.models {
        let auc = model.binary().unwrap().auc.auc;
        assert!(auc > 0.6, "{}: {auc}", model.name);
    }
    let kinds: Vec<bool> = one
        .models
        .iter()
        .map(|model| matches!(model.fit, FitResult::Linear(_) | FitResult::Svm(_)))
        .collect();
    assert_eq!(kinds, [false, true, true, true]);
}

#[test]
fn a_lasso_by_nested_folds_takes_few_exchanges() {
    let plan = plan("[model]\npenalty = { lasso = \"cv\" }");
    let all = patients(9, 160, 0, 3, 5, plan.flow().len());
    let result = run(&plan, &schema(0, 3), &split(&all, 3, |i| i), 3).unwrap();
    assert!(result.effort.exchanges <= 40, "{}", result.effort.exchanges);
    let FitResult::Lasso(lasso) = &result.models[0].fit else { panic!("a lasso") };
    assert_eq!((lasso.path.len(), lasso.fold_shares.len()), (21, 5));
    assert!(lasso.predictors[0].terms.iter().any(|term| term.column == "c0"), "the informative column");
}

#[test]
fn a_fixed_lasso_and_site_intercepts_are_carried_out() {
    let fixed = plan("[model]\npenalty = { lasso = 4.0 }");
    let all = patients(10, 120, 0, 3, 5, fixed.flow().len());
    let sites = split(&all, 3, |i| i);
    let result = run(&fixed, &schema(0, 3), &sites, 3).unwrap();
    let FitResult::Lasso(lasso) = &result.models[0].fit else { panic!("a lasso") };
    assert!((lasso.lambda - 4.0).abs() < 1e-12);
    let by_site = plan("[model]\nsite_intercept = true");
    let result = run(&by_site, &schema(0, 3), &sites, 3).unwrap();
    let FitResult::Linear(linear) = &result.models[0].fit else { panic!("site intercepts") };
    assert_eq!(linear.predictors[0].sites.len(), 3);
    assert!(result.effort.exchanges <= 40, "{}", result.effort.exchanges);
}

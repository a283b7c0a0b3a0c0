//! The numbers of a result fit together: intervals, rates, tables and curves are those the reference page defines.
//!
//! Spec: docs/reference/methods.md.

#![allow(missing_docs, reason = "a test")]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use consilium_rounds::StudyResult;
use consilium_types::StudyPlan;
use support::{patients, run, schema, split};

const PLAN: &str = r#"
[study]
id = "evaluation"
title = "Numbers that fit together"
seed = 11
sites = { min = 3 }
[inputs.table]
[inputs.clinical]
numeric = ["c0", "c1"]
[select]
max = 2
[outcome]
label = "y"
positive = "1"
"#;

fn result(more: &str) -> StudyResult {
    let plan = StudyPlan::from_toml(&format!("{PLAN}{more}"), "plan.toml").unwrap();
    let sites = split(&patients(21, 110, 5, 2, 5, plan.flow().len()), 3, |i| i);
    run(&plan, &schema(5, 2), &sites, 3).unwrap()
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * b.abs().max(1.0)
}

/// Quantiles of the standard normal: qnorm(0.975), qnorm(0.95), qnorm(0.75) of R.
#[test]
fn an_interval_is_the_area_and_so_many_standard_errors() {
    let levels = [(0.95, 1.959_963_984_540_054), (0.9, 1.644_853_626_951_473), (0.5, 0.674_489_750_196_082)];
    for (level, z) in levels {
        for model in &result(&format!("[evaluate]\nlevel = {level:?}\n")).models {
            let auc = model.binary().unwrap().auc;
            assert!(close(auc.lower, (auc.auc - z * auc.se).max(0.0)), "{auc:?}");
            assert!(close(auc.upper, (auc.auc + z * auc.se).min(1.0)), "{auc:?}");
            assert!(auc.se > 0.0 && close(auc.level, level));
        }
    }
}

#[test]
fn the_curve_holds_the_area() {
    for model in &result("").models {
        let curve = &model.binary().unwrap().roc;
        let area: f64 = curve.windows(2).map(|w| (w[1][0] - w[0][0]) * f64::midpoint(w[1][1], w[0][1])).sum();
        assert!(close(area, model.binary().unwrap().auc.auc), "{area} {:?}", model.binary().unwrap().auc);
    }
}

#[test]
fn folds_and_tenths_count_every_patient_once() {
    let result = result("");
    let cohort = &result.cohort;
    assert_eq!(cohort.folds.iter().map(|fold| fold.n).sum::<u64>(), cohort.n);
    assert_eq!(cohort.folds.iter().map(|fold| fold.cases).sum::<u64>(), cohort.cases);
    for model in &result.models {
        let tenths = &model.binary().unwrap().tenths;
        assert_eq!(tenths.len(), 10);
        assert_eq!(tenths.iter().map(|tenth| tenth.n).sum::<u64>(), cohort.n);
        assert_eq!(tenths.iter().map(|tenth| tenth.cases).sum::<u64>(), cohort.cases);
        for (i, tenth) in (0u32..).zip(tenths) {
            let (low, high) = (f64::from(i) / 10.0, f64::from(i + 1) / 10.0);
            let n = tenth.n as f64;
            assert!(tenth.predicted >= n * low - 1e-12 && tenth.predicted <= n * high + 1e-12, "{tenth:?}");
        }
    }
}

#[test]
fn net_benefit_is_made_of_its_counts() {
    let result = result("[evaluate]\nthresholds = [0.1, 0.6]\n");
    let (n, cases) = (result.cohort.n as f64, result.cohort.cases as f64);
    for model in &result.models {
        let points = &model.binary().unwrap().net_benefit;
        assert_eq!(points.len(), 51);
        for (percent, point) in (10u32..).zip(points) {
            assert!(close(point.threshold, f64::from(percent) / 100.0));
            let odds = point.threshold / (1.0 - point.threshold);
            let benefit = (point.true_positives as f64 - odds * point.false_positives as f64) / n;
            assert!(close(point.model, benefit), "{point:?}");
            assert!(close(point.treat_all, (cases - odds * (n - cases)) / n), "{point:?}");
        }
        let fewer = |w: &[consilium_rounds::result::NetBenefit]| {
            w[1].true_positives <= w[0].true_positives && w[1].false_positives <= w[0].false_positives
        };
        assert!(points.windows(2).all(fewer), "a higher threshold treats no more patients");
    }
}

#[test]
fn both_scales_of_a_coefficient_are_one_model() {
    for model in &result("").models {
        let logistic = model.logistic().unwrap();
        for term in &logistic.terms {
            assert!(close(term.raw.estimate * term.sd, term.standardised.estimate));
            assert!(close(term.raw.se * term.sd, term.standardised.se));
            assert!(close(term.raw.z, term.standardised.z) && close(term.raw.p, term.standardised.p));
            assert!(close(term.raw.z, term.raw.estimate / term.raw.se));
        }
        let shift: f64 = logistic.terms.iter().map(|term| term.raw.estimate * term.mean).sum();
        assert!(close(logistic.intercept_raw.estimate + shift, logistic.intercept.estimate));
        assert_eq!(logistic.fold_lambdas.len(), 5);
        let chosen = logistic.path.iter().find(|point| point.lambda.to_bits() == logistic.lambda.to_bits());
        let chosen = chosen.unwrap().deviance;
        assert!(logistic.path.iter().all(|point| point.deviance >= chosen));
        assert_eq!(logistic.path.len(), 11);
    }
    let fixed = result("[model]\npenalty = { ridge = 2.5 }\n");
    for model in &fixed.models {
        let logistic = model.logistic().unwrap();
        assert_eq!(logistic.fold_lambdas, [2.5; 5]);
        let path: Vec<(f64, f64)> = logistic.path.iter().map(|p| (p.lambda, p.deviance)).collect();
        assert_eq!(path, [(2.5, 0.0)]);
    }
}

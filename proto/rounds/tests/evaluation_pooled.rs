//! A whole evaluation against answers that pROC, statsmodels, scikit-learn and plain formulas give for the pooled
//! scores: heart disease at four hospitals, one of them with a handful of controls.
//!
//! `tests/data/pooled/evaluation`: `scores.json` holds the out-of-fold scores this analysis arrives at, `make.py` and
//! `make.R` the answers for them. `UPDATE_SCORES=1` writes the scores anew. Spec: docs/reference/methods/evaluation.md.

#![allow(missing_docs, reason = "a test")]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use std::path::PathBuf;

use consilium_rounds::result::{Comparison, Evaluation};
use consilium_rounds::{Analysis, Progress, StudyResult};
use consilium_stats::{Query, Rows, Scorer, Summary};
use consilium_types::StudyPlan;
use serde_json::{Value, json};
use support::{LinearNetworks, Site, roster, schema};

const PLAN: &str = r#"
[study]
id = "heart"
title = "Evaluation on heart disease"
seed = 5
sites = { min = 3 }
[inputs.table]
[inputs.clinical]
numeric = ["c0", "c1"]
[outcome]
label = "y"
positive = "1"
[model]
penalty = { ridge = 1.0 }
[evaluate]
thresholds = [0.1, 0.9]
bootstrap = 200
[privacy]
release = ["pooled", "site_sums"]
"#;

/// Columns of the table: four play radiomics, two are clinical.
const COLUMNS: [usize; 6] = [3, 4, 5, 6, 1, 2];

fn data(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/pooled").join(file)
}

fn read(file: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(data(file)).unwrap()).unwrap()
}

fn hospitals(steps: usize) -> Vec<Site> {
    let text = std::fs::read_to_string(data("linear/heart.csv")).unwrap();
    let mut found: Vec<(String, Site)> = Vec::new();
    for (i, line) in text.lines().skip(1).enumerate() {
        let fields: Vec<&str> = line.split(',').collect();
        if found.last().is_none_or(|(name, _)| name != fields[0]) {
            let place = found.len();
            let flow = vec![0; steps];
            let empty = Site { flow, place, ..Site::default() };
            found.push((fields[0].to_owned(), empty));
        }
        let site = &mut found.last_mut().unwrap().1;
        site.rows.push(COLUMNS.iter().map(|c| fields[*c].parse().unwrap()).collect());
        site.cases.push(fields[7] != "0");
        site.cells.push(i % 5);
        site.flow.iter_mut().for_each(|n| *n += 1);
    }
    found.into_iter().map(|(_, hospital)| hospital).collect()
}

/// Runs the analysis, and collects the models whose accuracy is asked.
fn analysed() -> (StudyResult, Vec<Scorer>, Vec<Site>) {
    let plan = StudyPlan::from_toml(PLAN, "plan.toml").unwrap();
    let hospitals = hospitals(plan.flow().len());
    let (mut analysis, mut query) = Analysis::begin(&plan, &roster(hospitals.len()), &schema(4, 2)).unwrap();
    let mut models = Vec::new();
    loop {
        query.check(6).unwrap();
        if let Query::Stack(stack) = &query {
            let asked = stack.questions.iter().filter_map(|q| match q {
                Query::Accuracy(accuracy) => Some(accuracy.models.clone()),
                _ => None,
            });
            models.extend(asked.flatten());
        }
        let answers = hospitals.iter().map(|site| query.answer(site, &LinearNetworks).unwrap());
        let total = answers.reduce(|a: Summary, b| a.plus(&b).unwrap()).unwrap();
        match analysis.absorb(&query, &total).unwrap() {
            Progress::Ask(next, question) => (analysis, query) = (*next, question),
            Progress::Done(result) => return (*result, models, hospitals),
        }
    }
}

/// Out-of-fold scores and those on the training set of each fold, patients in the order of the table.
fn scores(models: &[Scorer], hospitals: &[Site]) -> Value {
    let of_model = |model: &Scorer| -> Vec<Vec<f64>> {
        let folds = model.cells.iter().map(|predictor| {
            let of_site = |site: &Site| {
                let all: Vec<usize> = (0..site.len()).collect();
                predictor.as_ref().unwrap().predict(site, &all, &LinearNetworks).unwrap().concat()
            };
            hospitals.iter().flat_map(of_site).collect()
        });
        folds.collect()
    };
    let patients = || hospitals.iter().flat_map(|site| (0..site.len()).map(move |row| (site, row)));
    json!({
        "y": patients().map(|(site, row)| site.label(row, 0).unwrap()).collect::<Vec<_>>(),
        "cell": patients().map(|(site, row)| site.cell(row)).collect::<Vec<_>>(),
        "site": patients().map(|(site, _)| site.place).collect::<Vec<_>>(),
        "scores": models.iter().map(of_model).collect::<Vec<_>>(),
    })
}

/// The largest distance between two documents of numbers, relative above 1; infinite where their shapes differ.
fn distance(a: &Value, b: &Value) -> f64 {
    match (a, b) {
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).map(|(a, b)| distance(a, b)).fold(0.0, f64::max)
        }
        (Value::Object(a), Value::Object(b)) => {
            let of = |(key, b): (&String, &Value)| a.get(key).map_or(f64::INFINITY, |a| distance(a, b));
            b.iter().map(of).fold(0.0, f64::max)
        }
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
            (a - b).abs() / b.abs().max(1.0)
        }
        _ => f64::INFINITY,
    }
}

fn assert_close(what: &str, found: &Value, answer: &Value, tolerance: f64) {
    let distance = distance(found, answer);
    assert!(distance <= tolerance, "{what}: {distance}\n{found}\n{answer}");
}

fn numbers(evaluation: &Evaluation) -> Value {
    serde_json::to_value(evaluation).unwrap()
}

fn comparison(comparison: &Comparison) -> Value {
    serde_json::to_value(comparison).unwrap()
}

#[test]
fn every_number_is_that_of_the_pooled_scores() {
    let (result, models, hospitals) = analysed();
    let scores = scores(&models, &hospitals);
    if std::env::var_os("UPDATE_SCORES").is_some() {
        std::fs::write(data("evaluation/scores.json"), scores.to_string() + "\n").unwrap();
        return;
    }
    assert_close("scores", &scores, &read("evaluation/scores.json"), 1e-12);
    let (python, r) = (read("evaluation/python.json"), read("evaluation/r.json"));
    for (i, model) in result.models.iter().enumerate() {
        let found = numbers(model.binary().unwrap());
        assert_close(&model.name, &found["auc"], &r["auc"][i], 1e-9);
        for (key, answer) in python["models"][i].as_object().unwrap() {
            let tolerance = if key == "net_benefit" { 1e-12 } else { 1e-9 };
            let tolerance = if key == "curve" { 1e-7 } else { tolerance };
            assert_close(&format!("{} {key}", model.name), &found[key], answer, tolerance);
        }
        assert_close("curve by R", &found["curve"], &r["curve"][i], 1e-6);
    }
    for (i, pair) in result.comparisons.iter().enumerate() {
        let found = comparison(pair);
        assert_close("DeLong's test by pROC", &found, &r["comparisons"][i], 1e-9);
        assert_close("comparison", &found, &python["comparisons"][i], 1e-9);
    }
    for model in &result.models {
        let evaluation = model.binary().unwrap();
        let (auc, bootstrap) = (evaluation.auc, evaluation.bootstrap.as_ref().unwrap());
        let [lower, upper] = bootstrap.auc.unwrap();
        let ratio = (upper - lower) / (auc.upper - auc.lower);
        assert!(lower < auc.auc && auc.auc < upper && (0.8..1.25).contains(&ratio), "{bootstrap:?} {auc:?}");
        assert!(evaluation.threshold.kappa.interval.is_some() && bootstrap.net_benefit.len() == 81);
    }
    assert!(result.comparisons.iter().all(|pair| pair.bootstrap.is_some()));
    assert_eq!((result.models.len(), result.comparisons.len()), (3, 3));
    assert!(result.effort.exchanges <= 20, "{:?}", result.effort);
}

//! From a plan and its result to a page, a calculator and files.

use consilium_model::{Prediction, predict};
use consilium_report::checklist::{Status, checklists, metrics_score};
use consilium_report::content::Claim;
use consilium_report::{calculator, html, model_files, onnx, report};
use consilium_rounds::StudyResult;
use consilium_types::StudyPlan;
use serde_json::{Value, json};

const PLAN: &str = r#"
[study]
id = "mycn-ct"
title = "MYCN amplification from clinical columns"
seed = 7
sites = { min = 3, quorum = 1, wait = "5m" }
[cohort]
include = 'age_months < 216 and diagnosis == "nb"'
[inputs.table]
[inputs.clinical]
numeric = ["age_months"]
categorical = { sex = ["F", "M"] }
missing = "impute"
[outcome]
label = "mycn"
positive = "amplified"
negative = "not"
[evaluate]
design = "kfold"
folds = 5
"#;

fn coefficient(estimate: f64, se: f64) -> Value {
    json!({ "estimate": estimate, "se": se, "z": estimate / se, "p": 0.04 })
}

fn term(column: &str, mean: f64, sd: f64, b: f64) -> Value {
    let (standardised, raw) = (coefficient(b, 0.2), coefficient(b / sd, 0.2 / sd));
    json!({ "column": column, "mean": mean, "sd": sd, "standardised": standardised, "raw": raw })
}

fn model(family: &str) -> Value {
    let terms = json!([term("age_months", 24.0, 20.0, 0.5), term("sex=M", 0.6, 0.49, -0.1)]);
    let raw = -1.5 - 0.5 * 24.0 / 20.0 + 0.1 * 0.6 / 0.49;
    let logistic = json!({
        "lambda": 1.0, "path": [], "fold_lambdas": [1.0], "log_likelihood": -100.0,
        "intercept": coefficient(-1.5, 0.2), "intercept_raw": coefficient(raw, 0.3), "terms": terms,
    });
    let tenth = |i: u32, n: u64, cases: u64| json!({ "n": n, "predicted": n as f64 * (f64::from(i) + 0.5) / 10.0, "cases": cases });
    let tenths: Vec<Value> =
        (0..10).map(|i| if i < 6 { tenth(i, 40, u64::from(i) * 4) } else { tenth(i, 0, 0) }).collect();
    let binary = json!({
        "auc": { "auc": 0.8, "se": 0.04, "lower": 0.72, "upper": 0.88, "level": 0.95 },
        "roc": [[0.0, 0.0], [0.2, 0.6], [1.0, 1.0]],
        "calibration": { "intercept": 0.1, "intercept_se": 0.2, "slope": 0.9, "slope_se": 0.1, "in_the_large": 0.0, "in_the_large_se": 0.2 },
        "brier": 0.12, "log_loss": 0.4, "tenths": tenths,
        "net_benefit": [
            { "threshold": 0.1, "true_positives": 40, "false_positives": 60, "model": 0.14, "treat_all": 0.11 },
            { "threshold": 0.2, "true_positives": 30, "false_positives": 30, "model": 0.09, "treat_all": 0.0 },
        ],
    });
    json!({
        "name": format!("{family}/logistic"), "label": "mycn", "family": family, "learner": "logistic",
        "fit": { "logistic": logistic }, "evaluation": { "binary": binary },
    })
}

fn study() -> (StudyPlan, StudyResult) {
    let plan = StudyPlan::from_toml(PLAN, "plan.toml").expect("a plan");
    let result = json!({
        "study": "mycn-ct", "plan_hash": plan.hash().to_string(), "sites": ["a", "b", "c"], "extractor": "",
        "cohort": {
            "n": 240, "cases": 48,
            "labels": [{ "label": "mycn", "classes": [{ "class": "not", "n": 192 }, { "class": "amplified", "n": 48 }] }],
            "flow": [{ "step": "in the clinical table", "patients": 300 }, { "step": "outcome known", "patients": 240 }],
            "folds": vec![json!({ "n": 48, "cases": 10 }); 5],
        },
        "models": [model("clinical"), model("combined")],
        "effort": { "exchanges": 12, "words": 4321 },
    });
    (plan, serde_json::from_value(result).expect("a result"))
}

#[test]
fn a_result_becomes_a_page() {
    let (plan, result) = study();
    let report = report(&plan, &result);
    let page = html(&report);
    for shown in [
        "MYCN amplification from clinical columns",
        &plan.hash().to_string(),
        "mycn = amplified",
        "clinical/logistic: AUC 0.800 (95% CI 0.720–0.880)",
        "0.900 (0.704–1.096)", // calibration slope, 0.9 -+ 1.96 * 0.1
        "48 cases, 192 controls",
        "4,321",
        "Nomogram of clinical/logistic",
        "evaluate.design",
    ] {
        assert!(page.contains(shown), "{shown}");
    }
    assert!(!page.contains("id=\"survival\"") && !page.contains("id=\"selection\""));
    assert_eq!(report.to_json(), consilium_report::report(&plan, &result).to_json());
}

#[test]
fn the_model_file_predicts_what_the_coefficients_say() {
    let (plan, result) = study();
    let files = model_files(&plan, &result);
    assert_eq!(files.len(), 2);
    let logistic = result.models[0].logistic().expect("a logistic regression");
    for (age, sex) in [(3.0, 0.0), (40.0, 1.0), (120.0, 1.0)] {
        let raw = |i: usize| logistic.terms[i].raw.estimate;
        let score: f64 = logistic.intercept_raw.estimate + raw(0) * age + raw(1) * sex;
        let Prediction::Risk(risk) = predict(&files[0], &[Some(age), Some(sex)]).expect("a risk") else {
            panic!()
        };
        assert!((risk - 1.0 / (1.0 + (-score).exp())).abs() < 1e-12);
    }
    assert!(files[0].inputs[1].indicator && !files[0].inputs[0].indicator);
    assert!(calculator(&files[0]).is_some_and(|page| page.contains("<option value=\"1\">yes</option>")));
    assert!(!onnx(&files[0]).is_empty());
}

#[test]
fn checklists_claim_only_what_the_run_shows() {
    let (plan, result) = study();
    let evidence = report(&plan, &result).evidence;
    for absent in [Claim::Images, Claim::External, Claim::HeldOutSites, Claim::Robustness, Claim::Selection] {
        assert!(!evidence.contains_key(&absent), "{absent:?}");
    }
    assert_eq!(evidence[&Claim::Balance], "48 cases among 240 patients (20.0%).");
    let lists = checklists(&evidence);
    let item =
        |list: usize, number: &str| lists[list].answers().find(|a| a.number == number).map(|a| a.status);
    assert_eq!(item(0, "4"), Some(Status::Answered));
    assert_eq!(item(0, "27"), Some(Status::Blank));
    assert_eq!(item(0, "11"), Some(Status::NotApplicable));
    assert_eq!(item(2, "18a"), Some(Status::Blank));
    let score = metrics_score(&lists[0]);
    assert!(score.run > 0.2 && score.run < score.with_part && score.with_part < 1.0);
}

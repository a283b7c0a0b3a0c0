//! UCI heart disease, four hospitals, one with a single control: yes-or-no learners and their evaluation.

use serde_json::Value;

use crate::ledger::Within::{Absolute, Relative, Same};
use crate::ledger::compare;
use crate::place::{Place, Table, answers, plan, quoted};
use crate::read::{model, number, numbers, terms, version};

const NUMERIC: [&str; 9] =
    ["age", "sex", "trestbps", "chol", "fbs", "restecg", "thalach", "exang", "oldpeak"];
const COLUMNS: [&str; 12] = [
    "age", "sex", "trestbps", "chol", "fbs", "restecg", "thalach", "exang", "oldpeak", "cp=2.0", "cp=3.0",
    "cp=4.0",
];
const SET: &str = "heart disease";

fn heart() -> Place {
    let clinical = [&NUMERIC[..], &["cp", "num"]].concat();
    Place::by_site(&Table::pooled("conformance/heart.csv"), &clinical, &[])
}

fn study(model: &str) -> String {
    let inputs = format!(
        "[inputs.clinical]\nnumeric = [{}]\ncategorical = {{ cp = [\"1.0\", \"2.0\", \"3.0\", \"4.0\"] }}\n\
         [outcome]\nlabel = \"disease\"\ncomposite = {{ disease = \"num > 0\" }}\n",
        quoted(&NUMERIC)
    );
    plan(&inputs, model)
}

#[test]
fn coefficients_are_those_of_r() {
    let result = heart().run(&study("[model]\npenalty = { ridge = 0.0 }\ncompare = [\"firth\"]"));
    let r = answers("conformance/r.json");
    let wanted = &r["heart"];
    assert_eq!(result["cohort"]["n"], wanted["n"]);
    let logistic = &model(&result, "clinical/logistic")["fit"]["logistic"];
    let firth = &model(&result, "clinical/firth")["fit"]["linear"];
    let glm = format!("R {} `glm`", version(&r, "R"));
    let intercept = |key: &str| number(&logistic["intercept_raw"][key]);
    let with = |key: &str| [vec![intercept(key)], terms(logistic, &COLUMNS, &format!("raw.{key}"))].concat();
    let (coef, se) = (with("estimate"), with("se"));
    compare(
        SET,
        "logistic, coefficients",
        &glm,
        Relative(1e-6),
        &coef,
        &numbers(&wanted["logistic"]["coef"]),
    );
    compare(SET, "logistic, standard errors", &glm, Relative(1e-6), &se, &numbers(&wanted["logistic"]["se"]));
    let likelihood = [number(&logistic["log_likelihood"])];
    let expected = numbers(&wanted["logistic"]["log_likelihood"]);
    compare(SET, "logistic, log-likelihood", &glm, Relative(1e-9), &likelihood, &expected);
    let brglm = format!("R brglm2 {}", version(&r, "brglm2"));
    for (name, key, answer) in [("coefficients", "estimate", "coef"), ("standard errors", "se", "se")] {
        let found = terms(&firth["predictors"][0], &COLUMNS, &format!("raw.{key}"));
        let wanted = &numbers(&wanted["firth"][answer])[1..];
        compare(SET, &format!("Firth, {name}"), &brglm, Relative(1e-6), &found, wanted);
    }
    areas(&result, &r);
    judged(&model(&result, "clinical/logistic")["evaluation"]["binary"]);
}

fn areas(result: &Value, r: &Value) {
    let proc = format!("R pROC {}", version(r, "pROC"));
    for learner in ["logistic", "firth"] {
        let found = &model(result, &format!("clinical/{learner}"))["evaluation"]["binary"]["auc"];
        let wanted = &r["heart"]["auc"][learner];
        let list = |of: &Value| ["auc", "se", "lower", "upper"].map(|key| number(&of[key]));
        let statistic = format!("{learner}, AUC and DeLong's interval, hospitals left out");
        compare(SET, &statistic, &proc, Absolute(1e-9), &list(found), &list(wanted));
    }
    let found = &result["comparisons"][0];
    let wanted = &r["heart"]["paired"];
    let list = |of: &Value| ["difference", "p"].map(|key| number(&of[key]));
    compare(SET, "DeLong's paired test", &proc, Absolute(1e-9), &list(found), &list(wanted));
}

/// What scikit-learn, statsmodels and plain formulae say of the scores of hospitals left out.
fn judged(found: &Value) {
    let python = answers("conformance/python.json");
    let wanted = &python["heart"];
    let sklearn = format!("scikit-learn {}", version(&python, "sklearn"));
    let plain = "plain formula, all patients";
    let scores =
        |of: &Value| ["brier", "log_loss", "scaled_brier", "calibration_error"].map(|k| number(&of[k]));
    compare(SET, "Brier score, log-loss, ECE", &sklearn, Absolute(1e-9), &scores(found), &scores(wanted));
    let calibration = &found["calibration"];
    let keys = ["intercept", "intercept_se", "slope", "slope_se", "in_the_large", "in_the_large_se"];
    let line = keys.map(|key| number(&calibration[key]));
    let statsmodels = format!("statsmodels {}", version(&python, "statsmodels"));
    compare(SET, "calibration", &statsmodels, Relative(1e-6), &line, &numbers(&wanted["calibration"]));
    let hl = &found["deciles"]["hosmer_lemeshow"];
    let hl = ["statistic", "groups", "p", "p_as_fitted"].map(|key| number(&hl[key]));
    compare(SET, "Hosmer-Lemeshow", plain, Absolute(1e-9), &hl, &numbers(&wanted["hosmer_lemeshow"]));
    let benefit = found["net_benefit"].as_array().unwrap();
    let point = |at: &Value| ["threshold", "model", "treat_all"].map(|key| number(&at[key]));
    let benefit: Vec<f64> = benefit.iter().flat_map(point).collect();
    compare(SET, "net benefit", plain, Absolute(1e-12), &benefit, &numbers(&wanted["net_benefit"]));
    let threshold = &found["threshold"];
    let by_fold = numbers(&threshold["by_fold"]);
    compare(SET, "Youden's threshold", plain, Same, &by_fold, &numbers(&wanted["threshold"]["by_fold"]));
    let counts = ["true_negatives", "false_positives", "false_negatives", "true_positives"];
    let counts = counts.map(|key| number(&threshold["counts"][key]));
    compare(SET, "2 x 2 table", &sklearn, Same, &counts, &numbers(&wanted["threshold"]["counts"]));
    let measured = ["f1", "kappa", "mcc", "balanced_accuracy"].map(|key| number(&threshold[key]["value"]));
    let answers = ["f1", "kappa", "mcc", "balanced"].map(|key| number(&wanted["threshold"][key]));
    compare(SET, "F1, kappa, Matthews", &sklearn, Absolute(1e-12), &measured, &answers);
    let within = ["auc", "se"].map(|key| number(&found["within_sites"][key]));
    compare(SET, "AUC within hospitals", plain, Absolute(1e-9), &within, &numbers(&wanted["within"]));
    alone_with_one_control(found, wanted);
}

/// The hospital with a single control counts in the pooled numbers, and is not told of by itself.
fn alone_with_one_control(found: &Value, wanted: &Value) {
    let sites = wanted["sites"].as_array().unwrap();
    let single = sites.iter().find(|site| site["controls"] == 1).unwrap();
    assert_eq!((single["site"].as_str(), single["n"].as_u64()), (Some("switzerland"), Some(46)));
    let told = found["within_sites"]["sites"].as_array().unwrap();
    let told: Vec<&str> = told.iter().map(|site| site["site"].as_str().unwrap()).collect();
    assert_eq!(told, ["scleveland", "shungarian", "sva"]);
}

#[test]
fn intercepts_of_hospitals_are_those_of_r() {
    let result = heart().run(&study("[model]\nsite_intercept = true\npenalty = { ridge = 0.0 }"));
    let r = answers("conformance/r.json");
    let (wanted, glm) = (&r["heart_sites"], format!("R {} `glm`, `contr.sum`", version(&r, "R")));
    let predictor = &model(&result, "clinical/logistic")["fit"]["linear"]["predictors"][0];
    let found = |key: &str| terms(predictor, &COLUMNS, &format!("raw.{key}"));
    compare(
        SET,
        "site intercepts, coefficients",
        &glm,
        Relative(1e-6),
        &found("estimate"),
        &numbers(&wanted["coef"]),
    );
    compare(
        SET,
        "site intercepts, standard errors",
        &glm,
        Relative(1e-6),
        &found("se"),
        &numbers(&wanted["se"]),
    );
    let sites = predictor["sites"].as_array().unwrap();
    let deviation = |key: &str| sites.iter().map(|site| number(&site["deviation"][key])).collect::<Vec<_>>();
    let found = [deviation("estimate"), deviation("se")].concat();
    let wanted = [numbers(&wanted["deviation"]), numbers(&wanted["deviation_se"])].concat();
    compare(SET, "site intercepts, hospitals", &glm, Relative(1e-6), &found, &wanted);
}

#[test]
fn several_labels_each_have_their_own_regression() {
    let table = Table::pooled("conformance/heart.csv");
    let place = Place::by_site(&table, &["age", "sex", "trestbps", "thalach", "fbs", "num"], &[]);
    let inputs = "[inputs.clinical]\nnumeric = [\"age\", \"sex\", \"trestbps\", \"thalach\"]\n[outcome]\nkind = \"multilabel\"\n\
        labels = { disease = \"yes\", severe = \"yes\", fbs = \"1.0\" }\n\
        composite = { disease = \"num > 0\", severe = \"num >= 3\" }\n";
    let result = place.run(&plan(inputs, "[model]\npenalty = { ridge = 0.0 }"));
    let python = answers("conformance/python.json");
    let library = format!("statsmodels {}", version(&python, "statsmodels"));
    for label in ["disease", "severe", "fbs"] {
        let (wanted, found) =
            (&python["labels"][label], model(&result, &format!("{label}/clinical/logistic")));
        let evaluation = &found["evaluation"]["binary"];
        assert_eq!((&evaluation["n"], &evaluation["cases"]), (&wanted["n"], &wanted["cases"]));
        let fit = &found["fit"]["logistic"];
        let raw = |key: &str| {
            let columns = ["age", "sex", "trestbps", "thalach"];
            [vec![number(&fit["intercept_raw"][key])], terms(fit, &columns, &format!("raw.{key}"))].concat()
        };
        let numbers_of = [raw("estimate"), raw("se")].concat();
        let expected = [numbers(&wanted["coef"]), numbers(&wanted["se"])].concat();
        let statistic = format!("label {label}, coefficients and errors");
        compare(SET, &statistic, &library, Relative(1e-6), &numbers_of, &expected);
        let found = [
            number(&evaluation["auc"]["auc"]),
            number(&evaluation["auc"]["se"]),
            number(&evaluation["brier"]),
        ];
        let expected = ["auc", "auc_se", "brier"].map(|key| number(&wanted[key]));
        compare(
            SET,
            &format!("label {label}, AUC, Brier"),
            "plain formula, all pairs",
            Absolute(1e-9),
            &found,
            &expected,
        );
    }
}

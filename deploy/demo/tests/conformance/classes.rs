//! Heart disease in five classes: multinomial, its lasso, proportional odds, and the evaluation of several classes.

use serde_json::Value;

use crate::ledger::Within::{Absolute, Relative, Same};
use crate::ledger::compare;
use crate::place::{Place, Table, answers, plan, quoted};
use crate::read::{model, number, numbers, terms, version};
use crate::wdbc;

const COLUMNS: [&str; 6] = ["age", "sex", "trestbps", "thalach", "exang", "oldpeak"];
const SET: &str = "heart disease, 5 classes";

fn heart() -> Place {
    Place::by_site(&Table::pooled("conformance/heart.csv"), &[&COLUMNS[..], &["num"]].concat(), &[])
}

fn study(kind: &str, model: &str) -> String {
    let inputs = format!(
        "[inputs.clinical]\nnumeric = [{}]\n[outcome]\nkind = \"{kind}\"\nlabel = \"num\"\n\
         levels = [\"0\", \"1\", \"2\", \"3\", \"4\"]\n",
        quoted(&COLUMNS)
    );
    plan(&inputs, model)
}

/// Folds of patients: without one hospital the classes are separated where nothing penalises.
fn in_folds(plan: &str) -> String {
    plan.replace("design = \"leave-site-out\"", "folds = 5")
}

/// Each predictor's intercept and terms.
fn predictors(fit: &Value, key: &str) -> Vec<f64> {
    let one = |predictor: &Value| {
        let intercept = number(&predictor["intercept"][key]);
        [vec![intercept], terms(predictor, &COLUMNS, &format!("standardised.{key}"))].concat()
    };
    fit["linear"]["predictors"].as_array().unwrap().iter().flat_map(one).collect()
}

#[test]
fn multinomial_regression_is_that_of_statsmodels_and_nnet() {
    let result = heart().run(&in_folds(&study("nominal", "[model]\npenalty = { ridge = 0.0 }")));
    let (python, r) = (answers("conformance/python.json"), answers("conformance/r.json"));
    let fit = &model(&result, "clinical/logistic")["fit"];
    let (statsmodels, wanted) =
        (format!("statsmodels {}", version(&python, "statsmodels")), &python["heart5"]["multinomial"]);
    let (coef, se) = (predictors(fit, "estimate"), predictors(fit, "se"));
    compare(SET, "multinomial, coefficients", &statsmodels, Relative(1e-6), &coef, &numbers(&wanted["coef"]));
    compare(SET, "multinomial, standard errors", &statsmodels, Relative(1e-6), &se, &numbers(&wanted["se"]));
    let nnet = format!("R nnet {}", version(&r, "nnet"));
    compare(
        SET,
        "multinomial, coefficients",
        &nnet,
        Absolute(1e-5),
        &coef,
        &numbers(&r["heart5"]["multinom"]["coef"]),
    );
    let likelihood = [number(&fit["linear"]["log_likelihood"])];
    let expected = numbers(&r["heart5"]["multinom"]["log_likelihood"]);
    compare(SET, "multinomial, log-likelihood", &nnet, Relative(1e-9), &likelihood, &expected);
}

#[test]
fn ridge_and_its_scores_are_judged_as_scikit_learn_does() {
    let result = heart().run(&study("nominal", "[model]\npenalty = { ridge = 1.0 }"));
    let python = answers("conformance/python.json");
    let library = format!("scikit-learn {}", version(&python, "sklearn"));
    let found = model(&result, "clinical/logistic");
    let coef = predictors(&found["fit"], "estimate");
    compare(
        SET,
        "multinomial ridge, coefficients",
        &library,
        Relative(1e-6),
        &coef,
        &numbers(&python["heart5"]["ridge"]),
    );
    judged("multinomial ridge", &found["evaluation"]["classes"], &python["heart5"]["nominal"], &library);
}

#[test]
fn proportional_odds_are_those_of_mass() {
    let result = heart().run(&study("ordinal", "[model]\npenalty = { ridge = 0.0 }"));
    let (python, r) = (answers("conformance/python.json"), answers("conformance/r.json"));
    let found = model(&result, "clinical/ordinal");
    let fit = &found["fit"]["linear"];
    let list = |key: &str| {
        let thresholds = fit["thresholds"].as_array().unwrap().iter().map(|at| number(&at[key]));
        let slopes = terms(&fit["predictors"][0], &COLUMNS, &format!("standardised.{key}"));
        thresholds.chain(slopes).collect::<Vec<f64>>()
    };
    let wanted = &python["heart5"]["ordinal"];
    let newton = format!("numpy {}, Newton by complex steps", version(&python, "numpy"));
    compare(
        SET,
        "proportional odds, coefficients",
        &newton,
        Relative(1e-6),
        &list("estimate"),
        &numbers(&wanted["coef"]),
    );
    compare(
        SET,
        "proportional odds, standard errors",
        &newton,
        Relative(1e-6),
        &list("se"),
        &numbers(&wanted["se"]),
    );
    let polr = &r["heart5"]["polr"];
    let mass = format!("R MASS {} `polr`", version(&r, "MASS"));
    let expected = [numbers(&polr["theta"]), numbers(&polr["coef"])].concat();
    compare(SET, "proportional odds, coefficients", &mass, Absolute(1e-5), &list("estimate"), &expected);
    let likelihood = [number(&fit["log_likelihood"])];
    compare(
        SET,
        "proportional odds, log-likelihood",
        &mass,
        Relative(1e-9),
        &likelihood,
        &numbers(&polr["log_likelihood"]),
    );
    let library = format!("scikit-learn {}", version(&python, "sklearn"));
    let evaluation = &found["evaluation"]["classes"];
    judged("proportional odds", evaluation, &wanted["classes"], &library);
    let (ordinal, wanted) = (&evaluation["ordinal"], &wanted["classes"]);
    let found = ["kappa_linear", "kappa_quadratic"].map(|key| number(&ordinal[key]["value"]));
    compare(SET, "weighted kappa", &library, Absolute(1e-12), &found, &numbers(&wanted["kappa"])[1..]);
    let cuts: Vec<f64> =
        ordinal["by_cut"].as_array().unwrap().iter().map(|cut| number(&cut["auc"])).collect();
    compare(SET, "AUC of each cut", &library, Absolute(1e-9), &cuts, &numbers(&wanted["cuts"]));
    let ranked = [number(&ordinal["ranked_probability"])];
    compare(
        SET,
        "ranked probability score",
        "plain formula, all patients",
        Absolute(1e-9),
        &ranked,
        &numbers(&wanted["ranked"]),
    );
}

fn judged(name: &str, found: &Value, wanted: &Value, library: &str) {
    assert_eq!(found["n"], wanted["n"]);
    let table = numbers(&found["confusion"]);
    compare(SET, &format!("{name}, confusion matrix"), library, Same, &table, &numbers(&wanted["confusion"]));
    let shares = ["accuracy", "balanced_accuracy", "kappa"].map(|key| number(&found[key]["value"]));
    let expected = [number(&wanted["accuracy"]), number(&wanted["balanced"]), number(&wanted["kappa"][0])];
    compare(SET, &format!("{name}, accuracy and kappa"), library, Absolute(1e-12), &shares, &expected);
    let losses = ["log_loss", "brier"].map(|key| number(&found[key]));
    let expected = ["log_loss", "brier"].map(|key| number(&wanted[key]));
    compare(SET, &format!("{name}, log-loss and Brier"), library, Absolute(1e-8), &losses, &expected);
    let aucs = found["by_class"].as_array().unwrap().iter().map(|class| number(&class["auc"]["auc"]));
    let means = ["auc_macro", "auc_weighted"].map(|key| number(&found[key]["auc"]));
    let found: Vec<f64> = aucs.chain(means).collect();
    let expected =
        [numbers(&wanted["auc"]), vec![number(&wanted["auc_macro"]), number(&wanted["auc_weighted"])]]
            .concat();
    compare(
        SET,
        &format!("{name}, AUC by class, macro, weighted"),
        library,
        Absolute(1e-9),
        &found,
        &expected,
    );
}

#[test]
fn a_multinomial_lasso_path_is_that_of_glmnet() {
    let result = heart().run(&study("nominal", "[model]\npenalty = { lasso = \"cv\" }"));
    wdbc::path(
        SET,
        "multinomial lasso",
        "heart5_lasso",
        &model(&result, "clinical/logistic")["fit"]["lasso"],
    );
}

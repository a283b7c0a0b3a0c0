//! WDBC over four hospitals: ridge, lasso paths, support vectors, components, mRMR, trees.

use serde_json::Value;

use crate::ledger::Within::{Absolute, Relative, Same};
use crate::ledger::{compare, compare_words};
use crate::place::{Place, Table, answers, plan};
use crate::read::{model, number, numbers, terms, version, words};

pub(crate) const SET: &str = "WDBC";

/// Radiomic columns in the order of the alphabet, which is that of the answers.
pub(crate) fn features(table: &Table) -> Vec<&str> {
    let wanted = |name: &&str| name.starts_with("mean_") || name.starts_with("worst_");
    let mut names: Vec<&str> = table.columns.iter().map(String::as_str).filter(wanted).collect();
    names.sort_unstable();
    names
}

pub(crate) fn wdbc() -> (Place, Vec<String>) {
    let table = Table::pooled("linear/wdbc.csv");
    let names = features(&table);
    let place = Place::by_site(&table, &["malignant"], &names);
    (place, names.into_iter().map(str::to_owned).collect())
}

pub(crate) fn study(rest: &str) -> String {
    plan("[inputs.table]\n[outcome]\nlabel = \"malignant\"\npositive = \"1\"\n", rest)
}

fn columns(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}

/// The intercept and the terms, standardised.
fn standardised(fit: &Value, columns: &[&str], key: &str) -> Vec<f64> {
    [vec![number(&fit["intercept"][key])], terms(fit, columns, &format!("standardised.{key}"))].concat()
}

#[test]
fn a_ridge_is_that_of_scikit_learn() {
    let (place, names) = wdbc();
    let result = place.run(&study("[model]\npenalty = { ridge = 1.0 }"));
    let python = answers("conformance/python.json");
    let (wanted, library) = (&python["wdbc_ridge"], format!("scikit-learn {}", version(&python, "sklearn")));
    let found = model(&result, "radiomics/logistic");
    let fit = &found["fit"]["logistic"];
    let (coef, se) =
        (standardised(fit, &columns(&names), "estimate"), standardised(fit, &columns(&names), "se"));
    compare(SET, "ridge, coefficients", &library, Relative(1e-6), &coef, &numbers(&wanted["coef"]));
    let sandwich = "sandwich formula of its coefficients";
    compare(SET, "ridge, standard errors", sandwich, Relative(1e-6), &se, &numbers(&wanted["errors"]));
    let evaluation = &found["evaluation"]["binary"];
    let auc = ["auc", "se"].map(|key| number(&evaluation["auc"][key]));
    let all = "plain formula, all pairs";
    compare(
        SET,
        "ridge, AUC and DeLong's error",
        all,
        Absolute(1e-9),
        &auc,
        &[number(&wanted["auc"]), number(&wanted["se"])],
    );
    let scores = ["brier", "log_loss"].map(|key| number(&evaluation[key]));
    let expected = ["brier", "log_loss"].map(|key| number(&wanted[key]));
    compare(SET, "ridge, Brier score, log-loss", &library, Absolute(1e-8), &scores, &expected);
}

/// A path by cross-validation over hospitals against `glmnet`, coefficient by coefficient.
pub(crate) fn path(set: &str, name: &str, answer: &str, found: &Value) {
    let r = answers("conformance/r.json");
    let (wanted, glmnet) = (&r[answer], format!("R glmnet {}", version(&r, "glmnet")));
    let columns = words(&wanted["columns"]);
    // glmnet begins with the largest penalty
    let path: Vec<&Value> = found["path"].as_array().unwrap().iter().rev().collect();
    let of = |key: &str| path.iter().map(|point| number(&point[key])).collect::<Vec<_>>();
    compare(
        set,
        &format!("{name}, penalties"),
        &glmnet,
        Relative(1e-12),
        &of("share"),
        &numbers(&wanted["shares"]),
    );
    compare(
        set,
        &format!("{name}, held-out deviance"),
        &glmnet,
        Relative(1e-5),
        &of("deviance"),
        &numbers(&wanted["deviance"]),
    );
    let classes = wanted["beta"].as_array().unwrap();
    for (class, beta) in classes.iter().enumerate() {
        let at = |point: &&Value| {
            let predictor = &point["predictors"][class];
            let coefficient = |column: &String| predictor["coefficients"][column].as_f64().unwrap_or(0.0);
            columns.iter().map(coefficient).collect::<Vec<f64>>()
        };
        let found: Vec<f64> = path.iter().flat_map(at).collect();
        let statistic = if classes.len() > 1 {
            format!("{name}, path of class {class}")
        } else {
            format!("{name}, path")
        };
        compare(set, &statistic, &glmnet, Absolute(1e-5), &found, &numbers(beta));
    }
    let best = usize::try_from(wanted["best"].as_u64().unwrap()).unwrap() - 1;
    let chosen = [vec![number(&found["share"])], numbers(&found["fold_shares"])].concat();
    let expected = [vec![numbers(&wanted["shares"])[best]], numbers(&wanted["fold_shares"])].concat();
    compare(set, &format!("{name}, penalties chosen"), &glmnet, Relative(1e-12), &chosen, &expected);
}

#[test]
fn lasso_and_elastic_net_are_those_of_glmnet() {
    for (name, alpha, answer) in
        [("lasso", "", "wdbc_lasso"), ("elastic net", ", alpha = 0.5", "wdbc_elastic")]
    {
        let (place, _) = wdbc();
        let result = place.run(&study(&format!("[model]\npenalty = {{ lasso = \"cv\"{alpha} }}")));
        let found = model(&result, "radiomics/logistic");
        path(SET, name, answer, &found["fit"]["lasso"]);
        let r = answers("conformance/r.json");
        let list = |of: &Value| ["auc", "se"].map(|key| number(&of[key]));
        let (auc, wanted) = (list(&found["evaluation"]["binary"]["auc"]), list(&r[answer]["auc"]));
        let proc = format!("R pROC {}", version(&r, "pROC"));
        compare(SET, &format!("{name}, AUC and DeLong's error"), &proc, Absolute(1e-9), &auc, &wanted);
    }
}

fn selected(select: &str) -> Value {
    let (place, _) = wdbc();
    place.run(&study(&format!("[select]\nrelevance = {{ test = \"none\" }}\nredundancy = {{ rho = 1.0 }}\n{select}\n\n[model]\npenalty = {{ ridge = 1.0 }}")))
}

#[test]
fn cross_validation_chooses_the_columns_that_glmnet_chooses() {
    let r = answers("conformance/r.json");
    let library = format!("R glmnet {} `cv.glmnet`", version(&r, "glmnet"));
    for (rule, answer) in [("min", "min"), ("1se", "one_se")] {
        let result = selected(&format!("method = \"lasso\"\nrule = \"{rule}\"\nmax = 20"));
        let found = words(&result["selections"][0]["columns"]);
        let wanted = words(&r["wdbc_select"][answer]);
        compare_words(SET, &format!("columns of the lasso, lambda.{rule}"), &library, &found, &wanted);
    }
}

#[test]
fn mrmr_and_components_are_those_of_their_libraries() {
    let python = answers("conformance/python.json");
    let library = format!("mrmr_selection {}", version(&python, "mrmr_selection"));
    let result = selected("method = \"mrmr\"\nmax = 8");
    let found = words(&result["selections"][0]["columns"]);
    compare_words(SET, "mRMR, columns in order", &library, &found, &words(&python["wdbc_mrmr"]));
    let result = selected("method = \"pca\"\nmax = 4");
    let (fit, wanted) = (&model(&result, "radiomics/logistic")["fit"]["logistic"], &python["wdbc_pca"]);
    let library = format!("scikit-learn {} `PCA`", version(&python, "sklearn"));
    let components = ["PC1", "PC2", "PC3", "PC4"];
    let sds = terms(fit, &components, "sd");
    compare(SET, "components, standard deviations", &library, Relative(1e-9), &sds, &numbers(&wanted["sd"]));
    let coef = standardised(fit, &components, "estimate");
    compare(SET, "ridge on components", &library, Relative(1e-6), &coef, &numbers(&wanted["coef"]));
}

#[test]
fn support_vectors_are_those_of_scikit_learn() {
    let (place, names) = wdbc();
    let result = place.run(&study("[model]\nlearner = \"svm\"\nsvm = { cost = 0.5 }"));
    let python = answers("conformance/python.json");
    let fit = &model(&result, "radiomics/svm")["fit"]["svm"];
    let library = format!("scikit-learn {} `LinearSVC`", version(&python, "sklearn"));
    let found = [vec![number(&fit["intercept"])], terms(fit, &columns(&names), "standardised")].concat();
    compare(
        SET,
        "support vectors, coefficients",
        &library,
        Absolute(1e-5),
        &found,
        &numbers(&python["wdbc_svm"]["coef"]),
    );
}

#[test]
fn trees_rank_as_well_as_those_of_scikit_learn() {
    let (place, _) = wdbc();
    let result = place.run(&study("[model]\nlearner = \"forest\"\ncompare = [\"boost\"]"));
    let python = answers("conformance/python.json");
    let library = format!("scikit-learn {}", version(&python, "sklearn"));
    for (learner, limit) in [("forest", 0.01), ("boost", 0.02)] {
        let found =
            number(&model(&result, &format!("radiomics/{learner}"))["evaluation"]["binary"]["auc"]["auc"]);
        let wanted = number(&python["wdbc_trees"][learner]);
        compare(SET, &format!("{learner}, AUC"), &library, Absolute(limit), &[found], &[wanted]);
    }
    let table = Table::pooled("linear/wdbc.csv");
    let cases = table.rows.iter().filter(|row| row[table.column("malignant")] == "1").count() as f64;
    compare(
        SET,
        "patients and cases",
        "the table",
        Same,
        &[number(&result["cohort"]["n"]), number(&result["cohort"]["cases"])],
        &[table.rows.len() as f64, cases],
    );
}

//! TCGA-BRCA as `FLamby` prepares it, six regions: vital status by logistic regression.

use crate::ledger::Within::{Absolute, Relative};
use crate::ledger::compare;
use crate::place::{Place, Table, answers, plan, quoted};
use crate::read::{model, number, numbers, terms, version};

const COLUMNS: [&str; 7] = ["age", "white", "n1", "n2", "t2", "t3", "lobular"];
const SET: &str = "TCGA-BRCA";

#[test]
fn vital_status_is_regressed_as_r_does() {
    let table = Table::pooled("survival/brca.csv");
    let place = Place::by_site(&table, &[&COLUMNS[..], &["event"]].concat(), &[]);
    assert_eq!(place.sites.len(), 6);
    let inputs = format!(
        "[inputs.clinical]\nnumeric = [{}]\n[outcome]\nlabel = \"event\"\npositive = \"1\"\nnegative = \"0\"\n",
        quoted(&COLUMNS)
    );
    let result = place.run(&plan(&inputs, "[model]\npenalty = { ridge = 0.0 }"));
    let (r, python) = (answers("conformance/r.json"), answers("conformance/python.json"));
    let wanted = &r["brca"];
    assert_eq!(result["cohort"]["n"], wanted["n"]);
    let found = model(&result, "clinical/logistic");
    let fit = &found["fit"]["logistic"];
    let glm = format!("R {} `glm`", version(&r, "R"));
    for (name, key, answer) in [("coefficients", "estimate", "coef"), ("standard errors", "se", "se")] {
        let raw = terms(fit, &COLUMNS, &format!("raw.{key}"));
        let raw = [vec![number(&fit["intercept_raw"][key])], raw].concat();
        let statistic = format!("logistic, {name}");
        compare(SET, &statistic, &glm, Relative(1e-6), &raw, &numbers(&wanted["logistic"][answer]));
    }
    let evaluation = &found["evaluation"]["binary"];
    let proc = format!("R pROC {}", version(&r, "pROC"));
    let list = |of: &serde_json::Value| ["auc", "se", "lower", "upper"].map(|key| number(&of[key]));
    let statistic = "logistic, AUC and DeLong's interval, regions left out";
    compare(SET, statistic, &proc, Absolute(1e-9), &list(&evaluation["auc"]), &list(&wanted["auc"]));
    let benefit = evaluation["net_benefit"].as_array().unwrap();
    let benefit: Vec<f64> = benefit
        .iter()
        .flat_map(|at| ["threshold", "model", "treat_all"].map(|key| number(&at[key])))
        .collect();
    let expected = numbers(&python["brca"]["net_benefit"]);
    compare(SET, "net benefit", "plain formula, all patients", Absolute(1e-12), &benefit, &expected);
}

//! ComBat as a study carries it out: the harmonised columns' mean and spread, and the regression on them.

use serde_json::Value;

use crate::ledger::Within::Relative;
use crate::ledger::compare;
use crate::place::answers;
use crate::read::{model, number, numbers, terms};
use crate::wdbc::{SET, study, wdbc};

const LIBRARY: &str = "neuroCombat's formulae, checked against its outputs";

/// Compares a regression on harmonised columns; `shrink` is a word of the plan.
pub(crate) fn combat(set: &str, shrink: &str, result: &Value, columns: &[&str], wanted: &Value) {
    let fit = &model(result, "radiomics/logistic")["fit"]["logistic"];
    let limit = if shrink == "none" { 1e-6 } else { 1e-3 };
    let words = if shrink == "none" { "no EB" } else { "EB" };
    for key in ["mean", "sd"] {
        let statistic = format!("ComBat, {words}, {key} of columns");
        compare(set, &statistic, LIBRARY, Relative(limit), &terms(fit, columns, key), &numbers(&wanted[key]));
    }
    let coef =
        [vec![number(&fit["intercept"]["estimate"])], terms(fit, columns, "standardised.estimate")].concat();
    let statistic = format!("ComBat, {words}, ridge on columns");
    compare(set, &statistic, LIBRARY, Relative(limit), &coef, &numbers(&wanted["coef"]));
}

pub(crate) fn model_of(shrink: &str) -> String {
    format!("[harmonise]\nmethod = \"combat\"\nshrink = \"{shrink}\"\n\n[model]\npenalty = {{ ridge = 1.0 }}")
}

#[test]
fn wdbc_is_harmonised_as_neurocombat_does() {
    let python = answers("conformance/python.json");
    for shrink in ["none", "parametric"] {
        let (place, names) = wdbc();
        let result = place.run(&study(&model_of(shrink)));
        let columns: Vec<&str> = names.iter().map(String::as_str).collect();
        combat(SET, shrink, &result, &columns, &python["wdbc_combat"][shrink]);
    }
}

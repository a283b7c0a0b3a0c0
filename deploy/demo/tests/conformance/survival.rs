//! Survival by plan: Cox regression with both ties, stratified by site or not, and the Kaplan-Meier curve of all patients.

use serde_json::Value;

use crate::ledger::Within::{Absolute, Relative, Same};
use crate::ledger::compare;
use crate::place::{Place, Table, answers, plan, quoted};
use crate::read::{model, number, numbers, terms, version};

/// A study of a table with columns `time` and `event`, days one by one up to a horizon.
fn study(columns: &[&str], horizon: &str, rest: &str) -> String {
    let inputs = format!(
        "[inputs.clinical]\nnumeric = [{}]\n[outcome]\nkind = \"survival\"\ntime = \"time\"\nevent = \"event\"\npositive = \"1\"\n\
         grid = \"1d\"\nhorizon = \"{horizon}\"\n",
        quoted(columns)
    );
    let plan = plan(&inputs, &format!("[model]\npenalty = {{ ridge = 0.0 }}\n{rest}"));
    let plan = plan.replace("per_model = 10", "per_model = 10, cell = 1");
    // the default times of judgement lie beyond a follow-up of weeks
    if horizon == "60d" { plan + "times = [\"20d\", \"40d\"]\n" } else { plan }
}

/// Both ties, with one baseline and with one a site, and the curve.
pub(crate) fn followed(
    set: &str,
    place: &Place,
    columns: &[&str],
    horizon: &str,
    wanted: &Value,
    versions: &Value,
) {
    let library = format!("R survival {}", version(versions, "survival"));
    for (ties, strata, answer) in [
        ("efron", "none", "efron"),
        ("breslow", "none", "breslow"),
        ("efron", "site", "strata_efron"),
        ("breslow", "site", "strata_breslow"),
    ] {
        let result =
            place.run(&study(columns, horizon, &format!("ties = \"{ties}\"\nstrata = \"{strata}\"")));
        let fit = &model(&result, "clinical/cox")["fit"]["cox"];
        let by_site = if strata == "site" { ", by site" } else { "" };
        for (name, key, of) in [("coefficients", "estimate", "coef"), ("standard errors", "se", "se")] {
            let found = terms(fit, columns, &format!("raw.{key}"));
            let statistic = format!("Cox, {ties}{by_site}, {name}");
            compare(set, &statistic, &library, Relative(1e-6), &found, &numbers(&wanted[answer][of]));
        }
        let found = [number(&fit["log_likelihood"])];
        let statistic = format!("Cox, {ties}{by_site}, log-likelihood");
        compare(
            set,
            &statistic,
            &library,
            Relative(1e-9),
            &found,
            &numbers(&wanted[answer]["log_likelihood"]),
        );
        if answer == "efron" {
            curve(set, &library, &result, wanted);
        }
    }
}

fn curve(set: &str, library: &str, result: &Value, wanted: &Value) {
    assert_eq!(result["cohort"]["n"], wanted["n"]);
    assert_eq!(result["follow_up"]["events"], wanted["events"]);
    let points = result["follow_up"]["curve"].as_array().unwrap();
    let events: Vec<&Value> = points.iter().filter(|point| number(&point["events"]) > 0.0).collect();
    let of = |key: &str| events.iter().map(|point| number(&point[key])).collect::<Vec<f64>>();
    let km = &wanted["km"];
    for key in ["time", "at_risk", "events"] {
        compare(set, &format!("Kaplan-Meier, {key}"), library, Same, &of(key), &numbers(&km[key]));
    }
    for key in ["survival", "se"] {
        compare(set, &format!("Kaplan-Meier, {key}"), library, Absolute(1e-9), &of(key), &numbers(&km[key]));
    }
}

#[test]
fn classic_tables_are_regressed_as_r_does() {
    let r = answers("conformance/r.json");
    for (set, file, horizon) in
        [("GBSG2", "gbsg2", "2700d"), ("Rossi", "rossi", "60d"), ("TCGA-BRCA", "brca", "4000d")]
    {
        let table = Table::pooled(&format!("survival/{file}.csv"));
        let columns: Vec<&str> = table.columns.iter().map(String::as_str).collect();
        let clinical: Vec<&str> = columns.iter().copied().filter(|name| *name != "site").collect();
        let columns: Vec<&str> =
            clinical.iter().copied().filter(|name| !["time", "event"].contains(name)).collect();
        let place = Place::by_site(&table, &clinical, &[]);
        followed(set, &place, &columns, horizon, &r["survival"][file], &r);
    }
}

//! Plans of survival through the whole analysis: coefficients against R, order and split of patients, failures by name.
//!
//! Cohorts and answers: tests/data/pooled/survival. Spec: docs/reference/methods/survival.md.

#![allow(missing_docs, reason = "a test")]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use consilium_rounds::result::{CoxResult, StudyResult};
use consilium_stats::Survival;
use consilium_types::StudyPlan;
use serde_json::Value;
use support::{Site, run, schema};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/pooled/survival/");

/// A cohort dealt to its hospitals, five cells in turn.
fn cohort(name: &str) -> (Vec<Site>, usize) {
    let text = std::fs::read_to_string(format!("{FOLDER}{name}.csv")).unwrap();
    let numbers = |line: &str| line.split(',').map(|x| x.parse().unwrap()).collect::<Vec<f64>>();
    let lines: Vec<Vec<f64>> = text.lines().skip(1).map(numbers).collect();
    let width = lines[0].len() - 3;
    let mut sites = vec![Site { flow: vec![0; 2], ..Site::default() }; 5];
    for (place, site) in sites.iter_mut().enumerate() {
        site.place = place;
    }
    for (i, line) in lines.iter().enumerate() {
        let site = &mut sites[(0..5u8).position(|place| f64::from(place) >= line[width + 2]).unwrap()];
        site.rows.push(line[..width].to_vec());
        site.cases.push(line[width + 1] > 0.5);
        site.survival.push(Survival { days: line[width], event: line[width + 1] > 0.5 });
        site.cells.push(i / 5 % 5);
        site.flow.iter_mut().for_each(|n| *n += 1);
    }
    (sites, width)
}

fn answers(name: &str) -> Value {
    let text = std::fs::read_to_string(format!("{FOLDER}r.json")).unwrap();
    serde_json::from_str::<Value>(&text).unwrap()[name].clone()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

fn plan(width: usize, model: &str) -> StudyPlan {
    let columns: Vec<String> = (0..width).map(|j| format!("\"c{j}\"")).collect();
    let text = format!(
        "[study]\nid = \"survival\"\ntitle = \"Survival\"\nseed = 5\nsites = {{ min = 3 }}\n\
         [inputs.clinical]\nnumeric = [{}]\n\
         [outcome]\nkind = \"survival\"\ntime = \"t\"\nevent = \"e\"\ngrid = \"1d\"\nhorizon = \"2700d\"\n\
         [privacy]\nlimits = {{ cell = 1 }}\n{model}\n[evaluate]\nfolds = 5\n",
        columns.join(", ")
    );
    StudyPlan::from_toml(&text, "plan.toml").unwrap()
}

fn study(name: &str, model: &str) -> StudyResult {
    let (sites, width) = cohort(name);
    run(&plan(width, model), &schema(0, width), &sites, 5).unwrap()
}

fn cox(result: &StudyResult) -> &CoxResult {
    result.models[0].cox().unwrap()
}

fn relative(found: f64, expected: f64, tolerance: f64) -> bool {
    (found - expected).abs() <= tolerance * expected.abs()
}

#[test]
fn a_study_finds_the_coefficients_of_r() {
    for name in ["gbsg2", "rossi"] {
        let answers = answers(name);
        for strata in ["none", "site"] {
            for ties in ["breslow", "efron"] {
                let model =
                    format!("[model]\nstrata = \"{strata}\"\nties = \"{ties}\"\npenalty = {{ ridge = 0.0 }}");
                let result = study(name, &model);
                let expected =
                    &answers[if strata == "site" { format!("strata_{ties}") } else { ties.to_owned() }];
                let found = cox(&result);
                let (coef, se) = (numbers(&expected["coef"]), numbers(&expected["se"]));
                for (term, (coef, se)) in found.terms.iter().zip(coef.iter().zip(&se)) {
                    assert!(
                        relative(term.raw.estimate, *coef, 1e-6),
                        "{name} {strata} {ties}: {term:?} {coef}"
                    );
                    assert!(relative(term.raw.se, *se, 1e-6), "{name} {strata} {ties}: {term:?} {se}");
                }
                let loglik = expected["loglik"].as_f64().unwrap();
                assert!(relative(found.log_likelihood, loglik, 1e-9), "{name} {strata} {ties}");
                assert!(result.effort.exchanges <= 40, "{}", result.effort.exchanges);
            }
        }
    }
}

//! Plans of survival through the whole analysis: coefficients against R, order and split of patients, failures by name.
//!
//! Cohorts and answers: tests/data/pooled/survival. Spec: docs/reference/methods/survival.md.

#![allow(missing_docs, reason = "a test")]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use consilium_rounds::AnalysisFault;
use consilium_rounds::result::{CoxResult, EvaluationResult, FitResult, StudyResult};
use consilium_stats::{CoxFailure, Survival};
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

/// A plan on clinical columns, with times in days up to a horizon.
fn timed(width: usize, grid: &str, horizon: &str, model: &str) -> StudyPlan {
    let columns: Vec<String> = (0..width).map(|j| format!("\"c{j}\"")).collect();
    let text = format!(
        "[study]\nid = \"survival\"\ntitle = \"Survival\"\nseed = 5\nsites = {{ min = 3 }}\n\
         [inputs.clinical]\nnumeric = [{}]\n\
         [outcome]\nkind = \"survival\"\ntime = \"t\"\nevent = \"e\"\ngrid = \"{grid}\"\nhorizon = \"{horizon}\"\n\
         [privacy]\nlimits = {{ cell = 1 }}\n{model}\n[evaluate]\nfolds = 5\n",
        columns.join(", ")
    );
    StudyPlan::from_toml(&text, "plan.toml").unwrap()
}

fn plan(width: usize, model: &str) -> StudyPlan {
    timed(width, "1d", "2700d", model)
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

#[test]
fn a_lasso_finds_the_coefficients_of_glmnet() {
    for name in ["gbsg2", "rossi"] {
        let answers = answers(name);
        for at in answers["lasso"].as_array().unwrap().iter().step_by(2) {
            let (lambda, coef) = (at["lambda"].as_f64().unwrap(), numbers(&at["coef"]));
            let model =
                format!("[model]\nties = \"breslow\"\npenalty = {{ lasso = {lambda:?}, alpha = 1.0 }}");
            let result = study(name, &model);
            let FitResult::CoxLasso(found) = &result.models[0].fit else { panic!("a lasso") };
            assert_eq!(found.terms.len(), coef.iter().filter(|b| **b != 0.0).count(), "{name} {lambda}");
            for (j, coef) in coef.iter().enumerate() {
                let term = found.terms.iter().find(|term| term.column == format!("c{j}"));
                let found = term.map_or(0.0, |term| term.standardised);
                assert!((found - coef).abs() <= 1e-5, "{name} {lambda} {j}: {found} {coef}");
            }
            assert!(result.effort.exchanges <= 40, "{}", result.effort.exchanges);
        }
    }
}

#[test]
fn discrete_hazards_are_those_of_r_on_person_periods() {
    let text = std::fs::read_to_string(format!("{FOLDER}hazard.json")).unwrap();
    let answers: Value = serde_json::from_str(&text).unwrap();
    for (name, grid, horizon) in [("gbsg2", "90d", "1800d"), ("rossi", "4d", "52d")] {
        let (sites, width) = cohort(name);
        let plan = timed(width, grid, horizon, "[model]\nlearner = \"hazard\"\npenalty = { ridge = 0.0 }");
        let result = run(&plan, &schema(0, width), &sites, 5).unwrap();
        let FitResult::Hazard(found) = &result.models[0].fit else { panic!("hazards") };
        let expected = &answers[name];
        assert_eq!(found.steps.iter().map(|step| step.end).collect::<Vec<_>>(), numbers(&expected["ends"]));
        let steps = found.steps.iter().map(|step| step.intercept);
        let all = steps.chain(found.terms.iter().map(|term| term.standardised));
        for (found, (coef, se)) in all.zip(numbers(&expected["coef"]).iter().zip(numbers(&expected["se"]))) {
            assert!(relative(found.estimate, *coef, 1e-6), "{name}: {found:?} {coef}");
            assert!(relative(found.se, se, 1e-6), "{name}: {found:?} {se}");
        }
        assert!(relative(found.log_likelihood, expected["loglik"].as_f64().unwrap(), 1e-9));
    }
}

/// The same patients in other rows and at other hospitals.
fn dealt_anew(sites: &[Site]) -> Vec<Site> {
    let mut dealt = vec![Site { flow: sites[0].flow.iter().map(|_| 0).collect(), ..Site::default() }; 4];
    for (place, site) in dealt.iter_mut().enumerate() {
        site.place = place;
    }
    for from in sites.iter().rev() {
        for row in (0..from.rows.len()).rev() {
            let site = &mut dealt[row % 4];
            site.rows.push(from.rows[row].clone());
            site.cases.push(from.cases[row]);
            site.cells.push(from.cells[row]);
            site.survival.push(from.survival[row]);
            site.flow.iter_mut().for_each(|n| *n += 1);
        }
    }
    dealt
}

/// Without what depends on who is at which hospital.
fn pooled(evaluation: &EvaluationResult) -> EvaluationResult {
    let mut evaluation = evaluation.clone();
    if let EvaluationResult::Survival(survival) = &mut evaluation {
        survival.within_sites = None;
    }
    evaluation
}

#[test]
fn neither_order_nor_split_leaves_a_trace() {
    for model in ["[model]\ncompare = [\"hazard\"]", "[model]\npenalty = { lasso = \"cv\", alpha = 0.7 }"] {
        let (sites, width) = cohort("rossi");
        let plan = timed(width, "4d", "52d", model);
        let one = run(&plan, &schema(0, width), &sites, 5).unwrap();
        let other = run(&plan, &schema(0, width), &dealt_anew(&sites), 5).unwrap();
        for (a, b) in one.models.iter().zip(&other.models) {
            assert!(a.fit == b.fit, "{model}: {:?} {:?}", a.fit, b.fit);
            assert!(pooled(&a.evaluation) == pooled(&b.evaluation), "{model}");
        }
        assert_eq!(one.follow_up, other.follow_up);
    }
}

/// Radiomic columns first: those of the cohort, and noise.
fn with_noise(name: &str, noise: usize) -> (Vec<Site>, usize) {
    let (mut sites, width) = cohort(name);
    let mut random = support::Noise::new(7);
    for row in sites.iter_mut().flat_map(|site| &mut site.rows) {
        row.extend((0..noise).map(|_| random.next()));
    }
    (sites, width + noise)
}

fn selecting(select: &str, model: &str) -> StudyPlan {
    let text = format!(
        "[study]\nid = \"survival\"\ntitle = \"Survival\"\nseed = 5\nsites = {{ min = 3 }}\n[inputs.table]\n\
         [select]\n{select}\n\
         [outcome]\nkind = \"survival\"\ntime = \"t\"\nevent = \"e\"\ngrid = \"30d\"\nhorizon = \"2400d\"\n\
         {model}\n[evaluate]\nfolds = 5\n"
    );
    StudyPlan::from_toml(&text, "plan.toml").unwrap()
}

#[test]
fn selection_finds_what_tells_and_costs_little() {
    let (sites, width) = with_noise("gbsg2", 30);
    for (select, strata) in [
        ("relevance = { keep = 30 }\nmethod = \"lasso\"\nmax = 6\nrule = \"1se\"", "none"),
        ("relevance = { keep = 30 }\nmethod = \"lasso\"\nmax = 6", "site"),
        ("method = \"rank\"\nmax = 4\nbootstraps = 3", "none"),
        ("method = \"mrmr\"\nmax = 4", "none"),
    ] {
        let plan = selecting(select, &format!("[model]\nstrata = \"{strata}\""));
        let result = run(&plan, &schema(width, 0), &sites, 5).unwrap();
        let columns = &result.selections[0].columns;
        // nodes and progesterone receptor are what every analysis of these patients finds
        assert!(columns.contains(&"r3".to_owned()), "{select}: {columns:?}");
        let noise = columns.iter().filter(|c| c[1..].parse::<usize>().unwrap() >= 9).count();
        assert!(noise <= columns.len() / 2, "{select}: {columns:?}");
        let (exchanges, bytes) = (result.effort.exchanges, result.effort.words * 16);
        assert!(exchanges <= 65 && bytes <= 20_000_000, "{select} {strata}: {exchanges} {bytes}");
    }
}

#[test]
fn a_penalty_is_chosen_and_tests_of_all_columns_agree() {
    let (sites, width) = cohort("gbsg2");
    let chosen = timed(width, "30d", "5y", "[model]\nlearner = \"cox\"");
    let result = run(&chosen, &schema(0, width), &sites, 5).unwrap();
    let found = cox(&result);
    assert_eq!((found.path.len(), found.fold_lambdas.len(), found.tests), (5, 5, None));
    assert!(found.path.iter().all(|point| point.deviance.is_finite() && point.deviance > 0.0));
    let (exchanges, bytes) = (result.effort.exchanges, result.effort.words * 16);
    assert!(exchanges <= 50 && bytes <= 20_000_000, "{exchanges} {bytes}");
    let result = study("gbsg2", "[model]\npenalty = { ridge = 0.0 }");
    let tests = cox(&result).tests.unwrap();
    // coxph of survival 3.5-3 on the same columns, Efron's ties: summary(f)$logtest, $waldtest, $sctest
    for (found, expected) in [
        (tests.likelihood_ratio, 104.745_265_730_237),
        (tests.wald, 114.823_146_192_408),
        (tests.score, 120.651_479_750_615),
    ] {
        assert!(relative(found.chi_square, expected, 1e-6), "{found:?} {expected}");
    }
    assert_eq!(tests.freedom, 9);
}

#[test]
fn what_cannot_be_fitted_is_refused_by_name() {
    let (mut sites, width) = cohort("rossi");
    let early = timed(width, "1d", "1d", "");
    let mut late = sites.clone();
    late.iter_mut().flat_map(|site| &mut site.survival).for_each(|survival| survival.days += 1.0);
    let refused = |plan: &StudyPlan, sites: &[Site]| run(plan, &schema(0, width), sites, 5).unwrap_err();
    assert_eq!(refused(&early, &late), AnalysisFault::NoEvents { held_out: Vec::new() });
    assert_eq!(refused(&early, &late).code(), "CNS-R-0110");
    let strata = timed(width, "4d", "52d", "[model]\nstrata = \"site\"\npenalty = { ridge = 0.0 }");
    for (place, site) in sites.iter_mut().enumerate() {
        site.rows.iter_mut().for_each(|row| row[2] = place as f64);
    }
    let fault = refused(&strata, &sites);
    assert!(matches!(&fault, AnalysisFault::FlatColumn { column, .. } if column == "c2"), "{fault}");
    assert_eq!(fault.code(), "CNS-R-0111");
    for site in &mut sites {
        for (row, survival) in site.rows.iter_mut().zip(&site.survival) {
            row[2] = f64::from(u8::from(survival.event));
        }
    }
    let free = timed(width, "4d", "52d", "[model]\npenalty = { ridge = 0.0 }");
    let fault = refused(&free, &sites);
    assert!(matches!(&fault, AnalysisFault::Survival { failure: CoxFailure::Monotone, .. }), "{fault}");
    assert_eq!(fault.code(), "CNS-S-0410");
}

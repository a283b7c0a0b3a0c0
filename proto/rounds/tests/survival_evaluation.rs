//! The evaluation of a study of survival: out-of-fold numbers against R, and numbers that fit together.
//!
//! Cohorts and answers: tests/data/pooled/survival (folds.R). Spec: docs/reference/methods/survival.md.

#![allow(missing_docs, reason = "a test")]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use consilium_rounds::StudyResult;
use consilium_rounds::result::{EvaluationResult, SurvivalEstimate, SurvivalEvaluation};
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

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

fn study(name: &str, grid: &str, horizon: f64, times: &[f64], more: &str) -> StudyResult {
    let (sites, width) = cohort(name);
    let columns: Vec<String> = (0..width).map(|j| format!("\"c{j}\"")).collect();
    let times: Vec<String> = times.iter().map(|time| format!("\"{time}d\"")).collect();
    let text = format!(
        "[study]\nid = \"survival\"\ntitle = \"Survival\"\nseed = 5\nsites = {{ min = 3 }}\n\
         [inputs.clinical]\nnumeric = [{}]\n\
         [outcome]\nkind = \"survival\"\ntime = \"t\"\nevent = \"e\"\ngrid = \"{grid}\"\nhorizon = \"{horizon}d\"\n\
         [privacy]\nlimits = {{ cell = 1 }}\nrelease = [\"pooled\", \"site_sums\"]\n\
         [evaluate]\nfolds = 5\ntimes = [{}]\n{more}",
        columns.join(", "),
        times.join(", ")
    );
    let plan = StudyPlan::from_toml(&text, "plan.toml").unwrap();
    run(&plan, &schema(0, width), &sites, 5).unwrap()
}

fn evaluation(result: &StudyResult, model: usize) -> &SurvivalEvaluation {
    match &result.models[model].evaluation {
        EvaluationResult::Survival(evaluation) => evaluation,
        other => panic!("{other:?}"),
    }
}

fn agree(what: &str, found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{what}: {found} {expected}");
}

#[test]
fn an_evaluation_is_that_of_r() {
    let text = std::fs::read_to_string(format!("{FOLDER}folds.json")).unwrap();
    let answers: Value = serde_json::from_str(&text).unwrap();
    for name in ["gbsg2", "rossi"] {
        let answer = &answers[name];
        let one = |key: &str| answer[key].as_f64().unwrap();
        let more = "[model]\npenalty = { ridge = 0.0 }\n";
        let result = study(name, "1d", one("end"), &numbers(&answer["times"]), more);
        let found = evaluation(&result, 0);
        let concordance = found.concordance.unwrap();
        agree("concordance", concordance.value, one("c"), 1e-9);
        agree("its error", concordance.se, one("se"), 1e-9);
        let slope = found.slope.unwrap();
        agree("slope", slope.slope, one("slope"), 1e-7);
        agree("its error", slope.se, one("slope_se"), 1e-7);
        for (j, at) in found.at_times.iter().enumerate() {
            agree("area", at.auc.unwrap().value, numbers(&answer["auc"])[j], 1e-9);
            agree("Brier score", at.brier.unwrap().score, numbers(&answer["brier"])[j], 1e-7);
            agree("predicted", at.calibration.all.predicted, numbers(&answer["predicted"])[j], 1e-7);
            agree("observed", at.calibration.all.observed, numbers(&answer["observed"])[j], 1e-9);
        }
        let within = found.within_sites.as_ref().unwrap();
        for (site, expected) in within.sites.iter().zip(numbers(&answer["sites"])) {
            agree("concordance at a site", site.concordance, expected, 1e-9);
        }
        assert_eq!(within.sites.len(), 5);
        let words = 16 * result.effort.words;
        // a grid of days, where a study takes months: its table is 30 times finer
        assert!(words <= 30_000_000, "{words} bytes a site");
    }
}

fn holds(estimate: &SurvivalEstimate) {
    let [lower, upper] = estimate.bootstrap.unwrap();
    assert!(lower < estimate.value && estimate.value < upper, "{estimate:?}");
    let half = f64::midpoint(upper, -lower);
    assert!((half / estimate.se / 1.96 - 1.0).abs() < 0.4, "{estimate:?}");
}

/// Bootstraps agree with the errors of the formula; tables, groups and decision curves hold everyone once.
#[test]
fn the_numbers_fit_together() {
    let more = "bootstrap = 200\ngroups = 3\nimportance = true\n\
                [model]\npenalty = { ridge = 0.0 }\ncompare = [\"hazard\"]\n";
    let result = study("gbsg2", "30d", 2640.0, &[360.0, 1080.0, 1800.0], more);
    for model in 0..2 {
        let found = evaluation(&result, model);
        let areas: Vec<SurvivalEstimate> = found.at_times.iter().map(|at| at.auc.unwrap()).collect();
        [found.concordance.unwrap(), found.uno.unwrap()].iter().chain(&areas).for_each(holds);
        let mean = found.mean_auc.unwrap();
        assert!(areas.iter().any(|a| a.value <= mean) && areas.iter().any(|a| a.value >= mean));
        for at in &found.at_times {
            let everyone = |n: u64| assert_eq!(n, found.n);
            everyone(at.calibration.groups.iter().map(|group| group.n).sum());
            everyone(at.calibration.all.n);
            assert_eq!(at.calibration.groups.len(), 10);
            let brier = at.brier.unwrap();
            assert!(brier.scaled.unwrap() > 0.0 && brier.se > 0.0, "{brier:?}");
            // a hazard model predicts by the last step that has ended: too little at a time within a step
            let most = [0.1, 0.2][model];
            assert!(
                (at.calibration.ratio.unwrap() - 1.0).abs() < most,
                "model {model}, {}: {:?}",
                at.time,
                at.calibration.ratio
            );
            assert!(at.net_benefit.windows(2).all(|pair| pair[0].treated >= pair[1].treated));
            assert_eq!(at.net_benefit.len(), 46);
        }
        let groups = &found.groups;
        assert_eq!((groups.groups.len(), groups.cuts.len()), (3, 5));
        assert_eq!(groups.groups.iter().map(|group| group.n).sum::<u64>(), found.n);
        assert_eq!(groups.groups.iter().map(|group| group.events).sum::<u64>(), found.events);
        let last: Vec<f64> = groups.groups.iter().map(|g| g.curve.last().unwrap().survival).collect();
        assert!(last.windows(2).all(|pair| pair[0] > pair[1]), "{last:?}");
        let test = groups.log_rank.as_ref().unwrap();
        assert!(test.p < 1e-6 && test.freedom == 2);
        let falls = &result.models[model].importance[0].concordance;
        let largest = falls.iter().max_by(|a, b| a.fall.mean.total_cmp(&b.fall.mean)).unwrap();
        assert!(falls.len() == 9 && largest.column == "c3", "positive nodes matter most: {falls:?}");
    }
    let comparison = &result.comparisons[0];
    let value = |model: usize| evaluation(&result, model).concordance.unwrap().value;
    agree("difference", comparison.difference, value(1) - value(0), 1e-12);
    let [lower, upper] = comparison.bootstrap.unwrap();
    assert!(lower <= comparison.difference && comparison.difference <= upper);
    assert!(comparison.se < 0.5 * evaluation(&result, 0).concordance.unwrap().se, "models are alike");
    assert_eq!(comparison.times.len(), 3);
    let words = 16 * result.effort.words;
    println!("{words} {}", result.effort.exchanges);
    assert!(words <= 20_000_000, "{words} bytes a site");
}

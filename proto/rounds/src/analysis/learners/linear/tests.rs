//! Whole courses over four hospitals in memory: exchanges, numbers against recorded pooled fits, and failures.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use consilium_stats::glm::Response;
use consilium_stats::{
    Computation, Count, Design, Harmonise, NetworkFault, Networks, Predictor, Query, Rows, Summary, Target,
    Trained, TrainingJob,
};
use consilium_types::plan::{Learner, ModelFamily, PathRule};
use consilium_types::{Column, ColumnKind, Schema, StudyPlan};
use serde_json::Value;

use super::super::Fitted;
use super::*;
use crate::analysis::desk::Desk;
use crate::analysis::study::Question;
use crate::result::{FitResult, LinearResult};

struct Hospital {
    site: usize,
    rows: Vec<Vec<f64>>,
    classes: Vec<u32>,
    cells: Vec<usize>,
}

impl Rows for Hospital {
    fn len(&self) -> usize {
        self.rows.len()
    }

    fn width(&self) -> usize {
        self.rows[0].len()
    }

    fn value(&self, row: usize, column: usize) -> f64 {
        self.rows[row][column]
    }

    fn label(&self, row: usize, label: usize) -> Option<u32> {
        (label == 0).then(|| self.classes[row])
    }

    fn cell(&self, row: usize) -> usize {
        self.cells[row]
    }

    fn flow(&self) -> &[u64] {
        &[]
    }

    fn site(&self) -> usize {
        self.site
    }

    fn draw(&self, _row: usize, _purpose: &str) -> u64 {
        0
    }
}

struct NoNetworks;

impl Networks for NoNetworks {
    fn train(&self, _: &TrainingJob<'_>) -> Result<Trained, NetworkFault> {
        Err(NetworkFault("none".to_owned()))
    }

    fn predict(&self, _: &[usize], _: &[f32], _: &[Vec<f32>]) -> Result<Vec<f64>, NetworkFault> {
        Err(NetworkFault("none".to_owned()))
    }
}

fn text(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/pooled/linear");
    std::fs::read_to_string(format!("{folder}/{name}")).expect("a recorded file")
}

/// The hospitals of a table, patients dealt to five cells in the order of the file.
fn hospitals(name: &str) -> Vec<Hospital> {
    let mut names: Vec<String> = Vec::new();
    let mut hospitals: Vec<Hospital> = Vec::new();
    for (i, line) in text(name).lines().skip(1).enumerate() {
        let cells: Vec<&str> = line.split(',').collect();
        let site = names.iter().position(|name| name == cells[0]).unwrap_or(names.len());
        if site == names.len() {
            names.push(cells[0].to_owned());
            hospitals.push(Hospital { site, rows: vec![], classes: vec![], cells: vec![] });
        }
        let (class, values) = cells[1..].split_last().expect("columns");
        hospitals[site].rows.push(values.iter().map(|value| value.parse().expect("a number")).collect());
        hospitals[site].classes.push(class.parse().expect("a class"));
        hospitals[site].cells.push(i % 5);
    }
    hospitals
}

fn design(hospitals: &[Hospital], held_out: &[usize]) -> Design {
    let patients = hospitals.iter().flat_map(|h| h.rows.iter().zip(&h.cells));
    let rows: Vec<&Vec<f64>> =
        patients.filter(|(_, cell)| !held_out.contains(cell)).map(|(row, _)| row).collect();
    let (n, width) = (rows.len() as f64, rows[0].len());
    let mean: Vec<f64> = (0..width).map(|j| rows.iter().map(|row| row[j]).sum::<f64>() / n).collect();
    let square = |j: usize| rows.iter().map(|row| (row[j] - mean[j]).powi(2)).sum::<f64>();
    let sd = (0..width).map(|j| (square(j) / (n - 1.0)).sqrt()).collect();
    let columns = (0..width).collect();
    Design {
        columns,
        mean,
        sd,
        held_out: held_out.to_vec(),
        harmonise: Harmonise::default(),
        derived: consilium_stats::Derived::default(),
    }
}

fn total(query: &Query, hospitals: &[Hospital]) -> Summary {
    query.check(hospitals[0].width()).expect("an honest question");
    let answers = hospitals.iter().map(|hospital| query.answer(hospital, &NoNetworks).expect("fit rows"));
    answers.reduce(|a, b| a.plus(&b).expect("equal shapes")).expect("a hospital")
}

/// Runs a course to its end; what it gave, and its exchanges and words.
fn run<T, F>(hospitals: &[Hospital], course: impl FnOnce(Arc<Study>, Arc<Prepared>) -> F) -> (T, u32, u64)
where
    F: Future<Output = T>,
{
    let width = hospitals[0].width();
    let plan = StudyPlan::from_toml(
        "[study]\nid = \"linear\"\ntitle = \"Linear\"\nseed = 3\nsites = { min = 4 }\n[inputs.clinical]\n\
         numeric = [\"c0\"]\n[outcome]\nlabel = \"y\"\npositive = \"1\"\n[evaluate]\nfolds = 5\n",
        "plan.toml",
    )
    .expect("a valid plan");
    let column = |j: usize| Column { name: format!("c{j}"), kind: ColumnKind::Clinical };
    let schema = Schema { columns: (0..width).map(column).collect(), extractor: String::new() };
    let roster = ["a", "b", "c", "d"].map(|name| name.parse().expect("a slug")).to_vec();
    let classes = hospitals.iter().flat_map(|h| &h.classes).max().map_or(0, |class| *class as usize + 1);
    let count = Count { steps: 0, cells: 5, classes: vec![classes] };
    let counts = count.finish(&total(&count.clone().into(), hospitals)).expect("counts");
    let desk = Desk::default();
    let question = Arc::new(Question { plan, roster, schema });
    let mut study = Study::new(question, desk.clone(), 0);
    study.counts = counts;
    let study = Arc::new(study);
    let sets = study.training_sets();
    let designs = sets.iter().map(|held_out| design(hospitals, held_out)).collect();
    let families = vec![(ModelFamily::Clinical, designs)];
    let mut course = pin!(course(study, Arc::new(Prepared { label: 0, sets, families, chosen: Vec::new() })));
    loop {
        if let Poll::Ready(found) = course.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            let effort = desk.effort();
            return (found, effort.exchanges, effort.words);
        }
        let open = desk.open().expect("a course waits for an answer");
        desk.close(&open, &total(&open.query, hospitals)).expect("an honest sum");
    }
}

const FAMILIES: [ModelFamily; 1] = [ModelFamily::Clinical];

fn task(learner: Learner, response: Response, lambdas: &[f64], by_site: BySite) -> Task {
    Task { learner, response, lambdas: lambdas.to_vec(), by_site }
}

fn linear(fitted: &Fitted) -> &LinearResult {
    match &fitted.fit {
        FitResult::Linear(linear) => linear,
        other => panic!("{other:?}"),
    }
}

fn agrees(found: f64, expected: &Value) {
    let expected = expected.as_f64().expect("a number");
    assert!((found - expected).abs() <= 1e-7 * expected.abs().max(0.01), "{found} {expected}");
}

fn python() -> Value {
    serde_json::from_str(&text("python.json")).expect("JSON")
}

#[test]
fn a_multinomial_course_gives_coefficients_by_class() {
    let heart = hospitals("heart.csv");
    let response = Response::Nominal { label: 0, classes: 3 };
    let task = task(Learner::Logistic, response, &[0.0], BySite::No);
    let (fitted, exchanges, _) =
        run(&heart, |study, prepared| async move { ridge::fit(&study, &prepared, &FAMILIES, task).await });
    let fitted = fitted.expect("a fit").remove(0);
    assert!(exchanges <= 8, "{exchanges}");
    assert_eq!(fitted.cells.iter().flatten().count(), 5);
    let expected = &python()["multinomial"];
    for (m, predictor) in linear(&fitted).predictors.iter().enumerate() {
        assert_eq!(predictor.class, m + 1);
        let intercept = predictor.intercept.expect("an intercept");
        agrees(intercept.estimate, &expected["beta"][m][0]);
        agrees(intercept.se, &expected["se"][m][0]);
        for (j, term) in predictor.terms.iter().enumerate() {
            agrees(term.standardised.estimate, &expected["beta"][m][j + 1]);
            agrees(term.standardised.se, &expected["se"][m][j + 1]);
        }
    }
}

#[test]
fn an_ordinal_course_gives_thresholds_and_chooses_its_penalty() {
    let heart = hospitals("heart.csv");
    let response = Response::Ordinal { label: 0, classes: 3 };
    let one = task(Learner::Logistic, response, &[0.0], BySite::No);
    let (fitted, ..) =
        run(&heart, |study, prepared| async move { ridge::fit(&study, &prepared, &FAMILIES, one).await });
    let fitted = fitted.expect("a fit").remove(0);
    let expected = &python()["proportional_odds"];
    let found = linear(&fitted);
    for (at, threshold) in found.thresholds.iter().enumerate() {
        agrees(threshold.estimate, &expected["beta"][at]);
        agrees(threshold.se, &expected["se"][at]);
    }
    for (j, term) in found.predictors[0].terms.iter().enumerate() {
        agrees(term.standardised.estimate, &expected["beta"][2 + j]);
        agrees(term.standardised.se, &expected["se"][2 + j]);
    }
    let many = task(Learner::Logistic, response, &[0.1, 1.0, 10.0, 1e6], BySite::No);
    let (fitted, exchanges, _) =
        run(&heart, |study, prepared| async move { ridge::fit(&study, &prepared, &FAMILIES, many).await });
    let fitted = fitted.expect("a fit").remove(0);
    let path = &linear(&fitted).path;
    assert!(exchanges <= 9, "{exchanges}");
    assert!(path.iter().all(|point| point.deviance > 0.0));
    assert!(path[3].deviance > path[1].deviance, "a model without effects predicts worse: {path:?}");
    assert!(linear(&fitted).lambda < 1e6);
}

#[test]
fn firth_with_site_intercepts_stays_within_its_exchanges() {
    let heart = hospitals("heart.csv");
    let target = Target::AtLeast { label: 0, class: 1 };
    let (fitted, exchanges, _) = run(&heart, |study, prepared| async move {
        firth::fit(&study, &prepared, &FAMILIES, target, BySite::Fixed).await
    });
    let fitted = fitted.expect("a fit").remove(0);
    assert!(exchanges <= 24, "{exchanges}");
    let found = linear(&fitted);
    assert!(found.penalised_log_likelihood.expect("Firth's") > found.log_likelihood);
    let sites = &found.predictors[0].sites;
    assert_eq!(sites.len(), 4);
    assert!(sites.iter().map(|site| site.deviation.estimate).sum::<f64>().abs() < 1e-12);
    let maximum = &python()["site_intercepts"]["beta"];
    let last: f64 = (1..4).map(|i| maximum[i].as_f64().expect("a number")).sum();
    assert!((sites[3].deviation.estimate + last).abs() < 0.1, "near the maximum of the likelihood");
}

#[test]
fn a_lasso_course_agrees_with_glmnet_and_is_cheap() {
    let wdbc = hospitals("wdbc.csv");
    let response = Response::Binary(Target::case(0));
    let path = Path {
        response,
        alpha: 1.0,
        fixed: None,
        max: usize::MAX,
        rule: PathRule::Min,
        tolerance: STEP_TOLERANCE,
    };
    let (fitted, exchanges, words) =
        run(&wdbc, |study, prepared| async move { lasso::fit(&study, &prepared, &FAMILIES, &path).await });
    let fitted = fitted.expect("a fit").remove(0);
    let FitResult::Lasso(found) = &fitted.fit else { panic!("a lasso") };
    assert!(exchanges <= 16, "{exchanges} exchanges, {words} words");
    assert!(words * 16 < 20_000_000, "{words}");
    let glmnet: Value = serde_json::from_str(&text("r.json")).expect("JSON");
    let shares = glmnet["lambdas"].as_array().expect("penalties");
    let near = |share: &Value| (share.as_f64().expect("a number") / found.share - 1.0).abs() < 1e-9;
    let place = shares.iter().position(near).expect("a penalty of the grid");
    let expected = glmnet["lasso"]["beta"][place].as_array().expect("coefficients");
    for term in &found.predictors[0].terms {
        let j: usize = term.column[1..].parse().expect("a column");
        let expected = expected[j].as_f64().expect("a number");
        assert!(
            (term.standardised - expected).abs() < 1e-6 * expected.abs().max(0.01),
            "{term:?} {expected}"
        );
    }
    let nonzero = expected.iter().filter(|b| b.as_f64() != Some(0.0)).count();
    assert_eq!(found.predictors[0].terms.len(), nonzero);
    assert_eq!(fitted.cells.iter().flatten().count(), 5);
}

#[test]
fn selection_takes_no_more_columns_than_it_may() {
    let wdbc = hospitals("wdbc.csv");
    let response = Response::Binary(Target::case(0));
    for (rule, alpha) in [(PathRule::Min, 1.0), (PathRule::OneSe, 1.0), (PathRule::Min, 0.5)] {
        let path = Path { response, alpha, fixed: None, max: 4, rule, tolerance: SELECTING };
        let (found, exchanges, _) = run(&wdbc, |study, prepared| async move {
            select(&study, 0, ModelFamily::Clinical, &prepared.families[0].1[1], &path).await
        });
        let found = found.expect("columns").columns;
        assert!(!found.is_empty() && found.len() <= 4, "{found:?}");
        assert!(exchanges <= 16, "{exchanges}");
    }
}

#[test]
fn support_vectors_give_probabilities() {
    let wdbc = hospitals("wdbc.csv");
    for kernel in [None, Some((64, None))] {
        let machine = Machine { learner: Learner::Logistic, target: Target::case(0), cost: 1.0, kernel };
        let (fitted, exchanges, _) =
            run(
                &wdbc,
                |study, prepared| async move { vectors::fit(&study, &prepared, &FAMILIES, machine).await },
            );
        let fitted = fitted.expect("a machine").remove(0);
        assert!(exchanges <= 26, "{exchanges}");
        let mut right = 0;
        for hospital in &wdbc {
            for row in 0..hospital.rows.len() {
                let predictor: &Predictor = fitted.cells[hospital.cells[row]].as_ref().expect("a model");
                let p = predictor.predict(hospital, &[row], &NoNetworks).expect("a probability")[0][0];
                right += usize::from((p > 0.5) == (hospital.classes[row] == 1));
            }
        }
        assert!(right > 520, "of 569 patients {right} are classified rightly, {kernel:?}");
        let FitResult::Svm(found) = &fitted.fit else { panic!("a machine") };
        assert!(found.probability[1] > 0.0, "a larger margin is a higher probability");
        assert_eq!(found.kernel.is_some(), kernel.is_some());
    }
}

#[test]
fn what_cannot_be_fitted_is_said() {
    let mut heart = hospitals("heart.csv");
    let response = Response::Nominal { label: 0, classes: 4 };
    let four = task(Learner::Logistic, response, &[1.0], BySite::No);
    let (found, ..) =
        run(&heart, |study, prepared| async move { ridge::fit(&study, &prepared, &FAMILIES, four).await });
    assert_eq!(found.expect_err("a class is absent").code(), "CNS-R-0130");
    heart[2].classes.fill(1);
    heart.iter_mut().for_each(|h| h.classes.iter_mut().for_each(|class| *class = (*class).min(1)));
    let binary = Response::Binary(Target::case(0));
    let by_site = task(Learner::Logistic, binary, &[0.0], BySite::Fixed);
    let (found, ..) =
        run(&heart, |study, prepared| async move { ridge::fit(&study, &prepared, &FAMILIES, by_site).await });
    let fault = found.expect_err("a site of one class");
    assert_eq!(fault.code(), "CNS-R-0131", "{fault}");
    let random = task(Learner::Logistic, binary, &[0.0], BySite::Random);
    let (found, ..) =
        run(&heart, |study, prepared| async move { ridge::fit(&study, &prepared, &FAMILIES, random).await });
    assert!(found.is_ok(), "a penalised intercept is finite");
    for h in &mut heart {
        h.rows.iter_mut().zip(&h.classes).for_each(|(row, class)| row[0] = f64::from(*class));
    }
    let free = task(Learner::Logistic, binary, &[0.0], BySite::No);
    let (found, ..) =
        run(&heart, |study, prepared| async move { ridge::fit(&study, &prepared, &FAMILIES, free).await });
    assert_eq!(found.expect_err("separated").code(), "CNS-S-0401");
    heart.iter_mut().for_each(|h| h.rows.iter_mut().for_each(|row| row[0] = 2.0 * row[2] + 1.0));
    let twice = task(Learner::Logistic, binary, &[0.0], BySite::No);
    let (found, ..) =
        run(&heart, |study, prepared| async move { ridge::fit(&study, &prepared, &FAMILIES, twice).await });
    assert_eq!(found.expect_err("collinear").code(), "CNS-S-0402");
}

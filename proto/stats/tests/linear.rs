//! Linear models from federated sums against statsmodels, scikit-learn, mpmath, brglm2 and glmnet on pooled rows, and
//! for themselves: any order and split give the same bits, absurd questions are refused or answered.
//!
//! Answers and the scripts that made them: tests/data/pooled/linear. Spec: docs/reference/methods/linear.md.

#![allow(missing_docs, reason = "a test")]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use consilium_stats::glm::{
    Basis, Climb, Cosines, Firth, FirthAscent, FirthStep, HeldOut, Inputs, LassoAscent, LassoState, Place,
    Response, SiteIntercepts, Slope, Stance, penalty, sandwich,
};
use consilium_stats::{
    AscentState, Computation, Derivatives, Derived, Design, FitFailure, Harmonise, Predictor, Query, Summary,
    Target,
};
use proptest::prelude::*;
use serde_json::Value;
use support::{IdleNetworks, Table, ask, close};

fn text(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/pooled/linear");
    std::fs::read_to_string(format!("{folder}/{name}")).unwrap()
}

fn answers(name: &str) -> Value {
    serde_json::from_str(&text(name)).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(values) => values.iter().flat_map(numbers).collect(),
        number => vec![number.as_f64().unwrap()],
    }
}

/// One table a hospital, in the order of the file; the last column is the class.
fn hospitals(name: &str) -> Vec<Table> {
    let file = text(name);
    let mut names: Vec<&str> = Vec::new();
    let mut tables: Vec<Table> = Vec::new();
    for line in file.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let site = names.iter().position(|name| *name == cells[0]).unwrap_or_else(|| {
            names.push(cells[0]);
            tables.push(Table { site: tables.len(), ..Table::default() });
            tables.len() - 1
        });
        let table = &mut tables[site];
        let (class, values) = cells[1..].split_last().unwrap();
        table.rows.push(values.iter().map(|cell| cell.parse().unwrap()).collect());
        table.labels.push(vec![Some(class.parse().unwrap())]);
        table.cells.push(0);
        table.keys.push(table.keys.len() as u64);
    }
    tables
}

fn standardised(sites: &[Table]) -> Design {
    let rows: Vec<&Vec<f64>> = sites.iter().flat_map(|site| &site.rows).collect();
    let n = rows.len() as f64;
    let width = rows[0].len();
    let mean: Vec<f64> = (0..width).map(|j| rows.iter().map(|row| row[j]).sum::<f64>() / n).collect();
    let square = |j: usize| rows.iter().map(|row| (row[j] - mean[j]).powi(2)).sum::<f64>();
    let sd = (0..width).map(|j| (square(j) / (n - 1.0)).sqrt()).collect();
    Design {
        columns: (0..width).collect(),
        mean,
        sd,
        held_out: Vec::new(),
        harmonise: Harmonise::default(),
        derived: Derived::default(),
    }
}

fn at_least(class: u32) -> Target {
    Target::AtLeast { label: 0, class }
}

fn derivatives(sites: &[Table], response: Response, inputs: &Inputs, fit: Stance) -> Derivatives {
    let climb = Climb { response, inputs: vec![inputs.clone()], fits: vec![fit] };
    climb.check(sites[0].rows[0].len()).unwrap();
    climb.finish(&ask(&climb, sites)).unwrap().remove(0)
}

/// Coefficients, covariance and log-likelihood.
type Fit = (Vec<f64>, Vec<Vec<f64>>, f64);

fn climb(
    sites: &[Table],
    response: Response,
    inputs: &Inputs,
    lambda: f64,
    tau: f64,
) -> Result<Fit, FitFailure> {
    let mut slope = Slope::new(response, inputs, penalty(response, inputs, lambda, tau));
    loop {
        let fit = Stance { inputs: 0, beta: slope.beta().to_vec(), active: None };
        slope.advance(&derivatives(sites, response, inputs, fit));
        match slope.state() {
            AscentState::Moving => {}
            AscentState::Failed(failure) => return Err(*failure),
            AscentState::Converged(at) => {
                let covariance = sandwich(&at.information, slope.penalty()).unwrap();
                return Ok((slope.beta().to_vec(), covariance, at.log_likelihood));
            }
        }
    }
}

fn errors(covariance: &[Vec<f64>]) -> Vec<f64> {
    covariance.iter().enumerate().map(|(i, row)| row[i].sqrt()).collect()
}

fn agrees(name: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len(), "{name}");
    for (f, e) in found.iter().zip(expected) {
        let relative = (f - e).abs() <= tolerance * e.abs().max(1e-2);
        assert!(relative, "{name}: {f} is not {e}\n{found:?}\n{expected:?}");
    }
}

fn severity(kind: fn(usize, usize) -> Response) -> Response {
    kind(0, 3)
}

fn nominal(label: usize, classes: usize) -> Response {
    Response::Nominal { label, classes }
}

fn ordinal(label: usize, classes: usize) -> Response {
    Response::Ordinal { label, classes }
}

#[test]
fn maximum_likelihood_agrees_with_statsmodels_and_forty_digits() {
    let (sites, answers) = (hospitals("heart.csv"), answers("python.json"));
    assert_eq!(sites.len(), 4);
    let inputs = Inputs::columns(standardised(&sites));
    let by_site = Inputs { sites: SiteIntercepts::Fixed(vec![0, 1, 2, 3]), ..inputs.clone() };
    let binary = Response::Binary(at_least(1));
    let fits = [
        ("logistic", binary, &inputs),
        ("multinomial", severity(nominal), &inputs),
        ("proportional_odds", severity(ordinal), &inputs),
        ("site_intercepts", binary, &by_site),
    ];
    for (name, response, inputs) in fits {
        let (beta, covariance, log_likelihood) = climb(&sites, response, inputs, 0.0, 0.0).unwrap();
        agrees(name, &beta, &numbers(&answers[name]["beta"]), 1e-7);
        agrees(name, &errors(&covariance), &numbers(&answers[name]["se"]), 1e-7);
        if let Some(expected) = answers[name]["log_likelihood"].as_f64() {
            agrees(name, &[log_likelihood], &[expected], 1e-9);
        }
    }
}

#[test]
fn a_ridge_on_all_classes_agrees_with_scikit_learn() {
    let (sites, answers) = (hospitals("heart.csv"), answers("python.json"));
    let inputs = Inputs::columns(standardised(&sites));
    for lambda in ["1.0", "10.0"] {
        let found = climb(&sites, severity(nominal), &inputs, lambda.parse().unwrap(), 0.0).unwrap();
        agrees(lambda, &found.0, &numbers(&answers["multinomial_ridge"][lambda]), 1e-6);
    }
}

fn firth(sites: &[Table], target: Target, inputs: &Inputs) -> (FirthAscent, u32) {
    let mut ascent = FirthAscent::new(inputs.len());
    let mut exchanges = 0;
    loop {
        let fit = Stance { inputs: 0, beta: ascent.beta().to_vec(), active: None };
        exchanges += 1;
        match ascent.next().clone() {
            FirthStep::Information => {
                ascent.inform(&derivatives(sites, Response::Binary(target), inputs, fit));
            }
            FirthStep::Score(point) => {
                let inverses = vec![point.triangle()];
                let firth = Firth { target, inputs: vec![inputs.clone()], fits: vec![fit], inverses };
                firth.check(sites[0].rows[0].len()).unwrap();
                ascent.score(&firth.finish(&ask(&firth, sites)).unwrap()[0]);
            }
            FirthStep::Converged(_) => return (ascent, exchanges),
            FirthStep::Failed(failure) => panic!("{failure}"),
        }
    }
}

#[test]
fn firth_agrees_with_brglm2_also_where_classes_are_separated() {
    let answers = answers("r.json");
    let sites = hospitals("heart.csv");
    let small = [-1.5, -1.2, -0.9, -0.6, -0.3, 0.3, 0.6, 0.9, 1.2, 1.5];
    let separated =
        Table::new(small.iter().map(|x| vec![*x]).collect(), small.iter().map(|x| *x > 0.0).collect())
            .split(3);
    let plain = Design {
        columns: vec![0],
        mean: vec![0.0],
        sd: vec![1.0],
        held_out: Vec::new(),
        harmonise: Harmonise::default(),
        derived: Derived::default(),
    };
    let studies = [
        ("firth", &sites, at_least(1), standardised(&sites)),
        ("firth_separated", &separated, Target::case(0), plain),
    ];
    for (name, sites, target, design) in studies {
        let (ascent, exchanges) = firth(sites, target, &Inputs::columns(design));
        let FirthStep::Converged(point) = ascent.next() else { panic!("{name}") };
        agrees(name, ascent.beta(), &numbers(&answers[name]["beta"]), 1e-7);
        agrees(name, &errors(&point.inverse), &numbers(&answers[name]["se"]), 1e-7);
        agrees(name, &[point.penalised], &[answers[name]["penalised"].as_f64().unwrap()], 1e-9);
        assert!(exchanges <= 22, "{name}: {exchanges} exchanges");
    }
    let inputs = Inputs::columns(standardised(&separated));
    let found = climb(&separated, Response::Binary(Target::case(0)), &inputs, 0.0, 0.0);
    assert_eq!(found.unwrap_err(), FitFailure::Separated, "without the correction there is no maximum");
}

/// The exchanges it took and the coefficients by class.
fn lasso(
    sites: &[Table],
    response: Response,
    inputs: &Inputs,
    lambda: f64,
    alpha: f64,
) -> (u32, Vec<Vec<f64>>) {
    let mut counts = vec![0; response.classes()];
    for label in sites.iter().flat_map(|site| &site.labels) {
        let class = label[0].unwrap() as usize;
        counts[class.min(response.classes() - 1)] += 1;
    }
    let mut ascent = LassoAscent::new(response, inputs.len(), &counts, lambda, alpha);
    for exchanges in 0.. {
        match ascent.state() {
            LassoState::Moving => {
                ascent.advance(&derivatives(sites, response, inputs, ascent.stance(0)));
            }
            LassoState::Converged => return (exchanges, ascent.coefficients().to_vec()),
            LassoState::Failed(failure) => panic!("{failure}"),
        }
    }
    unreachable!()
}

#[test]
fn lasso_paths_agree_with_glmnet() {
    let answers = answers("r.json");
    let (wdbc, heart) = (hospitals("wdbc.csv"), hospitals("heart.csv"));
    for (i, lambda) in numbers(&answers["lambdas"]).into_iter().enumerate() {
        for (name, alpha) in [("lasso", 1.0), ("elastic", 0.5)] {
            let inputs = Inputs::columns(standardised(&wdbc));
            let (exchanges, found) = lasso(&wdbc, Response::Binary(Target::case(0)), &inputs, lambda, alpha);
            let mut expected = numbers(&answers[name]["intercept"][i]);
            expected.extend(numbers(&answers[name]["beta"][i]));
            agrees(&format!("{name} {lambda}"), &found[0], &expected, 1e-6);
            assert!(exchanges <= 12, "{name} {lambda}: {exchanges} exchanges");
        }
        let inputs = Inputs::columns(standardised(&heart));
        let (_, found) = lasso(&heart, severity(nominal), &inputs, lambda, 1.0);
        let path = &answers["multinomial_lasso"];
        let middle = found.iter().map(|b| b[0]).sum::<f64>() / 3.0;
        let intercepts: Vec<f64> = found.iter().map(|b| b[0] - middle).collect();
        let expected = numbers(&path["intercept"][i]);
        let shift = expected.iter().sum::<f64>() / 3.0;
        let expected: Vec<f64> = expected.iter().map(|b| b - shift).collect();
        agrees(&format!("multinomial {lambda}"), &intercepts, &expected, 1e-6);
        for (class, b) in found.iter().enumerate() {
            agrees(&format!("class {class} {lambda}"), &b[1..], &numbers(&path["beta"][class][i]), 1e-6);
        }
    }
}

#[test]
fn support_vectors_agree_with_scikit_learn() {
    let (sites, answers) = (hospitals("wdbc.csv"), answers("python.json"));
    let inputs = Inputs::columns(standardised(&sites));
    let (cases, controls) = (212.0, 357.0);
    for lambda in ["1.0", "10.0"] {
        let found =
            climb(&sites, Response::Hinge(Target::case(0)), &inputs, lambda.parse().unwrap(), 0.0).unwrap();
        agrees(lambda, &found.0, &numbers(&answers["hinge"][lambda]["beta"]), 1e-5);
        let basis = Basis::Margin { cosines: None, beta: found.0 };
        let margin = Inputs { basis, ..inputs.clone() };
        let (high, low) = ((cases + 1.0) / (cases + 2.0), 1.0 / (controls + 2.0));
        let platt = Response::Soft { target: Target::case(0), low, high };
        let found = climb(&sites, platt, &margin, 0.0, 0.0).unwrap();
        agrees("platt", &found.0, &numbers(&answers["hinge"][lambda]["platt"]), 1e-5);
    }
}

#[test]
fn cosine_features_approach_the_gaussian_kernel() {
    let rows = vec![vec![0.2, -0.4, 1.0], vec![0.9, 0.3, -0.2], vec![0.2, -0.4, 1.1]];
    let table = Table::new(rows.clone(), vec![true, false, true]);
    let design = Design {
        columns: vec![0, 1, 2],
        mean: vec![0.0; 3],
        sd: vec![1.0; 3],
        held_out: Vec::new(),
        harmonise: Harmonise::default(),
        derived: Derived::default(),
    };
    let cosines = Cosines { features: 2_048, gamma: 0.5, seed: 11 };
    // the linear predictor with unit coefficients of one feature gives that feature: read them through a margin
    let kernel = |a: usize, b: usize| {
        let read = |row: usize, feature: usize| {
            let mut beta = vec![0.0; 2_049];
            beta[1 + feature] = 1.0;
            let basis = Basis::Margin { cosines: Some(cosines), beta };
            let inputs = Inputs { basis, ..Inputs::columns(design.clone()) };
            let response = Response::Binary(Target::case(0));
            let predictor = Predictor::Linear { inputs, response, beta: vec![0.0, 1.0] };
            let p = predictor.predict(&table, &[row], &IdleNetworks).unwrap()[0][0];
            (p / (1.0 - p)).ln()
        };
        (0..256).map(|f| read(a, f) * read(b, f)).sum::<f64>() * 2_048.0 / 256.0
    };
    for (a, b) in [(0, 0), (0, 1), (0, 2), (1, 2)] {
        let distance: f64 = rows[a].iter().zip(&rows[b]).map(|(x, y)| (x - y) * (x - y)).sum();
        let expected = (-0.5 * distance).exp();
        assert!((kernel(a, b) - expected).abs() < 0.2, "{a} {b}: {} {expected}", kernel(a, b));
    }
}

#[test]
fn a_site_that_is_not_listed_gets_the_mean_intercept() {
    let sites = hospitals("heart.csv");
    let inputs =
        Inputs { sites: SiteIntercepts::Random(vec![0, 1, 2, 3]), ..Inputs::columns(standardised(&sites)) };
    let response = Response::Binary(at_least(1));
    let (beta, ..) = climb(&sites, response, &inputs, 1.0, 2.0).unwrap();
    assert!(beta[1..5].iter().sum::<f64>().abs() < 1e-8, "penalised deviations add up to zero: {beta:?}");
    let predictor = Predictor::Linear { inputs: inputs.clone(), response, beta: beta.clone() };
    let mut elsewhere = sites[0].clone();
    elsewhere.site = 9;
    let eta = |table: &Table| {
        let p = predictor.predict(table, &[3], &IdleNetworks).unwrap()[0][0];
        (p / (1.0 - p)).ln()
    };
    assert!(close(eta(&sites[0]) - eta(&elsewhere), beta[1], 1e-9));
}

#[test]
fn a_site_of_one_class_is_fine_when_pooled_and_separated_with_its_own_intercept() {
    let mut sites = hospitals("heart.csv");
    sites[2].labels.iter_mut().for_each(|labels| labels[0] = Some(2));
    let inputs = Inputs::columns(standardised(&sites));
    let response = Response::Binary(at_least(1));
    assert!(climb(&sites, response, &inputs, 0.0, 0.0).is_ok());
    let fixed = Inputs { sites: SiteIntercepts::Fixed(vec![0, 1, 2, 3]), ..inputs.clone() };
    assert_eq!(climb(&sites, response, &fixed, 0.0, 0.0).unwrap_err(), FitFailure::Separated);
    let random = Inputs { sites: SiteIntercepts::Random(vec![0, 1, 2, 3]), ..inputs };
    assert!(climb(&sites, response, &random, 0.0, 1.0).is_ok());
}

#[test]
fn classes_have_probabilities_that_add_up() {
    let sites = hospitals("heart.csv");
    let inputs = Inputs::columns(standardised(&sites));
    for response in [severity(nominal), severity(ordinal)] {
        let (beta, ..) = climb(&sites, response, &inputs, 1.0, 0.0).unwrap();
        let predictor = Predictor::Linear { inputs: inputs.clone(), response, beta };
        let mut expected = [0.0; 3];
        for site in &sites {
            let patients: Vec<usize> = (0..site.rows.len()).collect();
            for p in predictor.predict(site, &patients, &IdleNetworks).unwrap() {
                assert!(close(p.iter().sum(), 1.0, 1e-12));
                expected.iter_mut().zip(p).for_each(|(sum, p)| *sum += p);
            }
        }
        let count = |class: u32| {
            let labels = sites.iter().flat_map(|site| &site.labels);
            labels.filter(|label| label[0] == Some(class)).count() as f64
        };
        // a multinomial model with free intercepts predicts each class as often as it is
        if let Response::Nominal { .. } = response {
            (0..3).for_each(|class| assert!(close(expected[class as usize], count(class), 1e-8)));
        }
    }
}

#[test]
fn coefficients_lie_where_the_places_say() {
    let place = |slot, input| Place { slot, input };
    let nominal = nominal(0, 3).places(1);
    assert_eq!(nominal, [place(0, None), place(0, Some(0)), place(1, None), place(1, Some(0))]);
    assert_eq!(ordinal(0, 3).places(1), [place(0, None), place(1, None), place(2, Some(0))]);
}

fn response() -> impl Strategy<Value = Response> {
    prop_oneof![
        Just(Response::Binary(Target::case(0))),
        Just(Response::Soft { target: Target::case(0), low: 0.1, high: 0.8 }),
        Just(Response::Hinge(at_least(1))),
        Just(nominal(0, 3)),
        Just(ordinal(0, 3)),
    ]
}

fn sites_and_basis() -> impl Strategy<Value = (SiteIntercepts, Basis)> {
    let sites = prop_oneof![
        Just(SiteIntercepts::None),
        Just(SiteIntercepts::Fixed(vec![0, 2])),
        Just(SiteIntercepts::Random(vec![1])),
    ];
    let cosines = Cosines { features: 3, gamma: 0.7, seed: 5 };
    let basis = prop_oneof![
        Just(Basis::Columns),
        Just(Basis::Cosines(cosines)),
        Just(Basis::Margin { cosines: None, beta: vec![0.1, 0.2, -0.3] }),
        Just(Basis::Margin { cosines: Some(cosines), beta: vec![0.1, 0.2, -0.3, 0.5] }),
    ];
    (sites, basis)
}

fn table(rows: &[(f64, f64, u32)]) -> Table {
    let labels = rows.iter().map(|row| vec![(row.2 < 3).then_some(row.2)]).collect();
    let mut table = Table::labelled(rows.iter().map(|row| vec![row.0, row.1]).collect(), labels);
    table.cells = (0..rows.len()).map(|i| i % 3).collect();
    table
}

/// A climb, a loss and, for two classes, a modified score at one point.
fn questions(response: Response, sites: SiteIntercepts, basis: Basis, beta: &[f64]) -> Vec<Query> {
    let design = Design {
        columns: vec![0, 1],
        mean: vec![0.5, -0.5],
        sd: vec![2.0, 1.0],
        held_out: vec![1],
        harmonise: Harmonise::default(),
        derived: Derived::default(),
    };
    let inputs = Inputs { design, sites, basis };
    let n = response.coefficients(inputs.len());
    let mut beta: Vec<f64> = beta.iter().copied().cycle().take(n).collect();
    if let Response::Ordinal { .. } = response {
        beta[1] = beta[0] + 0.5;
    }
    let fits = vec![Stance { inputs: 0, beta, active: None }];
    let part = vec![Stance { active: Some(vec![0, n - 1]), ..fits[0].clone() }];
    let inputs = vec![inputs];
    let mut questions: Vec<Query> = vec![
        Climb { response, inputs: inputs.clone(), fits: fits.clone() }.into(),
        Climb { response, inputs: inputs.clone(), fits: part }.into(),
        HeldOut { response, inputs: inputs.clone(), fits: fits.clone() }.into(),
    ];
    if let Response::Binary(target) = response {
        let inverses = vec![vec![0.1; n * (n + 1) / 2]];
        questions.push(Firth { target, inputs, fits, inverses }.into());
    }
    questions
}

fn total(question: &Query, tables: &[Table]) -> Summary {
    let answers = tables.iter().map(|table| question.answer(table, &IdleNetworks).unwrap());
    answers.reduce(|a, b| a.plus(&b).unwrap()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Without site intercepts, which depend on the split by their meaning.
    #[test]
    fn neither_order_nor_split_changes_a_bit(
        rows in prop::collection::vec((-3.0..3.0f64, -3.0..3.0f64, 0u32..4), 1..20),
        response in response(),
        (_, basis) in sites_and_basis(),
        beta in prop::collection::vec(-2.0..2.0f64, 1..5),
        sites in 1usize..4,
    ) {
        let all = table(&rows);
        let mut backwards = all.split(sites);
        backwards.reverse();
        for question in questions(response, SiteIntercepts::None, basis, &beta) {
            prop_assert!(question.check(2).is_ok());
            let pooled = total(&question, std::slice::from_ref(&all));
            prop_assert!(question.accept(&pooled).is_ok());
            prop_assert_eq!(&total(&question, &all.split(sites)), &pooled);
            prop_assert_eq!(&total(&question, &backwards), &pooled);
        }
    }

    #[test]
    fn addition_is_associative_and_active_parts_are_parts(
        rows in prop::collection::vec((-3.0..3.0f64, -3.0..3.0f64, 0u32..4), 3..20),
        response in response(),
        (sites, basis) in sites_and_basis(),
        beta in prop::collection::vec(-2.0..2.0f64, 1..5),
    ) {
        let tables = table(&rows).split(3);
        let questions = questions(response, sites, basis, &beta);
        for question in &questions {
            let part = |i: usize| question.answer(&tables[i], &IdleNetworks).unwrap();
            let left = part(0).plus(&part(1)).unwrap().plus(&part(2)).unwrap();
            prop_assert_eq!(left, part(0).plus(&part(1).plus(&part(2)).unwrap()).unwrap());
        }
        let (Query::Climb(whole), Query::Climb(part)) = (&questions[0], &questions[1]) else { panic!("climbs") };
        let whole = whole.finish(&total(&questions[0], &tables)).unwrap().remove(0);
        let part = part.finish(&total(&questions[1], &tables)).unwrap().remove(0);
        prop_assert_eq!(&whole.gradient, &part.gradient);
        let corner = whole.information.at(0, whole.gradient.len() - 1);
        prop_assert_eq!(corner.to_bits(), part.information.at(0, 1).to_bits());
    }

    /// The gradient is the slope of the value, and the information the slope of the gradient.
    #[test]
    fn derivatives_are_those_of_the_value(
        rows in prop::collection::vec((-3.0..3.0f64, -3.0..3.0f64, 0u32..3), 3..20),
        response in response(),
        (sites, basis) in sites_and_basis(),
        beta in prop::collection::vec(-1.0..1.0f64, 1..5),
    ) {
        let tables = table(&rows).split(3);
        let Query::Climb(climb) = questions(response, sites, basis, &beta).remove(0) else { panic!("a climb") };
        let at = |beta: Vec<f64>| {
            let fits = vec![Stance { inputs: 0, beta, active: None }];
            let climb = Climb { fits, ..climb.clone() };
            climb.finish(&ask(&climb, &tables)).unwrap().remove(0)
        };
        let here = climb.fits[0].beta.clone();
        let h = 1e-5;
        for i in 0..here.len() {
            let moved = |by: f64| {
                let mut beta = here.clone();
                beta[i] += by;
                at(beta)
            };
            let (up, down, middle) = (moved(h), moved(-h), at(here.clone()));
            let slope = (up.log_likelihood - down.log_likelihood) / (2.0 * h);
            prop_assert!(close(slope, middle.gradient[i], 1e-3), "{} {}", slope, middle.gradient[i]);
            if !matches!(response, Response::Hinge(_)) {
                for j in 0..here.len() {
                    let bend = (down.gradient[j] - up.gradient[j]) / (2.0 * h);
                    prop_assert!(close(bend, middle.information.at(i, j), 1e-4));
                }
            }
        }
    }

    /// Whatever a question says: refused, or answered in shape.
    #[test]
    fn absurd_questions_are_refused_or_answered(
        rows in prop::collection::vec((-3.0..3.0f64, -3.0..3.0f64, 0u32..6), 1..8),
        label in prop_oneof![3 => Just(0usize), 1 => any::<usize>()],
        classes in prop_oneof![3 => Just(3usize), 1 => 0usize..60, 1 => any::<usize>()],
        is_ordinal in any::<bool>(),
        beta in prop::collection::vec(prop_oneof![9 => -2.0..2.0f64, 1 => prop::num::f64::ANY], 0..12),
        active in prop::option::of(prop::collection::vec(prop_oneof![0usize..7, any::<usize>()], 0..4)),
        features in prop_oneof![0usize..4, any::<usize>()],
        gamma in prop_oneof![0.1..2.0f64, prop::num::f64::ANY],
        place in 0usize..3,
        kind in 0usize..4,
    ) {
        let response = if is_ordinal { ordinal(label, classes) } else { nominal(label, classes) };
        let response = if kind == 3 { Response::Soft { target: at_least(1), low: gamma, high: 0.5 } } else { response };
        let design = Design {
            columns: vec![0, place], mean: vec![0.0; 2], sd: vec![1.0; 2], held_out: vec![place],
            harmonise: Harmonise::default(),
            derived: Derived::default(),
        };
        let cosines = Cosines { features, gamma, seed: 1 };
        let basis = match kind {
            0 => Basis::Cosines(cosines),
            1 => Basis::Margin { cosines: Some(cosines), beta: beta.clone() },
            _ => Basis::Columns,
        };
        let inputs = Inputs { design, sites: SiteIntercepts::Fixed((0..place).collect()), basis };
        let fits = vec![Stance { inputs: place / 2, beta: beta.clone(), active }];
        let target = at_least(1);
        let questions: [Query; 3] = [
            Climb { response, inputs: vec![inputs.clone()], fits: fits.clone() }.into(),
            HeldOut { response, inputs: vec![inputs.clone()], fits: fits.clone() }.into(),
            Firth { target, inputs: vec![inputs], fits, inverses: vec![beta] }.into(),
        ];
        for question in questions {
            if question.check(2).is_ok() && let Ok(answer) = question.answer(&table(&rows), &IdleNetworks) {
                prop_assert!(question.accept(&answer).is_ok());
            }
        }
    }
}

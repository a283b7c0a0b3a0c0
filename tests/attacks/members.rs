//! Who was in a cohort of 57, from the model that a study releases: a model fits its own patients better than others (Yeom et al.
//! 2018, "Privacy risk in machine learning", section 3). Row 2 of the threats.
//!
//! The attacker knows how models of such studies fit members and others (a ratio of likelihoods, Carlini et al. 2022, "Membership
//! inference attacks from first principles"), and reads the released model file. The attack is real on models that a plan's
//! default limits refuse; what they let through gives little away.

use anyhow::Result;
use consilium_learn::Perceptrons;
use consilium_model::{ModelFile, Prediction, predict};
use consilium_report::model_files;
use consilium_rounds::AnalysisFault;
use consilium_rounds::result::{ModelResult, NetworkResult};
use consilium_stats::{Networks as _, Query};
use consilium_tests::in_process::carried_out;
use consilium_types::{ColumnKind, StudyPlan};

use super::table::{Draws, Table, area, roster, schema};

const SITES: usize = 3;
/// At each hospital: 57 together.
const PATIENTS: usize = 19;
const OTHERS: usize = 400;
const COLUMNS: usize = 30;
const FOLDS: usize = 3;
/// Cohorts whose mean is judged.
const DRAWS: u64 = 12;
/// What the design allows a released model.
const MOST: f64 = 0.65;

/// Patients of which every second is a case; two of thirty columns tell which.
fn patients(draws: &mut Draws, number: usize) -> Table {
    let mut patient = |row: usize| {
        let case = row.is_multiple_of(2);
        let mut values: Vec<f64> = (0..COLUMNS).map(|_| draws.bell()).collect();
        values[0] += if case { 0.8 } else { -0.8 };
        values[1] -= if case { 0.6 } else { -0.6 };
        (values, case)
    };
    Table::folded((0..number).map(&mut patient), |row| row / 2 % FOLDS)
}

fn plan(model: &str, limits: &str) -> StudyPlan {
    let text = format!(
        "[study]\nid = \"members\"\ntitle = \"Who was in it\"\nseed = 5\nsites = {{ min = {SITES} }}\n[inputs.table]\n\
         [outcome]\nlabel = \"y\"\npositive = \"1\"\n{model}\n[privacy]\n{limits}\n[evaluate]\nfolds = {FOLDS}\n"
    );
    StudyPlan::from_toml(&text, "plan.toml").unwrap_or_else(|errors| panic!("{errors}"))
}

/// What a study releases.
struct Released {
    /// The file of a model that has one.
    file: Option<ModelFile>,
    model: ModelResult,
}

fn study(plan: &StudyPlan, hospitals: &[Table]) -> Result<Released> {
    let sum = |query: &Query| {
        let answers = hospitals.iter().map(|rows| query.answer(rows, &Perceptrons));
        let answers = answers.collect::<Result<Vec<_>, _>>()?;
        Ok(query.combine(&answers.iter().collect::<Vec<_>>())?)
    };
    let result = carried_out(plan, &roster(SITES), &schema(COLUMNS, ColumnKind::Radiomic), sum)?;
    let file = model_files(plan, &result).into_iter().next();
    Ok(Released { file, model: result.models[0].clone() })
}

/// The log-odds that a released model gives.
fn score(Released { file, model }: &Released, values: &[f64]) -> f64 {
    let risk = match file {
        Some(file) => risk(file, values),
        None => network(model.network().unwrap(), values),
    };
    let risk = risk.clamp(1e-9, 1.0 - 1e-9);
    (risk / (1.0 - risk)).ln()
}

fn risk(file: &ModelFile, values: &[f64]) -> f64 {
    let inputs: Vec<_> = file.inputs.iter().map(|input| Some(values[place(&input.name)])).collect();
    match predict(file, &inputs).unwrap() {
        Prediction::Risk(risk) => risk,
        Prediction::Classes(classes) => classes[1].1,
        other => panic!("{other:?}"),
    }
}

fn network(fit: &NetworkResult, values: &[f64]) -> f64 {
    let inputs = fit.columns.iter().zip(fit.mean.iter().zip(&fit.sd));
    #[expect(clippy::cast_possible_truncation, reason = "networks take 32 bits")]
    let standardised =
        |(column, (mean, sd)): (&String, (&f64, &f64))| ((values[place(column)] - mean) / sd) as f32;
    Perceptrons.predict(&fit.hidden, &fit.parameters, &[inputs.map(standardised).collect()]).unwrap()[0]
}

fn place(column: &str) -> usize {
    column[1..].parse().unwrap()
}

/// How well each patient fits the model, the larger the better.
fn fits(model: &Released, rows: &Table) -> Vec<f64> {
    let fit = |(values, case): (&Vec<f64>, &bool)| score(model, values) * if *case { 1.0 } else { -1.0 };
    rows.values.iter().zip(&rows.cases).map(fit).collect()
}

/// How well a model fits its own patients, and others.
struct Fits {
    members: Vec<f64>,
    others: Vec<f64>,
}

/// A draw of patients and the model that their study releases.
fn drawn(plan: &StudyPlan, draw: u64) -> Fits {
    let mut draws = Draws::new(77_000 + draw);
    let hospitals: Vec<_> = (0..SITES).map(|_| patients(&mut draws, PATIENTS)).collect();
    let others = patients(&mut draws, OTHERS);
    let model = study(plan, &hospitals).unwrap();
    let members = hospitals.iter().flat_map(|hospital| fits(&model, hospital)).collect();
    Fits { members, others: fits(&model, &others) }
}

/// Log-density of a normal distribution with these values' moments, but for a constant.
fn density(values: &[f64]) -> impl Fn(f64) -> f64 + use<> {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / n;
    move |at| -(at - mean).powi(2) / (2.0 * variance) - variance.ln() / 2.0
}

/// Mean area under the curve of the attack: the ratio of likelihoods that others' studies teach.
fn attacked(plan: &StudyPlan) -> f64 {
    let all: Vec<Fits> = (0..DRAWS).map(|draw| drawn(plan, draw)).collect();
    let one = |place: usize| {
        let taught = || all.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, fits)| fits);
        let of =
            |fits: fn(&Fits) -> &Vec<f64>| density(&taught().flat_map(fits).copied().collect::<Vec<_>>());
        let (member, other) = (of(|fits| &fits.members), of(|fits| &fits.others));
        let ratio = |fits: &[f64]| fits.iter().map(|fit| member(*fit) - other(*fit)).collect::<Vec<_>>();
        area(&ratio(&all[place].members), &ratio(&all[place].others))
    };
    (0..all.len()).map(one).sum::<f64>() / DRAWS as f64
}

/// The largest plans that default limits let through with 57 patients in three folds.
const RELEASED: [(&str, usize, &str); 4] = [
    ("regression", 10, "penalty = { ridge = 1.0 }"),
    ("network", 10, "learner = \"mlp\""),
    ("forest", 3, "learner = \"forest\""),
    ("boosted trees", 5, "learner = \"boost\""),
];
/// Plans that they refuse.
const REFUSED: [(&str, usize, &str); 4] = [
    ("regression", 30, "penalty = { ridge = 0.001 }"),
    ("network", 30, "learner = \"mlp\""),
    ("forest", 30, "learner = \"forest\""),
    ("boosted trees", 30, "learner = \"boost\""),
];

fn of(columns: usize, model: &str, per_model: &str) -> StudyPlan {
    let every = "relevance = { keep = 30 }\nredundancy = { rho = 1.0 }";
    plan(
        &format!("[select]\n{every}\nmax = {columns}\n[model]\n{model}"),
        &format!("limits = {{ cell = 2{per_model} }}"),
    )
}

/// That a study of this plan ends before a model is fitted.
fn refused(plan: &StudyPlan) {
    let mut draws = Draws::new(1);
    let hospitals: Vec<_> = (0..SITES).map(|_| patients(&mut draws, PATIENTS)).collect();
    let fault = study(plan, &hospitals).err().expect("a model that is too large");
    assert_eq!(fault.downcast_ref::<AnalysisFault>().unwrap().code(), "CNS-R-0170", "{fault}");
}

#[test]
fn models_that_default_limits_release_hardly_tell_who_was_in_the_cohort() {
    for (name, columns, model) in RELEASED {
        let attack = attacked(&of(columns, model, ""));
        println!("{name} on {columns} columns: {attack:.3}");
        assert!(attack <= MOST, "{name} on {columns} columns: {attack}");
        refused(&of(columns + 1, model, ""));
    }
}

#[test]
fn models_that_tell_who_was_in_the_cohort_are_refused() {
    for (name, columns, model) in REFUSED {
        let attack = attacked(&of(columns, model, ", per_model = 3"));
        println!("{name} on {columns} columns: {attack:.3}");
        assert!(attack > MOST, "the attack is real: {name} on {columns} columns: {attack}");
        refused(&of(columns, model, ""));
    }
}

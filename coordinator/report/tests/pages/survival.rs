//! A censored outcome: progression in 167 made-up children, three groups of predicted risk.

use consilium_model::{FORMAT as MODEL, Input, ModelFile, Predictor};
use consilium_report::Report;
use consilium_report::chart::{Nomogram, Outcome, Predictor as Axis, SurvivalCurve, SurvivalPlot};
use consilium_report::content::{CoefficientRow, CoefficientTable, Estimate, Measure, Model, Subject, Table};

use crate::binary;
use crate::cohort::Dice;

const TERMS: [(&str, f64, f64, f64, f64); 4] = [
    ("stage_4", 0.37, 0.48, 0.35, 0.15),
    ("age_months", 23.8, 21.2, 0.41, 0.14),
    ("ct.arterial.original.glcm.contrast", 38.4, 14.9, 0.52, 0.15),
    ("ct.venous.wavelet-LLH.firstorder.entropy", 3.91, 0.44, -0.31, 0.14),
];
const YEARS: [f64; 6] = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0];
/// Cumulative hazard at the mean of all columns.
const BASELINE: [[f64; 2]; 5] = [[1.0, 0.19], [2.0, 0.33], [3.0, 0.40], [4.0, 0.43], [5.0, 0.45]];

pub(crate) fn model() -> ModelFile {
    let input = |(name, mean, sd, ..): &(&str, f64, f64, f64, f64)| Input {
        name: (*name).into(),
        unit: String::new(),
        mean: *mean,
        sd: *sd,
        range: [(mean - 2.0 * sd).max(0.0), mean + 2.0 * sd],
        indicator: *name == "stage_4",
    };
    ModelFile {
        format: MODEL.into(),
        study: "pfs-ct".into(),
        plan_hash: "7b1e".repeat(16),
        name: "combined/cox".into(),
        outcome: "Progression-free survival".into(),
        inputs: TERMS.iter().map(input).collect(),
        predictor: Predictor::Cox {
            coefficients: TERMS.iter().map(|term| term.3).collect(),
            unit: "years".into(),
            baseline: BASELINE.to_vec(),
            horizons: vec![1.0, 3.0, 5.0],
        },
    }
}

/// Time in years on a grid of 30 days, and whether the child progressed.
fn followed(dice: &mut Dice, hazard: f64, n: usize) -> Vec<(f64, bool)> {
    let one = |dice: &mut Dice| {
        let plateau = (-hazard).exp();
        let u = dice.uniform();
        let share = -(u.max(plateau * 1.000_001)).ln() / hazard;
        let event =
            if u > plateau { 1.6 * (-(1.0 - share).max(1e-9).ln()).powf(1.0 / 1.35) } else { f64::INFINITY };
        let censored = 1.5 + 6.0 * dice.uniform();
        let grid = |time: f64| (time * 365.25 / 30.0).ceil() * 30.0 / 365.25;
        (grid(event.min(censored)).min(6.0), event <= censored && event < 6.0)
    };
    (0..n).map(|_| one(dice)).collect()
}

/// Kaplan-Meier with log-log bands.
fn curve(name: &str, followed: &[(f64, bool)]) -> SurvivalCurve {
    let mut times: Vec<f64> = followed.iter().filter(|f| f.1).map(|f| f.0).collect();
    times.sort_by(f64::total_cmp);
    times.dedup();
    let (mut survival, mut variance, mut steps) = (1.0f64, 0.0, Vec::new());
    for time in times {
        let at_risk = followed.iter().filter(|f| f.0 >= time).count() as f64;
        let events = followed.iter().filter(|f| f.1 && (f.0 - time).abs() < 1e-9).count() as f64;
        survival *= 1.0 - events / at_risk;
        variance += events / (at_risk * (at_risk - events).max(0.5));
        let half = 1.96 * variance.sqrt() / survival.ln();
        steps.push([time, survival, survival.powf((-half).exp()), survival.powf(half.exp())]);
    }
    let mut censored: Vec<f64> = followed.iter().filter(|f| !f.1).map(|f| f.0).collect();
    censored.sort_by(f64::total_cmp);
    censored.dedup();
    let at_risk = YEARS.iter().map(|year| followed.iter().filter(|f| f.0 >= *year).count() as u64).collect();
    let end = followed.iter().map(|f| f.0).fold(0.0, f64::max);
    SurvivalCurve { name: name.into(), steps, censored, at_risk, end }
}

fn plot() -> SurvivalPlot {
    let mut dice = Dice(11);
    let groups =
        [("low predicted risk", 0.18, 56), ("intermediate", 0.46, 56), ("high predicted risk", 1.1, 55)];
    let curves = groups.map(|(name, hazard, n)| curve(name, &followed(&mut dice, hazard, n)));
    SurvivalPlot {
        name: "combined/cox".into(),
        measure: "Progression-free survival".into(),
        unit: "years".into(),
        at: YEARS.to_vec(),
        curves: curves.to_vec(),
        notes: vec!["Log-rank test, 2 degrees of freedom: p < 0.001".into()],
    }
}

fn fitted() -> Model {
    let row = |(term, _, sd, b, se): &(&str, f64, f64, f64, f64)| CoefficientRow {
        term: (*term).into(),
        standardised: *b,
        raw: b / sd,
        se: Some(se / sd),
        p: Some(libm::erfc((b / se).abs() / std::f64::consts::SQRT_2)),
        ratio: true,
    };
    let axis = |(name, mean, sd, b, _): &(&str, f64, f64, f64, f64)| {
        let stage = *name == "stage_4";
        Axis {
            name: (*name).into(),
            coefficient: b / sd,
            range: if stage { [0.0, 1.0] } else { [(mean - 2.0 * sd).max(0.0), mean + 2.0 * sd] },
            levels: if stage { vec![("no".into(), 0.0), ("yes".into(), 1.0)] } else { Vec::new() },
        }
    };
    let horizon = |i: usize| (format!("{}-year PFS", BASELINE[i][0]), BASELINE[i][1]);
    Model {
        name: "combined/cox".into(),
        description: "Cox regression, stratified by hospital, Efron's ties, 167 patients.".into(),
        coefficients: vec![CoefficientTable {
            scale: "log hazard of progression or death".into(),
            ratio: "Hazard ratio per SD".into(),
            level: 0.95,
            rows: TERMS.iter().map(row).collect(),
            note: String::new(),
        }],
        ratios: Vec::new(),
        nomogram: Some(Nomogram {
            intercept: TERMS.iter().fold(0.0, |sum, (_, mean, sd, b, _)| sum - b * mean / sd),
            predictors: TERMS.iter().map(axis).collect(),
            outcome: Outcome::Survival([0, 2, 4].map(horizon).to_vec()),
        }),
    }
}

pub(crate) fn report() -> Report {
    let events = 63;
    let measure = |name: &str, value, low, high| Measure {
        name: name.into(),
        decimals: 3,
        values: vec![Some(Estimate { value, interval: Some([low, high]) })],
        note: String::new(),
        p: false,
    };
    let mut report = binary::report();
    report.title = "Progression-free survival from three-phase CT".into();
    report.study = "pfs-ct".into();
    report.outcome = "progression-free survival".into();
    report.cohort.n = 167;
    report.cohort.cases = events;
    report.cohort.case_word = "events".into();
    report.cohort.flow.clear();
    report.cohort.sites.clear();
    report.selections.clear();
    report.cohort.smallest = events;
    report.comparisons.clear();
    report.importance.clear();
    report.warnings.clear();
    report.models = vec![fitted()];
    report.subjects = vec![Subject {
        name: "progression or death".into(),
        level: 0.95,
        models: vec!["combined/cox".into()],
        measures: vec![
            measure("Harrell's C", 0.733, 0.664, 0.803),
            measure("AUC at 3 years", 0.788, 0.701, 0.868),
        ],
        roc: Vec::new(),
        calibration: Vec::new(),
        decision: Vec::new(),
        treat_all: Vec::new(),
        forests: Vec::new(),
        thresholds: Vec::new(),
        main: 0,
        over_time: Vec::new(),
        sentences: Vec::new(),
        confusions: Vec::new(),
        tables: Vec::new(),
    }];
    report.survival = vec![plot()];
    report.tables = vec![Table {
        title: "Survival at whole years.".into(),
        columns: ["Year", "PFS"].map(String::from).to_vec(),
        rows: BASELINE.iter().map(|[year, h]| vec![year.to_string(), format!("{:.3}", (-h).exp())]).collect(),
        note: "At the mean of all columns.".into(),
    }];
    report
}

//! A binary outcome: MYCN amplification in 240 made-up children at five made-up hospitals.

use std::collections::BTreeMap;

use consilium_model::{FORMAT as MODEL, Input, ModelFile, Predictor};
use consilium_report::chart::{
    Bar, CalibrationCurve, CalibrationGroup, CalibrationPoint, DecisionCurve, FlowBox, Forest, ForestRow,
    Nomogram, Outcome, Predictor as Axis, RocCurve,
};
use consilium_report::content::{
    Claim, CoefficientRow, CoefficientTable, Cohort, Comparison, Estimate, FORMAT, Fact, Importance, Ledger,
    LedgerLine, Measure, Model, Report, Selected, Selection, SiteCount, Subject, ThresholdRow,
};

use crate::cohort::{Dice, Scored, auc, interval, logistic, net_benefit, positives, roc, wilson};

const SITES: [(&str, u64); 5] =
    [("amsterdam", 78), ("bern", 57), ("cork", 46), ("dresden", 34), ("espoo", 25)];
const TERMS: [(&str, f64, f64, f64, f64); 7] = [
    // name, mean, sd, standardised coefficient, its standard error
    ("age_months", 23.8, 21.2, 0.42, 0.21),
    ("ldh", 742.0, 410.0, 0.61, 0.20),
    ("ct.arterial.original.glcm.contrast", 38.4, 14.9, 0.48, 0.22),
    ("ct.venous.wavelet-LLH.firstorder.entropy", 3.91, 0.44, -0.55, 0.23),
    ("ct.arterial.log-3-mm.glszm.zone_entropy", 5.12, 0.61, 0.33, 0.21),
    ("ct.plain.original.shape.sphericity", 0.71, 0.08, -0.29, 0.19),
    ("ct.venous.original.ngtdm.busyness", 1.84, 1.02, 0.21, 0.20),
];

struct Patient {
    site: usize,
    case: bool,
    risks: [f64; 3],
}

fn patients() -> Vec<Patient> {
    let mut dice = Dice(7);
    let sites = SITES.iter().enumerate().flat_map(|(i, (_, n))| (0..*n).map(move |_| i));
    let one = |site: usize| {
        let case = dice.uniform() < 0.2;
        let shift = if case { 1.0 } else { 0.0 };
        let (clinical, radiomic) = (dice.normal() + shift * 0.85, dice.normal() + shift * 1.15);
        let risk = |score: f64| logistic(-1.9 + score);
        Patient {
            site,
            case,
            risks: [risk(0.75 * clinical + 0.95 * radiomic), risk(1.05 * radiomic), risk(0.8 * clinical)],
        }
    };
    sites.map(one).collect()
}

const MODELS: [&str; 3] = ["combined/logistic", "radiomics/logistic", "clinical/logistic"];

pub(crate) fn model() -> ModelFile {
    let input = |(name, mean, sd, ..): &(&str, f64, f64, f64, f64)| Input {
        name: (*name).into(),
        unit: if *name == "age_months" { "months".into() } else { String::new() },
        mean: *mean,
        sd: *sd,
        range: [(mean - 2.0 * sd).max(0.0), mean + 2.0 * sd],
        indicator: false,
    };
    ModelFile {
        format: MODEL.into(),
        study: "mycn-ct".into(),
        plan_hash: "4f0c".repeat(16),
        name: MODELS[0].into(),
        outcome: "MYCN amplification".into(),
        inputs: TERMS.iter().map(input).collect(),
        predictor: Predictor::Logistic {
            intercept: -1.62,
            coefficients: TERMS.iter().map(|t| t.3).collect(),
        },
    }
}

fn scored(patients: &[Patient], model: usize, site: Option<usize>) -> Scored {
    let here = patients.iter().filter(|p| site.is_none_or(|site| p.site == site));
    here.map(|p| (p.risks[model], p.case)).collect()
}

fn forest(patients: &[Patient]) -> Forest {
    let row = |(i, (name, n)): (usize, &(&str, u64))| {
        let here = scored(patients, 0, Some(i));
        let cases = here.iter().filter(|s| s.1).count();
        let (area, se) = auc(&here);
        let [low, high] = interval(area, se);
        let size = format!("{cases} / {n}");
        ForestRow { name: (*name).into(), size, estimate: Some([area, low, high]), weight: *n as f64 / 240.0 }
    };
    let rows: Vec<ForestRow> = SITES.iter().enumerate().map(row).collect();
    let mean = rows.iter().filter_map(|row| Some(row.weight * row.estimate?[0])).sum::<f64>();
    Forest {
        measure: "AUC".into(),
        level: 0.95,
        rows,
        mean: Some([mean, mean - 0.062, mean + 0.062]),
        prediction: Some([mean - 0.11, (mean + 0.11).min(1.0)]),
        notes: vec!["Random effects (DerSimonian and Laird): I² = 12%, τ² = 0.0009, p = 0.34".into()],
        none: 0.5,
        bounds: [0.0, 1.0],
        heads: ["Hospital".into(), "Cases / patients".into()],
        log: false,
    }
}

fn calibration(scored: &Scored) -> CalibrationCurve {
    let mut order = scored.clone();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    let group = |group: &[(f64, bool)]| {
        let (n, cases) = (group.len() as f64, group.iter().filter(|s| s.1).count() as f64);
        let predicted = group.iter().map(|s| s.0).sum::<f64>() / n;
        CalibrationGroup { n: group.len() as u64, predicted, observed: cases / n, interval: wilson(cases, n) }
    };
    let point = |i: u32| {
        let predicted = 0.02 + 0.78 * f64::from(i) / 40.0;
        let near = |p: f64| (-((p - predicted) / 0.1).powi(2)).exp();
        let weight: f64 = order.iter().map(|s| near(s.0)).sum();
        let cases: f64 = order.iter().filter(|s| s.1).map(|s| near(s.0)).sum();
        CalibrationPoint { predicted, observed: cases / weight, interval: Some(wilson(cases, weight)) }
    };
    CalibrationCurve {
        name: MODELS[0].into(),
        groups: order.chunks(24).map(group).collect(),
        curve: (0..=40).map(point).collect(),
        notes: vec![
            "Slope 0.94 (0.71–1.17)".into(),
            "Intercept −0.03 (−0.35 to 0.29)".into(),
            "Brier 0.118".into(),
        ],
        limit: 1.0,
    }
}

fn thresholds(patients: &[Patient]) -> Vec<ThresholdRow> {
    let row = |model: usize| {
        let all = scored(patients, model, None);
        let cases = all.iter().filter(|s| s.1).count() as u64;
        let (hits, alarms) = positives(&all, 0.2);
        let (silent, missed) = (240 - cases - alarms, cases - hits);
        let rate = |name: &str, part: u64, n: u64| {
            let interval = Some(wilson(part as f64, n as f64));
            (name.to_owned(), Some(Estimate { value: part as f64 / n as f64, interval }))
        };
        ThresholdRow {
            model: MODELS[model].into(),
            rule: "Fixed".into(),
            threshold: Some(0.2),
            counts: [hits, alarms, silent, missed],
            rates: vec![
                rate("Sensitivity", hits, cases),
                rate("Specificity", silent, 240 - cases),
                rate("PPV", hits, hits + alarms),
                rate("NPV", silent, silent + missed),
            ],
        }
    };
    (0..3).map(row).collect()
}

fn subject(patients: &[Patient]) -> Subject {
    let all: Vec<Scored> = (0..3).map(|model| scored(patients, model, None)).collect();
    let estimate = |scored: &Scored| {
        let (area, se) = auc(scored);
        Some(Estimate { value: area, interval: Some(interval(area, se)) })
    };
    let brier = |scored: &Scored| {
        let sum: f64 = scored.iter().map(|(p, case)| (f64::from(u8::from(*case)) - p).powi(2)).sum();
        Some(Estimate { value: sum / scored.len() as f64, interval: None })
    };
    let measure = |name: &str, note: &str, values| Measure {
        name: name.into(),
        decimals: 3,
        values,
        note: note.into(),
        p: false,
    };
    let grid: Vec<f64> = (5..=60u32).map(|t| f64::from(t) / 100.0).collect();
    let cases = all[0].iter().filter(|s| s.1).count() as f64 / 240.0;
    Subject {
        name: "MYCN amplification".into(),
        level: 0.95,
        models: MODELS.map(String::from).to_vec(),
        measures: vec![
            measure("AUC", "higher is better, 0.5 is chance", all.iter().map(estimate).collect()),
            measure(
                "Brier score",
                "mean squared error of the probability, lower is better",
                all.iter().map(brier).collect(),
            ),
        ],
        roc: all
            .iter()
            .zip(MODELS)
            .map(|(scored, name)| {
                let (area, se) = auc(scored);
                RocCurve { name: name.into(), points: roc(scored), auc: area, interval: interval(area, se) }
            })
            .collect(),
        calibration: vec![calibration(&all[0])],
        decision: all
            .iter()
            .zip(MODELS)
            .map(|(scored, name)| DecisionCurve {
                name: name.into(),
                points: grid.iter().map(|t| [*t, net_benefit(scored, *t)]).collect(),
            })
            .collect(),
        treat_all: grid.iter().map(|t| [*t, cases - (1.0 - cases) * t / (1.0 - t)]).collect(),
        forests: vec![(MODELS[0].into(), forest(patients))],
        thresholds: thresholds(patients),
        main: 0,
        over_time: Vec::new(),
        sentences: Vec::new(),
        confusions: Vec::new(),
        tables: Vec::new(),
    }
}

fn coefficients() -> CoefficientTable {
    let row = |(term, _, sd, b, se): &(&str, f64, f64, f64, f64)| CoefficientRow {
        term: (*term).into(),
        standardised: *b,
        raw: b / sd,
        se: Some(se / sd),
        p: Some(libm::erfc((b / se).abs() / std::f64::consts::SQRT_2)),
        ratio: true,
    };
    let intercept = CoefficientRow {
        term: "Intercept".into(),
        standardised: -1.62,
        raw: TERMS.iter().fold(-1.62, |sum, (_, mean, sd, b, _)| sum - b * mean / sd),
        se: Some(0.21),
        p: None,
        ratio: false,
    };
    CoefficientTable {
        scale: "log odds of MYCN amplification".into(),
        ratio: "Odds ratio per SD".into(),
        level: 0.95,
        rows: std::iter::once(intercept).chain(TERMS.iter().map(row)).collect(),
        note: "Ridge penalty 3.16, chosen in inner folds. Standard errors are those of the penalised fit."
            .into(),
    }
}

fn axes() -> Nomogram {
    let axis = |(name, mean, sd, b, _): &(&str, f64, f64, f64, f64)| Axis {
        name: (*name).into(),
        coefficient: b / sd,
        range: [(mean - 2.0 * sd).max(0.0), mean + 2.0 * sd],
        levels: Vec::new(),
    };
    Nomogram {
        intercept: TERMS.iter().fold(-1.62, |sum, (_, mean, sd, b, _)| sum - b * mean / sd),
        predictors: TERMS.iter().map(axis).collect(),
        outcome: Outcome::Risk("MYCN amplification".into()),
    }
}

fn selection() -> Selection {
    let chosen = TERMS[2..].iter().zip([5, 5, 4, 4, 3]).map(|(t, times)| (t.0, times, true));
    let others = [
        ("ct.venous.original.glrlm.run_entropy", 2, false),
        ("ct.plain.log-1-mm.firstorder.skewness", 1, false),
    ];
    let column = |(name, times, chosen): (&str, u32, bool)| Selected {
        column: name.into(),
        times,
        chosen,
        agreement: chosen.then_some(0.9),
        replicates: None,
    };
    Selection {
        label: String::new(),
        replicates: None,
        readings: Some([1316, 902]),
        steps: vec![
            "Stability under perturbation: ICC(2,1) at least 0.75.".into(),
            "Relevance: Welch's t test, the best 100 kept.".into(),
            "Redundancy: |r| below 0.9 with every better column; at most 5 kept.".into(),
        ],
        sets: 5,
        columns: chosen.chain(others).map(column).collect(),
    }
}

pub(crate) fn evidence() -> BTreeMap<Claim, String> {
    [
        (Claim::Images, "CT, three phases, measured under contours."),
        (Claim::Eligibility, "2 inclusion rules, applied alike at every hospital."),
        (Claim::Flow, "Flow of patients in 5 steps."),
        (Claim::MultiCentre, "5 hospitals."),
        (Claim::Outcome, "Column mycn; cases: amplified."),
        (Claim::Preprocessing, "Resampled to 1 mm, linear; window −100 to 250 HU."),
        (Claim::Resampling, "1 × 1 × 1 mm, linear."),
        (Claim::Discretisation, "Fixed bin width 25 HU."),
        (Claim::Extractor, "consilium-radiomics 0.1.0, IBSI."),
        (Claim::Parameters, "All parameters are in the plan."),
        (Claim::Features, "1,316 features of 11 families a phase."),
        (Claim::Robustness, "ICC(2,1) at least 0.75."),
        (Claim::Redundancy, "|r| below 0.9."),
        (Claim::Dimensionality, "7 terms for 48 cases."),
        (Claim::Partition, "5 folds within hospitals; every step repeated in every training set."),
        (Claim::Confounders, "Columns standardised within hospitals."),
        (Claim::Missing, "Missing values at the training mean."),
        (Claim::Scaling, "z by mean and SD of each training set."),
        (Claim::Selection, "Three steps within training sets."),
        (Claim::Algorithm, "Ridge logistic regression."),
        (Claim::Tuning, "Penalty by inner folds, 11 values."),
        (Claim::Metrics, "AUC, Brier score, net benefit."),
        (Claim::Uncertainty, "95% intervals, DeLong."),
        (Claim::Calibration, "Slope, intercept, groups, curve."),
        (Claim::NonRadiomic, "Compared with clinical columns alone."),
        (Claim::Simple, "All models are logistic regressions."),
        (Claim::Internal, "5-fold cross-validation."),
        (Claim::Code, "consilium 0.1.0, Apache-2.0."),
        (Claim::ModelFile, "model.json and model.onnx."),
        (Claim::Protocol, "Plan fixed and hashed before the run."),
    ]
    .map(|(claim, line)| (claim, line.to_owned()))
    .into()
}

fn cohort(patients: &[Patient]) -> Cohort {
    let stage = |step: &str, patients| FlowBox { step: step.into(), patients, notes: Vec::new() };
    let cases = patients.iter().filter(|p| p.case).count() as u64;
    let site = |(i, (name, n)): (usize, &(&str, u64))| {
        let cases = patients.iter().filter(|p| p.site == i && p.case).count() as u64;
        SiteCount { site: (*name).into(), n: *n, cases }
    };
    let mut last = stage("Clinical columns known", 240);
    last.notes = vec![format!("{cases} amplified, {} not", 240 - cases)];
    Cohort {
        n: 240,
        cases,
        known: 0,
        smallest: cases,
        classes: Vec::new(),
        fold_word: String::new(),
        case_word: "MYCN amplified".into(),
        flow: vec![
            stage("All rows of the clinical tables", 312),
            stage("diagnosis = \"neuroblastoma\"", 287),
            stage("age_months < 216", 286),
            stage("Outcome known", 259),
            stage("Images of all phases and a contour that is not empty", 246),
            last,
        ],
        folds: Vec::new(),
        sites: SITES.iter().enumerate().map(site).collect(),
    }
}

pub(crate) fn report() -> Report {
    let patients = patients();
    let (full, clinical) = (auc(&scored(&patients, 0, None)), auc(&scored(&patients, 2, None)));
    let line = |what: &str, exchanges, words| LedgerLine { what: what.into(), exchanges, words };
    let bar = |(name, _, _, b, _): &(&str, f64, f64, f64, f64)| Bar {
        name: (*name).into(),
        value: b.abs() * 0.05,
        interval: Some([b.abs() * 0.05 - 0.008, b.abs() * 0.05 + 0.008]),
        words: format!("{:.3}", b.abs() * 0.05),
        chosen: true,
    };
    Report {
        format: FORMAT.into(),
        title: "MYCN amplification from three-phase CT in children with neuroblastoma".into(),
        study: "mycn-ct".into(),
        version: 1,
        plan_hash: "4f0c".repeat(16),
        seed: 20_261_125,
        sites: SITES.map(|(name, _)| name.to_owned()).to_vec(),
        software: "consilium 0.1.0".into(),
        extractor: "consilium-radiomics 0.1.0".into(),
        outcome: "MYCN amplification".into(),
        asked: vec![
            Fact::new("Design", "5-fold cross-validation, folds within hospitals"),
            Fact::new("Models", "clinical, radiomics and combined ridge logistic regression"),
        ],
        cohort: cohort(&patients),
        preparation: vec![
            Fact::new("Harmonisation", "z within each hospital"),
            Fact::new("Missing values", "mean of the training set"),
        ],
        selections: vec![selection()],
        methods: Vec::new(),
        plan: Vec::new(),
        quality: None,
        missing: Vec::new(),
        files: Vec::new(),
        models: vec![Model {
            name: MODELS[0].into(),
            description: "Ridge logistic regression on 2 clinical and 5 radiomic columns, 240 patients."
                .into(),
            coefficients: vec![coefficients()],
            ratios: Vec::new(),
            nomogram: Some(axes()),
        }],
        subjects: vec![subject(&patients)],
        comparisons: vec![Comparison {
            measure: "AUC".into(),
            models: [MODELS[2].into(), MODELS[0].into()],
            difference: Estimate {
                value: full.0 - clinical.0,
                interval: Some([full.0 - clinical.0 - 0.06, full.0 - clinical.0 + 0.06]),
            },
            p: Some(0.004),
        }],
        importance: vec![Importance {
            model: MODELS[0].into(),
            axis: "Loss of AUC when the column is shuffled within hospitals".into(),
            bars: TERMS.iter().map(bar).collect(),
        }],
        survival: Vec::new(),
        tables: Vec::new(),
        warnings: vec!["espoo has 25 patients: its own estimates are wide.".into()],
        ledger: Ledger {
            exchanges: 27,
            words: 412_330,
            bytes: Some(6_603_112),
            aggregation: "in the clear".into(),
            release: "pooled results and sums of each hospital".into(),
            lines: vec![
                line("how many patients meet each condition", 1, 18),
                line("sums and sums of squares of each column by class and fold", 2, 210_560),
                line("gradient and information matrix of all fits of a step", 14, 180_488),
            ],
        },
        evidence: evidence(),
    }
}

//! Selection and preparation from sums against scipy, scikit-learn, pingouin and `mrmr_selection` on the pooled table.
//!
//! Recorded answers: tests/data/pooled/selection (make.py). Spec: docs/reference/methods/selection.md.

#![allow(missing_docs, reason = "a test")]
#![allow(clippy::float_cmp, reason = "whole numbers")]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use consilium_stats::derived::{Components, Derived, Imputation};
use consilium_stats::eigen::eigen;
use consilium_stats::glm::{Climb, Inputs, Response, Stance};
use consilium_stats::linear::Symmetric;
use consilium_stats::redundancy::{Weighing, mrmr, uncorrelated};
use consilium_stats::resample::poisson;
use consilium_stats::{
    Agreement, ClassCounts, Computation, Conditioning, Design, Gram, GramTable, Harmonise, Holes,
    MomentTable, Moments, Query, Resample, Rows, Scale, Target, Test, bits_for, ranks, relevance,
};
use consilium_types::plan::IccForm;
use proptest::prelude::*;
use serde_json::Value;
use support::{Table, ask, close};

const WIDTH: usize = 20;

fn recorded() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/pooled/selection/selection.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

/// WDBC: 20 columns; label 0 is the tumour, label 1 a third of the second column.
fn wdbc(recorded: &Value) -> Table {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/pooled/linear/wdbc.csv");
    let text = std::fs::read_to_string(path).unwrap();
    let row = |line: &str| -> Vec<f64> { line.split(',').skip(1).map(|x| x.parse().unwrap()).collect() };
    let mut rows: Vec<Vec<f64>> = text.lines().skip(1).map(row).collect();
    let third = numbers(&recorded["third"]);
    let class = |x: f64| (0..3).find(|class| (f64::from(*class) - x).abs() < 0.5);
    let labels =
        rows.iter_mut().zip(&third).map(|(row, third)| vec![class(row.pop().unwrap()), class(*third)]);
    let labels = labels.collect();
    let mut table = Table::labelled(rows, labels);
    table.second = recorded["second"].as_array().unwrap().iter().map(numbers).collect();
    table
}

fn conditioning(sites: &[Table]) -> Conditioning {
    let scale = Scale { width: sites[0].width() };
    scale.finish(&ask(&scale, sites)).unwrap()
}

fn moments(sites: &[Table], label: usize, classes: usize) -> (Conditioning, MomentTable) {
    let conditioning = conditioning(sites);
    let question = Moments {
        held_out: Vec::new(),
        harmonise: Harmonise::None,
        slots: 0,
        label,
        classes,
        conditioning: conditioning.clone(),
    };
    let table = question.finish(&ask(&question, sites)).unwrap();
    (conditioning, table)
}

/// Mean and standard deviation of every column.
fn standard(conditioning: &Conditioning, table: &MomentTable) -> Conditioning {
    let of = |j: usize| (conditioning.centre[j], conditioning.scale[j], table.all(j));
    let mean = |j: usize| of(j).0 + of(j).1 * of(j).2.mean();
    let sd = |j: usize| of(j).1 * of(j).2.variance().sqrt();
    Conditioning {
        centre: (0..table.width()).map(mean).collect(),
        scale: (0..table.width()).map(sd).collect(),
    }
}

fn gram(sites: &[Table], columns: Vec<usize>) -> GramTable {
    let conditioning = conditioning(sites).only(&columns);
    let question = Gram { held_out: Vec::new(), harmonise: Harmonise::None, columns, conditioning };
    question.finish(&ask(&question, sites)).unwrap()
}

fn agree(found: &[Option<Test>], statistic: &Value, p: &Value) {
    for ((test, statistic), p) in found.iter().zip(numbers(statistic)).zip(numbers(p)) {
        let test = test.unwrap();
        assert!(close(test.statistic, statistic, 1e-9), "{} {statistic}", test.statistic);
        assert!((test.p - p).abs() <= 1e-8 * p, "{} {p}", test.p);
    }
}

/// Counts of every column between cuts that are divided until the classes lie apart.
fn counts(
    sites: &[Table],
    divide: fn(&[f64], &[Vec<u64>]) -> Vec<f64>,
) -> (Vec<Vec<f64>>, Vec<Vec<Vec<u64>>>) {
    let (conditioning, table) = moments(sites, 0, 2);
    let conditioning = standard(&conditioning, &table);
    let mut question = ClassCounts {
        held_out: Vec::new(),
        harmonise: Harmonise::None,
        label: 0,
        classes: 2,
        columns: (0..WIDTH).collect(),
        conditioning,
        cuts: vec![ranks::first_cuts(); WIDTH],
        bits: bits_for(569),
    };
    for _ in 0..ranks::REFINEMENTS {
        question.check(WIDTH).unwrap();
        let counts = question.finish(&ask(&question, sites)).unwrap();
        let finer = question.cuts.iter().zip(&counts);
        question.cuts = finer.map(|(cuts, counts)| divide(cuts, counts)).collect();
    }
    let counts = question.finish(&ask(&question, sites)).unwrap();
    (question.cuts, counts)
}

#[test]
fn student_and_anova_are_scipys() {
    let recorded = recorded();
    let sites = wdbc(&recorded).split(4);
    let (_, table) = moments(&sites, 0, 2);
    let student: Vec<_> =
        (0..WIDTH).map(|j| relevance::student(table.class(1, j), table.class(0, j))).collect();
    agree(&student, &recorded["student"]["t"], &recorded["student"]["p"]);
    let (_, table) = moments(&sites, 1, 3);
    let anova: Vec<_> = (0..WIDTH)
        .map(|j| relevance::anova(&(0..3).map(|k| table.class(k, j)).collect::<Vec<_>>()))
        .collect();
    agree(&anova, &recorded["anova"]["f"], &recorded["anova"]["p"]);
}

#[test]
fn ranks_are_scipys_to_the_resolution_of_the_grid() {
    let recorded = recorded();
    let (_, counts) = counts(&wdbc(&recorded).split(3), ranks::divide_mixed);
    for (j, p) in numbers(&recorded["mann_whitney"]["p"]).into_iter().enumerate() {
        let test = relevance::mann_whitney(&counts[j][0], &counts[j][1]).unwrap();
        let (found, expected) = (test.p.ln(), p.ln());
        assert!((found - expected).abs() < 2e-3 * expected.abs().max(1.0), "column {j}: {} {p}", test.p);
    }
}

#[test]
fn chi_square_at_quartiles_is_scipys_or_as_near_as_the_grid() {
    let recorded = recorded();
    let quartiles = |cuts: &[f64], counts: &[Vec<u64>]| ranks::divide_quantiles(cuts, counts, 4);
    let (cuts, counts) = counts(&wdbc(&recorded).split(3), quartiles);
    for (j, expected) in numbers(&recorded["chi_square"]["statistic"]).into_iter().enumerate() {
        let edges = ranks::quantile_cuts(&cuts[j], &counts[j], 4);
        assert_eq!(edges.len(), 3);
        let test = relevance::chi_square(&ranks::gather(&cuts[j], &counts[j], &edges)).unwrap();
        assert!(
            (test.statistic - expected).abs() < 0.02 * expected.max(10.0),
            "{j}: {} {expected}",
            test.statistic
        );
    }
}

#[test]
fn a_table_of_counts_is_tested_as_scipy_does() {
    // scipy 1.17.1: stats.chi2_contingency([[12, 5, 9], [3, 14, 11]], correction=False)
    let test = relevance::chi_square(&[vec![12, 5, 9, 0], vec![3, 14, 11, 0]]).unwrap();
    assert!(close(test.statistic, 9.802_530_364_372_469, 1e-12), "{}", test.statistic);
    assert!(close(test.p, 0.007_437_167_743_982_571, 1e-12), "{}", test.p);
    // stats.mannwhitneyu([2, 3, 3, 5], [1, 3, 4, 6, 6], use_continuity=False, method="asymptotic")
    let test = relevance::mann_whitney(&[0, 1, 2, 0, 1, 0], &[1, 0, 1, 1, 0, 2]).unwrap();
    assert!(close(test.p, 0.452_862_183_418_770_27, 1e-12), "{}", test.p);
}

#[test]
fn two_readings_agree_as_pingouin_says() {
    let recorded = recorded();
    let table = wdbc(&recorded);
    let columns: Vec<usize> = (0..10).collect();
    let sites = table.split(5);
    let conditioning = conditioning(&sites).only(&columns);
    let question = Agreement { held_out: Vec::new(), columns, conditioning };
    question.check(WIDTH).unwrap();
    let readings = question.finish(&ask(&question, &sites)).unwrap();
    for (found, expected) in readings.iter().zip(recorded["icc"].as_array().unwrap()) {
        let forms = [IccForm::Icc11, IccForm::Icc21, IccForm::Icc31];
        for (form, expected) in forms.into_iter().zip(numbers(expected)) {
            let icc = found.intraclass(form).unwrap();
            assert!(close(icc, expected, 1e-9), "{form:?} {icc} {expected}");
        }
    }
}

#[test]
fn a_column_that_does_not_vary_has_no_agreement() {
    let mut table = Table::new(vec![vec![0.1]; 9], vec![false; 9]);
    table.second = table.rows.clone();
    let question = Agreement { held_out: Vec::new(), columns: vec![0], conditioning: Conditioning::none(1) };
    let readings = question.finish(&ask(&question, &table.split(2))).unwrap();
    assert_eq!(readings[0].n, 9.0);
    assert_eq!(readings[0].intraclass(IccForm::Icc21), None);
}

#[test]
fn components_are_scikit_learns() {
    let recorded = recorded();
    let sites = wdbc(&recorded).split(4);
    let gram = gram(&sites, (0..WIDTH).collect());
    let upper = (0..WIDTH).flat_map(|i| (i..WIDTH).map(move |j| (i, j))).map(|(i, j)| gram.correlation(i, j));
    let found = eigen(&Symmetric::from_triangle(WIDTH, upper.collect()));
    for (one, expected) in found.iter().zip(numbers(&recorded["pca"]["variance"])) {
        assert!((one.value - expected).abs() < 1e-9, "{} {expected}", one.value);
    }
    for (one, expected) in found.iter().zip(recorded["pca"]["first"].as_array().unwrap()) {
        let expected = numbers(expected);
        let sign = one.vector.iter().zip(&expected).map(|(a, b)| a * b).sum::<f64>().signum();
        assert!(one.vector.iter().zip(&expected).all(|(a, b)| (a - sign * b).abs() < 1e-8));
    }
}

#[test]
fn components_are_columns_of_a_design() {
    let table = Table::new(vec![vec![3.0, 10.0], vec![f64::NAN, 30.0]], vec![false, true]);
    let components = Components {
        first: 2,
        columns: vec![0, 1],
        mean: vec![1.0, 20.0],
        sd: vec![2.0, 10.0],
        loadings: vec![vec![0.6, 0.8]],
    };
    let derived = Derived { imputation: None, components: Some(components) };
    let (columns, mean, sd) = (vec![2, 1], vec![0.0, 20.0], vec![2.0, 10.0]);
    let design = Design { columns, mean, sd, held_out: Vec::new(), harmonise: Harmonise::None, derived };
    let opened = design.open(&table);
    assert!(close(opened.standardise(0)[0], (0.6 - 0.8) / 2.0, 1e-15));
    assert!(close(opened.standardise(1)[0], 0.4, 1e-15), "a missing value adds nothing");
    assert_eq!(opened.standardise(1)[1], 1.0);
}

#[test]
fn mrmr_chooses_what_mrmr_selection_chooses() {
    let recorded = recorded();
    let sites = wdbc(&recorded).split(4);
    let gram = gram(&sites, (0..WIDTH).collect());
    let (_, table) = moments(&sites, 0, 2);
    let f = |j| relevance::anova(&[table.class(0, j), table.class(1, j)]).unwrap().statistic;
    let relevance: Vec<f64> = (0..WIDTH).map(f).collect();
    for (found, expected) in relevance.iter().zip(numbers(&recorded["f_classif"])) {
        assert!(close(*found, expected, 1e-9));
    }
    let r = |i, j| gram.correlation(i, j);
    let chosen: Vec<f64> = mrmr(&relevance, 8, Weighing::Quotient, r).iter().map(|j| *j as f64).collect();
    assert_eq!(chosen, numbers(&recorded["mrmr"]));
    let difference = mrmr(&relevance, WIDTH, Weighing::Difference, r);
    assert_eq!(difference[0], mrmr(&relevance, 1, Weighing::Quotient, r)[0], "the most relevant comes first");
    assert_eq!(difference.len(), WIDTH);
}

#[test]
fn a_filter_keeps_the_better_of_two_equals() {
    let r = |i: usize, j: usize| if i == j || (i.min(j), i.max(j)) == (0, 2) { 0.95 } else { 0.1 };
    assert_eq!(uncorrelated(4, 9, 0.9, r), [0, 1, 3]);
    assert_eq!(uncorrelated(4, 2, 0.9, r), [0, 1]);
}

/// The first six columns with the recorded holes.
fn with_holes(recorded: &Value) -> Table {
    let mut table = wdbc(recorded);
    for row in &mut table.rows {
        row.truncate(6);
    }
    for (column, holes) in recorded["holes"].as_array().unwrap().iter().enumerate() {
        for row in holes.as_array().unwrap() {
            table.rows[usize::try_from(row.as_u64().unwrap()).unwrap()][column] = f64::NAN;
        }
    }
    table
}

#[test]
fn holes_are_filled_as_chained_ridge_regressions_fill_them() {
    let recorded = recorded();
    let table = with_holes(&recorded);
    let sites = table.split(4);
    let (conditioning, moments) = moments(&sites, 0, 2);
    let Conditioning { centre: mean, scale: sd } = standard(&conditioning, &moments);
    let imputation =
        Imputation { columns: (0..6).collect(), mean: mean.clone(), sd: sd.clone(), sweeps: Vec::new() };
    let mut question = Holes { held_out: Vec::new(), imputation, targets: vec![0, 2, 3] };
    for _ in 0..3 {
        question.check(6).unwrap();
        let sweep = question.finish(&ask(&question, &sites)).unwrap();
        question.imputation.sweeps.push(sweep);
    }
    let derived = Derived { imputation: Some(question.imputation), components: None };
    let columns = (0..6).collect();
    let design = Design { columns, mean, sd, held_out: Vec::new(), harmonise: Harmonise::None, derived };
    let opened = design.open(&table);
    for (column, expected) in recorded["filled"].as_object().unwrap() {
        let column: usize = column.parse().unwrap();
        let holes = numbers(&recorded["holes"][column]);
        for (row, expected) in holes.iter().zip(numbers(expected)) {
            let row = (0..table.len()).find(|i| (*i as f64 - row).abs() < 0.5).unwrap();
            let found = design.mean[column] + design.sd[column] * opened.standardise(row)[column];
            assert!(close(found, expected, 1e-9), "{found} {expected}");
        }
    }
}

#[test]
fn a_poisson_draw_has_the_right_frequencies() {
    let step = 1u64 << 44;
    let draws: Vec<usize> = (0..1u64 << 20).map(|i| poisson(i * step)).collect();
    let mut expected = (-1.0f64).exp();
    for times in 0..6usize {
        expected /= times.max(1) as f64;
        let share = draws.iter().filter(|n| **n == times).count() as f64 / draws.len() as f64;
        assert!((share - expected).abs() < 2e-6, "{times}: {share} {expected}");
    }
    assert_eq!(poisson(u64::MAX), 14, "a draw ends");
}

#[test]
fn a_replicate_does_not_depend_on_the_sites() {
    let recorded = recorded();
    let table = wdbc(&recorded);
    let gram = Gram {
        held_out: Vec::new(),
        harmonise: Harmonise::None,
        columns: vec![0, 1],
        conditioning: conditioning(std::slice::from_ref(&table)).only(&[4, 9]),
    };
    let question = |replicate| Resample {
        replicate,
        held_out: Vec::new(),
        harmonise: Harmonise::None,
        columns: vec![4, 9],
        question: Box::new(gram.clone().into()),
    };
    question(0).check(WIDTH).unwrap();
    let pooled = ask(&question(0), std::slice::from_ref(&table));
    assert_eq!(pooled, ask(&question(0), &table.split(6)));
    assert_ne!(pooled, ask(&question(1), &table.split(6)), "replicates differ");
    let nested = Resample { question: Box::new(question(1).into()), ..question(0) };
    assert!(nested.check(WIDTH).is_err(), "a draw of a draw is refused");
}

#[test]
fn a_fit_of_drawn_patients_is_a_fit_of_patients_written_down_as_often() {
    let table = wdbc(&recorded());
    let design = |columns: Vec<usize>| Design {
        columns,
        mean: vec![14.0, 90.0],
        sd: vec![3.0, 20.0],
        held_out: Vec::new(),
        harmonise: Harmonise::None,
        derived: Derived::default(),
    };
    let climb = |columns| Climb {
        response: Response::Binary(Target::case(0)),
        inputs: vec![Inputs::columns(design(columns))],
        fits: vec![Stance { inputs: 0, beta: vec![0.2, -0.5, 0.3], active: Some(vec![0, 2]) }],
    };
    let question = Resample {
        replicate: 3,
        held_out: Vec::new(),
        harmonise: Harmonise::None,
        columns: vec![0, 2],
        question: Box::new(climb(vec![0, 1]).into()),
    };
    question.check(WIDTH).unwrap();
    let times = |row: usize| poisson(table.draw(row, "select/3"));
    let drawn: Vec<usize> = (0..table.len()).flat_map(|row| vec![row; times(row)]).collect();
    let rows = drawn.iter().map(|row| table.rows[*row].clone()).collect();
    let written = Table::labelled(rows, drawn.iter().map(|row| table.labels[*row].clone()).collect());
    assert_eq!(ask(&question, &table.split(4)), ask(&climb(vec![0, 2]), &[written]));
}

/// Questions that may be absurd.
fn question() -> impl Strategy<Value = Query> {
    let index = || prop_oneof![9 => 0usize..6, 1 => any::<usize>()];
    let number = || prop_oneof![9 => 0.1..3.0f64, 1 => prop::num::f64::ANY];
    let columns = move || prop::collection::vec(index(), 0..4);
    let conditioned = move |n: usize| {
        let list = move || prop::collection::vec(number(), n);
        (list(), list()).prop_map(|(centre, scale)| Conditioning { centre, scale })
    };
    let pair = move || {
        columns().prop_flat_map(move |columns| {
            let n = columns.len();
            let cuts = prop::collection::vec(prop::collection::vec(number(), 0..4), n);
            (Just(columns), conditioned(n), cuts)
        })
    };
    let cells = move || prop::collection::vec(index(), 0..2);
    let agreement = (cells(), pair()).prop_map(|(held_out, (columns, conditioning, _))| {
        Agreement { held_out, columns, conditioning }.into()
    });
    let counts = move || {
        (cells(), pair(), index(), index(), prop_oneof![9 => 1u32..12, 1 => any::<u32>()]).prop_map(
            |(held_out, (columns, conditioning, mut cuts), label, classes, bits)| -> Query {
                cuts.iter_mut().for_each(|cuts| cuts.sort_by(f64::total_cmp));
                let harmonise = Harmonise::None;
                ClassCounts { held_out, harmonise, label, classes, columns, conditioning, cuts, bits }.into()
            },
        )
    };
    let resample =
        (index(), cells(), columns(), counts()).prop_map(|(replicate, held_out, columns, question)| {
            let replicate = u32::try_from(replicate).unwrap_or(u32::MAX);
            let question = Box::new(question);
            Resample { replicate, held_out, harmonise: Harmonise::None, columns, question }.into()
        });
    let holes =
        (cells(), pair(), columns()).prop_flat_map(move |(held_out, (columns, conditioning, _), targets)| {
            let sweep = prop::collection::vec(prop::collection::vec(number(), 0..5), columns.len());
            let sweeps = prop::collection::vec(sweep, 0..2);
            (Just((held_out, columns, conditioning, targets)), sweeps)
        });
    let holes = holes.prop_map(|((held_out, mut columns, conditioning, targets), sweeps)| {
        columns.sort_unstable();
        let Conditioning { centre: mean, scale: sd } = conditioning;
        Holes { held_out, imputation: Imputation { columns, mean, sd, sweeps }, targets }.into()
    });
    prop_oneof![agreement, counts(), resample, holes]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn a_question_is_refused_or_answered_in_its_shape(query in question(), words in prop::collection::vec(any::<i128>(), 1..9)) {
        let mut table = with_holes(&recorded_once());
        table.rows.truncate(40);
        prop_assert!(!query.describe().is_empty());
        if query.check(6).is_ok() {
            for sites in [table.split(1), table.split(3)] {
                if let Ok(sum) = answer(&query, &sites) {
                    prop_assert_eq!(query.accept(&sum), Ok(()));
                    read(&query, &sum);
                }
            }
            if let (Ok(pooled), Ok(split)) = (answer(&query, &table.split(1)), answer(&query, &table.split(4))) {
                prop_assert_eq!(pooled, split, "any split");
            }
            let sent = serde_json::to_string(&query).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Query>(&sent).unwrap(), &query);
            let any = words.iter().copied().cycle().take(query.length()).collect();
            read(&query, &consilium_stats::Summary::Statistics(any));
        }
    }
}

fn recorded_once() -> Value {
    static RECORDED: std::sync::OnceLock<Value> = std::sync::OnceLock::new();
    RECORDED.get_or_init(recorded).clone()
}

fn answer(query: &Query, sites: &[Table]) -> Result<consilium_stats::Summary, String> {
    let answers =
        sites.iter().map(|site| query.answer(site, &support::IdleNetworks).map_err(|e| e.to_string()));
    let mut answers = answers.collect::<Result<Vec<_>, _>>()?.into_iter();
    let first = answers.next().unwrap();
    answers.try_fold(first, |a, b| a.plus(&b)).map_err(|e| e.to_string())
}

fn read(query: &Query, sum: &consilium_stats::Summary) {
    match query {
        Query::Agreement(q) => {
            for readings in q.finish(sum).unwrap_or_default() {
                let icc = readings.intraclass(IccForm::Icc21);
                assert!(icc.is_none_or(|icc| icc <= 1.0 + 1e-9 || icc.is_nan()), "{readings:?}");
            }
        }
        Query::ClassCounts(q) => drop(q.finish(sum)),
        Query::Holes(q) => drop(q.finish(sum)),
        Query::Resample(q) => drop(q.finish(sum)),
        other => panic!("not generated here: {other:?}"),
    }
}

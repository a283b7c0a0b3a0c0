//! Two attacks on what a hospital sends: they succeed on sums in clear, so they are real, and fail on what the coordinator
//! holds of a secure sum.
//!
//! Reconstruction: a first layer with biases gives its input away, x = dL/dW / dL/db (Phong et al. 2018, "Privacy-preserving
//! deep learning via additively homomorphic encryption", section III). Membership: a record lies closer to means of a group
//! it belongs to (Homer et al. 2008; Dwork et al. 2015, "Robust traceability from trace amounts").

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod masked;
mod members;
mod poisoning;
mod table;

use consilium_learn::Perceptrons;
use consilium_stats::network::initial;
use consilium_stats::{Derived, Design, Harmonise, NetworkPoint, Query, Scale, Summary, Target, Training};
use consilium_types::fixed;

use masked::held;
use table::{Draws, Table, area, correlation};

/// Columns of a record that is to be reconstructed, and hidden units of the network.
const INPUTS: usize = 24;
const HIDDEN: usize = 8;
const RATE: f64 = 0.1;
/// Masks that are tried.
const SEEDS: u64 = 60;

fn training() -> Training {
    let design = Design {
        columns: (0..INPUTS).collect(),
        mean: vec![0.0; INPUTS],
        sd: vec![1.0; INPUTS],
        held_out: Vec::new(),
        harmonise: Harmonise::None,
        derived: Derived::default(),
    };
    Training {
        target: Target::case(0),
        networks: vec![NetworkPoint { design, parameters: initial(INPUTS, &[HIDDEN], 5) }],
        hidden: vec![HIDDEN],
        epochs: 1,
        batch: 1,
        rate: RATE,
        decay: 0.0,
        seed: 7,
        dp: None,
        robust: None,
    }
}

/// What a hospital with one patient in the training set would send.
fn update(training: &Training, record: &[f64]) -> Vec<i64> {
    let table = Table::of(vec![record.to_vec()]);
    let query = Query::from(training.clone());
    query.check(INPUTS).unwrap();
    let Summary::Updates(words) = query.answer(&table, &Perceptrons).unwrap() else { panic!("no update") };
    words
}

/// The attack, for whoever has the words: the input of the first layer, by its unit whose bias moved most.
fn reconstruct(training: &Training, words: &[i64]) -> Vec<f64> {
    let start = &training.networks[0].parameters;
    let moved = |place: usize| (f64::from(start[place]) - fixed::decode_update(words[place])) / RATE;
    let bias = |unit: usize| moved(INPUTS * HIDDEN + unit);
    let unit = (0..HIDDEN).max_by(|a, b| bias(*a).abs().total_cmp(&bias(*b).abs())).unwrap();
    (0..INPUTS).map(|input| moved(input * HIDDEN + unit) / bias(unit)).collect()
}

#[test]
fn a_record_is_reconstructed_from_a_clear_update_and_not_from_a_masked_one() {
    let training = training();
    let mut clear = Vec::new();
    let mut blind = Vec::new();
    for seed in 0..SEEDS {
        let mut draws = Draws::new(seed);
        let record: Vec<f64> = (0..INPUTS).map(|_| draws.bell()).collect();
        let words = update(&training, &record);
        clear.push(correlation(&reconstruct(&training, &words), &record));
        let masked = held(&words, seed);
        assert_ne!(masked, words);
        blind.push(correlation(&reconstruct(&training, &masked), &record));
    }
    let worst = clear.iter().copied().fold(1.0, f64::min);
    let mean = blind.iter().sum::<f64>() / SEEDS as f64;
    let spread = (blind.iter().map(|r| r * r).sum::<f64>() / SEEDS as f64).sqrt();
    println!("clear: at least {worst:.6}; masked: mean {mean:.3}, spread {spread:.3}");
    assert!(worst > 0.999, "the attack is real: {worst}");
    // of 24 independent values, r has mean 0 and standard deviation 1 / sqrt(23)
    let chance = 1.0 / ((INPUTS - 1) as f64).sqrt();
    assert!(mean.abs() < 4.0 * chance / (SEEDS as f64).sqrt(), "at chance: {mean}");
    assert!((spread / chance - 1.0).abs() < 0.4, "at chance: {spread}, not {chance}");
}

/// Patients of a hospital, patients that are not in it, and columns.
const MEMBERS: usize = 20;
const OTHERS: usize = 200;
const COLUMNS: usize = 120;

/// Scores each record by its agreement with the sums, and how well that tells members from others.
fn told_apart(sums: &[f64], table: &Table) -> f64 {
    let score = |row: &Vec<f64>| row.iter().zip(sums).map(|(x, sum)| x * sum).sum::<f64>();
    let scores: Vec<f64> = table.values.iter().map(score).collect();
    area(&scores[..MEMBERS], &scores[MEMBERS..])
}

/// The sum of each column, out of the words of [`Scale`].
fn sums(words: &[i128]) -> Vec<f64> {
    words.chunks_exact(3).map(|column| fixed::decode(column[1])).collect()
}

#[test]
fn members_are_known_from_clear_sums_and_not_from_masked_ones() {
    let (mut clear, mut blind) = (Vec::new(), Vec::new());
    for seed in 0..SEEDS {
        let mut draws = Draws::new(1_000 + seed);
        let record = |draws: &mut Draws| (0..COLUMNS).map(|_| draws.bell()).collect();
        let all = Table::of((0..MEMBERS + OTHERS).map(|_| record(&mut draws)).collect());
        let hospital = Table::of(all.values[..MEMBERS].to_vec());
        let query = Query::from(Scale { width: COLUMNS });
        let Summary::Statistics(words) = query.answer(&hospital, &Perceptrons).unwrap() else {
            panic!("no sums")
        };
        clear.push(told_apart(&sums(&words), &all));
        blind.push(told_apart(&sums(&held(&words, seed)), &all));
    }
    let mean = |areas: &[f64]| areas.iter().sum::<f64>() / areas.len() as f64;
    let (clear, blind) = (mean(&clear), mean(&blind));
    println!("area under the curve of the attack: clear {clear:.3}, masked {blind:.3}");
    assert!(clear > 0.95, "the attack is real: {clear}");
    assert!((blind - 0.5).abs() < 0.04, "at chance: {blind}");
}

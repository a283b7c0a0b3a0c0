//! SHAP values against their definition, and shuffled columns against the mean over all pairs of patients.
//!
//! Spec: docs/reference/methods/trees.md.

#![allow(missing_docs, reason = "a test")]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use consilium_stats::trees::{Boost, BoostLeaf, Forest};
use consilium_stats::{
    Attribution, Bins, Computation, Derived, Design, Harmonise, Permutation, Predictor, Rows, Scorer, Split,
    Target, Tree,
};
use proptest::collection::vec;
use proptest::prelude::*;
use support::{IdleNetworks, Table, ask, by_first_column, close, linear};

const WIDTH: usize = 4;

fn bins() -> Bins {
    let design = Design {
        columns: (0..WIDTH).collect(),
        mean: vec![0.0; WIDTH],
        sd: vec![1.0; WIDTH],
        held_out: vec![0],
        harmonise: Harmonise::None,
        derived: Derived::default(),
    };
    Bins { design, edges: vec![vec![-1.0, 0.0, 1.0]; WIDTH] }
}

/// Trees of any shape: each step splits some leaf.
fn splits() -> impl Strategy<Value = Vec<Split>> {
    let step = (any::<prop::sample::Index>(), 0u32..4, 0u32..4, any::<bool>());
    vec(step, 0..9).prop_map(|steps| {
        let mut splits: Vec<Split> = Vec::new();
        for (which, column, bin, missing_left) in steps {
            let leaf = i32::try_from(which.index(splits.len() + 1)).unwrap();
            let (at, new) = (i32::try_from(splits.len()).unwrap(), i32::try_from(splits.len() + 1).unwrap());
            for split in &mut splits {
                for way in [&mut split.left, &mut split.right] {
                    if *way == -1 - leaf {
                        *way = at;
                    }
                }
            }
            splits.push(Split { column, bin, missing_left, left: -1 - leaf, right: -1 - new });
        }
        splits
    })
}

fn patient() -> impl Strategy<Value = Vec<f64>> {
    vec(prop_oneof![8 => -2.0..2.0f64, 1 => Just(f64::NAN)], WIDTH)
}

/// What a tree predicts when only some columns are known: unknown ones go both ways as training patients did.
fn expected(
    splits: &[Split],
    at: i32,
    bins: &[u32],
    known: &[bool],
    leaf: &dyn Fn(usize) -> (f64, f64),
) -> (f64, f64) {
    let Ok(place) = usize::try_from(at) else { return leaf(usize::try_from(-1 - at).unwrap()) };
    let split = &splits[place];
    let left = expected(splits, split.left, bins, known, leaf);
    let right = expected(splits, split.right, bins, known, leaf);
    let cover = left.1 + right.1;
    let bin = bins[split.column as usize];
    let goes_left = if bin == 4 { split.missing_left } else { bin <= split.bin };
    let value = match (known[split.column as usize], goes_left) {
        (true, true) => left.0,
        (true, false) => right.0,
        _ => (left.0 * left.1 + right.0 * right.1) / cover,
    };
    (value, cover)
}

/// Shapley values by their definition, over all coalitions.
fn shapley(value: &dyn Fn(&[bool]) -> f64) -> Vec<f64> {
    let factorial = |n: u32| (1..=n).map(f64::from).product::<f64>();
    let width = u32::try_from(WIDTH).unwrap();
    let of_column = |column: usize| {
        (0u32..1 << WIDTH).filter(|set| set >> column & 1 == 0).fold(0.0, |sum, set| {
            let mut known: Vec<bool> = (0..WIDTH).map(|j| set >> j & 1 == 1).collect();
            let without = value(&known);
            known[column] = true;
            let size = set.count_ones();
            sum + factorial(size) * factorial(width - size - 1) / factorial(width) * (value(&known) - without)
        })
    };
    (0..WIDTH).map(of_column).collect()
}

/// SHAP values of one patient: the sums over a site that has no other.
fn attributed(predictor: Predictor, patient: &[f64]) -> Vec<f64> {
    let table = Table::new(vec![patient.to_vec()], vec![true]);
    let model = Scorer { cells: vec![Some(predictor)], output: 0, target: Target::case(0) };
    let question = Attribution { model, columns: (0..WIDTH).collect() };
    question.check(WIDTH).unwrap();
    let found = question.finish(&ask(&question, &[table])).unwrap();
    for column in &found {
        assert!(close(column.magnitude, column.positive - column.negative, 1e-12));
        assert!(close(
            column.bands.iter().map(|band| band.1).sum(),
            column.positive + column.negative,
            1e-12
        ));
    }
    found.iter().map(|column| column.positive + column.negative).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn values_are_those_of_the_definition(
        splits in splits(),
        leaves in vec((1u64..30, 1u64..30), 10),
        patient in patient(),
    ) {
        let n = splits.len() + 1;
        let table = Table::new(vec![patient.clone()], vec![true]);
        let (binned, root) = (bins(), if splits.is_empty() { -1 } else { 0 });
        let row = binned.open(&table).of(0);
        let share = |leaf: usize| {
            let (a, b) = leaves[leaf];
            (b as f64 / (a + b) as f64, (a + b) as f64)
        };
        let definition = shapley(&|known| expected(&splits, root, &row, known, &share).0);
        let counts = leaves[..n].iter().map(|(a, b)| vec![*a, *b]).collect();
        let tree = Tree { splits: splits.clone(), leaves: counts };
        let forest = Forest { bins: bins(), classes: 2, trees: vec![tree] };
        for (found, wanted) in attributed(Predictor::Forest(forest), &patient).iter().zip(&definition) {
            prop_assert!(close(*found, *wanted, 1e-12), "{} {}", found, wanted);
        }
        let step = |(a, b): &(u64, u64)| BoostLeaf(*b as f64 - 10.0, *a);
        let value = |leaf: usize| (leaves[leaf].1 as f64 - 10.0, leaves[leaf].0 as f64);
        let definition = shapley(&|known| expected(&splits, root, &row, known, &value).0);
        let tree = Tree { splits: splits.clone(), leaves: leaves[..n].iter().map(step).collect() };
        let boost = Boost { bins: bins(), start: vec![0.3], rounds: vec![vec![tree]] };
        for (found, wanted) in attributed(Predictor::Boost(boost), &patient).iter().zip(&definition) {
            prop_assert!(close(*found, *wanted, 1e-11), "{} {}", found, wanted);
        }
    }
}

#[test]
fn linear_values_are_coefficients_times_distances() {
    let design = Design { mean: vec![1.0; WIDTH], sd: vec![2.0; WIDTH], ..bins().design };
    let predictor = linear(design, vec![9.0, 1.0, -2.0, 0.0, 4.0]);
    let found = attributed(predictor, &[3.0, 2.0, 7.0, f64::NAN]);
    assert_eq!(found, [1.0, -1.0, 0.0, 0.0]);
}

fn table() -> Table {
    let value = |i: u64| f64::from(u32::try_from(i * 37 % 61).unwrap()) / 20.0 - 1.5;
    let rows: Vec<Vec<f64>> = (0..60).map(|i| vec![value(i), value(i * i + 5), f64::NAN]).collect();
    let cases =
        rows.iter().enumerate().map(|(i, row)| row[0] + f64::from(u8::from(i % 3 == 0)) > 0.4).collect();
    Table::new(rows, cases)
}

#[test]
fn a_shuffled_column_is_as_bad_as_all_pairs_on_average() {
    let table = table();
    let question = Permutation { model: by_first_column(), columns: vec![0, 1, 2], repeats: 300, bits: 7 };
    question.check(3).unwrap();
    let (whole, columns) = question.finish(&ask(&question, std::slice::from_ref(&table))).unwrap();
    let case = |row: usize| f64::from(table.label(row, 0).unwrap());
    let p = |row: usize| 1.0 / (1.0 + (-table.rows[row][0]).exp());
    let squares: f64 = (0..60).map(|i| (case(i) - p(i)).powi(2)).sum();
    assert!(close(whole.squared_error, squares, 1e-12) && whole.patients == 60);
    let pairs: f64 = (0..60)
        .flat_map(|i| (0..60).map(move |j| (i, j)))
        .map(|(i, j)| (case(i) - p(j)).powi(2))
        .sum::<f64>()
        / 60.0;
    let losses: Vec<f64> = columns[0].iter().map(|found| found.squared_error).collect();
    let mean = losses.iter().sum::<f64>() / 300.0;
    let sd = (losses.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 299.0).sqrt();
    assert!((mean - pairs).abs() < 4.0 * sd / 300f64.sqrt(), "{mean} {pairs} {sd}");
    assert!(pairs > squares && sd > 0.0, "the column matters");
    let auc = columns[0].iter().map(|found| found.auc).sum::<f64>() / 300.0;
    assert!((auc - 0.5).abs() < 0.02 && whole.auc > 0.7, "{auc} {}", whole.auc);
    assert!(
        columns[1..].iter().flatten().all(|found| *found == whole),
        "columns that the model does not use"
    );
}

#[test]
fn a_shuffle_does_not_depend_on_the_order_of_rows() {
    let table = table();
    let mut reversed = table.clone();
    reversed.keys.reverse();
    reversed.rows.reverse();
    reversed.labels.reverse();
    let question = Permutation { model: by_first_column(), columns: vec![0], repeats: 3, bits: 7 };
    let answer = |table: &Table| question.site(table, &IdleNetworks).unwrap();
    assert_eq!(answer(&table), answer(&reversed));
}

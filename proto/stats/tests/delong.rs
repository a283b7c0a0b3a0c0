//! The ROC curve by refinement and DeLong's standard error, against a computation that looks at every pair of
//! patients.
//!
//! Spec: docs/reference/methods.md; DeLong, DeLong and Clarke-Pearson, Biometrics 44 (1988) 837.

#![allow(missing_docs, reason = "a test")]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use consilium_stats::design::logistic;
use consilium_stats::{Area, Computation, Interval, Roc, Tally};
use proptest::prelude::*;
use support::{Table, ask, by_first_column, close};

/// Refines until every interval is pure or one value, as the analysis does; also how many questions it took.
fn refined(sites: &[Table]) -> (Vec<Tally>, usize) {
    let (mut settled, mut mixed, mut questions) = (Vec::new(), vec![Interval::whole()], 0);
    while !mixed.is_empty() {
        let roc = Roc { models: vec![by_first_column()], split: vec![mixed] };
        roc.check(1).unwrap();
        let tallies = roc.finish(&ask(&roc, sites)).unwrap().remove(0);
        let (still, done): (Vec<Tally>, Vec<Tally>) = tallies.into_iter().partition(Tally::is_mixed);
        mixed = still.iter().map(|tally| tally.interval).collect();
        settled.extend(done);
        questions += 1;
    }
    (settled, questions)
}

/// The integer a probability is ranked by: `p * 2^52`, rounded.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a probability")]
fn rank(eta: f64) -> u64 {
    let whole = 2f64.powi(52);
    ((logistic(eta) * whole).round_ties_even() as u64).min((1 << 52) - 1)
}

/// 1 when the case ranks above the control, one half for a tie.
fn kernel(case: u64, control: u64) -> f64 {
    match case.cmp(&control) {
        std::cmp::Ordering::Greater => 1.0,
        std::cmp::Ordering::Equal => 0.5,
        std::cmp::Ordering::Less => 0.0,
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Sample variance over the number of values; 0 for a single value.
fn variance_of_mean(values: &[f64]) -> f64 {
    if values.len() < 2 {
        return 0.0;
    }
    let centre = mean(values);
    let squares: f64 = values.iter().map(|v| (v - centre).powi(2)).sum();
    squares / (values.len() as f64 - 1.0) / values.len() as f64
}

/// AUC and DeLong's standard error from the structural components of every patient.
fn brute_force(scores: &[(f64, bool)]) -> (f64, f64) {
    let of = |wanted: bool| -> Vec<u64> {
        scores.iter().filter(|(_, case)| *case == wanted).map(|(eta, _)| rank(*eta)).collect()
    };
    let (cases, controls) = (of(true), of(false));
    let v10: Vec<f64> =
        cases.iter().map(|x| mean(&controls.iter().map(|y| kernel(*x, *y)).collect::<Vec<_>>())).collect();
    let v01: Vec<f64> =
        controls.iter().map(|y| mean(&cases.iter().map(|x| kernel(*x, *y)).collect::<Vec<_>>())).collect();
    (mean(&v10), (variance_of_mean(&v10) + variance_of_mean(&v01)).sqrt())
}

/// Trapezoids under a curve.
fn trapezoids(curve: &[[f64; 2]]) -> f64 {
    curve.windows(2).map(|pair| (pair[1][0] - pair[0][0]) * 0.5 * (pair[1][1] + pair[0][1])).sum()
}

fn table(scores: &[(f64, bool)]) -> Table {
    Table::new(scores.iter().map(|(eta, _)| vec![*eta]).collect(), scores.iter().map(|s| s.1).collect())
}

fn score() -> impl Strategy<Value = f64> {
    let halves = || (-8i32..8).prop_map(|i| f64::from(i) / 2.0);
    prop_oneof![
        4 => -4.0..4.0f64,
        3 => halves(),
        // told apart only by the last questions
        2 => (halves(), -3i32..4).prop_map(|(eta, i)| eta + 1e-14 * f64::from(i)),
        // so certain that probabilities are equal at 52 bits
        1 => prop_oneof![30.0..900.0f64, -900.0..-30.0f64],
    ]
}

/// At least one case and one control.
fn scores() -> impl Strategy<Value = Vec<(f64, bool)>> {
    let others = prop::collection::vec((score(), any::<bool>()), 0..60);
    (score(), score(), others)
        .prop_map(|(case, control, others)| [vec![(case, true), (control, false)], others].concat())
}

proptest! {
    #[test]
    fn refinement_and_all_pairs_give_one_area_and_one_error(scores in scores(), sites in 1usize..5) {
        let (tallies, questions) = refined(&table(&scores).split(sites));
        prop_assert!(questions <= 6, "12 bits, then five times 8: {questions}");
        let area = Area::of(&tallies).unwrap();
        let (auc, se) = brute_force(&scores);
        // counts are exact; what is left is the rounding of some hundred additions
        prop_assert!(close(area.auc, auc, 1e-13), "{} {auc}", area.auc);
        prop_assert!(close(area.se, se, 1e-13), "{} {se}", area.se);
        prop_assert!(close(trapezoids(&area.curve), auc, 1e-13), "the curve holds the same area");
        prop_assert_eq!((area.curve[0], area.curve[area.curve.len() - 1]), ([0.0, 0.0], [1.0, 1.0]));
        prop_assert!(area.curve.windows(2).all(|w| w[0][0] <= w[1][0] && w[0][1] <= w[1][1]));
    }

    #[test]
    fn tallies_are_pure_or_one_value_and_lose_nobody(scores in scores(), sites in 1usize..5) {
        let (tallies, _) = refined(&table(&scores).split(sites));
        for tally in &tallies {
            let inside = |eta: f64| rank(eta).checked_sub(tally.interval.low).is_some_and(|o| o >> tally.interval.bits == 0);
            let here = |wanted: bool| scores.iter().filter(|(eta, case)| *case == wanted && inside(*eta)).count() as u64;
            prop_assert_eq!((tally.controls, tally.cases), (here(false), here(true)));
            prop_assert!(!tally.is_mixed());
        }
        let patients: u64 = tallies.iter().map(|tally| tally.controls + tally.cases).sum();
        prop_assert_eq!(patients, scores.len() as u64);
    }

    #[test]
    fn the_order_of_tallies_and_the_split_over_sites_leave_no_trace(scores in scores(), sites in 2usize..6) {
        let pooled = refined(&[table(&scores)]).0;
        let mut dealt = refined(&table(&scores).split(sites)).0;
        prop_assert_eq!(&pooled, &dealt);
        dealt.reverse();
        prop_assert_eq!(Area::of(&pooled), Area::of(&dealt));
    }
}

#[test]
fn one_class_has_no_area() {
    let (tallies, questions) = refined(&[table(&[(0.1, true), (0.2, true)])]);
    assert_eq!((Area::of(&tallies), questions), (None, 1));
    assert_eq!(Area::of(&[]), None);
}

#[test]
fn a_hand_computed_example_with_a_tie() {
    // cases 1, 2; controls 0, 1: of four pairs three are won and one is a tie
    let scores = [(1.0, true), (2.0, true), (0.0, false), (1.0, false)];
    let area = Area::of(&refined(&[table(&scores)]).0).unwrap();
    assert!(close(area.auc, 0.875, 1e-15));
    // placements of cases 0.75 and 1, of controls 1 and 0.75: twice a variance of 1/32 over 2
    assert!(close(area.se, 0.176_776_695_296_636_9, 1e-15), "{}", area.se);
    assert_eq!(area.curve, [[0.0, 0.0], [0.0, 0.5], [0.5, 1.0], [1.0, 1.0]]);
}

//! Intraclass correlations against published values and another program's.

#![allow(clippy::unwrap_used, reason = "a test")]

use consilium_radiomics::perturb::{Icc, PerturbError, agreement};
use proptest::prelude::*;

const REFERENCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/perturb/icc.csv");
const TOLERANCE: f64 = 1e-9;

fn table(text: &str) -> Vec<Vec<f64>> {
    text.split(';').map(|row| row.split(' ').map(|value| value.parse().unwrap()).collect()).collect()
}

#[test]
fn coefficients_and_intervals_are_those_of_the_reference() {
    let mut reader = csv::Reader::from_path(REFERENCE).unwrap();
    let mut checked = 0;
    for row in reader.records().map(Result::unwrap) {
        let found = agreement(&table(&row[10]), 0.95).unwrap();
        for (i, icc) in [found.one_way, found.random_raters, found.fixed_raters].into_iter().enumerate() {
            for (j, value) in [icc.value, icc.lower, icc.upper].into_iter().enumerate() {
                let expected: f64 = row[1 + 3 * i + j].parse().unwrap();
                assert!(
                    (value - expected).abs() < TOLERANCE,
                    "{} form {i} {j}: {value}, {expected}",
                    &row[0]
                );
                checked += 1;
            }
        }
    }
    assert_eq!(checked, 45);
}

#[test]
fn shrout_and_fleiss_print_these_values() {
    let table = table("9 2 5 8;6 1 3 2;8 4 6 8;7 1 2 6;10 5 6 9;6 2 4 7");
    let found = agreement(&table, 0.95).unwrap();
    let printed = |icc: Icc| format!("{:.2}", icc.value);
    assert_eq!(
        [found.one_way, found.random_raters, found.fixed_raters].map(printed),
        ["0.17", "0.29", "0.71"]
    );
}

#[test]
fn raters_who_agree_agree_without_doubt() {
    let same = agreement(&table("1 1;2 2;5 5"), 0.95).unwrap();
    let sure = Icc { value: 1.0, lower: 1.0, upper: 1.0 };
    assert_eq!([same.one_way, same.random_raters, same.fixed_raters], [sure; 3]);
    let shifted = agreement(&table("1 2;2 3;5 6"), 0.95).unwrap();
    assert_eq!(shifted.fixed_raters, sure, "a constant shift is consistent");
    assert!(shifted.random_raters.value < 0.95 && shifted.random_raters.lower < shifted.random_raters.value);
    assert!(agreement(&table("3 3;3 3"), 0.95).unwrap().one_way.value.is_nan(), "nothing varies");
}

#[test]
fn tables_that_tell_nothing_are_refused() {
    let refused = |table: &[Vec<f64>]| agreement(table, 0.95).unwrap_err().to_string();
    assert!(refused(&[]).contains("0 subjects and 0 raters"));
    assert!(refused(&table("1 2")).contains("1 subjects and 2 raters; at least 2 of each"));
    assert!(refused(&[vec![1.0, 2.0], vec![1.0]]).contains("row 2 has 1 values, the first 2"));
    assert!(
        refused(&[vec![1.0, 2.0], vec![1.0, f64::NAN]]).contains("row 2 holds a number that is not finite")
    );
    assert!(matches!(agreement(&table("1 2;2 3"), 1.0), Err(PerturbError::Table(_))));
}

proptest! {
    #[test]
    fn an_interval_holds_its_estimate_and_widens_with_confidence(
        rows in prop::collection::vec(prop::collection::vec(-9.0..9.0_f64, 3), 3..12),
    ) {
        let [narrow, wide] = [0.8, 0.99].map(|confidence| agreement(&rows, confidence).unwrap());
        for (narrow, wide) in [(narrow.one_way, wide.one_way), (narrow.fixed_raters, wide.fixed_raters)] {
            prop_assert!(wide.lower <= narrow.lower && narrow.lower <= narrow.value);
            prop_assert!(narrow.value <= narrow.upper && narrow.upper <= wide.upper && wide.upper <= 1.0);
        }
    }

    #[test]
    fn units_do_not_matter(
        rows in prop::collection::vec(prop::collection::vec(-9.0..9.0_f64, 4), 2..9),
        scale in 0.1..50.0_f64,
    ) {
        let scaled: Vec<Vec<f64>> =
            rows.iter().map(|row| row.iter().map(|value| 7.0 + scale * value).collect()).collect();
        let [a, b] = [rows, scaled].map(|rows| agreement(&rows, 0.95).unwrap());
        prop_assert!((a.random_raters.value - b.random_raters.value).abs() < 1e-9);
        prop_assert!((a.random_raters.upper - b.random_raters.upper).abs() < 1e-6);
    }
}

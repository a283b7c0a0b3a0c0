//! A secure sum is the clear sum, bit for bit, whoever drops out at whichever step, as long as a threshold is left.

use crate::support::{context, hospitals, opened, step};
use consilium_crypto::{Aggregator, CryptoFault, Phase, Width, Word};
use proptest::prelude::*;

/// Sites and, for each, the step at which it falls silent, if it does.
fn consortium() -> impl Strategy<Value = Vec<Option<usize>>> {
    let size = prop_oneof![8 => 3usize..12, 1 => 12usize..41];
    size.prop_flat_map(|size| {
        let lost = size - (2 * size / 3 + 1);
        let silent = prop::collection::vec((0..size, 0usize..5), 0..=lost);
        silent.prop_map(move |silent| {
            let mut steps = vec![None; size];
            silent.into_iter().for_each(|(site, step)| steps[site] = Some(step));
            steps
        })
    })
}

fn silent_in(phase: Phase) -> usize {
    [Phase::Keys, Phase::Shares, Phase::Input, Phase::Confirm, Phase::Unmask]
        .iter()
        .position(|p| *p == phase)
        .expect("a step")
}

/// Runs all steps and compares with the wrapping sum of those that sent their vector.
fn check<W: Word>(silent: &[Option<usize>], words: usize, value: impl Fn(usize, usize) -> W) {
    let mut hospitals = hospitals(silent.len());
    let clear: Vec<Vec<W>> = (0..silent.len()).map(|i| (0..words).map(|j| value(i, j)).collect()).collect();
    let mut vectors = clear.clone();
    let mut aggregator = Aggregator::new(context(&hospitals, W::WIDTH, words as u64));
    while aggregator.phase() != Phase::Open {
        let now = silent_in(aggregator.phase());
        step(&mut aggregator, &mut hospitals, &mut vectors, |i| silent[i].is_none_or(|from| now < from));
        aggregator.close().expect("a threshold is left");
    }
    let sum = opened(&aggregator, &hospitals, &vectors);
    let summed = |i: &usize| silent[*i].is_none_or(|from| from > 2);
    for (j, word) in sum.iter().enumerate() {
        let expected = (0..silent.len()).filter(summed).fold(W::ZERO, |sum, i| sum.plus(clear[i][j]));
        assert_eq!(*word, expected, "word {j}");
    }
}

/// A value that fills its word, different for every site and place.
fn mixed(i: usize, j: usize) -> i128 {
    let factor = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835_u128;
    factor.wrapping_mul((i as u128 + 1) * 1_000_003 + j as u128).cast_signed()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn statistics_are_summed_exactly(silent in consortium(), words in 1usize..70) {
        check(&silent, words, mixed);
    }

    #[test]
    #[expect(clippy::cast_possible_truncation, reason = "the low half is as good")]
    fn updates_are_summed_exactly(silent in consortium(), words in 1usize..70) {
        check(&silent, words, |i, j| mixed(i, j) as i64);
    }
}

#[test]
fn a_vector_of_many_chunks_is_summed_exactly() {
    check(&[None, Some(2), None, Some(4), None, None, None, None], 70_001, mixed);
}

/// As many as may be lost of forty, some at every step.
#[test]
fn forty_sites_lose_thirteen() {
    let silent: Vec<Option<usize>> = (0..40).map(|i| (i % 3 == 1).then_some(i / 3 % 5)).collect();
    assert_eq!(silent.iter().flatten().count(), 13);
    check(&silent, 20, mixed);
}

#[test]
fn below_the_threshold_no_step_closes() {
    for phase in [Phase::Keys, Phase::Shares, Phase::Input, Phase::Confirm, Phase::Unmask] {
        let mut hospitals = hospitals(7);
        let mut vectors = vec![vec![1i64; 3]; 7];
        let mut aggregator = Aggregator::new(context(&hospitals, Width::Updates, 3));
        while aggregator.phase() != phase {
            step(&mut aggregator, &mut hospitals, &mut vectors, |_| true);
            aggregator.close().expect("all are there");
        }
        step(&mut aggregator, &mut hospitals, &mut vectors, |i| i < 4);
        let below = CryptoFault::BelowThreshold { step: phase.as_str(), count: 4, threshold: 5 };
        assert_eq!(aggregator.close(), Err(below));
        assert_eq!(aggregator.awaited().len(), 3);
        assert!(aggregator.opening().is_none());
        step(&mut aggregator, &mut hospitals, &mut vectors, |i| i == 4);
        assert!(aggregator.close().is_ok(), "the fifth may still come");
    }
}

//! The sampler against its own definition, and the bound on sums of noise against divergences computed from it.

use chacha20::ChaCha20Rng;
use consilium_privacy::discrete::{MOST_SCALE, NoisySum, gaussian};
use proptest::prelude::*;
use rand_core::SeedableRng as _;

/// Probabilities of -`reach` to `reach`, from the definition.
fn probabilities(scale: f64, reach: i32) -> Vec<f64> {
    let weight = |x: i32| (-f64::from(x).powi(2) / (2.0 * scale * scale)).exp();
    let total: f64 = (-20 * reach..=20 * reach).map(weight).sum();
    (-reach..=reach).map(|x| weight(x) / total).collect()
}

fn draws(scale: u64, n: usize, seed: u8) -> Vec<i64> {
    let mut rng = ChaCha20Rng::from_seed([seed; 32]);
    (0..n).map(|_| gaussian(scale, &mut rng)).collect()
}

#[test]
fn draws_have_the_probabilities_of_the_definition() {
    // 99.9 % points of chi-square with 2 reach + 1 degrees: one bin for the tails, the total given
    for (scale, reach, critical) in [(1, 3, 24.32), (2, 5, 31.26), (5, 12, 52.62), (20, 45, 137.21)] {
        let n = 100_000;
        let drawn = draws(scale, n, 7);
        let inside = probabilities(scale as f64, reach);
        let tails = 1.0 - inside.iter().sum::<f64>();
        let count = |x: i32| drawn.iter().filter(|d| **d == i64::from(x)).count() as f64;
        let far = drawn.iter().filter(|d| d.unsigned_abs() > u64::from(reach.unsigned_abs())).count() as f64;
        let counts: Vec<f64> = (-reach..=reach).map(count).chain([far]).collect();
        let expected = inside.into_iter().chain([tails]).map(|p| p * n as f64);
        let chi: f64 = counts.iter().zip(expected).map(|(seen, e)| (seen - e).powi(2) / e).sum();
        assert!(chi < critical, "scale {scale}: chi-square {chi} above {critical}");
    }
}

#[test]
fn large_scales_have_the_moments_of_a_normal_variable() {
    for scale in [1 << 20, 1 << 40, MOST_SCALE] {
        let n = 40_000;
        let z: Vec<f64> = draws(scale, n, 3).into_iter().map(|x| x as f64 / scale as f64).collect();
        let moment = |power: i32| z.iter().map(|z| z.powi(power)).sum::<f64>() / n as f64;
        // standard errors of the moments at n = 40,000: 0.005, 0.007, 0.019, 0.049; four of them allowed
        for (power, expected, allowed) in [(1, 0.0, 0.02), (2, 1.0, 0.03), (3, 0.0, 0.08), (4, 3.0, 0.2)] {
            assert!(
                (moment(power) - expected).abs() < allowed,
                "{scale}: moment {power} is {}",
                moment(power)
            );
        }
        let within = z.iter().filter(|z| z.abs() < 1.0).count() as f64 / n as f64;
        assert!((within - 0.682_69).abs() < 0.01, "{within}");
    }
}

#[test]
fn a_generator_gives_the_same_integers_again() {
    assert_eq!(draws(1 << 30, 20, 1), draws(1 << 30, 20, 1));
    assert_ne!(draws(1 << 30, 20, 1), draws(1 << 30, 20, 2));
    assert_eq!(draws(0, 20, 1), draws(1, 20, 1), "a scale below 1 is 1");
}

/// The distribution of a sum of `n` draws, by convolution.
fn sum_of(n: u32, reach: i32) -> Vec<f64> {
    let one = probabilities(f64::from(reach), 30 * reach);
    (1..n).fold(one.clone(), |sum, _| {
        let mut next = vec![0.0; sum.len() + one.len() - 1];
        for (i, p) in sum.iter().enumerate() {
            one.iter().enumerate().for_each(|(j, q)| next[i + j] += p * q);
        }
        next
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// In one dimension, shifted by the sensitivity: the divergence that is promised is not exceeded.
    #[test]
    fn a_sum_of_noise_keeps_its_promise(n in 1u32..6, scale in 1i32..4, shift in 1usize..4, order in 1.5f64..6.0) {
        let sum = sum_of(n, scale);
        let pairs = sum[shift..].iter().zip(&sum);
        let held = pairs.filter(|(p, q)| p.min(**q) > 1e-280);
        let mean: f64 = held.map(|(p, q)| (order * p.ln() + (1.0 - order) * q.ln()).exp()).sum();
        let divergence = mean.ln() / (order - 1.0);
        let promised = NoisySum { honest: n, scale: u64::from(scale.unsigned_abs()), words: 1, sensitivity: shift as f64 };
        let bound = order / (2.0 * promised.noise().powi(2));
        prop_assert!(divergence <= bound * (1.0 + 1e-9), "{divergence} above {bound}");
        prop_assert!(divergence > 0.5 * bound || n > 1, "{divergence} far below {bound}");
    }
}

#[test]
fn noise_of_many_hospitals_is_that_of_a_gaussian_once_it_is_not_tiny() {
    let fine = NoisySum { honest: 10, scale: 1 << 20, words: 10_000, sensitivity: f64::from(1 << 20) };
    assert!((fine.noise() - 10f64.sqrt()).abs() < 1e-12);
    let fewer = NoisySum { honest: 5, ..fine };
    assert!(fewer.epsilon(1, 1e-5).unwrap() > fine.epsilon(1, 1e-5).unwrap());
    let coarse = NoisySum { scale: 1, sensitivity: 1.0, ..fine };
    assert!(coarse.noise() < 10f64.sqrt(), "long vectors of coarse noise: {}", coarse.noise());
    assert!(NoisySum { sensitivity: f64::NAN, ..fine }.event(1).is_err());
}

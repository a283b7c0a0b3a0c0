//! Training with noise: what is clipped, what noise does, and what an attack still finds.

use consilium_privacy::discrete::NoisySum;
use consilium_stats::{Networks as _, TrainingJob};
use consilium_types::Manifest;
use consilium_types::plan::{Dp, DpRelease};
use proptest::prelude::*;

use crate::gradient::{Net, add_clipped};
use crate::noise::{scale, sensitivity};
use crate::tests::{Patients, random_start};
use crate::{Perceptrons, PrivatePerceptrons};

const DP: Dp = Dp {
    clip: 1.0,
    noise: 1.0,
    sampling: 1.0,
    delta: 1e-5,
    epsilon: 8.0,
    release: DpRelease::Model,
    honest: 1,
};

const SECRET: [u8; 32] = [7; 32];

fn private() -> PrivatePerceptrons {
    PrivatePerceptrons::new(SECRET)
}

fn wide(values: &[f32]) -> Vec<f64> {
    values.iter().map(|value| f64::from(*value)).collect()
}

fn norm(values: &[f64]) -> f64 {
    values.iter().map(|value| value * value).sum::<f64>().sqrt()
}

fn clipped(patients: &Patients, hidden: &[usize], parameters: &[f64], clip: f64) -> Vec<f64> {
    let mut sum = vec![0.0; parameters.len()];
    for (row, label) in patients.inputs.iter().zip(&patients.labels) {
        add_clipped(Net { inputs: row.len(), hidden, parameters }, row, *label, clip, &mut sum);
    }
    sum
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_patient_weighs_more_than_the_clip(
        width in 1_usize..6, hidden in prop::collection::vec(1_usize..6, 0..3), seed: u8, clip in 0.001_f64..3.0,
        stretch in 0.1_f32..1e6,
    ) {
        let mut one = Patients::random(1, width, seed);
        one.inputs[0].iter_mut().for_each(|value| *value *= stretch);
        let start = wide(&random_start(width, &hidden, seed));
        prop_assert!(norm(&clipped(&one, &hidden, &start, clip)) <= clip);
    }

    #[test]
    fn neighbours_differ_by_at_most_the_clip(n in 1_usize..12, hidden in prop::collection::vec(1_usize..5, 0..3), seed: u8) {
        let all = Patients::random(n, 3, seed);
        let start = random_start(3, &hidden, seed);
        let fewer = Patients { inputs: all.inputs[1..].to_vec(), labels: all.labels[1..].to_vec() };
        let sums = [&all, &fewer].map(|patients| clipped(patients, &hidden, &wide(&start), 0.3));
        let apart: Vec<f64> = sums[0].iter().zip(&sums[1]).map(|(a, b)| a - b).collect();
        prop_assert!(norm(&apart) <= 0.3 + 1e-12);
        // and as integers, rounding included
        let quanta = |value: &f64| (value * 2f64.powi(32)).round_ties_even();
        let apart: Vec<f64> = sums[0].iter().zip(&sums[1]).map(|(a, b)| quanta(a) - quanta(b)).collect();
        let most = sensitivity(&Dp { clip: 0.3, ..DP }, apart.len());
        prop_assert!(norm(&apart) <= most);
    }

    #[test]
    fn without_noise_and_clip_it_is_gradient_descent(
        n in 1_usize..12, hidden in prop::collection::vec(1_usize..5, 0..3), seed: u8,
    ) {
        let patients = Patients::random(n, 3, seed);
        let start = random_start(3, &hidden, seed);
        let plain = TrainingJob { epochs: 4, batch: u32::try_from(n).unwrap(), decay: 0.05, ..patients.job(&hidden, &start) };
        let silent = TrainingJob { dp: Some(Dp { noise: 0.0, clip: 1e9, ..DP }), ..plain };
        let expected = Perceptrons.train(&plain).unwrap().parameters;
        let found = private().train(&silent).unwrap();
        for (a, b) in found.parameters.iter().zip(&expected) {
            prop_assert!((a - b).abs() < 1e-5, "{a} {b}");
        }
        prop_assert!(found.loss.abs() <= 0.0, "a loss leaves without noise");
    }

    #[test]
    fn the_noise_of_a_sum_is_at_least_what_the_plan_says(
        clip in 0.001_f64..100.0, noise in 0.1_f64..1_000.0, honest in 1_u32..100, words in 1_usize..100_000,
    ) {
        let dp = Dp { clip, noise, honest, ..DP };
        let sum = NoisySum { honest, scale: scale(&dp, words), words, sensitivity: sensitivity(&dp, words) };
        prop_assert!(sum.noise() >= noise * (1.0 - 1e-12), "{} {noise}", sum.noise());
        prop_assert!(scale(&dp, words) < consilium_privacy::discrete::MOST_SCALE);
    }
}

#[test]
fn the_same_job_gives_the_same_bits_and_any_other_unrelated_ones() {
    let patients = Patients::random(20, 3, 1);
    let start = random_start(3, &[4], 2);
    for release in [DpRelease::Model, DpRelease::Gradient] {
        let dp = Some(Dp { sampling: 0.5, release, ..DP });
        let job = TrainingJob { dp, ..patients.job(&[4], &start) };
        let told = |networks: &PrivatePerceptrons, job: &TrainingJob<'_>| match release {
            DpRelease::Model => {
                networks.train(job).unwrap().parameters.iter().map(|p| i64::from(p.to_bits())).collect()
            }
            DpRelease::Gradient => networks.noisy_gradient(job).unwrap(),
        };
        let first: Vec<i64> = told(&private(), &job);
        assert_eq!(told(&private(), &job), first);
        assert_ne!(told(&PrivatePerceptrons::new([8; 32]), &job), first, "another site's secret");
        assert_ne!(told(&private(), &TrainingJob { seed: 2, ..job }), first);
        let mut other = Patients::random(20, 3, 1);
        other.inputs[19][2] += 1e-3;
        let other = told(&private(), &TrainingJob { dp, ..other.job(&[4], &start) });
        let same = other.iter().zip(&first).filter(|(a, b)| a == b).count();
        assert!(same < 3, "{release:?}: {same} words without noise of their own");
    }
}

#[test]
fn a_sum_of_gradients_is_the_sum_and_noise_of_the_right_size() {
    let patients = Patients::random(30, 40, 3);
    let start = random_start(40, &[24], 4);
    let dp = Dp { noise: 2.0, clip: 0.5, release: DpRelease::Gradient, ..DP };
    let told =
        private().noisy_gradient(&TrainingJob { dp: Some(dp), ..patients.job(&[24], &start) }).unwrap();
    let sum = clipped(&patients, &[24], &wide(&start), 0.5);
    let noise: Vec<f64> =
        told.iter().zip(&sum).map(|(word, sum)| *word as f64 / 2f64.powi(32) - sum).collect();
    // 1,009 draws of standard deviation 1: that of their root mean square is 0.022
    let size = norm(&noise) / (noise.len() as f64).sqrt();
    assert!((size - 1.0).abs() < 0.1, "{size} of {}", noise.len());
}

#[test]
fn nobody_without_a_secret_trains_what_asks_for_noise() {
    let patients = Patients::random(4, 2, 5);
    let start = random_start(2, &[], 6);
    let job = TrainingJob { dp: Some(DP), ..patients.job(&[], &start) };
    assert!(Perceptrons.train(&job).unwrap_err().0.contains("no secret"));
    assert!(Perceptrons.noisy_gradient(&job).unwrap_err().0.contains("no secret"));
    assert!(private().noisy_gradient(&patients.job(&[], &start)).is_err());
    for dp in [Dp { clip: f64::NAN, ..DP }, Dp { sampling: 2.0, ..DP }, Dp { noise: f64::INFINITY, ..DP }] {
        assert!(private().train(&TrainingJob { dp: Some(dp), ..job }).is_err());
    }
}

#[test]
fn a_site_without_patients_tells_noise_too() {
    let nobody = Patients { inputs: vec![], labels: vec![] };
    let start = vec![0.5; Manifest::perceptron(3, &[2]).len()];
    let job = TrainingJob { dp: Some(DP), decay: 0.1, ..nobody.job(&[2], &start) };
    let trained = private().train(&job).unwrap().parameters;
    assert!(trained.iter().zip(&start).all(|(a, b)| a.to_bits() != b.to_bits()), "{trained:?}");
    assert!(private().train(&TrainingJob { start: &start[1..], ..job }).is_err());
}

/// Share of pairs of a member and a stranger in which the member has the lower loss: 0.5 is chance.
fn attack(networks: &PrivatePerceptrons, dp: Option<Dp>) -> f64 {
    let mut won = 0.0;
    let mut pairs = 0.0;
    for seed in 0..24 {
        // labels that follow from nothing: whoever predicts them has seen them
        let mut everyone = Patients::random(40, 20, seed);
        (0..40).for_each(|i| everyone.labels[i] = f32::from(u8::from((i * 7 + usize::from(seed)) % 3 == 0)));
        let members =
            Patients { inputs: everyone.inputs[..20].to_vec(), labels: everyone.labels[..20].to_vec() };
        let start = random_start(20, &[8], seed);
        let job = TrainingJob { epochs: 200, batch: 20, rate: 0.5, dp, ..members.job(&[8], &start) };
        let model = networks.train(&job).unwrap().parameters;
        let risks = networks.predict(&[8], &model, &everyone.inputs).unwrap();
        let right = |i: usize| if everyone.labels[i] > 0.5 { risks[i] } else { 1.0 - risks[i] };
        for (member, stranger) in (0..20).flat_map(|member| (20..40).map(move |stranger| (member, stranger)))
        {
            // noise drives many risks to 0 or 1: a draw is half a win
            let order = right(member).total_cmp(&right(stranger));
            won += [0.0, 0.5, 1.0][usize::from(order.is_ge()) + usize::from(order.is_gt())];
            pairs += 1.0;
        }
    }
    won / pairs
}

#[test]
fn an_attack_on_membership_works_without_noise_and_fails_with_it() {
    let clear = attack(&private(), None);
    assert!(clear > 0.75, "the attack is not real: {clear}");
    // 200 steps over everyone with this noise: epsilon 0.99 at delta 1e-5, so no attack is far above chance
    let dp = Dp { noise: 60.0, ..DP };
    assert!(dp.spent(200) < 1.1, "{}", dp.spent(200));
    let noisy = attack(&private(), Some(dp));
    // 24 models, each 0.5 with a standard deviation of about 0.1
    assert!((noisy - 0.5).abs() < 0.06, "{noisy}");
}

//! Rules that a few hospitals with wrong numbers cannot break, on their own and in the place of a sum.
//!
//! Reference values: tests/data/robust (numpy, scipy). Spec: docs/reference/methods/robust.md.

#![allow(missing_docs, reason = "a test")]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use consilium_stats::robust::{CombineFault, apply};
use consilium_stats::{
    Ballot, Computation, Derived, Design, Harmonise, Motion, NetworkPoint, Query, Repeat, Stack, Summary,
    Target, Training, Votes,
};
use consilium_types::plan::{Robust, RobustRule};
use proptest::collection::vec;
use proptest::prelude::*;

const RULES: [RobustRule; 5] = [
    RobustRule::Median,
    RobustRule::TrimmedMean,
    RobustRule::Krum,
    RobustRule::MultiKrum,
    RobustRule::NormBound,
];
const ONE: i64 = 1 << 32;

#[derive(serde::Deserialize)]
struct Reference {
    cases: Vec<serde_json::Map<String, serde_json::Value>>,
}

#[test]
fn every_rule_gives_the_values_of_numpy_and_scipy() {
    let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/robust/reference.json"));
    let reference: Reference = serde_json::from_str(text).unwrap();
    assert_eq!(reference.cases.len(), 21);
    for case in &reference.cases {
        let read = |key: &str| serde_json::from_value::<Vec<i64>>(case[key].clone()).unwrap();
        let vectors: Vec<Vec<i64>> = serde_json::from_value(case["vectors"].clone()).unwrap();
        let liars: u32 = serde_json::from_value(case["liars"].clone()).unwrap();
        for rule in RULES {
            assert_eq!(apply(rule, liars, &vectors).unwrap(), read(rule.word()), "{}", rule.word());
        }
    }
}

#[test]
fn too_few_hospitals_are_refused_by_code() {
    let vectors = |n: usize| vec![vec![1, 2]; n];
    for (rule, fewest) in RULES.into_iter().zip([3, 3, 5, 5, 1]) {
        let fault = apply(rule, 1, &vectors(fewest - 1)).unwrap_err();
        assert_eq!((fault.code(), fault.fewest), ("CNS-S-0310", fewest), "{}", rule.word());
        assert_eq!(apply(rule, 1, &vectors(fewest)), Ok(vec![1, 2]));
    }
}

/// Hospitals' vectors, and how many of them may lie.
fn vectors() -> impl Strategy<Value = (Vec<Vec<i64>>, u32)> {
    (0u32..4, 3usize..12, 1usize..6).prop_flat_map(|(liars, more, places)| {
        let word = prop_oneof![4 => -9i64..9, 2 => -(1i64 << 40)..(1i64 << 40), 1 => any::<i64>()];
        (vec(vec(word, places), 2 * liars as usize + more), Just(liars))
    })
}

proptest! {
    #[test]
    fn the_order_of_hospitals_leaves_no_trace((vectors, liars) in vectors(), seed in any::<u64>()) {
        let mut other = vectors.clone();
        let n = other.len();
        (0..n).for_each(|i| other.swap(i, usize::try_from((seed >> (i % 60)) % n as u64).unwrap()));
        for rule in RULES {
            prop_assert_eq!(apply(rule, liars, &vectors), apply(rule, liars, &other));
        }
    }

    #[test]
    fn a_rule_stays_within_what_hospitals_say((vectors, liars) in vectors()) {
        for rule in RULES {
            let result = apply(rule, liars, &vectors).unwrap();
            for (i, value) in result.iter().enumerate() {
                let column = vectors.iter().map(|vector| vector[i]);
                prop_assert!(column.clone().min().unwrap() <= *value && *value <= column.max().unwrap());
            }
        }
        prop_assert!(vectors.contains(&apply(RobustRule::Krum, liars, &vectors).unwrap()));
    }

    #[test]
    fn liars_cannot_lead_a_coordinate_away_from_the_others((mut vectors, liars) in vectors(), lie in any::<i64>()) {
        let honest = vectors.split_off(liars as usize);
        let lies = vec![vec![lie; honest[0].len()]; liars as usize];
        let all = [lies, honest.clone()].concat();
        for rule in [RobustRule::Median, RobustRule::TrimmedMean] {
            for (i, value) in apply(rule, liars, &all).unwrap().iter().enumerate() {
                let column = honest.iter().map(|vector| vector[i]);
                prop_assert!(column.clone().min().unwrap() <= *value && *value <= column.max().unwrap());
            }
        }
    }

    #[test]
    fn krum_never_takes_a_lonely_liar(
        honest in vec(vec(-1_000i64..1_000, 4), 4..10),
        lie in prop_oneof![1_000_000i64..i64::MAX, i64::MIN..-1_000_000],
    ) {
        let all = [honest, vec![vec![lie; 4]]].concat();
        for rule in [RobustRule::Krum, RobustRule::MultiKrum] {
            prop_assert!(apply(rule, 1, &all).unwrap().iter().all(|value| value.abs() <= 1_000));
        }
    }
}

fn design() -> Design {
    Design {
        columns: vec![0],
        mean: vec![0.0],
        sd: vec![1.0],
        held_out: vec![0],
        harmonise: Harmonise::None,
        derived: Derived::default(),
    }
}

fn training(robust: Robust) -> Training {
    Training {
        target: Target::case(0),
        networks: vec![NetworkPoint { design: design(), parameters: vec![0.5, -0.5] }],
        hidden: Vec::new(),
        epochs: 1,
        batch: 1,
        rate: 0.1,
        decay: 0.0,
        seed: 1,
        dp: None,
        robust: Some(robust),
    }
}

fn ballot() -> Ballot {
    let motion = Motion { design: design(), before: vec![0.0; 2], after: vec![1.0; 2] };
    Ballot { target: Target::case(0), hidden: Vec::new(), motions: vec![motion], tolerance: 0.1, least: 5 }
}

fn rule(rule: RobustRule) -> Robust {
    Robust { rule: Some(rule), liars: rule.counts_liars().then_some(1), ..Robust::default() }
}

/// What an honest hospital with ten patients says.
fn said(parameters: [i64; 2]) -> Vec<i64> {
    [&parameters[..], &[10 * ONE, ONE / 2, 0]].concat()
}

#[test]
fn a_rule_stands_in_the_place_of_the_sum() {
    let question = training(rule(RobustRule::Median));
    let query = Query::from(question.clone());
    let answers = [said([ONE, 0]), said([3 * ONE, 0]), said([2 * ONE, ONE]), vec![i64::MAX; 5], vec![0; 5]];
    let answers: Vec<Summary> = answers.into_iter().map(Summary::Updates).collect();
    let sum = query.combine(&answers.iter().collect::<Vec<_>>()).unwrap();
    query.accept(&sum).unwrap();
    let averaged = question.finish(&sum).unwrap();
    // of 1, 3, 2 and the liar's 16, the last hospital having no patient
    assert_eq!(averaged[0].parameters, [2.5, 0.5]);
    assert_eq!((averaged[0].patients, averaged[0].loss), (30.0 + 32_768.0, 0.5));
    assert!((averaged[0].moved - 5f64.sqrt()).abs() < 1e-12);
    let two: Vec<&Summary> = answers[3..].iter().collect();
    assert!(matches!(query.combine(&two), Err(CombineFault::TooFew(_))), "one hospital trained");
}

#[test]
fn a_bound_holds_for_whoever_ignores_it() {
    let question = training(Robust { clip: Some(0.5), ..rule(RobustRule::NormBound) });
    let query = Query::from(question.clone());
    let start = [ONE / 2, -ONE / 2];
    let liar = vec![i64::MAX, i64::MIN, i64::MAX, i64::MAX, i64::MAX];
    let answers: Vec<Summary> = [said(start), liar].into_iter().map(Summary::Updates).collect();
    let averaged = question.finish(&query.combine(&answers.iter().collect::<Vec<_>>()).unwrap()).unwrap();
    assert!((averaged[0].moved - 0.25).abs() < 1e-9, "half of the bound: {}", averaged[0].moved);
}

#[test]
fn votes_that_are_seen_count_once() {
    let query = Query::from(ballot());
    let one = 1i128 << 60;
    let answers =
        [[one, one], [0, one], [100 * one, -one], [i128::MAX, one]].map(|v| Summary::Statistics(v.to_vec()));
    let sum = query.combine(&answers.iter().collect::<Vec<_>>()).unwrap();
    assert_eq!(ballot().finish(&sum).unwrap(), [Votes { worse: 1.0, cast: 3.0 }]);
}

#[test]
fn votes_decide_by_majority_and_impossible_ones_against() {
    let votes = |worse, cast| Votes { worse, cast };
    for (vote, rejected) in [
        (votes(0.0, 0.0), false),
        (votes(2.0, 4.0), false),
        (votes(3.0, 5.0), true),
        (votes(-1.0, 5.0), true),
        (votes(6.0, 5.0), true),
        (votes(0.0, 6.0), true),
        (votes(0.5, 5.0), true),
    ] {
        assert_eq!(vote.reject(5), rejected, "{vote:?}");
    }
}

#[test]
fn questions_within_questions_are_combined_each_in_its_own_way() {
    let inner = Query::from(training(rule(RobustRule::Median)));
    let repeat = Query::from(Repeat { repeat: 1, question: Box::new(inner.clone()) });
    let plain = Query::from(Training { robust: None, ..training(Robust::default()) });
    let stack = Query::from(Stack { questions: vec![plain, repeat, Query::from(ballot())] });
    let one = 1i128 << 60;
    let answer = |parameter: i64| {
        let words = said([parameter, 0]).into_iter().map(i128::from);
        let twice: Vec<i128> = words.clone().chain(words).chain([0, one]).collect();
        Summary::Statistics(twice)
    };
    let answers = [answer(ONE), answer(2 * ONE), answer(6 * ONE)];
    let sum = stack.combine(&answers.iter().collect::<Vec<_>>()).unwrap();
    stack.accept(&sum).unwrap();
    let Summary::Statistics(words) = sum else { panic!("a stack") };
    assert_eq!((words[0], words[5], words[11]), (i128::from(9 * ONE), i128::from(2 * ONE), 3 * one));
    assert!(!stack.guards(None, 0) && inner.guards(Some(rule(RobustRule::Median)), 0));
    let vote = |vote: f64| Some(Robust { vote: Some(vote), ..Robust::default() });
    let asked = Query::from(ballot());
    let least = ballot().least;
    assert!(asked.guards(vote(0.1), least));
    assert!(!asked.guards(vote(0.1), least + 1), "fewer patients would decide than the plan's cell");
    assert!(!asked.guards(vote(0.2), least) && !asked.guards(None, least));
}

proptest! {
    #[test]
    fn no_words_make_a_rule_panic_or_overflow(
        words in vec(vec(prop_oneof![any::<i128>(), any::<i64>().prop_map(i128::from)], 7), 5..9),
        which in 0..5usize,
        clip in prop::option::of(0.001..100.0f64),
    ) {
        let question = training(Robust { clip, ..rule(RULES[which]) });
        let stack = Query::from(Stack { questions: vec![question.into(), Query::from(ballot())] });
        let answers: Vec<Summary> = words.into_iter().map(Summary::Statistics).collect();
        match stack.combine(&answers.iter().collect::<Vec<_>>()) {
            Ok(sum) => {
                prop_assert!(stack.accept(&sum).is_ok());
                let Query::Stack(stack) = &stack else { unreachable!() };
                prop_assert!(stack.finish(&sum).is_ok(), "what stands for a sum is read like one");
            }
            Err(fault) => prop_assert!(matches!(fault, CombineFault::TooFew(_)), "{}", fault),
        }
    }
}

//! A rule in the life of a study: what stands in the place of a sum is journalled as one, whoever answers first and whoever lies.
//!
//! Spec: docs/reference/methods/robust.md; ADR-0013 (an analysis is its history of sums).

#![allow(missing_docs, reason = "a test")]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use consilium_rounds::StudyResult;
use consilium_rounds::life::Event;
use consilium_rounds::result::WhyTakenBack;
use consilium_stats::{Query, Summary, Training};
use consilium_types::StudyPlan;
use support::world::{World, columns, hospitals};
use support::{run, without_quality};

const SITES: usize = 5;

fn plan(robust: &str) -> StudyPlan {
    let text = format!(
        "[study]\nid = \"life\"\ntitle = \"A rule\"\nseed = 3\nsites = {{ min = {SITES}, wait = \"10s\" }}\n\
         [inputs.clinical]\nnumeric = [\"c0\", \"c1\"]\n[outcome]\nlabel = \"y\"\npositive = \"1\"\n\
         [model]\nlearner = \"mlp\"\nnetwork = {{ hidden = [1], rounds = 4, epochs = 1, rate = 0.1 }}\n\
         [privacy]\naggregate = \"clear\"\n[evaluate]\nfolds = 2\n{robust}"
    );
    StudyPlan::from_toml(&text, "plan.toml").unwrap()
}

/// The first hospital's networks with a lie in them; all else it says is true.
fn lied(query: &Query, honest: Summary, lie: i64) -> Summary {
    match (query, honest) {
        (Query::Training(training), Summary::Updates(mut words)) => {
            tell(training, &mut words, lie);
            Summary::Updates(words)
        }
        (Query::Stack(stack), Summary::Statistics(mut words)) => {
            let mut at = 0;
            for question in &stack.questions {
                if let Query::Training(training) = question {
                    tell(training, &mut words[at..at + question.length()], i128::from(lie));
                }
                at += question.length();
            }
            Summary::Statistics(words)
        }
        (_, honest) => honest,
    }
}

/// Every parameter is the lie; a lie of zero is that nobody was there to train on.
fn tell<T: Copy + Default + PartialEq>(training: &Training, mut words: &mut [T], lie: T) {
    for point in &training.networks {
        let (mine, others) = words.split_at_mut(point.parameters.len() + 3);
        let lies = if lie == T::default() { mine.len() } else { point.parameters.len() };
        mine[..lies].fill(lie);
        words = others;
    }
}

/// A study to its end, in which each exchange begins with another hospital.
fn lived(plan: &StudyPlan, lie: Option<i64>) -> World {
    let mut world = World::running(plan.clone(), hospitals(plan, 1, SITES));
    for first in 0..200 {
        if world.study.next_deadline().is_none() {
            return world;
        }
        for i in (0..SITES).map(|i| (first + i) % SITES) {
            let question = world.study.question_for(&world.ids[i]).unwrap();
            let (key, honest) = world.honest(i).unwrap();
            let summary = match lie.filter(|_| i == 0) {
                Some(lie) => lied(&question.query, honest, lie),
                None => honest,
            };
            world.take(Event::Submitted { site: world.ids[i].clone(), key, summary }).unwrap();
        }
    }
    panic!("the study does not end");
}

#[test]
fn the_journal_gives_a_study_under_a_rule_back_at_every_write() {
    for (rule, lie) in [("median", None), ("multi-krum", Some(i64::MAX)), ("trimmed-mean", Some(-5 << 32))] {
        let plan = plan(&format!("[robust]\nrule = \"{rule}\"\nclip = 1\nvote = 0.01\n"));
        let world = lived(&plan, lie);
        assert_eq!(world.study.state_word(), "finished", "{rule}: {:?}", world.study.cause());
        for writes in 0..=world.journal.len() {
            let seen = world.seen(writes);
            assert_eq!(world.replayed(writes, 0, false), seen, "{rule}: after {writes} writes");
            assert_eq!(world.replayed(writes, 0, true), seen, "{rule}: after {writes} writes, pruned");
        }
    }
}

#[test]
fn a_study_under_a_rule_is_the_same_without_its_life() {
    for rule in ["median", "krum", "norm-bound"] {
        let plan = plan(&format!("[robust]\nrule = \"{rule}\"\nclip = 1\nvote = 0.01\n"));
        let lived = lived(&plan, None);
        let alone = run(&plan, &columns(), &placed(&plan), SITES).unwrap();
        let result = lived.study.result().cloned().unwrap();
        assert_eq!(without_quality(result), without_quality(alone), "{rule}");
    }
}

fn placed(plan: &StudyPlan) -> Vec<support::Site> {
    let hospitals = hospitals(plan, 1, SITES).into_iter().enumerate();
    hospitals.map(|(place, site)| support::Site { place, ..site }).collect()
}

fn parameters(result: &StudyResult) -> Vec<f32> {
    result.models[0].network().unwrap().parameters.clone()
}

#[test]
fn one_hospital_moves_a_sum_anywhere_and_a_rule_hardly() {
    let honest = |robust: &str| parameters(lived(&plan(robust), None).study.result().unwrap());
    let lying = |robust: &str, lie| {
        let world = lived(&plan(robust), Some(lie));
        world.study.result().map(parameters)
    };
    let far = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    for lie in [1i64 << 44, -(1 << 44)] {
        let plain = lying("", lie);
        assert!(plain.is_none_or(|found| far(&found, &honest("")) > 1.0), "{lie} does no harm");
        for rule in ["median", "trimmed-mean", "krum", "multi-krum"] {
            let robust = format!("[robust]\nrule = \"{rule}\"\n");
            let moved = far(&lying(&robust, lie).unwrap(), &honest(&robust));
            assert!(moved < 0.5, "{rule}: {moved}");
        }
    }
}

#[test]
fn a_sum_that_moved_too_far_is_taken_back_and_the_course_goes_on() {
    let world = lived(&plan("[robust]\nclip = 1\n"), Some(1 << 44));
    let result = world.study.result().unwrap();
    let network = result.models[0].network().unwrap();
    let back: Vec<_> = network.taken_back.iter().map(|back| (back.round, back.why, back.networks)).collect();
    assert_eq!(back, (1..=4).map(|round| (round, WhyTakenBack::Norm, 3)).collect::<Vec<_>>());
    let untouched = lived(&plan("[robust]\nclip = 1\n"), None);
    assert!(untouched.study.result().unwrap().models[0].network().unwrap().taken_back.is_empty());
    assert!(!untouched.study.result().unwrap().to_json().contains("taken_back"));
}

#[test]
fn too_few_hospitals_that_trained_end_a_study_with_the_code() {
    let world = lived_without_patients();
    let cause = world.study.cause().unwrap();
    assert!(cause.contains("CNS-R-0303") && cause.contains("CNS-S-0310"), "{cause}");
}

/// Three of five hospitals say that they have nobody to train on.
fn lived_without_patients() -> World {
    let plan = plan("[robust]\nrule = \"median\"\n");
    let mut world = World::running(plan.clone(), hospitals(&plan, 1, SITES));
    while world.study.next_deadline().is_some() {
        for i in 0..SITES {
            let question = world.study.question_for(&world.ids[i]).unwrap();
            let (key, honest) = world.honest(i).unwrap();
            let summary = if i < 3 { lied(&question.query, honest, 0) } else { honest };
            world.take(Event::Submitted { site: world.ids[i].clone(), key, summary }).unwrap();
        }
    }
    world
}

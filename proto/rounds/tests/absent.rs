//! Rounds of networks that go on without silent hospitals, in clear and blinded: whose sums they are, who is waited for, and
//! what a killed coordinator makes of it.
//!
//! Spec: ADR-0022.

#![allow(missing_docs, reason = "a test")]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use std::ops::Range;

use consilium_rounds::life::{Event, Status};
use consilium_stats::Summary;
use consilium_types::{Digest, StudyPlan};
use proptest::prelude::*;
use support::world::{World, hospitals, key};

/// Of five hospitals four are enough to open a sum.
const SITES: usize = 5;

fn plan(privacy: &str, quorum: f64) -> StudyPlan {
    let text = format!(
        "[study]\nid = \"life\"\ntitle = \"Who is there\"\nseed = 3\n\
         sites = {{ min = 3, quorum = {quorum:?}, wait = \"10s\" }}\n\
         [inputs.clinical]\nnumeric = [\"c0\", \"c1\"]\n[outcome]\nlabel = \"y\"\npositive = \"1\"\n\
         [model]\nlearner = \"mlp\"\nnetwork = {{ hidden = [1], rounds = 4, epochs = 1, rate = 0.1 }}\n\
         [privacy]\n{privacy}\n[evaluate]\nfolds = 2\n"
    );
    let mut plan = StudyPlan::from_toml(&text, "plan.toml").unwrap();
    // the networks of the tests have no hidden layer
    plan.model.network.hidden = Vec::new();
    plan
}

const CLEAR: &str = "aggregate = \"clear\"";
const BLINDED: &str = "aggregate = \"secure-sum\"\non_loss = \"restart\"";
const ENDING: &str = "aggregate = \"secure-sum\"\non_loss = \"end\"";

/// A study whose first round of networks is open.
fn world(privacy: &str, quorum: f64) -> World {
    let plan = plan(privacy, quorum);
    let mut world = World::running(plan.clone(), hospitals(&plan, 5, SITES));
    for i in (0..SITES).cycle() {
        if is_round(&world) {
            break;
        }
        world.answer(i).unwrap();
    }
    world
}

fn is_round(world: &World) -> bool {
    let mut questions = world.ids.iter().filter_map(|site| world.study.question_for(site));
    questions.next().is_some_and(|question| question.query.is_update())
}

/// Some hospitals answer until the exchange is over or waits for others.
fn answered_by(world: &mut World, sites: Range<usize>) {
    let open = world.study.open_key();
    for _ in 0..SITES {
        sites.clone().for_each(|i| assert!(world.study.open_key() != open || world.answer(i).is_ok()));
    }
}

fn status(world: &World) -> Status {
    world.study.status()
}

/// The sum of the honest answers of some hospitals to the open question.
fn sum_of(world: &World, sites: Range<usize>) -> Digest {
    let query = world.study.question_for(&world.ids[0]).unwrap().query;
    let answers: Vec<Summary> = sites.map(|i| world.honest(i).unwrap().1).collect();
    query.combine(&answers.iter().collect::<Vec<_>>()).unwrap().digest()
}

#[test]
fn a_round_is_the_average_of_those_who_answered() {
    let mut sums = Vec::new();
    for privacy in [CLEAR, BLINDED] {
        let mut world = world(privacy, 0.5);
        let wanted = sum_of(&world, 1..SITES);
        let open = world.study.open_key().unwrap();
        answered_by(&mut world, 1..SITES);
        assert_eq!(world.study.open_key(), Some(open), "the first hospital is waited for");
        world.silence().unwrap();
        answered_by(&mut world, 1..SITES);
        let status = status(&world);
        let closed = status.closed.iter().find(|done| done.key == open).unwrap();
        assert_eq!(closed.sum, wanted, "{privacy}");
        assert_eq!(
            closed.contributions.keys().collect::<Vec<_>>(),
            world.ids[1..].iter().collect::<Vec<_>>()
        );
        assert_eq!((open.attempt, status.lost.len()), (key(1, 1).attempt, 0));
        sums.push(closed.sum);
    }
    assert_eq!(sums[0], sums[1], "blinding changes nothing");
}

#[test]
fn who_was_silent_is_not_waited_for_until_it_calls() {
    for privacy in [CLEAR, BLINDED] {
        let mut world = world(privacy, 0.5);
        answered_by(&mut world, 1..SITES);
        world.silence().unwrap();
        answered_by(&mut world, 1..SITES);
        let second = world.study.open_key().unwrap();
        let open = status(&world).open.unwrap();
        assert_eq!((open.absent, open.waiting_for.len()), (vec![world.ids[0].clone()], SITES - 1));
        assert!(world.study.question_for(&world.ids[0]).is_some(), "it is asked, should it come back");
        answered_by(&mut world, 1..SITES);
        let third = world.study.open_key().unwrap();
        assert!(third > second, "{privacy}: nobody waited");
        assert!(world.study.misses(&world.ids[0]));
        world.take(Event::Called { site: world.ids[0].clone() }).unwrap();
        assert!(!world.study.misses(&world.ids[0]));
        answered_by(&mut world, 1..SITES);
        assert_eq!(world.study.open_key(), Some(third), "{privacy}: it is waited for again");
        answered_by(&mut world, 0..SITES);
        world.finish();
        let closed = status(&world).closed;
        assert!(world.study.result().is_some() && status(&world).lost.is_empty());
        let of = |at| closed.iter().find(|done| done.key == at).unwrap().contributions.len();
        assert_eq!((of(second), of(third)), (SITES - 1, SITES), "{privacy}");
    }
}

#[test]
fn a_hospital_may_fall_silent_at_each_step_before_the_vectors_are_there() {
    for step in ["keys", "shares", "survivors"] {
        let mut world = world(BLINDED, 0.5);
        let (open, wanted) = (world.study.open_key().unwrap(), sum_of(&world, 1..SITES));
        while status(&world).open.unwrap().step != Some(step) {
            world.round(0);
        }
        answered_by(&mut world, 1..SITES);
        world.silence().unwrap();
        answered_by(&mut world, 1..SITES);
        let closed = status(&world).closed;
        assert_eq!((closed.last().unwrap().key, closed.last().unwrap().sum), (open, wanted), "{step}");
    }
}

#[test]
fn too_few_are_no_round() {
    // two of five are below what opens a blinded sum, and above what the plan asks for
    let mut blinded = world(BLINDED, 0.5);
    answered_by(&mut blinded, 2..SITES);
    blinded.silence().unwrap();
    assert_eq!(status(&blinded).open.unwrap().key, key(2, 1), "the analysis begins again with the three");
    let mut clear = world(CLEAR, 0.9);
    answered_by(&mut clear, 1..SITES);
    clear.silence().unwrap();
    assert!(clear.study.cause().unwrap().starts_with("CNS-R-0304"), "{:?}", clear.study.cause());
}

#[test]
fn a_plan_that_ends_with_a_loss_ends() {
    let mut world = world(ENDING, 0.5);
    answered_by(&mut world, 1..SITES);
    world.silence().unwrap();
    assert!(world.study.cause().unwrap().starts_with("CNS-R-0305"));
}

#[test]
fn every_other_question_needs_all_hospitals() {
    for privacy in [CLEAR, BLINDED] {
        let mut world = world(privacy, 0.5);
        while is_round(&world) {
            answered_by(&mut world, 1..SITES);
            if world.study.misses(&world.ids[0]) || !is_round(&world) {
                continue;
            }
            world.silence().unwrap();
        }
        let open = status(&world).open.unwrap();
        assert!(open.absent.is_empty() && open.waiting_for.contains(&world.ids[0]), "{privacy}: {open:?}");
        answered_by(&mut world, 1..SITES);
        world.silence().unwrap();
        let after = status(&world);
        assert_eq!((after.open.unwrap().key, after.lost.len()), (key(2, 1), 1), "{privacy}");
    }
}

#[test]
fn who_is_missed_twice_in_a_row_is_lost_with_who_falls_silent_later() {
    let mut world = world(BLINDED, 0.5);
    answered_by(&mut world, 1..SITES);
    world.silence().unwrap();
    answered_by(&mut world, 1..SITES);
    answered_by(&mut world, 2..SITES);
    world.silence().unwrap();
    let lost: Vec<_> = status(&world).lost.into_iter().map(|lost| lost.site).collect();
    assert_eq!(lost, world.ids[..2], "three of five cannot open a sum");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Any order of answers, silences and calls, and a coordinator killed after any write, entries of closed exchanges
    /// dropped or not.
    #[test]
    fn a_killed_coordinator_knows_who_is_missing(
        blinded in any::<bool>(),
        moves in prop::collection::vec((0usize..7, 0usize..SITES), 60..160),
        cut in any::<prop::sample::Index>(),
        torn in 0usize..2,
        pruned in any::<bool>(),
    ) {
        let mut world = world(if blinded { BLINDED } else { CLEAR }, 0.5);
        for (what, i) in moves {
            match what {
                0 => drop(world.silence().unwrap()),
                1 => drop(world.take(Event::Called { site: world.ids[i].clone() }).unwrap()),
                2 => drop(world.repeat(i)),
                _ => drop(world.answer(i).unwrap()),
            }
        }
        let writes = cut.index(world.journal.len() + 1);
        let torn = if writes < world.journal.len() { torn } else { 0 };
        let seen = if torn == 0 { world.seen(writes) } else { world.seen(writes + 1) };
        prop_assert_eq!(world.replayed(writes, torn, pruned), seen);
    }
}

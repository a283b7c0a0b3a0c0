//! Studies whose sums are blinded: they end as in clear, survive what sites and processes do, and tell no site's sums.

#![allow(missing_docs, reason = "a test")]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use consilium_crypto::{Context, Opening, Request, SiteMessage, replay};
use consilium_rounds::life::{Effect, Event, Refusal};
use consilium_stats::Summary;
use proptest::prelude::*;
use support::world::{World, blinded, hospitals, key, plan};

/// Five hospitals that sums are blinded among; four of them are enough to open one.
fn world(on_loss: &str) -> World {
    let plan = blinded(3, 0.5, on_loss);
    World::running(plan.clone(), hospitals(&plan, 5, 5))
}

/// The steps up to the one that is open, of exchange `exchange`.
fn at(world: &mut World, exchange: u32, step: &str) {
    for round in 0..1_000 {
        let open = world.study.status().open.expect("a running study");
        if open.key.exchange.0 == exchange && open.step == Some(step) {
            return;
        }
        world.answer(round % 5).unwrap();
    }
    panic!("{step} never came");
}

#[test]
fn the_result_is_that_of_sums_in_clear_but_for_the_plan() {
    let mut world = world("end");
    world.finish();
    let clear = plan(3, 0.5);
    let mut other = World::running(clear.clone(), hospitals(&clear, 5, 5));
    other.finish();
    let (result, wanted) = (world.study.result().unwrap(), other.study.result().unwrap());
    assert_eq!(result.models, wanted.models);
    let closed = |world: &World| world.study.status().closed;
    let sums = |world: &World| closed(world).into_iter().map(|done| done.sum).collect::<Vec<_>>();
    assert_eq!(sums(&world), sums(&other));
    let sent = |world: &World| closed(world)[0].contributions.clone();
    assert!(sent(&world).iter().all(|(site, digest)| sent(&other)[site] != *digest), "blinded");
}

#[test]
fn a_site_may_fall_silent_once_the_vectors_are_there() {
    for step in ["confirmations", "unmaskings"] {
        let mut world = world("end");
        at(&mut world, 2, step);
        for _ in 0..2 {
            (1..5).for_each(|i| assert!(world.answer(i).is_ok()));
        }
        let open = world.study.status().open.unwrap();
        assert_eq!(open.key, key(1, 3), "{step}: four of five opened the sum of five");
        assert_eq!(open.roster.len(), 5);
        world.finish();
        assert!(world.study.result().is_some());
    }
}

#[test]
fn a_site_that_leaves_after_a_sum_was_opened_ends_the_study_or_restarts_it_as_the_plan_says() {
    for step in ["keys", "shares", "survivors"] {
        let mut ending = world("end");
        at(&mut ending, 2, step);
        (1..5).for_each(|i| assert!(ending.answer(i).is_ok()));
        ending.silence().unwrap();
        let cause = ending.study.cause().unwrap();
        assert!(cause.starts_with("CNS-R-0305") && cause.contains("site-0"), "{step}: {cause}");
        let mut going_on = world("restart");
        at(&mut going_on, 2, step);
        (1..5).for_each(|i| assert!(going_on.answer(i).is_ok()));
        going_on.silence().unwrap();
        assert_eq!(going_on.study.status().open.unwrap().key, key(2, 1), "{step}");
        going_on.finish();
        assert!(going_on.study.result().is_some());
    }
}

#[test]
fn a_site_that_leaves_before_anything_was_opened_is_left_out() {
    for step in ["keys", "shares", "survivors", "confirmations"] {
        let mut world = world("end");
        at(&mut world, 1, step);
        let silent = if step == "confirmations" { 2 } else { 1 };
        (silent..5).for_each(|i| assert!(world.answer(i).is_ok()));
        world.silence().unwrap();
        let open = world.study.status().open.unwrap();
        assert_eq!((open.key, open.roster.len()), (key(2, 1), 5 - silent), "{step}");
        world.finish();
        assert!(world.study.result().is_some(), "{step}");
    }
}

#[test]
fn a_study_whose_opening_stalls_does_not_begin_again() {
    let mut world = world("end");
    at(&mut world, 1, "unmaskings");
    (2..5).for_each(|i| assert!(world.answer(i).is_ok()));
    world.silence().unwrap();
    assert!(world.study.cause().unwrap().starts_with("CNS-R-0305"), "three sites told their shares");
}

#[test]
fn late_and_repeated_steps_change_nothing_and_forged_ones_are_refused() {
    let mut world = world("end");
    at(&mut world, 1, "confirmations");
    let late = {
        let question = world.study.question_for(&world.ids[0]).unwrap();
        let step = question.step.clone().unwrap();
        world.step(0, &question, &step, Summary::Statistics(Vec::new()))
    };
    (1..5).for_each(|i| assert!(world.answer(i).is_ok()));
    assert_eq!(world.study.status().open.unwrap().step, Some("unmaskings"));
    assert_eq!(world.take(late), Ok(false), "four confirmations were enough");
    for which in 0..40 {
        assert_eq!(world.repeat(which).unwrap(), Ok(false));
    }
    let question = world.study.question_for(&world.ids[1]).unwrap();
    let Some(step @ Request::Unmask(_)) = question.step.clone() else { panic!("unmasking") };
    let Event::Blinded { key, message, vector, .. } =
        world.step(1, &question, &step, Summary::Statistics(Vec::new()))
    else {
        panic!("a step")
    };
    let stolen = Event::Blinded { site: world.ids[2].clone(), key, message, vector };
    assert_eq!(world.take(stolen).unwrap_err().code(), "CNS-K-0403");
    let clear = Event::Submitted { site: world.ids[1].clone(), key, summary: Summary::Statistics(vec![1]) };
    assert!(matches!(world.take(clear), Err(Refusal::OtherAggregate("secure-sum"))));
}

#[test]
fn a_vector_that_is_not_the_signed_one_is_not_added() {
    let mut world = world("end");
    at(&mut world, 1, "survivors");
    let (_, summary) = world.honest(0).unwrap();
    let question = world.study.question_for(&world.ids[0]).unwrap();
    let step = question.step.clone().unwrap();
    let Event::Blinded { site, key, message, vector } = world.step(0, &question, &step, summary) else {
        panic!("a step")
    };
    let mut other = vector.clone();
    other[3] ^= 1;
    for (vector, code) in [
        (other, "CNS-K-0405"),
        ([vector.clone(), vec![0; 16]].concat(), "CNS-K-0108"),
        (vector[16..].to_vec(), "CNS-K-0108"),
        (Vec::new(), "CNS-K-0108"),
    ] {
        let event = Event::Blinded { site: site.clone(), key, message: message.clone(), vector };
        assert_eq!(world.take(event).unwrap_err().code(), code);
    }
    assert_eq!(world.take(Event::Blinded { site, key, message, vector }), Ok(true));
    world.finish();
    assert!(world.study.result().is_some());
}

#[test]
fn what_is_kept_gives_the_sum_again_bit_for_bit() {
    let mut world = world("end");
    let mut vectors = std::collections::BTreeMap::new();
    loop {
        let i = world.ids.iter().position(|site| world.study.question_for(site).is_some()).unwrap();
        let question = world.study.question_for(&world.ids[i]).unwrap();
        let (_, summary) = world.honest(i).unwrap();
        let event = world.step(i, &question, question.step.as_ref().unwrap(), summary);
        if let Event::Blinded { site, message: SiteMessage::Input(_), vector, .. } = &event {
            vectors.insert(site.clone(), vector.clone());
        }
        let (study, effects) = world.study.clone().step(world.now, event).unwrap();
        world.study = study;
        let kept = effects.into_iter().find_map(|effect| match effect {
            Effect::Keep { terms, opening, .. } => Some((terms, opening.to_bytes())),
            _ => None,
        });
        if let Some((terms, opening)) = kept {
            let context = Context::from_bytes(&terms).unwrap();
            let opening = Opening::from_bytes(&opening).unwrap();
            let sum =
                replay::<i128, consilium_crypto::CryptoFault>(&context, &opening, |site, index, out| {
                    let words = context.chunk_words(index);
                    out.extend_from_slice(&vectors[site][words.start * 16..words.end * 16]);
                    Ok(())
                });
            let sum = Summary::Statistics(sum.unwrap());
            assert_eq!(world.study.status().closed[0].sum, sum.digest());
            return;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Any order of answers, and a coordinator killed after any write, entries of closed exchanges dropped or not.
    #[test]
    fn a_killed_coordinator_finds_the_place_again(
        order in prop::collection::vec(0usize..5, 60..140),
        cut in any::<prop::sample::Index>(),
        torn in 0usize..2,
        pruned in any::<bool>(),
    ) {
        let mut world = world("end");
        for i in order {
            world.answer(i).unwrap();
        }
        let writes = cut.index(world.journal.len() + 1);
        let torn = if writes < world.journal.len() { torn } else { 0 };
        let seen = if torn == 0 { world.seen(writes) } else { world.seen(writes + 1) };
        prop_assert_eq!(world.replayed(writes, torn, pruned), seen);
    }
}

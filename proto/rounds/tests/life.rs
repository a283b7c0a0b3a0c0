//! The life of a study under any interleaving of events: no panic, no trace of refused or repeated messages, and a
//! journal that gives the same study back.
//!
//! Spec: ADR-0004 (events, not snapshots); the state diagram at the top of `life/mod.rs`.

#![allow(missing_docs, reason = "a test")]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use consilium_rounds::StudyLife;
use consilium_rounds::life::{Entry, Event, Refusal, Roster};
use consilium_stats::Summary;
use consilium_types::{Schema, SiteId};
use proptest::prelude::*;
use support::world::{START, World, accepted, columns, hospitals, key, plan};
use support::{run, schema};

/// Something a test does to a study; numbers that name a hospital are taken modulo their number.
#[derive(Debug, Clone)]
enum Move {
    Accept(usize),
    AcceptOther(usize),
    Refuse(usize),
    Stranger,
    /// Every hospital answers, beginning with one.
    Round(usize),
    Answer(usize),
    Repeat(usize),
    /// An answer to an exchange before the open one.
    Late(usize, u32),
    /// An answer to an exchange after the open one.
    Early(usize, u32),
    /// Any words, in the shape the question asks for.
    Absurd(usize, i128),
    Longer(usize),
    OtherKind(usize),
    Decline(usize),
    Chat(usize, String),
    Remove(usize),
    Tick,
    Silence,
}

fn step() -> impl Strategy<Value = Move> {
    let site = || 0usize..5;
    let words = prop_oneof![any::<i128>(), any::<i64>().prop_map(i128::from), Just(i128::MAX), Just(0)];
    let counts = (0u64..=u64::MAX).prop_map(|n| i128::from(n) << 60);
    prop_oneof![
        6 => site().prop_map(Move::Accept),
        1 => site().prop_map(Move::AcceptOther),
        1 => site().prop_map(Move::Refuse),
        1 => Just(Move::Stranger),
        12 => site().prop_map(Move::Round),
        10 => site().prop_map(Move::Answer),
        4 => (0usize..200).prop_map(Move::Repeat),
        2 => (site(), 1u32..4).prop_map(|(site, back)| Move::Late(site, back)),
        1 => (site(), 1u32..4).prop_map(|(site, ahead)| Move::Early(site, ahead)),
        1 => (site(), prop_oneof![words, counts]).prop_map(|(site, word)| Move::Absurd(site, word)),
        1 => site().prop_map(Move::Longer),
        1 => site().prop_map(Move::OtherKind),
        1 => site().prop_map(Move::Decline),
        1 => (site(), any::<String>()).prop_map(|(site, text)| Move::Chat(site, text)),
        1 => site().prop_map(Move::Remove),
        2 => Just(Move::Tick),
        1 => Just(Move::Silence),
    ]
}

/// A study that has to find together, one that all have joined, and one that is hardly disturbed.
fn moves() -> impl Strategy<Value = Vec<Move>> {
    let joined = || -> Vec<Move> { (0..5).map(Move::Accept).collect() };
    let round = || (0usize..5).prop_map(Move::Round);
    let long = || prop::collection::vec(step(), 0..60);
    let calm = prop::collection::vec(prop_oneof![14 => round(), 1 => step()], 0..60);
    prop_oneof![
        long(),
        (long(), prop::collection::vec(round(), 0..30)).prop_map(move |(rest, rounds)| [
            joined(),
            rest,
            rounds
        ]
        .concat()),
        calm.prop_map(move |rest| [joined(), rest].concat()),
    ]
}

fn other_columns() -> Schema {
    schema(0, 3)
}

/// What the answer to the open question looks like when nobody is honest.
fn in_shape(world: &World, i: usize, word: i128) -> Option<Summary> {
    let question = world.study.question_for(&world.ids[i])?;
    Some(Summary::Statistics(vec![word; question.query.length()]))
}

fn perform(world: &mut World, what: &Move) -> Result<bool, Refusal> {
    let n = world.ids.len();
    let open = world.study.status().open.map_or(key(1, 1), |open| open.key);
    let submitted = |world: &World, i: usize, key, summary| Event::Submitted {
        site: world.ids[i % n].clone(),
        key,
        summary,
    };
    let words = |count| Summary::Statistics(vec![0; count]);
    match what {
        Move::Accept(i) => world.accept(i % n),
        Move::AcceptOther(i) => world.take(accepted(&world.ids[i % n].clone(), other_columns())),
        Move::Refuse(i) => world.take(Event::Refused { site: world.ids[i % n].clone() }),
        Move::Stranger => world.take(Event::Refused { site: stranger() }),
        Move::Round(first) => {
            world.round(first % n);
            Ok(true)
        }
        Move::Answer(i) => world.answer(i % n),
        Move::Repeat(which) => world.repeat(*which).unwrap_or(Ok(false)),
        Move::Late(i, back) => {
            let key = key(open.attempt.0, open.exchange.0.saturating_sub(*back));
            world.take(submitted(world, *i, key, words(3)))
        }
        Move::Early(i, ahead) => {
            let key = key(open.attempt.0, open.exchange.0 + ahead);
            world.take(submitted(world, *i, key, words(3)))
        }
        Move::Absurd(i, word) => {
            let Some(summary) = in_shape(world, i % n, *word) else { return Ok(false) };
            world.take(submitted(world, *i, open, summary))
        }
        Move::Longer(i) => {
            let length = in_shape(world, i % n, 0).map_or(0, |summary| summary.len());
            world.take(submitted(world, *i, open, words(length + 1)))
        }
        Move::OtherKind(i) => {
            let length = in_shape(world, i % n, 0).map_or(0, |summary| summary.len());
            world.take(submitted(world, *i, open, Summary::Updates(vec![0; length])))
        }
        Move::Decline(i) => decline(world, i % n, "CNS-D-0104"),
        Move::Chat(i, text) => decline(world, i % n, text),
        Move::Remove(i) => world.take(Event::Removed { site: world.ids[i % n].clone() }),
        Move::Tick => world.take(Event::Tick),
        Move::Silence => world.silence(),
    }
}

fn decline(world: &mut World, i: usize, code: &str) -> Result<bool, Refusal> {
    let key = world.study.status().open.map_or(key(1, 1), |open| open.key);
    world.take(Event::Declined { site: world.ids[i].clone(), key, code: code.to_owned() })
}

fn stranger() -> SiteId {
    "nobody".parse().unwrap()
}

/// What holds in every state.
fn sound(world: &World) {
    let view = world.view();
    let open = view.status.open.as_ref();
    assert_eq!(view.status.state == "running", open.is_some());
    assert_eq!(view.status.state == "finished", view.result.is_some());
    assert_eq!(view.status.state == "aborted", view.status.cause.is_some());
    assert_eq!(matches!(view.status.state, "published" | "running"), view.deadline.is_some());
    for (site, question) in world.ids.iter().zip(&view.questions) {
        let awaited = open.is_some_and(|open| open.waiting_for.contains(site));
        assert_eq!(awaited, question.is_some(), "exactly those awaited are asked");
        let named = question.iter().all(|q| open.is_some_and(|o| (o.key, &o.roster) == (q.key, &q.roster)));
        assert!(named, "a question names the open exchange and its roster");
    }
    if let Some(open) = open {
        assert!(!open.waiting_for.is_empty(), "an exchange that all have answered is closed");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, max_shrink_iters: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_events_leave_a_sound_study_that_its_journal_gives_back(
        moves in moves(),
        sites in 2usize..6,
        min in 1u32..4,
        quorum in prop_oneof![Just(0.25), Just(0.5), Just(1.0)],
        places in prop::collection::vec(any::<prop::sample::Index>(), 3),
    ) {
        let plan = plan(min, quorum);
        let mut world = World::new(plan.clone(), hospitals(&plan, 1, sites));
        for what in &moves {
            let (before, ended) = (world.view(), world.study.next_deadline().is_none());
            let taken = perform(&mut world, what);
            let after = world.view();
            if !matches!(taken, Ok(true)) || ended {
                prop_assert_eq!(&before, &after, "without effect, nothing changes");
            }
            sound(&world);
        }
        let all = world.journal.len();
        prop_assert_eq!(world.seen(all), world.view(), "only what is journalled changes a study");
        for writes in places.iter().map(|place| place.index(all + 1)).chain([all]) {
            prop_assert_eq!(world.replayed(writes, 0, false), world.seen(writes));
            prop_assert_eq!(world.replayed(writes, 0, true), world.seen(writes));
            if writes < all {
                let torn = world.replayed(writes, 1, true);
                prop_assert_eq!(torn, world.seen(writes + 1), "the event alone brings its consequences back");
            }
        }
    }

    #[test]
    fn a_refusal_leaves_even_a_clone_as_it_was(moves in moves(), sites in 2usize..4) {
        let plan = plan(1, 0.5);
        let mut world = World::new(plan.clone(), hospitals(&plan, 1, sites));
        for what in &moves {
            let (before, written) = (format!("{:?}", world.study), world.journal.len());
            if perform(&mut world, what).is_err() {
                prop_assert_eq!(before, format!("{:?}", world.study));
                prop_assert_eq!(written, world.journal.len());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, max_shrink_iters: 100, ..ProptestConfig::default() })]

    #[test]
    fn order_and_repetition_leave_no_trace_in_a_result(
        seed in 0u64..50,
        sites in 2usize..6,
        arrivals in prop::collection::vec((0usize..5, prop::option::of(0usize..400)), 0..120),
    ) {
        let plan = plan(1, 1.0);
        let cohort = hospitals(&plan, seed, sites);
        let mut world = World::running(plan.clone(), cohort.clone());
        for (i, repeated) in arrivals {
            world.answer(i % sites).unwrap();
            if let Some(which) = repeated {
                let effect = world.repeat(which).unwrap_or(Ok(false));
                prop_assert_eq!(effect, Ok(false), "a repeated message is taken and has no effect");
            }
        }
        world.finish();
        match run(&plan, &columns(), &cohort, sites) {
            Ok(result) => prop_assert_eq!(world.view().result, Some(result.to_json())),
            Err(fault) => {
                let cause = format!("{}: {fault}", fault.code());
                prop_assert_eq!(world.study.cause(), Some(cause.as_str()));
            }
        }
    }

    /// The number of the attempt does not enter a result: sites, sums and effort are those of the last attempt.
    #[test]
    fn a_study_that_lost_sites_ends_like_one_that_began_without_them(
        seed in 0u64..50,
        sites in 3usize..6,
        losses in prop::collection::vec((0usize..5, 0usize..4, 0usize..14), 1..3),
    ) {
        let plan = plan(1, 0.2);
        let cohort = hospitals(&plan, seed, sites);
        let mut world = World::running(plan.clone(), cohort.clone());
        let mut gone = Vec::new();
        for (i, how, rounds) in losses {
            for round in 0..rounds {
                world.round(round);
            }
            let i = i % sites;
            let running = world.study.status().open.is_some_and(|open| open.roster.contains(&world.ids[i]));
            if running {
                lose(&mut world, i, how);
                gone.push(i);
            }
        }
        world.finish();
        let mut fewer = World::new(plan, cohort);
        for i in (0..sites).rev() {
            if gone.contains(&i) {
                fewer.take(Event::Refused { site: fewer.ids[i].clone() }).unwrap();
            } else {
                fewer.accept(i).unwrap();
            }
        }
        fewer.finish();
        let (lost, never) = (world.view(), fewer.view());
        prop_assert_eq!(lost.status.state, never.status.state);
        prop_assert_eq!(lost.status.cause, never.status.cause);
        prop_assert_eq!(lost.result, never.result);
        let named: Vec<&SiteId> = lost.status.lost.iter().map(|lost| &lost.site).collect();
        prop_assert_eq!(named, gone.iter().map(|i| &world.ids[*i]).collect::<Vec<_>>());
    }

    #[test]
    fn a_study_goes_on_exactly_while_minimum_and_quorum_remain(
        sites in 2usize..6,
        min in 1u32..5,
        quarters in 1u32..5,
        order in Just((0usize..5).collect::<Vec<_>>()).prop_shuffle(),
        how in 0usize..4,
    ) {
        let min = min.min(u32::try_from(sites).unwrap());
        let plan = plan(min, f64::from(quarters) / 4.0);
        let needed = (sites * quarters as usize).div_ceil(4).max(min as usize);
        let mut world = World::running(plan.clone(), hospitals(&plan, 1, sites));
        for (lost, i) in order.into_iter().filter(|i| *i < sites).enumerate() {
            let remaining = sites - lost - 1;
            lose(&mut world, i, how);
            let status = world.study.status();
            if remaining >= needed {
                let open = status.open.unwrap();
                prop_assert_eq!(open.roster.len(), remaining);
                prop_assert_eq!(open.key, key(u32::try_from(lost).unwrap() + 2, 1));
                continue;
            }
            let cause = status.cause.unwrap();
            let counts = format!("CNS-R-0304: {remaining} hospitals remain, {needed} are needed; lost: ");
            prop_assert!(cause.starts_with(&counts), "{}", cause);
            prop_assert_eq!(status.lost.len(), lost + 1);
            prop_assert!(status.lost.iter().all(|lost| cause.contains(lost.site.as_str())), "{}", cause);
            return Ok(());
        }
        prop_assert!(false, "a study without hospitals goes on");
    }
}

/// One of the four ways in which a running study loses a hospital.
fn lose(world: &mut World, i: usize, how: usize) {
    let site = world.ids[i].clone();
    let effect = match how {
        0 => world.take(Event::Removed { site }),
        1 => world.take(Event::Refused { site }),
        2 => decline(world, i, "CNS-D-0104"),
        _ => {
            for other in (0..world.ids.len()).filter(|other| *other != i) {
                world.answer(other).unwrap();
            }
            match world.study.question_for(&site) {
                Some(_) => world.silence(),
                None => world.take(Event::Removed { site }),
            }
        }
    };
    assert_eq!(effect, Ok(true));
}

fn three() -> World {
    let plan = plan(2, 0.5);
    World::running(plan.clone(), hospitals(&plan, 1, 3))
}

fn published() -> World {
    let plan = plan(2, 0.5);
    World::new(plan.clone(), hospitals(&plan, 1, 3))
}

fn submit(world: &mut World, i: usize, key: consilium_rounds::life::Key, summary: Summary) -> Refusal {
    world.take(Event::Submitted { site: world.ids[i].clone(), key, summary }).unwrap_err()
}

#[test]
fn a_closed_exchange_leaves_its_sum_and_digests_in_the_journal() {
    let mut world = three();
    let (open, _) = world.honest(0).unwrap();
    let answers: Vec<Summary> = (0..3).map(|i| world.honest(i).unwrap().1).collect();
    world.round(1);
    let (entries, _) = world.journal.last().unwrap();
    let last = Entry::from_bytes(entries.last().unwrap()).unwrap();
    let sum = answers[1..].iter().try_fold(answers[0].clone(), Summary::plus).unwrap();
    let digests = world.ids.iter().cloned().zip(answers.iter().map(Summary::digest)).collect();
    assert_eq!(last, Entry::Closed { at: world.now, key: open, sum: sum.clone(), contributions: digests });
    let closed = &world.study.status().closed[0];
    assert_eq!((closed.key, closed.sum, closed.words), (open, sum.digest(), sum.len()));
    let read = |bytes: &Vec<u8>| Entry::from_bytes(bytes).unwrap();
    let submitted =
        world.journal.iter().flat_map(|(entries, _)| entries).map(read).filter_map(|e| e.submits());
    assert_eq!(submitted.collect::<Vec<_>>(), [open; 3]);
}

#[test]
fn a_stranger_is_not_heard() {
    for mut world in [published(), three()] {
        let (site, key) = (stranger(), key(1, 1));
        let summary = Summary::Statistics(Vec::new());
        let events = [
            accepted(&site, columns()),
            Event::Refused { site: site.clone() },
            Event::Submitted { site: site.clone(), key, summary },
            Event::Declined { site: site.clone(), key, code: "CNS-D-0104".to_owned() },
        ];
        for event in events {
            let refusal = world.take(event).unwrap_err();
            assert_eq!((refusal.code(), &refusal), ("CNS-R-0201", &Refusal::NotInvited(stranger())));
        }
        assert_eq!(world.take(Event::Removed { site }), Ok(false), "removing a stranger removes nobody");
    }
}

#[test]
fn answers_are_taken_until_the_study_begins() {
    let mut world = published();
    world.accept(0).unwrap();
    assert_eq!(world.take(Event::Refused { site: world.ids[0].clone() }), Ok(true), "a mind may change");
    assert_eq!(world.accept(0), Ok(true));
    assert_eq!(world.accept(0), Ok(false), "the same answer twice is one answer");
    world.accept(1).unwrap();
    world.take(Event::Refused { site: world.ids[2].clone() }).unwrap();
    assert_eq!(world.study.state_word(), "running");
    let late = world.accept(2).unwrap_err();
    assert_eq!((late.code(), late), ("CNS-R-0202", Refusal::AnswersClosed));
    assert_eq!(world.accept(0), Ok(false), "a repeated answer is still taken");
    let other = world.take(accepted(&world.ids[0].clone(), other_columns()));
    assert_eq!(other, Err(Refusal::AnswersClosed));
}

#[test]
fn nothing_is_submitted_before_the_study_begins() {
    let mut world = published();
    let refusal = submit(&mut world, 0, key(1, 1), Summary::Statistics(Vec::new()));
    assert_eq!((refusal.code(), refusal), ("CNS-R-0203", Refusal::NotRunning));
    assert_eq!(decline(&mut world, 0, "CNS-D-0104"), Err(Refusal::NotRunning));
}

#[test]
fn what_was_not_asked_is_not_taken() {
    let mut world = three();
    for ahead in [key(1, 2), key(2, 1)] {
        let (_, summary) = world.honest(0).unwrap();
        let refusal = submit(&mut world, 0, ahead, summary);
        assert_eq!((refusal.code(), refusal), ("CNS-R-0204", Refusal::NotAsked(ahead)));
    }
}

#[test]
fn a_lost_site_has_no_part_in_the_next_attempt() {
    let mut world = three();
    let (_, summary) = world.honest(0).unwrap();
    lose(&mut world, 0, 2);
    let refusal = submit(&mut world, 0, key(2, 1), summary.clone());
    assert_eq!((refusal.code(), refusal), ("CNS-R-0205", Refusal::NotInRoster(world.ids[0].clone())));
    let late = Event::Submitted { site: world.ids[0].clone(), key: key(1, 1), summary };
    assert_eq!(world.take(late), Ok(false), "what the first attempt asked is past and without effect");
}

#[test]
fn a_site_answers_a_question_once() {
    let mut world = three();
    let (open, summary) = world.honest(0).unwrap();
    assert_eq!(world.answer(0), Ok(true));
    assert_eq!(world.repeat(0), Some(Ok(false)));
    let refusal = submit(&mut world, 0, open, Summary::Statistics(vec![0; summary.len()]));
    let expected = Refusal::OtherContent { site: world.ids[0].clone(), key: open };
    assert_eq!((refusal.code(), refusal), ("CNS-R-0206", expected));
}

#[test]
fn an_answer_has_the_shape_of_its_question() {
    let mut world = three();
    let (open, honest) = world.honest(0).unwrap();
    let shapes = [
        Summary::Statistics(vec![0; honest.len() + 1]),
        Summary::Statistics(Vec::new()),
        Summary::Updates(vec![0; honest.len()]),
    ];
    for shape in shapes {
        let refusal = submit(&mut world, 0, open, shape);
        assert_eq!(refusal.code(), "CNS-R-0207");
        assert!(matches!(refusal, Refusal::Shape(_)), "{refusal:?}");
    }
    assert_eq!(world.answer(0), Ok(true), "the honest answer is still taken");
}

#[test]
fn a_reason_is_a_code_and_never_prose() {
    let prose =
        ["", "patient 17 has no scan", "CNS-D-104", "cns-d-0104", "CNS-D-01O4", "CNS-D-01045", "CNS-é-104"];
    for text in prose {
        for mut world in [published(), three()] {
            let refusal = decline(&mut world, 0, text).unwrap_err();
            assert_eq!((refusal.code(), refusal), ("CNS-R-0208", Refusal::NotACode), "{text}");
        }
    }
    let mut world = three();
    assert_eq!(decline(&mut world, 0, "CNS-D-0104"), Ok(true));
    assert_eq!(world.study.status().lost[0].reason, "declined with CNS-D-0104");
}

#[test]
fn too_few_that_accept_end_the_study() {
    let mut world = published();
    world.accept(0).unwrap();
    assert_eq!(world.take(Event::Tick), Ok(false), "a tick before the deadline changes nothing");
    assert_eq!(world.silence(), Ok(true));
    let expected = "CNS-R-0301: 1 of 3 hospitals accepted; the plan asks for 2";
    assert_eq!(world.study.cause(), Some(expected));
    assert_eq!(world.accept(1), Err(Refusal::AnswersClosed));

    let mut nobody = published();
    for i in 0..3 {
        nobody.take(Event::Removed { site: nobody.ids[i].clone() }).unwrap();
    }
    assert!(nobody.study.cause().unwrap().starts_with("CNS-R-0301: 0 of 0"), "{:?}", nobody.study.cause());
}

#[test]
fn those_that_accepted_begin_without_the_silent_ones() {
    let mut world = published();
    world.accept(2).unwrap();
    world.accept(0).unwrap();
    assert_eq!(world.study.next_deadline().unwrap().0, START.0 + 10_000);
    assert_eq!(world.silence(), Ok(true));
    let open = world.study.status().open.unwrap();
    assert_eq!(open.roster, [world.ids[0].clone(), world.ids[2].clone()]);
}

#[test]
fn columns_that_differ_end_the_study_and_are_named() {
    let reordered = Schema { columns: columns().columns.into_iter().rev().collect(), ..columns() };
    let extractor = Schema { extractor: "test 2".to_owned(), ..columns() };
    let other = schema(1, 1);
    let cases = [
        (other_columns(), "site-0 lacks c2"),
        (schema(0, 1), "site-1 lacks c1"),
        (other, "site-1 lacks c1; site-0 lacks r0"),
        (reordered, "site-0 and site-1 order them differently"),
        (extractor, "site-0 extracts with `test 1`, site-1 with `test 2`"),
    ];
    for (schema, detail) in cases {
        let mut world = published();
        world.accept(0).unwrap();
        world.take(accepted(&world.ids[1].clone(), schema)).unwrap();
        world.accept(2).unwrap();
        let expected = format!("CNS-R-0302: the hospitals' columns differ: {detail}");
        assert_eq!(world.study.cause(), Some(expected.as_str()));
    }
}

#[test]
fn sums_beyond_all_range_end_the_study() {
    let mut world = three();
    for i in 0..3 {
        let (key, honest) = world.honest(i).unwrap();
        let summary = Summary::Statistics(vec![i128::MAX; honest.len()]);
        world.take(Event::Submitted { site: world.ids[i].clone(), key, summary }).unwrap();
    }
    let cause = world.study.cause().unwrap();
    assert!(cause.starts_with("CNS-R-0303: the summaries cannot be added: word 0 overflows"), "{cause}");
}

#[test]
fn counts_beyond_all_patients_end_the_study() {
    let huge = i128::from(u64::MAX) << 60;
    let mut world = three();
    for (i, word) in [huge, 0, 0].into_iter().enumerate() {
        let (key, honest) = world.honest(i).unwrap();
        let summary = Summary::Statistics(vec![word; honest.len()]);
        world.take(Event::Submitted { site: world.ids[i].clone(), key, summary }).unwrap();
    }
    let cause = world.study.cause().unwrap();
    assert!(cause.starts_with("CNS-S-0302"), "{cause}");
}

#[test]
fn too_few_that_remain_end_the_study_and_are_named() {
    let mut world = three();
    lose(&mut world, 1, 2);
    assert_eq!(world.study.state_word(), "running");
    assert_eq!(world.silence(), Ok(true));
    let cause = world.study.cause().unwrap().to_owned();
    let lost = "site-1 (declined with CNS-D-0104), site-0 (silent for 10s), site-2 (silent for 10s)";
    assert_eq!(cause, format!("CNS-R-0304: 0 hospitals remain, 2 are needed; lost: {lost}"));
    assert_eq!(world.silence(), Ok(false), "the end is the end");
}

#[test]
fn a_fault_of_the_analysis_ends_the_study_with_its_code() {
    let plan = plan(2, 0.5);
    let mut cohort = hospitals(&plan, 1, 3);
    for site in &mut cohort {
        site.cases.fill(true);
    }
    let mut world = World::running(plan, cohort);
    world.finish();
    assert!(world.study.cause().unwrap().starts_with("CNS-R-0102"), "{:?}", world.study.cause());

    let columnless = Schema { columns: Vec::new(), extractor: String::new() };
    let mut world = published();
    for site in world.ids.clone() {
        world.take(accepted(&site, columnless.clone())).unwrap();
    }
    assert!(world.study.cause().unwrap().starts_with("CNS-R-0101"), "{:?}", world.study.cause());
}

#[test]
fn a_finished_study_stays_finished() {
    let mut world = three();
    world.finish();
    assert_eq!(world.study.state_word(), "finished", "{:?}", world.study.cause());
    let end = world.view();
    for i in 0..3 {
        assert_eq!(world.repeat(i), Some(Ok(false)));
        assert_eq!(decline(&mut world, i, "CNS-D-0104"), Ok(false));
        assert_eq!(world.take(Event::Removed { site: world.ids[i].clone() }), Ok(false));
        assert_eq!(world.take(Event::Refused { site: world.ids[i].clone() }), Err(Refusal::AnswersClosed));
    }
    assert_eq!(world.silence(), Ok(false));
    assert_eq!(world.view(), end);
}

#[test]
fn a_study_knows_its_plan_and_its_guests() {
    let plan = plan(2, 0.5);
    let world = World::new(plan.clone(), hospitals(&plan, 1, 2));
    assert_eq!((world.study.plan(), world.study.plan_hash()), (&plan, plan.hash()));
    assert!(world.study.invites(&world.ids[1]) && !world.study.invites(&stranger()));
    assert_eq!(world.study.answer_of(&world.ids[1]), None);
    let alone = StudyLife::published(plan, Vec::new(), Roster::new(), START);
    assert!(alone.step(START, Event::Tick).unwrap().1.is_empty(), "nothing happens before the deadline");
}

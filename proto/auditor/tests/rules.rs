//! Each rule is broken once, by one entry, and is found by its name.

#![allow(missing_docs, reason = "a test")]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use std::collections::BTreeSet;

use consilium_auditor::{Rule, findings};
use consilium_ledger::Event;
use consilium_ledger::entry::Noise;
use consilium_types::{Attempt, ExchangeNumber};
use support::{approved, committed, digest, entries, opened, sites, story, update};

fn broken(change: impl FnOnce(&mut Vec<Event>)) -> BTreeSet<Rule> {
    let mut events = story();
    change(&mut events);
    findings(&entries(events)).into_iter().map(|finding| finding.rule).collect()
}

/// Position of the first entry of a type.
fn first(events: &[Event], which: impl Fn(&Event) -> bool) -> usize {
    events.iter().position(which).unwrap()
}

/// An acceptance of one hospital with the signature of another.
fn signed_by(signer: &str, site: &str) -> Event {
    let Event::Approved { signature: theirs, .. } = approved(signer) else { panic!("an acceptance") };
    match approved(site) {
        Event::Approved { study, site, plan, schema, program, .. } => {
            Event::Approved { study, site, plan, schema, program, signature: theirs }
        }
        other => other,
    }
}

/// `dp_epsilon.csv`, `site_n57_full_batch_100steps`: epsilon 3.1387 after 100 steps.
const NOISE: Noise =
    Noise { sampling: 1_000_000, scale: 10_000_000, delta: 1_000_000_000, bound: 3_139_000, integers: false };

fn spent(site: &str, steps: u64) -> Event {
    let (study, site) = ("mycn".parse().unwrap(), site.parse().unwrap());
    Event::Spent { study, attempt: Attempt(1), round: ExchangeNumber(1), site, steps, noise: NOISE }
}

#[test]
fn what_noise_has_spent_is_added_up_as_the_hospital_adds_it() {
    let mut events = story();
    events.insert(10, spent("a", 99));
    assert_eq!(findings(&entries(events.clone())), [], "within the bound");
    let Event::Spent { steps, .. } = &mut events[10] else { panic!("a charge") };
    *steps = 101;
    let found = findings(&entries(events.clone()));
    assert_eq!(found.len(), 1);
    assert!(found[0].what.contains("more than the plan's 3.139"), "{}", found[0].what);
    let Event::Spent { steps, noise, .. } = &mut events[10] else { panic!("a charge") };
    (*steps, noise.integers) = (99, true);
    let found = findings(&entries(events));
    assert!(found[0].what.contains("has spent epsilon 3.5"), "sums of integers by orders alone: {found:?}");
}

#[test]
fn a_study_with_a_lost_hospital_is_in_order() {
    assert_eq!(findings(&entries(story())), []);
}

fn missed(round: u32, names: &[&str]) -> Event {
    let (study, sites) = ("mycn".parse().unwrap(), sites(names));
    Event::Missed { study, attempt: Attempt(1), round: ExchangeNumber(round), sites }
}

#[test]
fn a_round_may_lack_whom_it_names_as_missed() {
    let mut events = story();
    let place = first(&events, |event| matches!(event, Event::Update { .. }));
    events.splice(place..place + 4, [update(1, 1, "a"), update(1, 1, "b"), missed(1, &["c"])]);
    events.insert(place + 3, committed(1, 1, &["a", "b"]));
    assert_eq!(findings(&entries(events.clone())), []);
    let rules = |events: &[Event]| -> BTreeSet<Rule> {
        findings(&entries(events.to_vec())).into_iter().map(|finding| finding.rule).collect()
    };
    let late = [&events[..place + 2], &events[place + 3..]].concat();
    assert_eq!(rules(&late), BTreeSet::from([Rule::Updates]), "nobody is named");
    for (named, rule) in [(missed(1, &["a"]), Rule::Updates), (missed(2, &["c"]), Rule::Order)] {
        events[place + 2] = named;
        assert!(rules(&events).contains(&rule), "{rule:?}");
    }
    let lone = [&events[..place], &[missed(1, &["a", "b", "c"]), committed(1, 1, &[])], &events[place + 4..]];
    assert!(rules(&lone.concat()).contains(&Rule::Updates), "a sum of nobody");
}

#[test]
fn each_rule_is_broken_by_name() {
    let is_opened = |event: &Event| matches!(event, Event::Opened { .. });
    let is_committed = |event: &Event| matches!(event, Event::Committed { .. });
    let is_update = |event: &Event| matches!(event, Event::Update { .. });
    let cases: Vec<(Rule, BTreeSet<Rule>)> = vec![
        (Rule::Genesis, broken(|events| drop(events.remove(0)))),
        (Rule::Genesis, broken(|events| events.push(events[0].clone()))),
        (Rule::Enrolment, broken(|events| drop(events.remove(1)))),
        (
            Rule::Enrolment,
            broken(|events| {
                let Event::Enrolled { witness: theirs, .. } = events[1] else { panic!("a hospital") };
                if let Event::Enrolled { witness, .. } = &mut events[2] {
                    *witness = theirs;
                }
            }),
        ),
        (
            Rule::Enrolment,
            broken(|events| {
                if let Event::Enrolled { identity, witness, .. } = &mut events[2] {
                    *identity = *witness;
                }
            }),
        ),
        (Rule::Enrolment, broken(|events| events.insert(2, events[1].clone()))),
        (Rule::Study, broken(|events| events.push(update(2, 3, "a")))),
        (Rule::Study, broken(|events| drop(events.remove(4)))),
        (Rule::Approval, broken(|events| drop(events.remove(5)))),
        (
            Rule::Approval,
            broken(|events| {
                let place = first(events, |event| matches!(event, Event::Approved { .. }));
                if let Event::Approved { plan, .. } = &mut events[place] {
                    *plan = digest("another plan");
                }
            }),
        ),
        (Rule::Approval, broken(|events| events[5] = signed_by("b", "a"))),
        (
            Rule::Approval,
            broken(|events| {
                if let Event::Approved { program, .. } = &mut events[5] {
                    *program = digest("another program");
                }
            }),
        ),
        (Rule::Privacy, broken(|events| events.insert(9, spent("a", 10)))),
        (Rule::Privacy, broken(|events| events.insert(10, spent("a", 200)))),
        (Rule::Privacy, broken(|events| drop(events.splice(10..10, [spent("a", 1), spent("a", 1)])))),
        (
            Rule::Order,
            broken(|events| {
                let place = first(events, is_opened);
                events[place] = opened(1, 2, &["a", "b", "c"]);
            }),
        ),
        (Rule::Order, broken(|events| drop(events.remove(first(events, is_committed))))),
        (Rule::Order, broken(|events| drop(events.remove(events.len() - 2)))),
        (
            Rule::Roster,
            broken(|events| {
                let place = events.iter().rposition(is_opened).unwrap();
                events[place] = opened(2, 2, &["a", "b", "c"]);
            }),
        ),
        (Rule::Updates, broken(|events| drop(events.remove(first(events, is_update))))),
        (
            Rule::Updates,
            broken(|events| {
                let place = first(events, is_committed);
                events[place] = committed(1, 1, &["a", "b"]);
            }),
        ),
        (
            Rule::Cause,
            broken(|events| {
                let place = first(events, |event| matches!(event, Event::Aborted { .. }));
                if let Event::Aborted { lost, .. } = &mut events[place] {
                    *lost = sites(&[]);
                }
            }),
        ),
    ];
    for (number, (rule, found)) in cases.into_iter().enumerate() {
        assert!(found.contains(&rule), "case {number}: {rule:?} is not among {found:?}");
    }
}

#[test]
fn a_clock_that_goes_back_by_hours_is_found() {
    let mut entries = entries(story());
    entries.iter_mut().for_each(|entry| entry.t += 10_000_000);
    entries[6].t -= 7_200_000;
    let found = findings(&entries);
    assert_eq!((found.len(), found[0].entry, found[0].rule), (1, 6, Rule::Time));
}

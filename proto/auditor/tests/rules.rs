//! Each rule is broken once, by one entry, and is found by its name.

#![allow(missing_docs, reason = "a test")]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use std::collections::BTreeSet;

use consilium_auditor::{Rule, findings};
use consilium_ledger::Event;
use support::{committed, digest, entries, opened, sites, story, update};

fn broken(change: impl FnOnce(&mut Vec<Event>)) -> BTreeSet<Rule> {
    let mut events = story();
    change(&mut events);
    findings(&entries(events)).into_iter().map(|finding| finding.rule).collect()
}

/// Position of the first entry of a type.
fn first(events: &[Event], which: impl Fn(&Event) -> bool) -> usize {
    events.iter().position(which).unwrap()
}

#[test]
fn a_study_with_a_lost_hospital_is_in_order() {
    assert_eq!(findings(&entries(story())), []);
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

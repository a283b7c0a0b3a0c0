//! A hospital's own rules over the network: what waits, what is held for a person, what the ledger shows.

use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use consilium_tests::{Consortium, Party, in_process, plans, sites};

use crate::PROGRAM;

const SITES: [&str; 3] = ["east", "north", "south"];

fn consortium() -> Consortium {
    Consortium::of(PROGRAM, &SITES, |data, site| sites::feature_table(data, site, 20)).unwrap()
}

fn running(consortium: &Consortium) -> Vec<Party> {
    SITES.iter().map(|site| consortium.run(site).unwrap()).collect()
}

fn rules(more: &str) -> String {
    format!("{}{more}\n", consilium_tests::POLICY)
}

/// An hour of each day that begins in six hours, whatever the time is.
fn not_now() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let hour = (now / 3_600 + 6) % 24;
    format!("hours = \"{hour:02}:00-{:02}:00\"", hour + 1)
}

#[test]
fn a_question_outside_the_hours_waits_and_is_answered_later() {
    let consortium = consortium();
    consortium.policy("north", &rules(&not_now())).unwrap();
    let plan = consortium.agree(plans::TABLE, &SITES).unwrap();
    let running = running(&consortium);
    let line = running[1].wait_for("waits for").unwrap();
    assert!(line.contains("attempt 1 exchange 1") && line.contains("hours = "), "{line}");
    running[0].wait_for("exchange 1: answered").unwrap();
    consortium.policy("north", &rules("hours = \"00:00-24:00\"")).unwrap();
    for party in running {
        party.ended().unwrap().succeeded().unwrap();
    }
    assert_eq!(consortium.result(&plan).unwrap(), in_process::result(&consortium, &plan, &SITES).unwrap());
    let waiting = consortium.node_folder("north").join("waiting/table-01.json");
    assert!(!waiting.exists(), "nothing waits any more");
}

#[test]
fn a_held_study_is_answered_as_far_as_a_person_approved() {
    let consortium = consortium();
    consortium.policy("north", &rules("hold = \"study\"")).unwrap();
    let approve = |more: &[&str]| {
        let arguments = [&["approve", "table-01"], more].concat();
        consortium.node("north", &arguments).unwrap()
    };
    assert!(approve(&[]).refused().unwrap().contains("CNS-N-0401"), "there is nothing to approve yet");
    let plan = consortium.agree(plans::TABLE, &SITES).unwrap();
    let running = running(&consortium);
    running[1].wait_for("exchange 1: waits for").unwrap();
    let said = approve(&["--questions", "2"]).succeeded().unwrap();
    assert!(said.contains("it asks") && said.contains("attempt 1 up to exchange 2"), "{said}");
    running[1].wait_for("exchange 3: waits for").unwrap();
    assert_eq!(running[1].count("exchange 3: answered"), 0);
    assert!(approve(&[]).succeeded().unwrap().contains("all its questions"));
    for party in running {
        party.ended().unwrap().succeeded().unwrap();
    }
    assert_eq!(consortium.result(&plan).unwrap(), in_process::result(&consortium, &plan, &SITES).unwrap());
}

#[test]
fn rules_about_studies_and_learners_are_told_before_anything_leaves() {
    let consortium = consortium();
    consortium.publish(plans::TABLE).unwrap();
    let accept = |policy: &str| {
        consortium.policy("north", &rules(policy)).unwrap();
        consortium.node("north", &["accept", "table-01"]).unwrap()
    };
    assert!(accept("studies = [\"mycn-*\"]").refused().unwrap().contains("CNS-N-0420"));
    assert!(accept("learners = [\"logistic\"]").refused().unwrap().contains("CNS-N-0421"));
    let misspelt = accept("hold_for = \"study\"").refused().unwrap();
    assert!(misspelt.contains("CNS-N-0102") && misspelt.contains("hold_for"), "{misspelt}");
    assert!(misspelt.contains("policy.toml") && misspelt.contains("site-it.md"), "{misspelt}");
    let said = accept("studies = [\"table-*\"]").succeeded().unwrap();
    for part in ["what will leave", "6 times (mlp)", "predicts", "plan hash", "in clear"] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn the_ledger_shows_what_left_and_that_nothing_is_missing() {
    let consortium = consortium();
    consortium.agree(plans::TABLE, &SITES).unwrap();
    for party in running(&consortium) {
        party.ended().unwrap().succeeded().unwrap();
    }
    let egress = |more: &[&str]| consortium.node("north", &[&["egress"], more].concat()).unwrap();
    let checked = egress(&["--check"]).succeeded().unwrap();
    let file = consortium.path("left.csv").to_string_lossy().into_owned();
    egress(&["--study", "table-01", "--out", &file]).succeeded().unwrap();
    let table = fs::read_to_string(&file).unwrap();
    let ledger = consortium.node_folder("north").join("egress.jsonl");
    let text = fs::read_to_string(&ledger).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert!(checked.starts_with(&format!("{} lines", lines.len())), "{checked}");
    assert_eq!(table.lines().count(), lines.len(), "a head, and all lines but the one of enrolment");
    fs::write(&ledger, [&lines[..3], &lines[4..]].concat().join("\n") + "\n").unwrap();
    let seen = egress(&["--check"]).refused().unwrap();
    assert!(seen.contains("CNS-N-0302") && seen.contains("line 4"), "{seen}");
    let doctor = consortium.node("north", &["doctor"]).unwrap().refused().unwrap();
    assert!(doctor.contains("FAILED   egress ledger"), "{doctor}");
}

//! A hospital that leaves in the middle of a fit: whatever is fitted and whenever it leaves, the study begins again and
//! finds, bit for bit, what it finds without that hospital.
//!
//! Spec: docs/reference/methods.md (patients and folds); ADR-0004.

#![allow(missing_docs, reason = "a test")]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use consilium_rounds::life::Event;
use consilium_types::StudyPlan;
use support::world::World;
use support::{Site, patients, schema, split};

const HOSPITALS: usize = 4;

/// A plan with four radiomic and two clinical columns.
fn plan(outcome: &str, more: &str) -> StudyPlan {
    let text = format!(
        "[study]\nid = \"loss\"\ntitle = \"A hospital leaves\"\nseed = 3\n\
         sites = {{ min = 2, quorum = 0.5, wait = \"10s\" }}\n[inputs.table]\n\
         [inputs.clinical]\nnumeric = [\"c0\", \"c1\"]\n[outcome]\n{outcome}\n{more}\n"
    );
    let mut plan = StudyPlan::from_toml(&text, "plan.toml").unwrap();
    // the networks of the tests have no hidden layer
    plan.model.network.hidden = Vec::new();
    plan
}

const CASES: &str = "label = \"y\"\npositive = \"1\"";
const LEVELS: &str = "kind = \"ordinal\"\nlabel = \"y\"\nlevels = [\"0\", \"1\", \"2\"]";
const FOLDS: &str = "[evaluate]\nfolds = 3\n";

fn invited(plan: &StudyPlan, classes: u32) -> World {
    let all = patients(11, 40 * HOSPITALS, 4, 2, 3, plan.flow().len());
    let hospitals = split(&Site { classes, ..all }, HOSPITALS, |i| i / 40);
    World::with(plan.clone(), hospitals, schema(4, 2))
}

/// Leaves the study: by a code of its own, or by an operator.
fn leave(world: &mut World, hospital: usize, exchange: u32) {
    let site = world.ids[hospital].clone();
    let key = world.study.status().open.unwrap().key;
    let event = match exchange % 2 {
        0 => Event::Removed { site },
        _ => Event::Declined { site, key, code: "CNS-D-0104".to_owned() },
    };
    assert_eq!(world.take(event), Ok(true));
}

/// Whether the record says who was lost when, and a reader of the journal finds the same study.
fn is_told(world: &World, hospital: usize, exchange: u32) {
    let lost = &world.study.status().lost;
    assert_eq!(lost.len(), 1);
    assert_eq!(lost[0].site, world.ids[hospital]);
    assert_eq!((lost[0].at.attempt.0, lost[0].at.exchange.0), (1, exchange));
    assert!(lost[0].reason.contains(if exchange.is_multiple_of(2) { "revoked" } else { "CNS-D-0104" }));
    assert_eq!(world.replayed(world.journal.len(), 0, false), world.view());
}

fn begins_again_from_any_exchange(plan: &StudyPlan, classes: u32, fewest: u32) {
    let gone = |exchange: u32| exchange as usize % HOSPITALS;
    let without = |hospital: usize| {
        let mut never = invited(plan, classes);
        for i in 0..HOSPITALS {
            let refused = Event::Refused { site: never.ids[hospital].clone() };
            let answer = if i == hospital { never.take(refused) } else { never.accept(i) };
            assert_eq!(answer, Ok(true));
        }
        never.finish();
        let result = never.study.result().unwrap_or_else(|| panic!("{:?}", never.study.cause()));
        assert_eq!(result.sites.len(), HOSPITALS - 1);
        result.to_json()
    };
    let expected: Vec<String> = (0..HOSPITALS).map(without).collect();
    let mut whole = invited(plan, classes).joined();
    let mut exchange = 0;
    while let Some(open) = whole.study.status().open {
        exchange = open.key.exchange.0;
        let mut lost = whole.clone();
        // some have answered this exchange, some have not
        (0..exchange as usize % HOSPITALS).for_each(|i| drop(lost.answer(i)));
        leave(&mut lost, gone(exchange), exchange);
        is_told(&lost, gone(exchange), exchange);
        lost.finish();
        let found = lost.study.result().unwrap_or_else(|| panic!("{:?}", lost.study.cause())).to_json();
        assert!(found == expected[gone(exchange)], "lost at exchange {exchange}");
        whole.round(0);
    }
    assert!(exchange >= fewest, "{exchange} exchanges");
}

#[test]
fn firth() {
    begins_again_from_any_exchange(&plan(CASES, &format!("[model]\nlearner = \"firth\"\n{FOLDS}")), 2, 10);
}

#[test]
fn ridge_by_nested_folds() {
    begins_again_from_any_exchange(&plan(CASES, FOLDS), 2, 10);
}

#[test]
fn a_path_that_selects() {
    let select = "[select]\nmethod = \"lasso\"\nmax = 2\n\
                  [model]\nfamilies = [\"radiomics\"]\npenalty = { ridge = 1.0 }\n";
    begins_again_from_any_exchange(&plan(CASES, &format!("{select}{FOLDS}")), 2, 12);
}

#[test]
fn a_lasso() {
    let model = "[model]\nfamilies = [\"combined\"]\npenalty = { lasso = \"cv\" }\n";
    begins_again_from_any_exchange(&plan(CASES, &format!("{model}{FOLDS}")), 2, 10);
}

#[test]
fn forest() {
    let model =
        "[model]\nlearner = \"forest\"\nfamilies = [\"combined\"]\nforest = { trees = 3, depth = 3 }\n";
    begins_again_from_any_exchange(&plan(CASES, &format!("{model}{FOLDS}")), 2, 10);
}

#[test]
fn boost() {
    let model = "[model]\nlearner = \"boost\"\nfamilies = [\"combined\"]\nboost = { trees = 3, depth = 2 }\n";
    begins_again_from_any_exchange(&plan(CASES, &format!("{model}{FOLDS}")), 2, 12);
}

#[test]
fn ordinal() {
    let model = "[model]\nlearner = \"ordinal\"\nfamilies = [\"combined\"]\npenalty = { ridge = 1.0 }\n";
    begins_again_from_any_exchange(&plan(LEVELS, &format!("{model}{FOLDS}")), 3, 10);
}

#[test]
fn machines() {
    let model = "[model]\nlearner = \"svm\"\nfamilies = [\"combined\"]\ncompare = [\"svm-rbf\"]\n\
                 svm = { features = 16 }\n";
    begins_again_from_any_exchange(&plan(CASES, &format!("{model}{FOLDS}")), 2, 10);
}

#[test]
fn networks() {
    let model =
        "[model]\nlearner = \"mlp\"\nfamilies = [\"combined\"]\nnetwork = { rounds = 3, rate = 0.05 }\n";
    begins_again_from_any_exchange(&plan(CASES, &format!("{model}{FOLDS}")), 2, 12);
}

#[test]
fn repeated_folds() {
    let model = "[model]\nfamilies = [\"clinical\"]\npenalty = { ridge = 1.0 }\n[evaluate]\nrepeats = 2\n";
    begins_again_from_any_exchange(&plan(CASES, model), 2, 10);
}

#[test]
fn harmonised_columns() {
    let model =
        "[harmonise]\nmethod = \"combat\"\n[model]\nfamilies = [\"radiomics\"]\npenalty = { ridge = 1.0 }\n";
    begins_again_from_any_exchange(&plan(CASES, &format!("{model}{FOLDS}")), 2, 10);
}

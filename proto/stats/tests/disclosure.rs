//! Each rule of disclosure, and a hospital with one healthy patient.
//!
//! Spec: docs/reference/methods/disclosure.md.

#![allow(missing_docs, reason = "a test")]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use consilium_stats::disclosure::fewest_together;
use consilium_stats::glm::{Climb, Firth, Inputs, Response, Stance};
use consilium_stats::{
    Count, Derived, Design, Harmonise, Limits, Quantiles, Query, Rule, Scale, Stack, Target, Undisclosed,
};
use support::Table;

const LIMITS: Limits = Limits { cell: 5, sites: 3, per_model: 0.33, parameters: 40, site_sums: false };

fn table(controls: usize, cases: usize) -> Table {
    let n = controls + cases;
    let rows = (0..n).map(|i| vec![i as f64, 1.0]).collect();
    let mut table = Table::new(rows, (0..n).map(|i| i < cases).collect());
    table.cells = (0..n).map(|i| i % 5).collect();
    table
}

fn count() -> Query {
    Count { steps: 0, cells: 5, classes: vec![2] }.into()
}

fn design(held_out: Vec<usize>) -> Design {
    Design {
        columns: vec![0],
        mean: vec![0.0],
        sd: vec![1.0],
        held_out,
        harmonise: Harmonise::None,
        derived: Derived::default(),
    }
}

fn newton(parameters: usize, held_out: Vec<usize>) -> Query {
    let fit = Stance { inputs: 0, beta: vec![0.0; parameters], active: None };
    let (response, inputs) = (Response::Binary(Target::case(0)), Inputs::columns(design(held_out)));
    Climb { response, inputs: vec![inputs], fits: vec![fit] }.into()
}

fn refusal(query: &Query, table: &Table, sites: usize) -> Undisclosed {
    LIMITS.allow(query, table, sites).unwrap_err()
}

/// UCI heart disease, complete but for slope, ca and thal, as `FLamby` cuts it: in Switzerland, 45 patients have the
/// disease and one has not.
#[test]
fn a_hospital_with_one_healthy_patient_is_refused_by_name() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/pooled/trees/heart.json");
    let heart: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let complete = |i: &usize| (0..10).all(|column| heart["rows"][i][column].is_number());
    let swiss = (0..920).filter(|i| heart["sites"][i] == "switzerland").filter(complete);
    let cases: Vec<bool> = swiss.map(|i| heart["labels"][i] == 1).collect();
    assert_eq!(cases.len(), 46);
    let mut table = Table::new(vec![vec![1.0]; 46], cases);
    table.cells = (0..46).map(|i| i % 5).collect();
    let question = Query::from(Scale { width: 1 });
    let fault = refusal(&question, &table, 4);
    assert_eq!((fault.code(), fault.rule().name()), ("CNS-S-0501", "cell"));
    assert_eq!(fault, Undisclosed::Cell { what: "class 0 of label 1".to_owned(), found: 1, limit: 5 });
    let agreed = Limits { cell: 1, ..LIMITS };
    assert_eq!(agreed.allow(&question, &table, 4), Ok(()));
    assert!(agreed.tightened(LIMITS).allow(&question, &table, 4).is_err(), "a policy only tightens");
}

#[test]
fn few_patients_of_a_class_are_refused_and_none_is_not() {
    for (controls, cases, fine) in
        [(20, 5, true), (20, 4, false), (20, 0, true), (5, 30, true), (1, 30, false)]
    {
        assert_eq!(LIMITS.allow(&count(), &table(controls, cases), 3).is_ok(), fine, "{controls} {cases}");
    }
    assert_eq!(refusal(&count(), &table(0, 3), 3).rule(), Rule::Cell);
    let mut second =
        Table::labelled(vec![vec![0.0]; 20], (0..20).map(|i| vec![Some(0), (i < 2).then_some(1)]).collect());
    second.cells = (0..20).map(|i| i % 5).collect();
    assert!(refusal(&count(), &second, 3).to_string().contains("class 1 of label 2"));
}

#[test]
fn two_hospitals_are_too_few() {
    assert_eq!(refusal(&count(), &table(20, 20), 2), Undisclosed::Sites { found: 2, limit: 3 });
}

#[test]
fn parameters_are_counted_against_the_patients_of_their_training_set() {
    let table = table(15, 15);
    assert_eq!(LIMITS.allow(&newton(9, vec![]), &table, 3), Ok(()));
    assert_eq!(refusal(&newton(10, vec![]), &table, 3).rule(), Rule::PerModel);
    let fault = refusal(&newton(9, vec![2]), &table, 3);
    assert_eq!(fault, Undisclosed::PerModel { parameters: 9, patients: 24, limit: 0.33 });
    let stacked = Query::from(Stack { questions: vec![count(), newton(9, vec![2])] });
    assert_eq!(refusal(&stacked, &table, 3), fault, "a stack hides nothing");
    assert_eq!(LIMITS.allow(&newton(9, vec![0, 1, 2, 3, 4]), &table, 3), Ok(()), "nobody here is trained on");
}

#[test]
fn where_sites_are_held_out_site_sums_are_needed() {
    let mut table = table(20, 20);
    table.cells = vec![1; 40];
    assert_eq!(refusal(&newton(2, vec![0]), &table, 3), Undisclosed::SiteSums);
    assert_eq!(refusal(&count(), &table, 3).code(), "CNS-S-0503");
    let released = Limits { site_sums: true, ..LIMITS };
    assert_eq!(released.allow(&newton(2, vec![0]), &table, 3), Ok(()));
    let policy = LIMITS;
    assert!(
        released.tightened(policy).allow(&count(), &table, 3).is_err(),
        "plan and policy both release them"
    );
}

#[test]
fn cuts_do_not_search_for_one_patient() {
    let ask = |cuts: Vec<f64>| {
        Query::from(Quantiles { designs: vec![design(vec![])], cuts: vec![vec![cuts]], bits: 9 })
    };
    let table = table(20, 20);
    assert_eq!(LIMITS.allow(&ask(vec![-1.0, 0.0, 1.0 / 8192.0, 4.0]), &table, 3), Ok(()));
    for cuts in [vec![0.0, 1e-5], vec![3.9, 4.1], vec![-7.0]] {
        let fault = refusal(&ask(cuts), &table, 3);
        assert_eq!((fault.code(), fault.rule().name()), ("CNS-S-0505", "cuts"));
    }
}

#[test]
fn a_fit_that_the_plan_does_not_lead_to_is_refused_however_many_patients_there_are() {
    let table = table(500, 500);
    assert_eq!(LIMITS.allow(&newton(40, vec![]), &table, 3), Ok(()));
    let fault = refusal(&newton(41, vec![]), &table, 3);
    assert_eq!(fault, Undisclosed::Parameters { parameters: 41, limit: 40 });
    let inputs = Inputs::columns(design(vec![]));
    let stance = |beta: usize, active| Stance { inputs: 0, beta: vec![0.0; beta], active };
    let path = Climb {
        response: Response::Binary(Target::case(0)),
        inputs: vec![inputs.clone()],
        fits: vec![stance(300, Some(vec![0, 1]))],
    };
    assert_eq!(LIMITS.allow(&path.into(), &table, 3), Ok(()), "two of them move");
    let firth = Firth {
        target: Target::case(0),
        inputs: vec![inputs],
        fits: vec![stance(41, None)],
        inverses: vec![vec![0.0; 41 * 42 / 2]],
    };
    assert_eq!(refusal(&firth.into(), &table, 3), fault);
}

#[test]
fn a_code_tells_its_rule_and_what_would_be_allowed() {
    for rule in Rule::ALL {
        assert_eq!(Rule::of_code(rule.code()), Some(rule));
        assert!(!rule.name().is_empty() && !rule.remedy().is_empty());
    }
    assert_eq!(Rule::of_code("CNS-N-0404"), None);
}

#[test]
fn what_a_fold_rests_on_is_known_before_anything_is_asked() {
    let few = table(20, 6);
    assert_eq!(fewest_together(&few, 1), Some(1), "six cases in five folds");
    assert_eq!(fewest_together(&table(0, 0), 1), None);
}

//! Questions that would tell too much, and hospitals with few patients: refused by rule, with hospital and remedy.

use consilium_proto::v1::Question;
use consilium_stats::glm::{Climb, Inputs, Response, Stance};
use consilium_stats::network::initial;
use consilium_stats::{
    AtRisk, Ballot, Derived, Design, Harmonise, Motion, NetworkPoint, Quantiles, Query, Stack, Target,
    TimeGrid, Training,
};
use consilium_tests::consortium::POLICY;
use consilium_tests::{Consortium, plans, sites};
use consilium_types::plan::Robust;

use super::liars::declined_by;
use crate::PROGRAM;

const SITES: [&str; 3] = ["east", "north", "south"];

fn asked(policy: &str, query: impl Into<Query>) -> String {
    let query = serde_json::to_vec(&query.into()).unwrap();
    declined_by(policy, |question: &mut Question| question.query = query)
}

fn design(columns: usize) -> Design {
    Design {
        columns: (0..columns).collect(),
        mean: vec![0.0; columns],
        sd: vec![1.0; columns],
        held_out: Vec::new(),
        harmonise: Harmonise::None,
        derived: Derived::default(),
    }
}

fn fit(columns: usize) -> Climb {
    let fits = vec![Stance { inputs: 0, beta: vec![0.0; columns + 1], active: None }];
    let response = Response::Binary(Target::case(0));
    Climb { response, inputs: vec![Inputs::columns(design(columns))], fits }
}

#[test]
fn a_fit_that_the_accepted_plan_does_not_lead_to_is_not_answered_alone_or_in_a_stack() {
    assert_eq!(asked(POLICY, fit(7)), "CNS-S-0506");
    assert_eq!(asked(POLICY, Stack { questions: vec![fit(2).into(), fit(7).into()] }), "CNS-S-0506");
}

#[test]
fn a_hospital_may_count_parameters_against_its_own_patients() {
    assert_eq!(asked(POLICY, fit(4)), "answered");
    assert_eq!(asked(&format!("{POLICY}per_model = 0.2\n"), fit(4)), "CNS-S-0502");
}

#[test]
fn a_search_for_one_value_or_one_day_is_not_answered() {
    let cuts = vec![vec![vec![0.0, 1e-6]]];
    assert_eq!(asked(POLICY, Quantiles { designs: vec![design(1)], cuts, bits: 9 }), "CNS-S-0505");
    let grid = TimeGrid { step: 0.5, intervals: 100, end: 49.5 };
    assert_eq!(asked(POLICY, AtRisk { grid }), "CNS-S-0504");
}

#[test]
fn networks_are_guarded_as_the_accepted_plan_says_or_not_trained() {
    let parameters = initial(1, &[4], 1);
    let training = |robust| Training {
        target: Target::case(0),
        networks: vec![NetworkPoint { design: design(1), parameters: parameters.clone() }],
        hidden: vec![4],
        epochs: 1,
        batch: 8,
        rate: 0.1,
        decay: 0.0,
        seed: 1,
        dp: None,
        robust,
    };
    assert_eq!(asked(POLICY, training(None)), "answered");
    let clipped = Robust { clip: Some(1.0), ..Robust::default() };
    assert_eq!(asked(POLICY, training(Some(clipped))), "CNS-N-0410");
    let motion = Motion { design: design(1), before: parameters.clone(), after: parameters.clone() };
    let ballot =
        Ballot { target: Target::case(0), hidden: vec![4], motions: vec![motion], tolerance: 0.1, least: 2 };
    assert_eq!(asked(POLICY, ballot), "CNS-N-0410", "the plan asks for no votes");
}

#[test]
fn a_roster_below_the_plan_s_minimum_is_not_answered_even_where_the_policy_is_lax() {
    let lax = "min_patients = 5\nmin_sites = 1\ncell = 2\n";
    assert_eq!(declined_by(lax, |question| question.roster = vec!["east".to_owned()]), "CNS-N-0404");
}

#[test]
fn a_hospital_with_few_cases_is_told_before_it_accepts() {
    let consortium =
        Consortium::of(PROGRAM, &SITES, |data, site| sites::feature_table(data, site, 20)).unwrap();
    let plan = plans::TABLE.replace("cell = 2", "cell = 5");
    let plan = consortium.publish(&plan).unwrap();
    let text = consortium.node("south", &["accept", "table-01"]).unwrap().refused().unwrap();
    let few = "20 patients of this hospital fit; relapse: 16 no, 4 yes";
    assert!(text.contains(few), "{text}");
    assert!(text.contains("CNS-S-0501") && text.contains("class 1 of label 1 has 4 patients"), "{text}");
    assert!(text.contains("privacy.limits.cell"), "{text}");
    let doctor = consortium.node("south", &["doctor"]).unwrap().succeeded().unwrap();
    assert!(doctor.contains("warning  study") && doctor.contains("CNS-S-0501"), "{doctor}");
    consortium.node("south", &["refuse", "table-01"]).unwrap().succeeded().unwrap();
    for site in &SITES[..2] {
        let text = consortium.node(site, &["accept", "table-01"]).unwrap().succeeded().unwrap();
        assert!(text.contains("attention") && text.contains("some sums of a class rest on"), "{text}");
    }
    let doctor = consortium.node("east", &["doctor"]).unwrap().succeeded().unwrap();
    assert!(doctor.contains("ok       study"), "{doctor}");
    let running = [consortium.run("east").unwrap(), consortium.run("north").unwrap()];
    for party in running {
        assert!(party.ended().unwrap().succeeded().unwrap().contains("table-01 finished"));
    }
    assert!(consortium.status(&plan).unwrap().contains("finished"));
}

#[test]
fn a_refusal_in_the_middle_names_hospital_rule_and_remedy_to_the_operator() {
    let consortium =
        Consortium::of(PROGRAM, &SITES, |data, site| sites::feature_table(data, site, 20)).unwrap();
    let plan = consortium.agree(plans::TABLE, &SITES).unwrap();
    consortium.policy("south", &POLICY.replace("cell = 2", "cell = 5")).unwrap();
    let doctor = consortium.node("south", &["doctor"]).unwrap().refused().unwrap();
    assert!(doctor.contains("FAILED   study") && doctor.contains("CNS-S-0501"), "{doctor}");
    let running = SITES.map(|site| consortium.run(site).unwrap());
    running[2].wait_for("declined with CNS-S-0501").unwrap();
    for party in running {
        assert!(party.ended().unwrap().succeeded().unwrap().contains("table-01 finished"));
    }
    let status = consortium.status(&plan).unwrap();
    assert!(
        status.contains("lost south") && status.contains("CNS-S-0501: its rule `cell` refuses"),
        "{status}"
    );
    assert!(status.contains("privacy.limits.cell"), "{status}");
}

#[test]
fn a_plan_that_is_too_large_for_its_patients_ends_before_anything_is_fitted() {
    let consortium =
        Consortium::of(PROGRAM, &SITES, |data, site| sites::feature_table(data, site, 20)).unwrap();
    let plan = plans::TABLE.replace("per_model = 1", "per_model = 0.2");
    consortium.agree(&plan, &SITES).unwrap();
    let running = SITES.map(|site| consortium.run(site).unwrap());
    for party in running {
        let text = party.ended().unwrap().succeeded().unwrap();
        assert!(
            text.contains("table-01 aborted")
                && text.contains("CNS-R-0170: the plan's largest model has 5 parameters"),
            "{text}"
        );
        assert_eq!(text.matches(": answered with").count(), 1, "{text}");
    }
}

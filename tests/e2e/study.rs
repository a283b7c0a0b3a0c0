//! A study from publication to result, and what its users see on the way.

use std::fs;

use consilium_tests::{Consortium, in_process, plans, sites};
use consilium_types::StudyPlan;

use crate::PROGRAM;

const SITES: [&str; 3] = ["east", "north", "south"];

#[test]
fn the_network_computes_what_one_process_computes() {
    let consortium =
        Consortium::of(PROGRAM, &SITES, |data, site| sites::feature_table(data, site, 24)).unwrap();
    let plan = consortium.agree(plans::TABLE, &SITES).unwrap();
    let running = SITES.map(|site| consortium.run(site).unwrap());
    for party in running {
        assert!(party.ended().unwrap().succeeded().unwrap().contains("table-01 finished"));
    }
    let expected = in_process::result(&consortium, &plan, &SITES).unwrap();
    assert_eq!(consortium.result(&plan).unwrap(), expected);
    assert!(consortium.status(&plan).unwrap().contains("finished"));
    what_left_is_in_the_ledger(&consortium);
    the_report_is_that_of_the_result(&consortium, &plan, &expected);
    the_result_survives_a_restart(consortium, &plan, &expected);
}

#[test]
fn every_kind_of_outcome_and_learner_gives_the_bytes_of_one_process() {
    let consortium =
        Consortium::of(PROGRAM, &SITES, |data, site| sites::feature_table(data, site, 48)).unwrap();
    for plan in [plans::GRADES, plans::ORDERED, plans::SURVIVAL, plans::LABELS] {
        let plan = consortium.agree(plan, &SITES).unwrap();
        let running = SITES.map(|site| consortium.run(site).unwrap());
        let ended = format!("{} finished", plan.study.id);
        for party in running {
            let text = party.ended().unwrap().succeeded().unwrap();
            assert!(text.contains(&ended), "{text}");
        }
        let expected = in_process::result(&consortium, &plan, &SITES).unwrap();
        assert!(consortium.result(&plan).unwrap() == expected, "{}: other bytes", plan.study.id);
    }
}

fn what_left_is_in_the_ledger(consortium: &Consortium) {
    let text = consortium.node("east", &["egress", "--json"]).unwrap().succeeded().unwrap();
    let ledger: serde_json::Value = serde_json::from_str(&text).unwrap();
    let status = consortium.operator(&["study", "status", "--json"]).unwrap().succeeded().unwrap();
    let status: serde_json::Value = serde_json::from_str(&status).unwrap();
    let sent: Vec<&str> =
        ledger.as_array().unwrap().iter().filter_map(|line| line["digest"].as_str()).collect();
    let closed = status[0]["closed"].as_array().unwrap();
    let recorded: Vec<&str> =
        closed.iter().filter_map(|done| done["contributions"]["east"].as_str()).collect();
    assert_eq!(sent, recorded, "the hospital's ledger and the coordinator's record tell the same");
    for patient in ["east-000", "east-023"] {
        assert!(!text.contains(patient) && !status.to_string().contains(patient), "a patient's key has left");
    }
}

fn the_report_is_that_of_the_result(consortium: &Consortium, plan: &StudyPlan, result: &str) {
    let out = consortium.path("report");
    let words = ["study", "report", "table-01", "--out", out.to_str().unwrap()];
    consortium.operator(&words).unwrap().succeeded().unwrap();
    for file in consilium_report::files(plan, &serde_json::from_str(result).unwrap()) {
        assert!(fs::read(out.join(&file.path)).unwrap() == file.bytes, "{}", file.path);
    }
}

fn the_result_survives_a_restart(mut consortium: Consortium, plan: &StudyPlan, expected: &str) {
    consortium.kill_server().unwrap();
    consortium.serve().unwrap();
    assert_eq!(consortium.result(plan).unwrap(), expected);
    assert!(
        consortium.node("east", &["studies"]).unwrap().succeeded().unwrap().contains("(finished, accepted)")
    );
}

#[test]
fn images_become_features_once() {
    let consortium = Consortium::of(PROGRAM, &SITES, |data, site| sites::images(data, site, 14)).unwrap();
    let plan = consortium.agree(plans::IMAGES, &SITES).unwrap();
    let extracted = consortium.node("north", &["extract", "images-01"]).unwrap().succeeded().unwrap();
    assert!(extracted.contains("features of 14 patients, 0 of them from the cache"), "{extracted}");
    let running = SITES.map(|site| consortium.run(site).unwrap());
    let texts = running.map(|party| party.ended().unwrap().succeeded().unwrap());
    assert!(texts[1].contains("features of 14 patients, 14 of them from the cache"), "{}", texts[1]);
    assert_eq!(consortium.result(&plan).unwrap(), in_process::result(&consortium, &plan, &SITES).unwrap());
}

#[test]
fn too_few_acceptances_abort_with_a_cause() {
    let consortium =
        Consortium::of(PROGRAM, &SITES[..2], |data, site| sites::feature_table(data, site, 24)).unwrap();
    let plan = consortium.publish(plans::TABLE).unwrap();
    consortium.node("east", &["accept", "table-01"]).unwrap().succeeded().unwrap();
    consortium.node("north", &["refuse", "table-01"]).unwrap().succeeded().unwrap();
    let text = consortium.run("east").unwrap().ended().unwrap().succeeded().unwrap();
    assert!(text.contains("table-01 aborted: CNS-R-0301"), "{text}");
    let refused = consortium.operator(&["study", "results", "table-01"]).unwrap().refused().unwrap();
    assert!(refused.contains("CNS-C-0112") && refused.contains("aborted"), "{refused}");
    assert!(consortium.status(&plan).unwrap().contains("north                    refused"));
}

#[test]
fn different_columns_abort_and_say_which() {
    let consortium =
        Consortium::of(PROGRAM, &SITES[..2], |data, site| sites::feature_table(data, site, 24)).unwrap();
    let file = consortium.data("north").join("features.csv");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("entropy", "entropie")).unwrap();
    let plan = consortium.agree(plans::TABLE, &SITES[..2]).unwrap();
    let status = consortium.status(&plan).unwrap();
    assert!(status.contains("CNS-R-0302") && status.contains("entropie"), "{status}");
}

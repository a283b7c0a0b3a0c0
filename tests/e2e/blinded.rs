//! Blinded studies over the network: the bytes of one process, whoever is killed, and no hospital's sums at the coordinator.

use consilium_auditor::replay;
use consilium_tests::{Consortium, Party, in_process, plans, sites};
use consilium_types::{Digest, StudyPlan};

use crate::PROGRAM;

const SITES: [&str; 4] = ["east", "north", "south", "west"];

fn begun(plan: &str) -> (Consortium, StudyPlan, Vec<Party>) {
    let consortium =
        Consortium::of(PROGRAM, &SITES, |data, site| sites::feature_table(data, site, 20)).unwrap();
    let plan = consortium.agree(&plans::blinded(plan), &SITES).unwrap();
    let running = SITES.iter().map(|site| consortium.run(site).unwrap()).collect();
    (consortium, plan, running)
}

fn ends_well(consortium: &Consortium, plan: &StudyPlan, running: Vec<Party>) {
    for party in running {
        party.ended().unwrap().succeeded().unwrap();
    }
    assert_eq!(consortium.verdict().unwrap().findings, [], "the log has no gap");
    assert_eq!(consortium.result(plan).unwrap(), in_process::result(consortium, plan, &SITES).unwrap());
}

#[test]
fn the_network_computes_what_one_process_computes_and_keeps_what_proves_it() {
    let (consortium, plan, running) = begun(plans::TABLE);
    ends_well(&consortium, &plan, running);
    let status = consortium.operator(&["study", "status", "--json"]).unwrap().succeeded().unwrap();
    let status: serde_json::Value = serde_json::from_str(&status).unwrap();
    let closed = status[0]["closed"].as_array().unwrap();
    the_ledger_names_what_left_blinded(&consortium, closed);
    every_sum_is_added_again(&consortium, &plan);
    let unknown = consortium.operator(&["study", "evidence", "nobody", "--out", "nowhere"]).unwrap();
    assert!(unknown.refused().unwrap().contains("CNS-C-0111"));
}

#[test]
fn votes_on_networks_are_blinded_and_added_again_like_all_sums() {
    let guarded = format!("{}[robust]\nclip = 5.0\nvote = 0.5\n", plans::TABLE);
    let (consortium, plan, running) = begun(&guarded);
    ends_well(&consortium, &plan, running);
    let text = consortium.node("east", &["egress", "--json"]).unwrap().succeeded().unwrap();
    let ledger: serde_json::Value = serde_json::from_str(&text).unwrap();
    let is_vote = |line: &&serde_json::Value| line["what"].as_str().unwrap().contains("vote");
    assert!(ledger.as_array().unwrap().iter().filter(is_vote).count() > 1, "{text}");
    every_sum_is_added_again(&consortium, &plan);
}

fn the_ledger_names_what_left_blinded(consortium: &Consortium, closed: &[serde_json::Value]) {
    let text = consortium.node("east", &["egress", "--json"]).unwrap().succeeded().unwrap();
    let ledger: serde_json::Value = serde_json::from_str(&text).unwrap();
    let lines = ledger.as_array().unwrap();
    let sent: Vec<&str> = lines.iter().filter_map(|line| line["digest"].as_str()).collect();
    let recorded: Vec<&str> =
        closed.iter().filter_map(|done| done["contributions"]["east"].as_str()).collect();
    assert_eq!(sent, recorded, "the hospital's ledger and the coordinator's record tell the same");
    let blinded = lines.iter().filter(|line| line["what"].as_str().unwrap().starts_with("blinded: "));
    assert_eq!(blinded.count(), closed.len());
    let secrets = std::fs::read_dir(consortium.node_folder("east").join("studies")).unwrap();
    let names = secrets.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert!(names.into_iter().all(|name| !name.ends_with(".secret")), "erased at the end");
}

/// As the auditor does it: from files that the operator exports, against the log.
pub(crate) fn every_sum_is_added_again(consortium: &Consortium, plan: &StudyPlan) {
    let status = consortium.operator(&["study", "status", "--json"]).unwrap().succeeded().unwrap();
    let status: serde_json::Value = serde_json::from_str(&status).unwrap();
    let closed = status[0]["closed"].as_array().unwrap();
    let sums: Vec<Digest> =
        closed.iter().map(|done| done["sum"].as_str().unwrap().parse().unwrap()).collect();
    let out = consortium.path("evidence");
    let (study, folder) = (plan.study.id.as_str(), out.to_str().unwrap());
    consortium.operator(&["study", "evidence", study, "--out", folder]).unwrap().succeeded().unwrap();
    let log = consortium.log_of_training().unwrap();
    let mut proven: Vec<_> =
        replay::rounds(&out).unwrap().iter().map(|round| replay::replay(&log, round).unwrap()).collect();
    proven.sort_by_key(|round| (round.attempt, round.round));
    assert_eq!(proven.iter().map(|round| round.sum).collect::<Vec<_>>(), sums);
    let sites = |done: &serde_json::Value| done["contributions"].as_object().unwrap().len();
    assert!(proven.iter().zip(closed).all(|(round, done)| round.sites.len() == sites(done)));
    replay::complete(&log, &proven).unwrap();
}

#[test]
fn a_node_is_killed_at_four_points() {
    let (consortium, plan, mut running) = begun(plans::TABLE);
    for exchange in [1, 4, 11, 17] {
        running[1].wait_for(&format!("exchange {exchange}: answered")).unwrap();
        running.remove(1).kill().unwrap();
        running.insert(1, consortium.run("north").unwrap());
    }
    ends_well(&consortium, &plan, running);
}

#[test]
fn everyone_is_killed_at_once_twice() {
    let (mut consortium, plan, mut running) = begun(plans::TABLE);
    for exchange in [2, 8] {
        running[2].wait_for(&format!("exchange {exchange}: answered")).unwrap();
        consortium.kill_server().unwrap();
        running.into_iter().for_each(|party| party.kill().unwrap());
        running = SITES.iter().map(|site| consortium.run(site).unwrap()).collect();
        consortium.serve().unwrap();
    }
    ends_well(&consortium, &plan, running);
}

#[test]
fn a_hospital_that_goes_away_ends_the_study_rather_than_have_its_sums_told() {
    let (consortium, plan, running) = begun(&plans::with_wait(plans::TABLE, "8s"));
    running[2].wait_for("exchange 3: answered").unwrap();
    running[2].suspend().unwrap();
    running[0].wait_for("table-01 aborted: CNS-R-0305").unwrap();
    running[2].resume().unwrap();
    running.into_iter().for_each(|party| drop(party.ended().unwrap()));
    assert!(consortium.status(&plan).unwrap().contains("would tell its sums"));
}

//! `kill -9` of a node or of the coordinator, anywhere in a study: the same result file.

use consilium_tests::{Consortium, Party, in_process, plans, sites};
use consilium_types::StudyPlan;

use crate::PROGRAM;

const SITES: [&str; 3] = ["east", "north", "south"];

fn begun() -> (Consortium, StudyPlan, Vec<Party>) {
    let consortium =
        Consortium::of(PROGRAM, &SITES, |data, site| sites::feature_table(data, site, 20)).unwrap();
    let plan = consortium.agree(plans::TABLE, &SITES).unwrap();
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
fn a_node_is_killed_at_four_points() {
    let (consortium, plan, mut running) = begun();
    for exchange in [1, 4, 11, 17] {
        running[1].wait_for(&format!("exchange {exchange}: answered")).unwrap();
        running.remove(1).kill().unwrap();
        running.insert(1, consortium.run("north").unwrap());
    }
    ends_well(&consortium, &plan, running);
}

#[test]
fn the_coordinator_is_killed_at_four_points() {
    let (mut consortium, plan, running) = begun();
    for exchange in [1, 5, 12, 19] {
        running[0].wait_for(&format!("exchange {exchange}: answered")).unwrap();
        consortium.kill_server().unwrap();
        consortium.serve().unwrap();
    }
    ends_well(&consortium, &plan, running);
}

#[test]
fn everyone_is_killed_at_once() {
    let (mut consortium, plan, running) = begun();
    running[2].wait_for("exchange 8: answered").unwrap();
    consortium.kill_server().unwrap();
    running.into_iter().for_each(|party| party.kill().unwrap());
    let running: Vec<Party> = SITES.iter().map(|site| consortium.run(site).unwrap()).collect();
    consortium.serve().unwrap();
    ends_well(&consortium, &plan, running);
}

#[test]
fn a_hospital_that_goes_away_is_waited_for_and_then_left_out() {
    let consortium =
        Consortium::of(PROGRAM, &SITES, |data, site| sites::feature_table(data, site, 20)).unwrap();
    let plan = consortium.agree(&plans::with_wait(plans::TABLE, "8s"), &SITES).unwrap();
    let running: Vec<Party> = SITES.iter().map(|site| consortium.run(site).unwrap()).collect();
    running[2].wait_for("exchange 3: answered").unwrap();
    running[2].suspend().unwrap();
    running[0].wait_for("attempt 2 exchange 1: answered").unwrap();
    running[2].resume().unwrap();
    for party in running {
        assert!(party.ended().unwrap().succeeded().unwrap().contains("table-01 finished"));
    }
    let status = consortium.status(&plan).unwrap();
    assert!(status.contains("lost south at attempt 1: silent for 8s"), "{status}");
    let without = in_process::result(&consortium, &plan, &SITES[..2]).unwrap();
    assert_eq!(consortium.result(&plan).unwrap(), without, "as if it had never taken part");
}

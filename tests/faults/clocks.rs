//! Wall clocks that are wrong, or are set while a study runs. What is waited for is counted by the time that passes, and what a
//! certificate lasts by the coordinator's clock; nothing is lost by any of it, and it is said.

use std::process::Command;

use consilium_tests::{Consortium, in_process, plans, sites};
use consilium_types::StudyPlan;

use crate::PROGRAM;

const SITES: [&str; 2] = ["east", "north"];
const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// Nothing on a machine without a C compiler.
fn consortium(clocks: &[(&str, i64)]) -> Option<Consortium> {
    if Command::new("cc").arg("--version").output().is_err() {
        println!("skipped: no C compiler, which the clock of these tests needs");
        return None;
    }
    let mut consortium = Consortium::begin(PROGRAM).unwrap();
    for (site, seconds) in clocks {
        consortium.set_clock(&consortium.node_folder(site), *seconds).unwrap();
    }
    for site in SITES {
        sites::feature_table(&consortium.data(site), site, 20).unwrap();
        consortium.enrol(site).unwrap();
    }
    consortium.log("info");
    Some(consortium)
}

/// As if all clocks had been right.
fn assert_undisturbed(consortium: &Consortium, plan: &StudyPlan) {
    assert_eq!(consortium.result(plan).unwrap(), in_process::result(consortium, plan, &SITES).unwrap());
    let verdict = consortium.verdict().unwrap();
    assert_eq!(verdict.findings, []);
    let status = consortium.operator(&["study", "status", "--json"]).unwrap().succeeded().unwrap();
    assert!(status.contains("\"lost\": []") || status.contains("\"lost\":[]"), "{status}");
}

fn server_clock(consortium: &mut Consortium, seconds: i64) {
    consortium.set_clock(&consortium.coordinator_folder(), seconds).unwrap();
}

#[test]
fn hospitals_a_day_ahead_and_a_day_behind_work_with_each_other() {
    let Some(consortium) = consortium(&[("east", DAY + HOUR), ("north", -DAY - HOUR)]) else { return };
    let plan = consortium.agree(plans::TABLE, &SITES).unwrap();
    let running = SITES.map(|site| consortium.run(site).unwrap());
    for (party, said) in running.into_iter().zip(["1 day 1 h ahead of", "1 day 1 h behind"]) {
        let lines = party.ended().unwrap().succeeded().unwrap();
        assert!(lines.contains("table-01 finished"), "{lines}");
        assert_eq!(lines.matches(said).count(), 1, "said once: {lines}");
        assert!(lines.matches("the certificate is renewed").count() <= 1, "{lines}");
    }
    for (site, said) in SITES.iter().zip(["1 day 1 h ahead of", "1 day 1 h behind"]) {
        let doctor = consortium.node(site, &["doctor"]).unwrap().succeeded().unwrap();
        assert!(doctor.contains("warning  clock") && doctor.contains(said), "{doctor}");
    }
    assert_undisturbed(&consortium, &plan);
}

#[test]
fn nobody_is_lost_when_the_coordinators_clock_is_set() {
    let Some(mut consortium) = consortium(&[]) else { return };
    server_clock(&mut consortium, 0);
    consortium.kill_server().unwrap();
    consortium.serve().unwrap();
    let plan = consortium.agree(plans::TABLE, &SITES).unwrap();
    let running = SITES.map(|site| consortium.run(site).unwrap());
    running[1].wait_for("answered").unwrap();
    running[1].suspend().unwrap();
    for (n, seconds) in [DAY, -DAY, 40 * DAY].into_iter().enumerate() {
        server_clock(&mut consortium, seconds);
        consortium.server_prints("clock was set", n + 1).unwrap();
    }
    running[1].resume().unwrap();
    for party in running {
        assert!(party.ended().unwrap().succeeded().unwrap().contains("table-01 finished"));
    }
    assert_undisturbed(&consortium, &plan);
}

#[test]
fn nobody_is_lost_while_the_coordinator_is_off_for_longer_than_it_waits() {
    let Some(mut consortium) = consortium(&[("east", 0), ("north", 0)]) else { return };
    let plan = consortium.agree(plans::TABLE, &SITES).unwrap();
    let running = SITES.map(|site| consortium.run(site).unwrap());
    running[1].wait_for("answered").unwrap();
    consortium.kill_server().unwrap();
    server_clock(&mut consortium, 5 * DAY);
    for site in SITES {
        consortium.set_clock(&consortium.node_folder(site), 5 * DAY).unwrap();
    }
    consortium.serve().unwrap();
    for party in running {
        let lines = party.ended().unwrap().succeeded().unwrap();
        assert!(
            lines.contains("table-01 finished") && lines.contains("the certificate is renewed"),
            "{lines}"
        );
    }
    assert_undisturbed(&consortium, &plan);
}

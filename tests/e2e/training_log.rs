//! The training log of a study: verified by the auditor's program and by a reader in another language, and the same
//! history after a kill.

use std::path::Path;
use std::process::Command;

use consilium_tests::{Consortium, plans, sites};

use crate::PROGRAM;

const SITES: [&str; 3] = ["east", "north", "south"];

/// What the coordinator's record says it did.
fn rounds(consortium: &Consortium) -> usize {
    let status = consortium.operator(&["study", "status", "--json"]).unwrap().succeeded().unwrap();
    let status: serde_json::Value = serde_json::from_str(&status).unwrap();
    status[0]["closed"].as_array().unwrap().len()
}

#[test]
fn a_study_is_in_the_log_and_the_log_is_in_order() {
    let mut consortium =
        Consortium::of(PROGRAM, &SITES, |data, site| sites::feature_table(data, site, 24)).unwrap();
    let plan = consortium.agree(plans::TABLE, &SITES).unwrap();
    for party in SITES.map(|site| consortium.run(site).unwrap()) {
        party.ended().unwrap().succeeded().unwrap();
    }
    let found = consortium.verdict().unwrap();
    assert_eq!(found.findings, []);
    assert_eq!((found.sites, found.studies.len()), (3, 1));
    let study = &found.studies[0];
    assert_eq!((study.plan, study.hospitals, study.over), (plan.hash(), 3, true));
    assert_eq!((study.rounds, study.aborted), (rounds(&consortium) as u64, 0));
    // genesis, the program, three hospitals, proposal, three approvals, result; a question, three updates and a sum each round
    assert_eq!(found.entries, 10 + 5 * study.rounds);
    another_reader_agrees(&consortium.coordinator_folder().join("log"), found.entries);

    consortium.kill_server().unwrap();
    consortium.serve().unwrap();
    assert_eq!(consortium.verdict().unwrap(), found, "a restart adds nothing and loses nothing");
    consortium.operator(&["revoke", "south"]).unwrap().succeeded().unwrap();
    consortium.kill_server().unwrap();
    consortium.serve().unwrap();
    let after = consortium.verdict().unwrap();
    assert_eq!((after.findings.len(), after.entries, after.sites), (0, found.entries + 1, 2));
}

fn another_reader_agrees(log: &Path, entries: u64) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tools/verify_log.py");
    let Ok(output) = Command::new("python3").arg(script).arg(log).output() else {
        println!("skipped: no python3 on this machine");
        return;
    };
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(
        text.trim(),
        format!("verified {entries} entries"),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

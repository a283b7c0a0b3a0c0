//! Networks of which a hospital misses rounds: the others go on, it comes back, and every sum is added again from the log.

use std::collections::BTreeSet;

use consilium_tests::{Consortium, Party, plans, sites};
use consilium_types::StudyPlan;
use serde_json::Value;

use crate::PROGRAM;
use crate::blinded::every_sum_is_added_again;

const SITES: [&str; 5] = ["centre", "east", "north", "south", "west"];

const NETWORKS: &str = "[study]\nid = \"elastic-01\"\ntitle = \"Whoever is there\"\nseed = 22\n\
                        sites = { min = 3, quorum = 0.6, wait = \"60s\" }\n\
                        [inputs.clinical]\nnumeric = [\"age\"]\n[outcome]\nlabel = \"relapse\"\npositive = \"yes\"\n\
                        [model]\nlearner = \"mlp\"\nnetwork = { hidden = [2], rounds = 8, epochs = 1 }\n\
                        [evaluate]\nfolds = 2\n[privacy]\nlimits = { cell = 2, per_model = 1 }\non_loss = \"restart\"\n";

fn begun(wait: &str) -> (Consortium, StudyPlan, Vec<Party>) {
    let fill = |data: &std::path::Path, site: &str| sites::feature_table(data, site, 20);
    let consortium = Consortium::of(PROGRAM, &SITES, fill).unwrap();
    let plan = consortium.agree(&plans::with_wait(NETWORKS, wait), &SITES).unwrap();
    let running = SITES.iter().map(|site| consortium.run(site).unwrap()).collect();
    (consortium, plan, running)
}

fn closed(consortium: &Consortium) -> Vec<Value> {
    let status = consortium.operator(&["study", "status", "--json"]).unwrap().succeeded().unwrap();
    let status: Value = serde_json::from_str(&status).unwrap();
    assert_eq!(status[0]["lost"], serde_json::json!([]), "nobody is lost");
    status[0]["closed"].as_array().unwrap().clone()
}

/// In how many sums a hospital is not.
fn missed(closed: &[Value], site: &str) -> usize {
    closed.iter().filter(|done| done["contributions"].get(site).is_none()).count()
}

#[test]
fn rounds_go_on_without_a_hospital_that_is_silent_and_with_it_when_it_is_back() {
    let (consortium, plan, running) = begun("8s");
    running[3].wait_for("exchange 3: answered").unwrap();
    running[3].suspend().unwrap();
    running[0].wait_for("exchange 6: answered").unwrap();
    running[3].resume().unwrap();
    for party in running {
        assert!(party.ended().unwrap().succeeded().unwrap().contains("elastic-01 finished"));
    }
    let closed = closed(&consortium);
    assert!((1..8).contains(&missed(&closed, "south")), "it missed rounds, and was back for the end");
    let others = SITES.iter().filter(|site| **site != "south");
    assert!(others.map(|site| missed(&closed, site)).all(|rounds| rounds == 0));
    assert_eq!(consortium.verdict().unwrap().findings, [], "the log names who was missed");
    let log = consortium.log_of_training().unwrap();
    let named = log.entries.iter().filter_map(|entry| match &entry.event {
        consilium_ledger::Event::Missed { sites, .. } => Some(sites.iter().map(ToString::to_string)),
        _ => None,
    });
    assert_eq!(named.flatten().collect::<BTreeSet<_>>(), BTreeSet::from(["south".to_owned()]));
    every_sum_is_added_again(&consortium, &plan);
}

#[test]
fn a_killed_coordinator_goes_on_without_whom_it_missed() {
    let (mut consortium, plan, running) = begun("8s");
    running[3].wait_for("exchange 3: answered").unwrap();
    running[3].suspend().unwrap();
    running[0].wait_for("exchange 5: answered").unwrap();
    consortium.kill_server().unwrap();
    consortium.serve().unwrap();
    running[0].wait_for("exchange 7: answered").unwrap();
    running[3].resume().unwrap();
    for party in running {
        assert!(party.ended().unwrap().succeeded().unwrap().contains("elastic-01 finished"));
    }
    assert!((1..8).contains(&missed(&closed(&consortium), "south")));
    assert_eq!(consortium.verdict().unwrap().findings, []);
    every_sum_is_added_again(&consortium, &plan);
}

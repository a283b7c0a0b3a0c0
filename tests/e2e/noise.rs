//! A study with noise over the network: blinded sums carry it, hospitals and the log charge it alike, and a crash changes
//! neither the noise nor the charge.

use std::collections::BTreeSet;

use consilium_tests::{Consortium, Party, sites};
use consilium_types::StudyPlan;

use crate::PROGRAM;

const SITES: [&str; 3] = ["east", "north", "south"];

/// Two folds and three rounds: every patient is in three of four networks at most, six noisy steps with the whole.
const NOISY: &str = "[study]\nid = \"noisy-01\"\ntitle = \"With noise\"\nseed = 21\nsites = { min = 3, wait = \"60s\" }\n\
                     [inputs.clinical]\nnumeric = [\"age\"]\n[outcome]\nlabel = \"relapse\"\npositive = \"yes\"\n\
                     [model]\nlearner = \"mlp\"\nnetwork = { hidden = [2], rounds = 3, epochs = 1 }\n\
                     [evaluate]\nfolds = 2\n[privacy]\nlimits = { cell = 2, per_model = 1 }\n\
                     dp = { noise = 12, delta = 1e-3, epsilon = 3, release = \"gradient\", honest = 3 }\n";

fn begun() -> (Consortium, StudyPlan, Vec<Party>) {
    let consortium =
        Consortium::of(PROGRAM, &SITES, |data, site| sites::feature_table(data, site, 30)).unwrap();
    let plan = consortium.agree(NOISY, &SITES).unwrap();
    let running = SITES.iter().map(|site| consortium.run(site).unwrap()).collect();
    (consortium, plan, running)
}

fn ended(consortium: &Consortium, plan: &StudyPlan, running: Vec<Party>) -> String {
    for party in running {
        party.ended().unwrap().succeeded().unwrap();
    }
    consortium.result(plan).unwrap()
}

#[test]
fn hospitals_and_the_log_charge_the_same_noise_within_the_plan_s_bound() {
    let (consortium, plan, mut running) = begun();
    for exchange in [3, 4] {
        running[1].wait_for(&format!("exchange {exchange}: answered")).unwrap();
        running.remove(1).kill().unwrap();
        running.insert(1, consortium.run("north").unwrap());
    }
    ended(&consortium, &plan, running);
    let verdict = consortium.verdict().unwrap();
    assert_eq!(verdict.findings, []);
    let logged = verdict.studies[0].privacy.clone().unwrap();
    assert_eq!(Some(logged.steps), plan.noisy_steps());
    assert!(logged.epsilon > 0.0 && logged.epsilon <= 3.0, "{logged:?}");
    let charged: BTreeSet<u64> = SITES.iter().map(|site| steps_charged(&consortium, site)).collect();
    assert_eq!(
        charged,
        BTreeSet::from([logged.steps]),
        "killed or not, each hospital charged what the log says"
    );
}

/// By the hospital's own ledger.
fn steps_charged(consortium: &Consortium, site: &str) -> u64 {
    let text = std::fs::read_to_string(consortium.node_folder(site).join("privacy.jsonl")).unwrap();
    let line =
        |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap()["steps"].as_u64().unwrap();
    text.lines().map(line).sum()
}

#[test]
fn two_consortia_with_the_same_patients_and_plan_have_other_noise() {
    let results: BTreeSet<String> = (0..2)
        .map(|_| {
            let (consortium, plan, running) = begun();
            ended(&consortium, &plan, running)
        })
        .collect();
    assert_eq!(results.len(), 2, "noise is drawn from secrets of the hospitals, not from the plan's seed");
}

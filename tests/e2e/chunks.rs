//! Answers that are too long for one message: in chunks, on from where they were cut, whoever is killed meanwhile.

use std::time::{Duration, Instant};

use consilium_store::{Store, Upload, UploadKey};
use consilium_tests::{Consortium, Cutter, Party, Way, in_process, plans, sites};
use consilium_types::{Attempt, ExchangeNumber, StudyPlan};

use crate::PROGRAM;
use crate::blinded::every_sum_is_added_again;

const SITES: [&str; 3] = ["east", "north", "south"];
/// In the middle of north's first vector.
const AFTER: u64 = 1_800_000;
/// Chunks that are on the coordinator's disk by then.
const HELD: u32 = 4;

struct Cut {
    consortium: Consortium,
    plan: StudyPlan,
    running: Vec<Party>,
    cutter: Cutter,
}

impl Cut {
    /// A study in which north's first long vector is held on its way.
    fn halfway(plan: &str) -> Self {
        let mut consortium =
            Consortium::of(PROGRAM, &SITES, |data, site| sites::feature_table(data, site, 20)).unwrap();
        let cutter = Cutter::listen(consortium.port(), Way::Up, AFTER).unwrap();
        consortium.redirect("north", cutter.port()).unwrap();
        consortium.log("warn,consilium_node=debug");
        let plan = consortium.agree(plan, &SITES).unwrap();
        let running = SITES.iter().map(|site| consortium.run(site).unwrap()).collect();
        cutter.reached().unwrap();
        let cut = Self { consortium, plan, running, cutter };
        cut.wait_for_chunks();
        cut
    }

    /// Until the first chunks are on disk, which the bytes that passed hold.
    fn wait_for_chunks(&self) {
        let deadline = Instant::now() + Duration::from_secs(90);
        let runtime = tokio::runtime::Runtime::new().unwrap();
        loop {
            let found = runtime.block_on(self.upload());
            if found.is_some_and(|upload| upload.held >= HELD) {
                assert!(!found.unwrap().is_whole(), "in the middle");
                return;
            }
            assert!(Instant::now() < deadline, "{found:?}: {:?}", self.consortium.printed());
        }
    }

    async fn upload(&self) -> Option<Upload> {
        let file = self.consortium.coordinator_folder().join("coordinator.sqlite");
        let (attempt, exchange) = self.open();
        let (study, site) = (self.plan.study.id.clone(), "north".parse().unwrap());
        let key = UploadKey { study, attempt, exchange, site };
        Store::open(&file).await.unwrap().upload(&key).await.unwrap()
    }

    fn open(&self) -> (Attempt, ExchangeNumber) {
        let status = self.consortium.operator(&["study", "status", "--json"]).unwrap().succeeded().unwrap();
        let status: serde_json::Value = serde_json::from_str(&status).unwrap();
        let number = |name: &str| u32::try_from(status[0]["open"]["key"][name].as_u64().unwrap()).unwrap();
        (Attempt(number("attempt")), ExchangeNumber(number("exchange")))
    }

    /// North went on where it was, said so once in its ledger, and the study ends as in one process.
    fn ends_well(self) -> (Consortium, StudyPlan) {
        let Self { consortium, plan, running, .. } = self;
        let mut went_on = Vec::new();
        for party in running {
            let text = party.ended().unwrap().succeeded().unwrap();
            went_on.extend(text.lines().filter(|line| line.contains("uploading")).filter_map(held));
        }
        assert!(went_on.iter().any(|held| *held >= HELD), "{went_on:?}");
        assert_eq!(consortium.verdict().unwrap().findings, [], "the log has no gap");
        assert_eq!(
            consortium.result(&plan).unwrap(),
            in_process::result(&consortium, &plan, &SITES).unwrap()
        );
        the_ledger_names_each_vector_once(&consortium);
        (consortium, plan)
    }
}

/// `held=4` of a line of the log.
fn held(line: &str) -> Option<u32> {
    line.split_whitespace().find_map(|word| word.strip_prefix("held=")).and_then(|held| held.parse().ok())
}

fn the_ledger_names_each_vector_once(consortium: &Consortium) {
    let status = consortium.operator(&["study", "status", "--json"]).unwrap().succeeded().unwrap();
    let status: serde_json::Value = serde_json::from_str(&status).unwrap();
    let text = consortium.node("north", &["egress", "--json"]).unwrap().succeeded().unwrap();
    let ledger: serde_json::Value = serde_json::from_str(&text).unwrap();
    for done in status[0]["closed"].as_array().unwrap() {
        let digest = &done["contributions"]["north"];
        let lines = ledger.as_array().unwrap().iter().filter(|line| line["digest"] == *digest);
        let bytes: Vec<u64> = lines.map(|line| line["bytes"].as_u64().unwrap()).collect();
        let long = bytes[0] > 1 << 20;
        assert!(!bytes.is_empty() && (bytes.len() == 1 || !long), "{bytes:?}");
    }
}

#[test]
fn a_blinded_vector_goes_on_where_its_connection_was_cut() {
    let cut = Cut::halfway(&plans::blinded(plans::WIDE));
    cut.cutter.cut();
    let (consortium, plan) = cut.ends_well();
    every_sum_is_added_again(&consortium, &plan);
}

#[test]
fn a_vector_in_clear_goes_on_where_its_connection_was_cut() {
    let cut = Cut::halfway(plans::WIDE);
    cut.cutter.cut();
    cut.ends_well();
}

#[test]
fn a_node_that_is_killed_goes_on_with_the_same_vector() {
    let mut cut = Cut::halfway(&plans::blinded(plans::WIDE));
    cut.running.remove(1).kill().unwrap();
    cut.cutter.cut();
    cut.running.push(cut.consortium.run("north").unwrap());
    cut.ends_well();
}

#[test]
fn a_coordinator_that_is_killed_has_the_chunks_it_wrote() {
    let mut cut = Cut::halfway(&plans::blinded(plans::WIDE));
    cut.consortium.kill_server().unwrap();
    cut.cutter.cut();
    cut.consortium.serve().unwrap();
    cut.ends_well();
}

#[test]
fn both_are_killed_at_once() {
    let mut cut = Cut::halfway(&plans::blinded(plans::WIDE));
    cut.consortium.kill_server().unwrap();
    cut.running.drain(..).for_each(|party| party.kill().unwrap());
    cut.cutter.cut();
    cut.running = SITES.iter().map(|site| cut.consortium.run(site).unwrap()).collect();
    cut.consortium.serve().unwrap();
    cut.ends_well();
}

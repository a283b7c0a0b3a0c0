//! Hospitals watch the training log: they cosign what continues, work on what is witnessed, and stop where history changes.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use consilium_auditor::{Log, Rule, Source, Verdict, read_policy};
use consilium_ledger::witness::AddCheckpoint;
use consilium_ledger::{Checkpoint, Note};
use consilium_tests::{Consortium, Rogue, plans, sites};

use crate::PROGRAM;

const SITES: [&str; 3] = ["east", "north", "south"];

fn consortium() -> Consortium {
    Consortium::of(PROGRAM, &SITES, |data, site| sites::feature_table(data, site, 20)).unwrap()
}

#[test]
fn every_question_is_opened_under_a_checkpoint_that_hospitals_cosigned_and_keep() {
    let consortium = consortium();
    consortium.agree(plans::TABLE, &SITES).unwrap();
    for party in SITES.map(|site| consortium.run(site).unwrap()) {
        party.ended().unwrap().succeeded().unwrap();
    }
    let found = consortium.verdict().unwrap();
    assert_eq!(found.findings, []);
    assert!(found.studies[0].over && found.witnessed > 9, "{found:?}");
    let folder = consortium.coordinator_folder().join("log");
    let policy = read_policy(&folder.join("policy.txt")).unwrap();
    assert_eq!(policy.witnesses().count(), 3);
    let log = Log::read(&folder, &policy).unwrap();
    for site in SITES {
        let kept = fs::read_to_string(consortium.node_folder(site).join("witness/checkpoint")).unwrap();
        let note: Note = kept.parse().unwrap();
        let own = consortium.witness(site).unwrap().verifier();
        assert!(own.verify(&note).unwrap().is_some(), "{site} keeps what it cosigned");
        assert!(log.continues(&note.text.parse::<Checkpoint>().unwrap()).is_ok());
    }
    // without cosignatures the same log is not in order
    fs::remove_file(folder.join("checkpoint.witnessed")).unwrap();
    let alone = consortium.verdict().unwrap();
    assert_eq!(alone.witnessed, 0);
    assert_eq!(alone.findings.len() as u64, alone.studies[0].rounds);
    assert!(alone.findings.iter().all(|finding| finding.rule == Rule::Witness));
}

/// Killed after the disk and before the network: the checkpoint is kept, its cosignature never arrived.
#[test]
fn a_cosignature_that_was_lost_with_its_node_is_given_again() {
    let consortium = consortium();
    consortium.agree(plans::TABLE, &SITES).unwrap();
    for site in SITES {
        let credentials = consortium.credentials(site).unwrap();
        let mut rogue = Rogue::connect(consortium.port(), "127.0.0.1", &credentials).unwrap();
        let request: AddCheckpoint = rogue.witness(0, String::new()).unwrap().parse().unwrap();
        let mut note = request.note;
        note.signatures.push(consortium.witness(site).unwrap().sign(&note.text, 1_700_000_000));
        let folder = consortium.node_folder(site).join("witness");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("checkpoint"), note.to_string()).unwrap();
    }
    for party in SITES.map(|site| consortium.run(site).unwrap()) {
        party.ended().unwrap().succeeded().unwrap();
    }
    assert_eq!(consortium.verdict().unwrap().findings, []);
}

#[test]
fn a_coordinator_that_lost_entries_is_not_worked_with_any_more() {
    let mut consortium = consortium();
    let plan = consortium.agree(plans::TABLE, &SITES).unwrap();
    let (folder, backup) = (consortium.coordinator_folder(), consortium.path("backup"));
    let state = ["coordinator.sqlite", "coordinator.sqlite-wal", "coordinator.sqlite-shm"];
    fs::create_dir_all(&backup).unwrap();
    let copy = |from: &std::path::Path, to: &std::path::Path| {
        for name in state {
            if from.join(name).exists() {
                fs::copy(from.join(name), to.join(name)).unwrap();
            } else if to.join(name).exists() {
                fs::remove_file(to.join(name)).unwrap();
            }
        }
    };
    consortium.kill_server().unwrap();
    copy(&folder, &backup);
    consortium.serve().unwrap();
    let running = SITES.map(|site| consortium.run(site).unwrap());
    running[0].wait_for("exchange 3: answered").unwrap();
    consortium.kill_server().unwrap();
    copy(&backup, &folder);
    consortium.serve().unwrap();
    for party in running {
        let text = party.ended().unwrap().refused().unwrap();
        assert!(text.contains("CNS-N-0602"), "{text}");
    }
    let again = consortium.run("east").unwrap().ended().unwrap().refused().unwrap();
    assert!(again.contains("CNS-N-0604"), "{again}");
    let evidence = fs::read_to_string(consortium.node_folder("east").join("witness/refused")).unwrap();
    assert!(evidence.parse::<AddCheckpoint>().is_ok(), "the hospital can show what it was shown");
    assert!(!consortium.status(&plan).unwrap().contains("finished"));
}

#[test]
fn a_cosignature_of_something_else_is_not_taken() {
    let consortium = consortium();
    let credentials = consortium.credentials("east").unwrap();
    let mut rogue = Rogue::connect(consortium.port(), "127.0.0.1", &credentials).unwrap();
    let request: AddCheckpoint = rogue.witness(0, String::new()).unwrap().parse().unwrap();
    let size = request.note.text.parse::<Checkpoint>().unwrap().size;
    let text = request.note.text.clone();
    let of = |site: &str, text: &str| consortium.witness(site).unwrap().sign(text, 1_700_000_000).to_string();
    let other = text.replace(&format!("\n{size}\n"), &format!("\n{}\n", size + 1));
    for line in [of("north", &text), of("east", &other), "— east bm9uc2Vuc2U=\n".to_owned(), "?".to_owned()]
    {
        let status = rogue.witness(size, line).unwrap_err();
        assert!(status.message().contains("CNS-C-0215"), "{status}");
    }
    assert_eq!(rogue.witness(size, of("east", &text)).unwrap(), "", "nothing else to cosign");
    let ahead = rogue.witness(size + 1, of("east", &other)).unwrap();
    assert_eq!(ahead.parse::<AddCheckpoint>().unwrap().note, request.note, "it is shown what there is");
}

#[test]
fn anyone_reads_the_log_over_http_and_nothing_else() {
    let mut consortium = consortium();
    let address = consortium.serve_with_log().unwrap();
    let folder = consortium.coordinator_folder().join("log");
    let policy = read_policy(&folder.join("policy.txt")).unwrap();
    let source: Source = address.parse().unwrap();
    let over_http = Verdict::of(&Log::read_from(&source, &policy).unwrap());
    assert_eq!(over_http, consortium.verdict().unwrap());
    assert_eq!(over_http.sites, 3);
    let host = address.trim_start_matches("http://");
    let ask = |request: &str| {
        let mut stream = TcpStream::connect(host).unwrap();
        write!(stream, "{request} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.lines().next().unwrap().to_owned()
    };
    assert!(ask("GET /checkpoint").contains("200"));
    for path in ["/../log.key", "/..%2flog.key", "/tile/../../log.key", "/%2e%2e/log.key", "//log.key", "/"] {
        assert!(ask(&format!("GET {path}")).contains("404"), "{path}");
    }
    assert!(ask("PUT /checkpoint").contains("405"));
    let nowhere: Source = format!("{address}/nowhere").parse().unwrap();
    assert_eq!(Log::read_from(&nowhere, &policy).unwrap_err().code(), "CNS-A-0101");
}

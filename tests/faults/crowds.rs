//! Connections that say nothing, or half of something, and connections by the hundred: others' work goes on.

use std::io::Write as _;
use std::net::TcpStream;
use std::thread;

use consilium_proto::v1::AnswerRequest;
use consilium_tests::{Consortium, Credentials, Rogue, plans, sites};
use consilium_types::StudyPlan;
use tonic::Code;

use crate::PROGRAM;

const SITES: [&str; 2] = ["east", "north"];
/// Stalled connections; a process may open 1,024 files.
const CROWD: usize = 300;
const STORMS: usize = 4;
const CALLS: usize = 25;

fn consortium() -> Consortium {
    let consortium =
        Consortium::of(PROGRAM, &SITES, |data, site| sites::feature_table(data, site, 20)).unwrap();
    consortium.agree(plans::TABLE, &SITES).unwrap();
    consortium
}

fn finishes(consortium: &Consortium) {
    let running = SITES.map(|site| consortium.run(site).unwrap());
    for party in running {
        assert!(party.ended().unwrap().succeeded().unwrap().contains("table-01 finished"));
    }
}

/// A connection that never comes to an end: silent, or with the beginning of a TLS record of 16 KiB.
fn stalled(port: u16, says_something: bool) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    if says_something {
        stream.write_all(&[22, 3, 1, 0x40, 0]).unwrap();
    }
    stream
}

#[test]
fn a_study_goes_on_beside_connections_that_never_say_what_they_want() {
    let consortium = consortium();
    let crowd: Vec<TcpStream> = (0..CROWD).map(|i| stalled(consortium.port(), i % 2 == 0)).collect();
    finishes(&consortium);
    drop(crowd);
}

/// Connects, asks and is gone, again and again.
fn storm(port: u16, credentials: &Credentials) {
    for _ in 0..CALLS {
        let mut rogue = Rogue::connect(port, "127.0.0.1", credentials).unwrap();
        assert_eq!(rogue.studies().unwrap().len(), 1);
    }
}

#[test]
fn a_study_goes_on_while_a_hospital_connects_a_hundred_times() {
    let consortium = consortium();
    let credentials = consortium.credentials("east").unwrap();
    let port = consortium.port();
    thread::scope(|scope| {
        for _ in 0..STORMS {
            scope.spawn(|| storm(port, &credentials));
        }
        finishes(&consortium);
    });
}

#[test]
fn a_hospital_has_so_many_calls_and_takes_none_of_the_others() {
    let consortium = Consortium::of(PROGRAM, &["east", "north", "west"], |data, site| {
        sites::feature_table(data, site, 20)
    })
    .unwrap();
    let mut west =
        Rogue::connect(consortium.port(), "127.0.0.1", &consortium.credentials("west").unwrap()).unwrap();
    let (refused, open) = west.polls(40, 24).unwrap();
    assert_eq!(open.len(), 16);
    for status in refused {
        assert!(
            status.code() == Code::ResourceExhausted && status.message().contains("CNS-C-0219"),
            "{status}"
        );
    }
    assert!(west.studies().is_err(), "its other calls are refused meanwhile");
    consortium.agree(plans::TABLE, &SITES).unwrap();
    consortium.node("east", &["doctor"]).unwrap().succeeded().unwrap();
    drop(open);
    // the coordinator notices when it comes to it
    let again = (0..10_000).find_map(|_| west.studies().ok()).unwrap();
    assert_eq!(again.len(), 1);
    west.answer(refusal(&again[0])).unwrap();
    finishes(&consortium);
}

fn refusal((study, plan): &(String, Vec<u8>)) -> AnswerRequest {
    let plan_hash = StudyPlan::from_canonical(plan).unwrap().hash().as_bytes().to_vec();
    AnswerRequest { study: study.clone(), plan_hash, ..AnswerRequest::default() }
}

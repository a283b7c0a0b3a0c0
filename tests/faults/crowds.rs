//! Connections that say nothing, or half of something, and connections by the hundred: others' work goes on.

use std::io::Write as _;
use std::net::TcpStream;
use std::thread;

use consilium_tests::{Consortium, Credentials, Rogue, plans, sites};

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

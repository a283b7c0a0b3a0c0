//! Certificates that are renewed, that have ended, that are revoked; keys that stay.

use std::fs;
use std::thread;

use consilium_tests::{Consortium, Rogue, plans, sites};

use crate::PROGRAM;

const SITES: [&str; 2] = ["east", "north"];

fn consortium() -> Consortium {
    Consortium::of(PROGRAM, &SITES, |data, site| sites::feature_table(data, site, 20)).unwrap()
}

fn certificate(consortium: &Consortium) -> String {
    consortium.credentials("east").unwrap().certificate
}

fn refused(consortium: &Consortium, arguments: &[&str]) -> String {
    consortium.node("east", arguments).unwrap().refused().unwrap()
}

#[test]
fn a_certificate_past_half_of_its_life_is_renewed_by_a_running_node_with_a_new_key() {
    let consortium = consortium();
    consortium.agree(plans::TABLE, &SITES).unwrap();
    consortium.age("east", [-13, 11]).unwrap();
    let (before, keys) = (certificate(&consortium), consortium.site_keys("east").unwrap());
    let running = SITES.map(|site| consortium.run(site).unwrap());
    for party in running {
        assert!(party.ended().unwrap().succeeded().unwrap().contains("table-01 finished"));
    }
    let after = certificate(&consortium);
    let key = |pem: &str| pem[pem.find("-----BEGIN PRIVATE KEY").unwrap()..].to_owned();
    assert_ne!(key(&before), key(&after), "a new key");
    assert_eq!(consortium.site_keys("east").unwrap(), keys, "the others stay");
    assert!(!consortium.node_folder("east").join("node.key").exists());
    let doctor = consortium.node("east", &["doctor"]).unwrap().succeeded().unwrap();
    let whole_day = ["valid for 23 hours", "valid for 24 hours"];
    assert!(whole_day.iter().any(|hours| doctor.contains(hours)), "{doctor}");
    let egress = consortium.node("east", &["egress"]).unwrap().succeeded().unwrap();
    assert!(egress.contains("a public key, to renew the certificate"), "{egress}");
}

#[test]
fn a_certificate_that_ended_is_renewed_within_thirty_days_and_good_for_nothing_else() {
    let consortium = consortium();
    consortium.agree(plans::TABLE, &SITES).unwrap();
    consortium.age("east", [-30 * 24, -29 * 24]).unwrap();
    let mut rogue =
        Rogue::connect(consortium.port(), "127.0.0.1", &consortium.credentials("east").unwrap()).ok();
    assert!(rogue.as_mut().is_none_or(|rogue| rogue.studies().is_err()), "it opens no connection");
    let studies = consortium.node("east", &["studies"]).unwrap().succeeded().unwrap();
    assert!(studies.contains("table-01"), "{studies}");
    consortium.age("east", [-32 * 24, -31 * 24]).unwrap();
    let text = refused(&consortium, &["studies"]);
    assert!(text.contains("CNS-C-0213"), "{text}");
    let doctor = refused(&consortium, &["doctor"]);
    assert!(doctor.contains("FAILED   certificate") && doctor.contains("CNS-C-0213"), "{doctor}");
}

#[test]
fn a_certificate_that_ended_is_not_renewed_for_a_thief_or_a_revoked_hospital() {
    let consortium = consortium();
    consortium.age("east", [-48, -24]).unwrap();
    let file = consortium.node_folder("east").join("identity.key");
    let own = fs::read_to_string(&file).unwrap();
    fs::write(&file, "07".repeat(32)).unwrap();
    let text = refused(&consortium, &["studies"]);
    assert!(text.contains("CNS-C-0211"), "{text}");
    fs::write(&file, own).unwrap();
    // in the name of another hospital
    let configuration = consortium.node_folder("east").join("node.toml");
    let own = fs::read_to_string(&configuration).unwrap();
    fs::write(&configuration, own.replace("\"east\"", "\"north\"")).unwrap();
    let text = refused(&consortium, &["studies"]);
    assert!(text.contains("CNS-C-0202"), "{text}");
    fs::write(&configuration, own).unwrap();
    consortium.operator(&["revoke", "east"]).unwrap().succeeded().unwrap();
    let text = refused(&consortium, &["studies"]);
    assert!(text.contains("CNS-C-0202"), "{text}");
}

/// What `kill -9` leaves between asking and swapping, and between swapping and tidying up.
#[test]
fn a_renewal_that_was_interrupted_goes_on() {
    let consortium = consortium();
    let folder = consortium.node_folder("east");
    consortium.age("east", [-13, 11]).unwrap();
    fs::write(folder.join(".node.pem.partial"), "-----BEGIN CERTIF").unwrap();
    let pem = certificate(&consortium);
    // the key in use, left where a key waits for its certificate
    fs::write(folder.join("node.key"), &pem[pem.find("-----BEGIN PRIVATE KEY").unwrap()..]).unwrap();
    consortium.node("east", &["studies"]).unwrap().succeeded().unwrap();
    let renewed = certificate(&consortium);
    assert_ne!(renewed, pem);
    // a key whose certificate was issued, and the answer lost
    consortium.age("east", [-13, 11]).unwrap();
    fs::write(folder.join("node.key"), &renewed[renewed.find("-----BEGIN PRIVATE KEY").unwrap()..]).unwrap();
    consortium.node("east", &["studies"]).unwrap().succeeded().unwrap();
    assert_eq!(certificate(&consortium), renewed, "the same key has the same certificate");
}

/// The poll would last 25 seconds and bring nothing: it is the revocation that ends it.
#[test]
fn a_poll_of_a_hospital_that_is_revoked_ends() {
    let consortium = consortium();
    let mut rogue =
        Rogue::connect(consortium.port(), "127.0.0.1", &consortium.credentials("east").unwrap()).unwrap();
    let running = consortium.start("east", &["run"]).unwrap();
    let polling = thread::spawn(move || rogue.poll(25_000));
    consortium.operator(&["sites"]).unwrap().succeeded().unwrap();
    consortium.operator(&["revoke", "east"]).unwrap().succeeded().unwrap();
    let status = polling.join().unwrap().unwrap_err();
    assert!(status.message().contains("CNS-C-0202"), "{status}");
    assert!(running.ended().unwrap().refused().unwrap().contains("CNS-C-0202"));
}

#[test]
fn what_people_compare_covers_every_key_and_the_log_has_them() {
    let consortium = consortium();
    let keys = consortium.site_keys("east").unwrap();
    let log = consortium.coordinator_folder().join("log/tile/entries");
    let bundle = fs::read_dir(log).unwrap().next().unwrap().unwrap().path();
    let bundle =
        if bundle.is_dir() { fs::read_dir(bundle).unwrap().next().unwrap().unwrap().path() } else { bundle };
    let entries = String::from_utf8_lossy(&fs::read(bundle).unwrap()).into_owned();
    assert!(entries.contains(&keys.identity.to_string()) && entries.contains(&keys.witness.to_string()));
    let accepted = consortium.publish(plans::TABLE).unwrap();
    let text = consortium.node("east", &["accept", accepted.study.id.as_str()]).unwrap().succeeded().unwrap();
    let north = consortium.site_keys("north").unwrap().identity.fingerprint();
    assert!(text.contains(&format!("with       north, whose key is {north}")), "{text}");
    let sites = consortium.operator(&["sites"]).unwrap().succeeded().unwrap();
    assert!(sites.contains(&format!("signs with {north}")), "{sites}");
}

//! The store on a real file: what survives a restart, and what is refused.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::path::PathBuf;

use consilium_store::{
    Collected, Invited, JournalLine, LogLines, Redeemed, Settings, SiteState, Store, StudyRecord,
    WaitingRequest,
};
use consilium_types::{Attempt, Digest, ExchangeNumber, SiteId};

struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn file(&self) -> PathBuf {
        self.folder.path().join("coordinator.sqlite")
    }

    async fn create() -> (Self, Store) {
        let place = Self { folder: tempfile::tempdir().unwrap() };
        let settings = Settings {
            name: "Example".into(),
            address: "c.example:7443".into(),
            listen: "0.0.0.0:7443".into(),
        };
        let store = Store::create(&place.file(), &settings).await.unwrap();
        (place, store)
    }

    async fn again(&self) -> Store {
        Store::open(&self.file()).await.unwrap()
    }
}

fn site(name: &str) -> SiteId {
    name.parse().unwrap()
}

fn token(secret: &str) -> Digest {
    Digest::of("consilium/test/token", secret.as_bytes())
}

fn key(fingerprint: &str) -> WaitingRequest {
    WaitingRequest { fingerprint: fingerprint.into(), request: "PEM".into() }
}

#[tokio::test]
async fn an_invitation_is_spent_once_and_leads_to_a_certificate() {
    let (place, store) = Place::create().await;
    let (a, secret) = (site("hospital-a"), token("s"));
    assert_eq!(store.invite(&a, &secret, 1_000, 0).await.unwrap(), Invited::Yes);
    assert_eq!(store.redeem(&token("x"), &key("f"), "node", 1).await.unwrap(), Redeemed::Unknown);
    assert_eq!(store.redeem(&secret, &key("f"), "node", 1_001).await.unwrap(), Redeemed::Expired(1_000));
    assert_eq!(store.redeem(&secret, &key("f"), "node", 1_000).await.unwrap(), Redeemed::By(a.clone()));
    let store = place.again().await;
    assert_eq!(store.redeem(&secret, &key("f"), "node", 9_999).await.unwrap(), Redeemed::By(a.clone()));
    assert_eq!(store.redeem(&secret, &key("g"), "node", 2).await.unwrap(), Redeemed::Used);
    assert_eq!(store.collect(&secret, "f").await.unwrap(), Collected::NotYet);
    assert!(!store.approve(&a, "g", "01", "CERT", 3, 4).await.unwrap(), "another key is not approved");
    assert!(store.approve(&a, "f", "01", "CERT", 3, 4).await.unwrap());
    assert_eq!(store.collect(&secret, "f").await.unwrap(), Collected::Certificate("CERT".into()));
    assert_eq!(store.collect(&secret, "g").await.unwrap(), Collected::Unknown);
    assert_eq!(store.holder("01").await.unwrap(), Some(a.clone()));
    assert_eq!(store.invite(&a, &token("t"), 1, 0).await.unwrap(), Invited::AlreadyEnrolled);
    assert!(store.revoke(&a, 5).await.unwrap());
    assert_eq!(store.holder("01").await.unwrap(), None);
    assert_eq!(store.sites().await.unwrap()[0].state, SiteState::Revoked);
    assert!(!store.revoke(&site("nobody"), 5).await.unwrap());
}

#[tokio::test]
async fn a_revoked_hospital_can_come_back_with_a_new_key_only() {
    let (_place, store) = Place::create().await;
    let a = site("hospital-a");
    store.invite(&a, &token("s"), 1_000, 0).await.unwrap();
    store.redeem(&token("s"), &key("f"), "node", 1).await.unwrap();
    store.approve(&a, "f", "01", "CERT", 2, 3).await.unwrap();
    store.revoke(&a, 4).await.unwrap();
    assert_eq!(store.invite(&a, &token("t"), 1_000, 5).await.unwrap(), Invited::Yes);
    assert_eq!(store.redeem(&token("s"), &key("f"), "node", 6).await.unwrap(), Redeemed::Unknown);
    assert_eq!(store.redeem(&token("t"), &key("g"), "node", 6).await.unwrap(), Redeemed::By(a.clone()));
    store.approve(&a, "g", "02", "CERT2", 7, 8).await.unwrap();
    assert_eq!(store.holder("01").await.unwrap(), None);
    assert_eq!(store.holder("02").await.unwrap(), Some(a));
}

#[tokio::test]
async fn a_study_keeps_its_plan_and_a_closed_exchange_keeps_its_sum_only() {
    let (place, store) = Place::create().await;
    store.invite(&site("a"), &token("s"), 1, 0).await.unwrap();
    let record = StudyRecord {
        study: "one".parse().unwrap(),
        plan: "{}".into(),
        invited: vec![site("a")],
        published: 7,
    };
    assert!(store.publish(&record).await.unwrap());
    assert!(!store.publish(&StudyRecord { plan: "{1}".into(), ..record.clone() }).await.unwrap());
    let key = Some((Attempt(1), ExchangeNumber(2)));
    let line = |entry: &str, submits, closes| JournalLine { entry: entry.into(), submits, closes };
    store.append(&record.study, &[line("accepted", None, None)], None, &LogLines::default()).await.unwrap();
    store.append(&record.study, &[line("sum of a", key, None)], None, &LogLines::default()).await.unwrap();
    let closing = [line("sum of b", key, None), line("closed", None, key)];
    let told = LogLines { first: 0, entries: vec![b"genesis".to_vec(), b"closed".to_vec()] };
    store.append(&record.study, &closing, Some("result"), &told).await.unwrap();
    // a position is taken once, and what came with it is not kept either
    let late = LogLines { first: 1, entries: vec![b"another history".to_vec()] };
    assert!(store.append(&record.study, &[line("more", None, None)], None, &late).await.is_err());
    let store = place.again().await;
    assert_eq!(store.studies().await.unwrap(), std::slice::from_ref(&record));
    assert_eq!(store.journal(&record.study).await.unwrap(), [b"accepted".to_vec(), b"closed".to_vec()]);
    assert_eq!(store.log_entries().await.unwrap(), told.entries);
    assert_eq!(store.result(&record.study).await.unwrap().as_deref(), Some("result"));
}

#[tokio::test]
async fn another_program_s_commit_is_noticed() {
    let (place, store) = Place::create().await;
    let mut changes = store.changes().await.unwrap();
    let before = changes.version().await.unwrap();
    assert_eq!(changes.version().await.unwrap(), before);
    place.again().await.invite(&site("a"), &token("s"), 1, 0).await.unwrap();
    assert_ne!(changes.version().await.unwrap(), before);
}

#[tokio::test]
async fn a_missing_file_names_the_remedy() {
    let error = Store::open(&PathBuf::from("no/such.sqlite")).await.unwrap_err();
    assert_eq!(error.code(), "CNS-C-0901");
    assert!(error.to_string().contains("init"), "{error}");
}

//! The store on a real file: what survives a restart, and what is refused.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::path::PathBuf;

use consilium_store::{
    Certificate, Collected, Invited, Issued, JournalLine, LogLines, Opened, Redeemed, Settings, SiteState,
    Store, StudyRecord, UploadKey, WaitingRequest,
};
use consilium_types::{Attempt, Digest, ExchangeNumber, PublicKey, SiteId, SiteKeys};

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
    let key = |purpose: &str| PublicKey::from(*token(&format!("{purpose} {fingerprint}")).as_bytes());
    let keys = SiteKeys { identity: key("identity"), witness: key("witness") };
    WaitingRequest { fingerprint: fingerprint.into(), request: "PEM".into(), keys }
}

fn certificate(fingerprint: &str, serial: &str, pem: &str, [issued, expires]: [u64; 2]) -> Certificate {
    let (serial, fingerprint, pem) = (serial.to_owned(), fingerprint.to_owned(), pem.to_owned());
    Certificate { serial, fingerprint, pem, issued, expires }
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
    assert!(
        !store.approve(&a, &certificate("g", "01", "CERT", [3, 4])).await.unwrap(),
        "another key is not approved"
    );
    assert!(store.approve(&a, &certificate("f", "01", "CERT", [3, 4])).await.unwrap());
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
    store.approve(&a, &certificate("f", "01", "CERT", [2, 3])).await.unwrap();
    store.revoke(&a, 4).await.unwrap();
    assert_eq!(store.invite(&a, &token("t"), 1_000, 5).await.unwrap(), Invited::Yes);
    assert_eq!(store.redeem(&token("s"), &key("f"), "node", 6).await.unwrap(), Redeemed::Unknown);
    assert_eq!(store.redeem(&token("t"), &key("g"), "node", 6).await.unwrap(), Redeemed::By(a.clone()));
    store.approve(&a, &certificate("g", "02", "CERT2", [7, 8])).await.unwrap();
    assert_eq!(store.holder("01").await.unwrap(), None);
    assert_eq!(store.holder("02").await.unwrap(), Some(a));
}

#[tokio::test]
async fn a_key_is_one_hospitals_alone() {
    let (_place, store) = Place::create().await;
    for (name, secret) in [("a", "s"), ("b", "t")] {
        store.invite(&site(name), &token(secret), 1_000, 0).await.unwrap();
    }
    assert_eq!(store.invitation(&token("t")).await.unwrap(), Some(site("b")));
    assert_eq!(store.invitation(&token("u")).await.unwrap(), None);
    store.redeem(&token("s"), &key("f"), "node", 1).await.unwrap();
    let theirs = key("f").keys;
    let mine = key("g").keys;
    for keys in [
        SiteKeys { identity: theirs.identity, ..mine },
        SiteKeys { witness: theirs.witness, ..mine },
        SiteKeys { witness: theirs.identity, ..mine },
        SiteKeys { witness: mine.identity, ..mine },
    ] {
        let request = WaitingRequest { keys, ..key("g") };
        assert_eq!(store.redeem(&token("t"), &request, "node", 1).await.unwrap(), Redeemed::KeyTaken);
    }
    assert_eq!(store.redeem(&token("t"), &key("g"), "node", 1).await.unwrap(), Redeemed::By(site("b")));
    assert_eq!(store.waiting(&site("b")).await.unwrap(), Some(key("g")));
    assert_eq!(store.sites().await.unwrap()[1].keys, Some(mine));
}

#[tokio::test]
async fn a_certificate_is_renewed_once_for_a_key_and_never_for_a_revoked_hospital() {
    let (_place, store) = Place::create().await;
    let a = site("hospital-a");
    store.invite(&a, &token("s"), 1_000, 0).await.unwrap();
    store.redeem(&token("s"), &key("f"), "node", 1).await.unwrap();
    let first = certificate("k", "02", "FIRST", [5, 10]);
    assert_eq!(store.renew(&a, &first).await.unwrap(), None, "it only waits");
    store.approve(&a, &certificate("f", "01", "CERT", [2, 3])).await.unwrap();
    assert_eq!(store.renew(&a, &first).await.unwrap(), Some("FIRST".into()));
    let again = certificate("k", "03", "AGAIN", [9, 14]);
    assert_eq!(store.renew(&a, &again).await.unwrap(), Some("FIRST".into()), "the answer was lost");
    let later = certificate("k", "03", "LATER", [10, 15]);
    assert_eq!(store.renew(&a, &later).await.unwrap(), Some("LATER".into()), "the first has ended");
    assert_eq!(store.issued("02").await.unwrap(), Some(Issued { site: a.clone(), expires: 10 }));
    store.revoke(&a, 11).await.unwrap();
    assert_eq!(store.issued("02").await.unwrap(), None);
    assert_eq!(store.renew(&a, &certificate("l", "04", "NEW", [12, 17])).await.unwrap(), None);
}

#[tokio::test]
async fn a_study_keeps_its_plan_and_a_closed_exchange_keeps_its_sum_only() {
    let (place, store) = Place::create().await;
    store.invite(&site("a"), &token("s"), 1, 0).await.unwrap();
    let record = StudyRecord {
        study: "one".parse().unwrap(),
        plan: "{}".into(),
        invited: vec![site("a")],
        identities: std::collections::BTreeMap::from([(site("a"), [7; 32].into())]),
        published: 7,
    };
    assert!(store.publish(&record).await.unwrap());
    assert!(!store.publish(&StudyRecord { plan: "{1}".into(), ..record.clone() }).await.unwrap());
    let key = Some((Attempt(1), ExchangeNumber(2)));
    let line = |entry: &str, submits, closes| JournalLine {
        entry: entry.into(),
        submits,
        closes,
        ..JournalLine::default()
    };
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
async fn an_upload_is_held_in_order_replaced_by_another_and_gone_with_its_exchange() {
    let (place, store) = Place::create().await;
    for name in ["one", "two"] {
        let study = StudyRecord {
            study: name.parse().unwrap(),
            plan: "{}".into(),
            invited: vec![],
            identities: std::collections::BTreeMap::new(),
            published: 7,
        };
        assert!(store.publish(&study).await.unwrap());
    }
    let of = |study: &str, exchange, name| UploadKey {
        study: study.parse().unwrap(),
        attempt: Attempt(1),
        exchange: ExchangeNumber(exchange),
        site: site(name),
    };
    let (key, chunks) = (of("one", 2, "a"), [vec![1; 9], vec![2; 9], vec![3]]);
    let mut upload = store.begin_upload(&key, token("root"), 3).await.unwrap();
    let mut slower = store.begin_upload(&key, token("root"), 3).await.unwrap();
    assert!(store.keep_chunks(&mut upload, &chunks[..2]).await.unwrap());
    assert!(store.keep_chunks(&mut slower, &chunks[..1]).await.unwrap(), "a connection beside it");
    let store = place.again().await;
    let mut upload = store.begin_upload(&key, token("root"), 3).await.unwrap();
    assert_eq!((upload.held, upload.is_whole()), (2, false));
    assert!(store.keep_chunks(&mut upload, &chunks[2..]).await.unwrap());
    let upload = store.upload(&key).await.unwrap().unwrap();
    assert!(upload.is_whole());
    for (index, chunk) in (0..).zip(&chunks) {
        assert_eq!(store.chunk(&upload, index).await.unwrap().as_ref(), Some(chunk));
    }
    assert_eq!(store.chunk(&upload, 3).await.unwrap(), None);
    let mut other = store.begin_upload(&key, token("other"), 3).await.unwrap();
    assert_eq!(other.held, 0);
    assert_eq!(store.chunk(&upload, 0).await.unwrap(), None, "forgotten");
    let mut forgotten = upload;
    assert!(!store.keep_chunks(&mut forgotten, &chunks[..1]).await.unwrap());
    assert!(store.keep_chunks(&mut other, &chunks[..1]).await.unwrap());
    // exchange 1 was opened blinded, 2 was lost, 3 is open
    for key in [of("one", 1, "a"), of("one", 3, "a"), of("two", 1, "a")] {
        store.begin_upload(&key, token("root"), 1).await.unwrap();
    }
    let (terms, opening) = (vec![], vec![]);
    let closing = JournalLine {
        closes: Some((Attempt(1), ExchangeNumber(1))),
        opened: Some(Opened { terms, opening }),
        ..JournalLine::default()
    };
    store.append(&key.study, &[closing], None, &LogLines::default()).await.unwrap();
    store.forget_uploads(&key.study, Some((Attempt(1), ExchangeNumber(3)))).await.unwrap();
    assert!(store.upload(&key).await.unwrap().is_none());
    for key in [of("one", 1, "a"), of("one", 3, "a"), of("two", 1, "a")] {
        assert!(store.upload(&key).await.unwrap().is_some(), "{key:?}");
    }
    store.forget_uploads(&key.study, None).await.unwrap();
    assert!(store.upload(&of("one", 1, "a")).await.unwrap().is_some(), "what proves a sum is kept");
    assert!(store.upload(&of("one", 3, "a")).await.unwrap().is_none());
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

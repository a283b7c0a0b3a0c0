//! The story of a study as entries, and a log of them as a folder.

#![allow(dead_code, reason = "each test uses its part")]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::path::Path;

use consilium_crypto::SiteKey;
use consilium_ledger::entry::Cause;
use consilium_ledger::note::Kind;
use consilium_ledger::{Checkpoint, Entry, Event, Note, Policy, SignerKey, Tree, tile};
use consilium_types::acceptance::ACCEPTANCE;
use consilium_types::{Acceptance, Attempt, Digest, ExchangeNumber, PublicKey, SiteId, StudyId};

pub(crate) fn sites(names: &[&str]) -> Vec<SiteId> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

pub(crate) fn digest(of: &str) -> Digest {
    Digest::of("consilium/test/v1", of.as_bytes())
}

pub(crate) fn opened(attempt: u32, round: u32, roster: &[&str]) -> Event {
    Event::Opened {
        study: "mycn".parse().unwrap(),
        attempt: Attempt(attempt),
        round: ExchangeNumber(round),
        roster: sites(roster),
        question: digest("question"),
    }
}

pub(crate) fn update(attempt: u32, round: u32, site: &str) -> Event {
    Event::Update {
        study: "mycn".parse().unwrap(),
        attempt: Attempt(attempt),
        round: ExchangeNumber(round),
        site: site.parse().unwrap(),
        update: digest(&format!("{attempt} {round} {site}")),
    }
}

pub(crate) fn committed(attempt: u32, round: u32, roster: &[&str]) -> Event {
    let updates = sites(roster).into_iter().map(|site| {
        let sent = digest(&format!("{attempt} {round} {site}"));
        (site, sent)
    });
    Event::Committed {
        study: "mycn".parse().unwrap(),
        attempt: Attempt(attempt),
        round: ExchangeNumber(round),
        updates: updates.collect(),
        sum: digest("sum"),
    }
}

pub(crate) fn enrolled(site: &str) -> Event {
    let witness = PublicKey::from(*digest(&format!("witness of {site}")).as_bytes());
    let identity = identity(site).public().into();
    Event::Enrolled { site: site.parse().unwrap(), key: digest(site), identity, witness }
}

pub(crate) fn identity(site: &str) -> SiteKey {
    SiteKey::from_bytes(digest(&format!("identity of {site}")).as_bytes())
}

pub(crate) fn approved(site: &str) -> Event {
    let (id, study): (SiteId, StudyId) = (site.parse().unwrap(), "mycn".parse().unwrap());
    let (plan, schema, program) = (digest("plan"), digest("schema"), digest("program"));
    let statement = Acceptance { site: &id, study: &study, plan, schema, program }.statement();
    let signature = (*identity(site).sign(ACCEPTANCE, &statement).as_bytes()).into();
    Event::Approved { study, site: id, plan, schema, program, signature }
}

/// Three hospitals, two attempts: the second goes on without one.
pub(crate) fn story() -> Vec<Event> {
    let study = || "mycn".parse().unwrap();
    let round = |attempt, round, roster: &[&str]| {
        let updates = roster.iter().map(|site| update(attempt, round, site)).collect::<Vec<_>>();
        [vec![opened(attempt, round, roster)], updates, vec![committed(attempt, round, roster)]].concat()
    };
    let lost = Event::Aborted {
        study: study(),
        attempt: Attempt(1),
        round: ExchangeNumber(2),
        lost: sites(&["c"]),
        cause: Cause::Declined("CNS-D-0104".to_owned()),
    };
    [
        vec![Event::Genesis { origin: "example.org/consilium/test".to_owned() }],
        ["a", "b", "c"].map(enrolled).to_vec(),
        vec![Event::Proposed { study: study(), plan: digest("plan"), sites: sites(&["a", "b", "c"]) }],
        ["a", "b", "c"].map(approved).to_vec(),
        round(1, 1, &["a", "b", "c"]),
        vec![opened(1, 2, &["a", "b", "c"]), update(1, 2, "a"), lost],
        round(2, 1, &["a", "b"]),
        round(2, 2, &["a", "b"]),
        vec![Event::Finished { study: study(), result: digest("result") }],
    ]
    .concat()
}

pub(crate) fn entries(events: Vec<Event>) -> Vec<Entry> {
    let entry = |(seq, event)| Entry { v: 1, seq, t: 1_000 + seq, event };
    (0..).zip(events).map(entry).collect()
}

pub(crate) fn signer() -> SignerKey {
    SignerKey::new("example.org/consilium/test", Kind::Ed25519, &[7; 32]).unwrap()
}

/// Writes a log as a coordinator does.
pub(crate) fn write(folder: &Path, entries: &[Entry]) {
    let bytes: Vec<Vec<u8>> = entries.iter().map(Entry::to_bytes).collect();
    let mut tree = Tree::default();
    bytes.iter().for_each(|entry| tree.append(entry));
    let size = tree.size();
    for file in tile::grown(&tree, &bytes, 0, size).unwrap() {
        let path = folder.join(file.path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, file.bytes).unwrap();
    }
    let origin = signer().verifier().name().to_owned();
    let text = Checkpoint { origin, size, root: tree.root(size).unwrap() }.to_string();
    let signatures = vec![signer().sign(&text, 0)];
    std::fs::write(folder.join("checkpoint"), Note { text, signatures }.to_string()).unwrap();
    let policy = Policy::new(signer().verifier(), Vec::new(), 0);
    std::fs::write(folder.join("policy.txt"), policy.to_string()).unwrap();
}

//! A blinded round added again: the logged sum, and a code for everything that was changed since.

#![allow(missing_docs, reason = "a test")]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use std::collections::BTreeMap;
use std::path::Path;

use consilium_auditor::replay::{complete, replay, rounds};
use consilium_auditor::{Log, read_policy};
use consilium_crypto::{
    Aggregator, Context, Input, MemoryPins, Phase, Request, Site, SiteMessage, StudySecret, Terms, Width,
    encode_chunk,
};
use consilium_ledger::Event;
use consilium_types::{Attempt, Digest, ExchangeNumber, SiteId};
use support::{digest, enrolled, entries, identity, sites, write};

const SITES: [&str; 3] = ["a", "b", "c"];
const WORDS: u32 = 20_000;

fn context(round: u32) -> Context {
    let roster = SITES.iter().map(|site| (site.parse().unwrap(), identity(site).public())).collect();
    let (plan, question) = (digest("plan"), digest(&format!("question {round}")));
    let (attempt, exchange) = (Attempt(1), ExchangeNumber(round));
    let (width, words) = (Width::Updates, u64::from(WORDS));
    Context::new(Terms { plan, attempt, exchange, question, roster, width, words }).unwrap()
}

fn vector(i: i64) -> Vec<i64> {
    (0..WORDS).map(|at| i * 1_000 - i64::from(at)).collect()
}

/// Runs a secure sum, writes its evidence as a coordinator does, and gives what the log says of it.
fn round(number: u32, out: &Path) -> [Event; 2] {
    std::fs::create_dir_all(out).unwrap();
    let context = context(number);
    let mut aggregator = Aggregator::new(context.clone());
    let mut pins = SITES.map(|_| MemoryPins::default());
    while aggregator.phase() != Phase::Open {
        for ((i, name), pins) in (0_u8..).zip(SITES).zip(&mut pins) {
            let (key, secret) = (identity(name), StudySecret::from_bytes([i + 1; 32]));
            let site = Site::new(&context, &key, &secret).unwrap();
            let id: SiteId = name.parse().unwrap();
            let message = match aggregator.request(&id).unwrap() {
                Request::Keys => SiteMessage::Keys(site.keys(pins).unwrap()),
                Request::Shares(request) => SiteMessage::Shares(site.shares(&request, pins).unwrap()),
                Request::Confirm(request) => SiteMessage::Confirmation(site.confirm(&request, pins).unwrap()),
                Request::Unmask(request) => SiteMessage::Unmasking(site.unmask(&request, pins).unwrap()),
                Request::Input(request) => {
                    let mut words = vector(i.into());
                    let input = site.input(&request, &mut words, pins).unwrap();
                    std::fs::write(out.join(format!("{name}.vector")), bytes(&context, &words)).unwrap();
                    SiteMessage::Input(input)
                }
            };
            aggregator.receive(&id, message).unwrap();
        }
        aggregator.close().unwrap();
    }
    let opening = aggregator.opening().unwrap();
    std::fs::write(out.join("terms"), context.to_bytes()).unwrap();
    std::fs::write(out.join("opening"), opening.to_bytes()).unwrap();
    let survivors = opening.survivors(&context).unwrap();
    let updates = survivors.into_iter().zip(opening.inputs.iter().map(Input::root)).collect();
    logged(number, updates, clear_sum())
}

fn bytes(context: &Context, words: &[i64]) -> Vec<u8> {
    let chunk = |index| {
        let mut out = Vec::new();
        encode_chunk(context, words, index, &mut out);
        out
    };
    (0..context.chunks()).flat_map(chunk).collect()
}

/// The digest of the sum of the vectors in clear.
fn clear_sum() -> Digest {
    let sum = (0..i64::from(WORDS)).map(|at| 3_000 - 3 * at);
    Digest::of("consilium/summary/updates/v1", &sum.flat_map(i64::to_le_bytes).collect::<Vec<u8>>())
}

fn logged(number: u32, updates: BTreeMap<SiteId, Digest>, sum: Digest) -> [Event; 2] {
    let (study, attempt, round) = ("mycn".parse().unwrap(), Attempt(1), ExchangeNumber(number));
    let question = digest(&format!("question {number}"));
    let opened = Event::Opened { study, attempt, round, roster: sites(&SITES), question };
    [opened, Event::Committed { study: "mycn".parse().unwrap(), attempt, round, updates, sum }]
}

fn log(rounds: &[[Event; 2]]) -> Log {
    log_of(SITES.map(enrolled).to_vec(), rounds)
}

fn log_of(enrolled: Vec<Event>, rounds: &[[Event; 2]]) -> Log {
    let folder = tempfile::tempdir().unwrap();
    let begin = Event::Genesis { origin: "example.org/consilium/test".to_owned() };
    let (study, plan) = ("mycn".parse().unwrap(), digest("plan"));
    let proposed = Event::Proposed { study, plan, sites: sites(&SITES) };
    let events = [vec![begin], enrolled, vec![proposed], rounds.concat()].concat();
    write(folder.path(), &entries(events));
    Log::read(folder.path(), &read_policy(&folder.path().join("policy.txt")).unwrap()).unwrap()
}

#[test]
fn every_round_of_the_evidence_leads_to_the_logged_sum() {
    let out = tempfile::tempdir().unwrap();
    let told = [1, 2].map(|number| round(number, &out.path().join(format!("1-{number}"))));
    let log = log(&told);
    let found = rounds(out.path()).unwrap();
    let proven: Vec<_> = found.iter().map(|folder| replay(&log, folder).unwrap()).collect();
    assert_eq!(proven.len(), 2);
    assert_eq!((proven[1].sum, proven[1].words), (clear_sum(), u64::from(WORDS)));
    assert_eq!(proven[0].sites, sites(&SITES));
    complete(&log, &proven).unwrap();
    let lacking = complete(&log, &proven[..1]).unwrap_err();
    assert_eq!(lacking.code(), "CNS-A-0137");
    assert!(lacking.to_string().contains("1-2"), "{lacking}");
}

#[test]
fn whatever_was_changed_since_has_its_code() {
    let out = tempfile::tempdir().unwrap();
    let [opened, committed] = round(1, out.path());
    let code = |events: [Event; 2]| replay(&log(&[events]), out.path()).unwrap_err().code();
    let honest = || [opened.clone(), committed.clone()];
    let Event::Committed { updates, .. } = &committed else { panic!() };

    let other_sum = logged(1, updates.clone(), digest("another sum"));
    assert_eq!(code(other_sum), "CNS-A-0136");
    let mut swapped = updates.clone();
    swapped.insert("a".parse().unwrap(), digest("another vector"));
    assert_eq!(code(logged(1, swapped, clear_sum())), "CNS-A-0134");
    assert_eq!(code(logged(2, updates.clone(), clear_sum())), "CNS-A-0132");
    let mut other_question = honest();
    if let Event::Opened { question, .. } = &mut other_question[0] {
        *question = digest("what another model was asked");
    }
    assert_eq!(code(other_question), "CNS-A-0133");
    let mut smaller = honest();
    if let Event::Opened { roster, .. } = &mut smaller[0] {
        roster.pop();
    }
    assert_eq!(code(smaller), "CNS-A-0133");

    for (file, flip, wanted) in
        [("b.vector", 70_000, "CNS-A-0135"), ("opening", 40, "CNS-A-0135"), ("terms", 10, "CNS-A-0132")]
    {
        let path = out.path().join(file);
        let whole = std::fs::read(&path).unwrap();
        let mut changed = whole.clone();
        changed[flip] ^= 1;
        std::fs::write(&path, changed).unwrap();
        assert_eq!(code(honest()), wanted, "{file}");
        std::fs::write(&path, &whole[..whole.len() - 1]).unwrap();
        assert!(["CNS-A-0130", "CNS-A-0131"].contains(&code(honest())), "{file} cut");
        std::fs::remove_file(&path).unwrap();
        assert_eq!(code(honest()), "CNS-A-0130", "{file} gone");
        std::fs::write(&path, &whole).unwrap();
    }
    replay(&log(&[honest()]), out.path()).unwrap();
}

#[test]
fn a_key_that_was_never_enrolled_signs_nothing() {
    let out = tempfile::tempdir().unwrap();
    let told = round(1, out.path());
    let other = |site: &str| match enrolled(site) {
        Event::Enrolled { site, key, witness, .. } => {
            Event::Enrolled { site, key, witness, identity: identity("another").public().into() }
        }
        event => event,
    };
    let log = log_of(vec![enrolled("a"), enrolled("b"), other("c")], &[told]);
    assert_eq!(replay(&log, out.path()).unwrap_err().code(), "CNS-A-0133");
}

//! Journal entries as bytes: what is written is read back, and no bytes whatever make the reader panic.
//!
//! Spec: ADR-0004 (events, not snapshots); the bytes of an entry are described in `life/entry.rs`.

#![allow(missing_docs, reason = "a test")]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::collections::BTreeMap;

use consilium_crypto::{Context, MemoryPins, SiteKey, SiteMessage, StudySecret, Terms, Width};
use consilium_rounds::life::{Entry, Event, Key, Timestamp};
use consilium_stats::Summary;
use consilium_types::{Attempt, Column, ColumnKind, Consent, Digest, ExchangeNumber, Schema, SiteId};
use proptest::prelude::*;

fn site() -> impl Strategy<Value = SiteId> {
    (0u8..6).prop_map(|i| format!("site-{i}").parse().unwrap())
}

fn key() -> impl Strategy<Value = Key> {
    let number = || prop_oneof![0u32..4, any::<u32>()];
    (number(), number()).prop_map(|(a, e)| Key { attempt: Attempt(a), exchange: ExchangeNumber(e) })
}

fn schema() -> impl Strategy<Value = Schema> {
    let kind = prop_oneof![Just(ColumnKind::Radiomic), Just(ColumnKind::Clinical)];
    let column = (any::<String>(), kind).prop_map(|(name, kind)| Column { name, kind });
    (prop::collection::vec(column, 0..5), any::<String>())
        .prop_map(|(columns, extractor)| Schema { columns, extractor })
}

fn summary() -> impl Strategy<Value = Summary> {
    prop_oneof![
        prop::collection::vec(any::<i128>(), 0..20).prop_map(Summary::Statistics),
        prop::collection::vec(any::<i64>(), 0..20).prop_map(Summary::Updates),
    ]
}

/// A signed step of a secure sum, of the shape that any step has.
fn message() -> impl Strategy<Value = SiteMessage> {
    (any::<[u8; 32]>(), 1u64..50).prop_map(|(seed, words)| {
        let keys: Vec<SiteKey> = (1..=3).map(|i| SiteKey::from_bytes(&[i; 32])).collect();
        let roster = ["a", "b", "c"].map(|site| site.parse().unwrap()).into_iter();
        let terms = Terms {
            plan: Digest::from(seed),
            attempt: Attempt(1),
            exchange: ExchangeNumber(1),
            question: Digest::from(seed),
            roster: roster.zip(keys.iter().map(SiteKey::public)).collect(),
            width: Width::Statistics,
            words,
        };
        let (context, secret) = (Context::new(terms).unwrap(), StudySecret::from_bytes(seed));
        let site = consilium_crypto::Site::new(&context, &keys[0], &secret).unwrap();
        SiteMessage::Keys(site.keys(&mut MemoryPins::default()).unwrap())
    })
}

fn consent() -> impl Strategy<Value = Consent> {
    (any::<[u8; 32]>(), any::<[u8; 32]>(), any::<[u8; 32]>()).prop_map(|(program, left, right)| {
        let signature: [u8; 64] = [left, right].concat().try_into().expect("64 bytes");
        Consent { program: program.into(), signature: signature.into() }
    })
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        (site(), schema(), consent()).prop_map(|(site, schema, consent)| Event::Accepted {
            site,
            schema,
            consent
        }),
        site().prop_map(|site| Event::Refused { site }),
        (site(), key(), summary()).prop_map(|(site, key, summary)| Event::Submitted { site, key, summary }),
        (site(), key(), message(), prop::collection::vec(any::<u8>(), 0..40))
            .prop_map(|(site, key, message, vector)| Event::Blinded { site, key, message, vector }),
        (site(), key(), any::<String>()).prop_map(|(site, key, code)| Event::Declined { site, key, code }),
        site().prop_map(|site| Event::Removed { site }),
        Just(Event::Tick),
    ]
}

fn entry() -> impl Strategy<Value = Entry> {
    let at = || any::<u64>().prop_map(Timestamp);
    let digest = any::<[u8; 32]>().prop_map(Digest::from);
    let contributions = prop::collection::btree_map(site(), digest, 0..5);
    prop_oneof![
        (at(), event()).prop_map(|(at, event)| Entry::Happened { at, event }),
        (at(), key(), summary(), contributions).prop_map(|(at, key, sum, contributions)| Entry::Closed {
            at,
            key,
            sum,
            contributions
        }),
    ]
}

proptest! {
    #[test]
    fn an_entry_survives_its_bytes(entry in entry()) {
        prop_assert_eq!(Entry::from_bytes(&entry.to_bytes()), Ok(entry));
    }

    #[test]
    fn an_entry_closes_or_submits_or_neither_but_never_both(entry in entry()) {
        let expected = match &entry {
            Entry::Closed { key, .. } => (Some(*key), None),
            Entry::Happened { event: Event::Submitted { key, .. } | Event::Blinded { key, .. }, .. } => (None, Some(*key)),
            Entry::Happened { .. } => (None, None),
        };
        prop_assert_eq!((entry.closes(), entry.submits()), expected);
    }

    #[test]
    fn arbitrary_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(entry) = Entry::from_bytes(&bytes) {
            prop_assert_eq!(Entry::from_bytes(&entry.to_bytes()), Ok(entry));
        }
    }

    #[test]
    fn a_damaged_entry_is_refused_or_is_another_readable_entry(
        entry in entry(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
        shorten in any::<bool>(),
    ) {
        let mut bytes = entry.to_bytes();
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if shorten {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Ok(read) = Entry::from_bytes(&bytes) {
            prop_assert_eq!(Entry::from_bytes(&read.to_bytes()), Ok(read));
        }
    }

    #[test]
    fn a_torn_summary_is_refused(words in prop::collection::vec(any::<i128>(), 1..9), torn in 1usize..16) {
        let key = Key { attempt: Attempt(1), exchange: ExchangeNumber(1) };
        let sum = Summary::Statistics(words);
        let entry = Entry::Closed { at: Timestamp(5), key, sum, contributions: BTreeMap::new() };
        let bytes = entry.to_bytes();
        prop_assert!(Entry::from_bytes(&bytes[..bytes.len() - torn]).is_err());
    }
}

#[test]
fn an_entry_is_one_line_of_json_and_the_words_of_its_summary() {
    let entry = Entry::Happened {
        at: Timestamp(7),
        event: Event::Submitted {
            site: "site-a".parse().unwrap(),
            key: Key { attempt: Attempt(1), exchange: ExchangeNumber(2) },
            summary: Summary::Updates(vec![258]),
        },
    };
    let line = r#"{"at":7,"what":{"submitted":{"site":"site-a","key":{"attempt":1,"exchange":2},"words":"updates"}}}"#;
    let expected = [line.as_bytes(), b"\n", &[2, 1, 0, 0, 0, 0, 0, 0]].concat();
    assert_eq!(entry.to_bytes(), expected);
}

#[test]
fn bytes_without_a_newline_and_lines_without_an_event_are_refused() {
    for bad in ["", "{}", "{}\n", "\n", "{\"at\":1,\"what\":\"tock\"}\n", "{\"at\":-1,\"what\":\"tick\"}\n"] {
        assert!(Entry::from_bytes(bad.as_bytes()).is_err(), "{bad:?}");
    }
    let tick = Entry::from_bytes(b"{\"at\":1,\"what\":\"tick\"}\n").unwrap();
    assert_eq!(tick, Entry::Happened { at: Timestamp(1), event: Event::Tick });
}

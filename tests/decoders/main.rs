//! The corpora of `tests/fuzz` and mutations of them, replayed on a stable compiler: no decoder panics, none takes memory
//! that its bytes do not pay for.
//!
//! The mutations are the same on every run. Bytes that once made a decoder fail go into `fuzz/corpus/<target>`.

#![allow(clippy::unwrap_used, reason = "a test")]

#[path = "../fuzz/src/lib.rs"]
#[allow(unreachable_pub, reason = "a crate of its own in fuzz/")]
mod fuzz;

mod seeds;

use std::path::{Path, PathBuf};
use std::sync::Once;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRng, TestRunner};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Mutations of each file of a corpus.
const MUTATIONS: u32 = 2_000;
/// What all decoders together may map beyond what the test has at its start.
const MEMORY: u64 = 1 << 30;

fn folder(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target)
}

fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(folder(target)).unwrap_or_else(|e| panic!("{target}: {e}"));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read = |file: &PathBuf| (file.display().to_string(), std::fs::read(file).unwrap());
    files.iter().map(read).collect()
}

/// Too large an allocation ends the process, and with it the test.
fn bound_memory() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let pages: u64 =
            std::fs::read_to_string("/proc/self/statm").unwrap().split(' ').next().unwrap().parse().unwrap();
        let most = pages * rustix::param::page_size() as u64 + MEMORY;
        let Rlimit { maximum, .. } = getrlimit(Resource::As);
        setrlimit(Resource::As, Rlimit { current: Some(most), maximum }).unwrap();
    });
}

/// A change: bytes written over, put in, taken out or repeated at a place.
#[derive(Debug, Clone)]
enum Change {
    Write(Vec<u8>),
    Insert(Vec<u8>),
    Remove(usize),
    Repeat(usize),
    Cut,
}

fn change() -> impl Strategy<Value = Change> {
    // numbers that lie about lengths, in bytes and in text, beside any bytes
    let extreme = prop_oneof![
        Just(vec![0xff; 8]),
        Just(vec![0xff, 0xff, 0xff, 0xff, 0x0f]),
        Just(vec![0; 8]),
        Just(b"99999999999999999999".to_vec()),
        Just(b"-1".to_vec()),
        Just(b"1e999".to_vec()),
        Just(b"null".to_vec()),
        Just(b"[[[[[[[[".to_vec()),
    ];
    let bytes = prop_oneof![proptest::collection::vec(any::<u8>(), 1..6), extreme];
    prop_oneof![
        4 => bytes.clone().prop_map(Change::Write),
        2 => bytes.prop_map(Change::Insert),
        1 => (1_usize..40).prop_map(Change::Remove),
        1 => (1_usize..40).prop_map(Change::Repeat),
        1 => Just(Change::Cut),
    ]
}

fn apply(file: &[u8], place: prop::sample::Index, change: &Change) -> Vec<u8> {
    let mut bytes = file.to_vec();
    let at = place.index(bytes.len());
    let end = |length: usize| at + length.min(file.len() - at);
    match change {
        Change::Write(new) => bytes[at..end(new.len())].copy_from_slice(&new[..end(new.len()) - at]),
        Change::Insert(new) => drop(bytes.splice(at..at, new.iter().copied())),
        Change::Remove(length) => drop(bytes.drain(at..end(*length))),
        Change::Repeat(length) => {
            let part = file[at..end(*length)].repeat(50);
            bytes.splice(at..at, part);
        }
        Change::Cut => bytes.truncate(at),
    }
    bytes
}

fn replay(target: &str) {
    bound_memory();
    let read = fuzz::target(target);
    let files = corpus(target);
    assert!(!files.is_empty(), "{target} has no corpus");
    for (name, file) in files {
        assert_eq!(read(&file), !name.ends_with("-refused"), "{name}");
        let config = Config { cases: MUTATIONS, failure_persistence: None, ..Config::default() };
        let rng = TestRng::deterministic_rng(config.rng_algorithm);
        let changes = proptest::collection::vec((any::<prop::sample::Index>(), change()), 1..4);
        let outcome = TestRunner::new_with_rng(config, rng).run(&changes, |changes| {
            let mutated = changes.iter().fold(file.clone(), |bytes, (place, change)| {
                if bytes.is_empty() { bytes } else { apply(&bytes, *place, change) }
            });
            let _ = read(&mutated);
            Ok(())
        });
        outcome.unwrap();
    }
}

macro_rules! targets {
    ($($test:ident $name:literal)*) => {
        $(#[test]
        fn $test() {
            replay($name);
        })*

        #[test]
        fn every_target_is_replayed() {
            let replayed = [$($name),*];
            let known: Vec<&str> = fuzz::TARGETS.iter().map(|(name, _)| *name).collect();
            assert_eq!(known, replayed);
        }
    };
}

targets! {
    next_reply "next-reply"
    studies_reply "studies-reply"
    answer_request "answer-request"
    submit_request "submit-request"
    upload_request "upload-request"
    other_messages "other-messages"
    query "query"
    summary "summary"
    journal "journal"
    plan "plan"
    model "model"
    result "result"
    invitation "invitation"
    node_policy "node-policy"
    checkpoint "checkpoint"
    note "note"
    verifier_key "verifier-key"
    log_policy "log-policy"
    add_checkpoint "add-checkpoint"
    evidence "evidence"
    tile "tile"
    log_entry "log-entry"
    sum_context "sum-context"
    sum_message "sum-message"
    sum_request "sum-request"
    sum_opening "sum-opening"
}

/// The guard must hold: what asks for more memory than there is ends the process that asks.
#[test]
fn a_decoder_that_believes_a_length_would_be_seen() {
    bound_memory();
    let most = getrlimit(Resource::As).current.unwrap();
    let mut greedy: Vec<u8> = Vec::new();
    assert!(greedy.try_reserve_exact(usize::try_from(most).unwrap()).is_err());
}

#[test]
#[ignore = "writes the corpus"]
fn write_the_corpus() {
    for (target, name, bytes) in seeds::all() {
        assert!(fuzz::target(target)(&bytes), "{target} refuses {name}");
        std::fs::create_dir_all(folder(target)).unwrap();
        std::fs::write(folder(target).join(name), bytes).unwrap();
    }
}

//! A witness cosigns what continues, once durably seen, and nothing else; a quorum is what the policy says.

#![allow(missing_docs, reason = "a test")]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use consilium_ledger::note::Kind;
use consilium_ledger::policy::Unbelieved;
use consilium_ledger::proof::ProofFault;
use consilium_ledger::witness::{AddCheckpoint, Refusal, Seen, decide};
use consilium_ledger::{Checkpoint, Note, Policy, SignerKey, Tree, VerifierKey};
use proptest::prelude::*;
use support::{json, synthetic, text};

fn key(which: &str) -> VerifierKey {
    json("keys.json")[which].as_str().unwrap().parse().unwrap()
}

fn seen(tree: &Tree, size: u64) -> Seen {
    Seen { size, root: tree.root(size).unwrap() }
}

#[test]
fn a_continuation_is_cosigned() {
    let tree = synthetic(700).0;
    let body = text("add-checkpoint-256-700.txt");
    let request: AddCheckpoint = body.parse().unwrap();
    assert_eq!(request.to_string(), body);
    let accepted = decide(&key("log_vkey"), Some(&seen(&tree, 256)), &request).unwrap();
    assert_eq!(accepted.seen, seen(&tree, 700));

    let seed = json("keys.json")["witness_a_seed_hex"].as_str().unwrap().to_owned();
    let secret: [u8; 32] = std::array::from_fn(|i| u8::from_str_radix(&seed[2 * i..2 * i + 2], 16).unwrap());
    let signer = SignerKey::new("consilium.example/witness/site-a", Kind::Cosignature, &secret).unwrap();
    assert_eq!(signer.verifier(), key("witness_a_vkey"));
    // the recorded cosignature, made by other code at this second
    let recorded: Note = text("checkpoints/700.txt").parse().unwrap();
    let time = signer.verifier().verify(&recorded).unwrap().unwrap();
    assert!(recorded.signatures.contains(&signer.sign(&accepted.text, time)));
}

#[test]
fn everything_else_is_refused_by_its_status() {
    let tree = synthetic(700).0;
    let log = key("log_vkey");
    let request: AddCheckpoint = text("add-checkpoint-256-700.txt").parse().unwrap();
    assert_eq!(decide(&log, Some(&seen(&tree, 255)), &request), Err(Refusal::Size { seen: 255, old: 256 }));
    assert_eq!(decide(&log, None, &request), Err(Refusal::Size { seen: 0, old: 256 }));
    let short = AddCheckpoint { proof: request.proof[1..].to_vec(), ..request.clone() };
    assert!(matches!(
        decide(&log, Some(&seen(&tree, 256)), &short),
        Err(Refusal::Proof(ProofFault::Length | ProofFault::Root))
    ));
    let unsigned = Note { signatures: request.note.signatures[1..].to_vec(), ..request.note.clone() };
    let unsigned = AddCheckpoint { note: unsigned, ..request.clone() };
    assert!(matches!(decide(&log, Some(&seen(&tree, 256)), &unsigned), Err(Refusal::Signature(_))));
    let stranger = decide(&key("witness_a_vkey"), Some(&seen(&tree, 256)), &request);
    assert!(matches!(stranger, Err(Refusal::Origin { .. })));
    // the same size, another history, honestly signed by the log
    let fork: Note = text("checkpoints/700-fork.txt").parse().unwrap();
    let forked = AddCheckpoint { old: 700, proof: Vec::new(), note: fork };
    assert_eq!(decide(&log, Some(&seen(&tree, 700)), &forked), Err(Refusal::Fork(700)));
    let again = AddCheckpoint { old: 700, proof: Vec::new(), note: request.note.clone() };
    assert!(decide(&log, Some(&seen(&tree, 700)), &again).is_ok(), "the same again may be cosigned anew");
    for body in ["", "old 1\n\n", "old 01\n\nx\n", "old 256\nxx\n\na\n1\nb\n\n— c d\n"] {
        assert!(body.parse::<AddCheckpoint>().is_err(), "{body:?}");
    }
}

#[test]
fn a_quorum_is_what_the_policy_says() {
    let note: Note = text("checkpoints/700.txt").parse().unwrap();
    let policy: Policy = text("policy.txt").parse().unwrap();
    assert!(policy.believe(&note).is_ok());
    assert_eq!(policy.to_string().parse::<Policy>().unwrap(), policy);
    let one = Note { signatures: note.signatures[..2].to_vec(), ..note.clone() };
    assert_eq!(policy.believe(&one), Err(Unbelieved::Quorum { signed: 1, witnesses: 2 }));
    let any: Policy = text("policy.txt").replace("group sites 2", "group sites any").parse().unwrap();
    assert!(any.believe(&one).is_ok());
    let mut broken = note.clone();
    broken.signatures[2].signature[70] ^= 1;
    assert!(matches!(any.believe(&broken), Err(Unbelieved::Note(_))), "a bad line by a known witness");
    for wrong in ["quorum sites", "log x", "group sites 3 siteA siteB", "group sites 2 siteA siteC"] {
        let word = wrong.split(' ').next().unwrap();
        let altered: Vec<String> = text("policy.txt")
            .lines()
            .map(|line| if line.starts_with(word) && word != "quorum" { wrong } else { line }.to_owned())
            .chain((word == "quorum").then(|| wrong.to_owned()))
            .collect();
        assert!(altered.join("\n").parse::<Policy>().is_err(), "{wrong}");
    }
}

proptest! {
    /// Any two sizes of any log: proofs hold, and fail when a bit is turned or an entry is another.
    #[test]
    fn proofs_hold_between_all_sizes(size in 1u64..600, a in any::<u64>(), b in any::<u64>(), bit in 0usize..256) {
        let (tree, entries) = synthetic(size);
        let (index, old) = (a % size, 1 + b % size);
        let root = tree.root(size).unwrap();
        let leaf = consilium_ledger::hash::leaf(&entries[usize::try_from(index).unwrap()]);
        let path = tree.inclusion(index, size).unwrap();
        prop_assert!(consilium_ledger::proof::inclusion(index, size, leaf, &path, &root).is_ok());
        let between = tree.consistency(old, size).unwrap();
        let old_root = tree.root(old).unwrap();
        let hold = |proof: &[_]| consilium_ledger::proof::consistency((old, &old_root), (size, &root), proof);
        prop_assert!(hold(&between).is_ok());
        for place in 0..between.len() {
            let mut wrong = between.clone();
            let mut bytes = *wrong[place].as_bytes();
            bytes[bit / 8] ^= 1 << (bit % 8);
            wrong[place] = bytes.into();
            prop_assert!(hold(&wrong).is_err());
        }
        let other = consilium_ledger::hash::leaf(b"another");
        prop_assert!(consilium_ledger::proof::inclusion(index, size, other, &path, &root).is_err());
    }

    /// Whatever a peer or a file says is read or refused, and what is read is written back the same.
    #[test]
    fn no_text_makes_a_reader_panic(text in "(?s).{0,300}", cut in 0usize..900, with in any::<char>()) {
        drop(text.parse::<Note>());
        drop(text.parse::<Policy>());
        drop(text.parse::<AddCheckpoint>());
        drop(text.parse::<VerifierKey>());
        drop(text.parse::<Checkpoint>());
        let mut body: Vec<char> = support::text("add-checkpoint-256-700.txt").chars().collect();
        if let Some(place) = body.get_mut(cut) {
            *place = with;
        }
        let body: String = body.into_iter().collect();
        if let Ok(request) = body.parse::<AddCheckpoint>() {
            prop_assert_eq!(request.to_string(), body);
        }
    }
}

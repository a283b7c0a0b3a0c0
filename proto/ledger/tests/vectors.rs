//! Vectors of others: the tree of Certificate Transparency, Go's `sumdb/tlog` and `sumdb/note`, C2SP's examples.
//!
//! Where they come from: tests/data/tlog/README.md.

#![allow(missing_docs, reason = "a test")]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use base64::Engine as _;
use consilium_ledger::note::NoteFault;
use consilium_ledger::{Checkpoint, Evidence, Note, Policy, Tree, VerifierKey, hash, proof, tile};
use consilium_types::Digest;
use serde_json::Value;
use support::{data, json, synthetic, text};

fn hex(value: &Value) -> Digest {
    value.as_str().unwrap().parse().unwrap()
}

fn hexes(value: &Value) -> Vec<Digest> {
    value.as_array().unwrap().iter().map(hex).collect()
}

/// A hash in base64. Some vectors have words in its place: they become hashes that nothing leads to.
fn base64(value: &Value) -> Option<Digest> {
    let bytes = base64::engine::general_purpose::STANDARD.decode(value.as_str()?).ok()?;
    if bytes.is_empty() {
        return None;
    }
    Some(<[u8; 32]>::try_from(bytes).map_or_else(|words| hash::leaf(&words), Digest::from))
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len() / 2).map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap()).collect()
}

fn proofs_agree(tree: &Tree, vectors: &Value) {
    for vector in vectors["inclusion_proofs"].as_array().unwrap() {
        let (index, size) = (number(&vector["Index"]), number(&vector["Size"]));
        assert_eq!(tree.inclusion(index, size).unwrap(), hexes(&vector["Proof"]), "entry {index} of {size}");
    }
    for vector in vectors["consistency_proofs"].as_array().unwrap() {
        let (old, new) = (number(&vector["Old"]), number(&vector["New"]));
        assert_eq!(tree.consistency(old, new).unwrap(), hexes(&vector["Proof"]), "{old} to {new}");
    }
}

#[test]
fn the_eight_leaves_of_certificate_transparency() {
    let vectors = json("rfc6962_reference_tree.json");
    let mut tree = Tree::default();
    for leaf in vectors["leaf_inputs_hex"].as_array().unwrap() {
        tree.append(&unhex(leaf.as_str().unwrap()));
    }
    assert_eq!(tree.level(0), hexes(&vectors["leaf_hashes_hex"]));
    for (size, root) in (0..).zip(hexes(&vectors["root_hashes_hex_by_size"])) {
        assert_eq!(tree.root(size), Some(root), "size {size}");
    }
    proofs_agree(&tree, &vectors);
}

#[test]
fn seventy_thousand_entries_as_gos_tlog_hashes_them() {
    let vectors = json("synthetic_log.json");
    let tree = synthetic(70_000).0;
    for (size, root) in vectors["root_hex_by_size"].as_object().unwrap() {
        assert_eq!(tree.root(size.parse().unwrap()), Some(hex(root)), "size {size}");
    }
    proofs_agree(&tree, &vectors);
}

/// All 98 and 98, most of them wrong in one place.
#[test]
fn proofs_hold_and_fail_as_certificate_transparency_says() {
    let vectors = json("ct_inclusion_vectors.json");
    for vector in vectors["vectors"].as_array().unwrap() {
        let proof: Option<Vec<Digest>> =
            vector["proof"].as_array().map_or(Some(Vec::new()), |proof| proof.iter().map(base64).collect());
        let holds = match (base64(&vector["leafHash"]), proof, base64(&vector["root"])) {
            (Some(leaf), Some(path), Some(root)) => {
                let (index, size) = (number(&vector["leafIdx"]), number(&vector["treeSize"]));
                proof::inclusion(index, size, leaf, &path, &root).is_ok()
            }
            _ => false,
        };
        assert_eq!(holds, vector["wantErr"] == false, "{}", vector["_source"]);
    }
    let vectors = json("ct_consistency_vectors.json");
    for vector in vectors["vectors"].as_array().unwrap() {
        let proof: Option<Vec<Digest>> =
            vector["proof"].as_array().map_or(Some(Vec::new()), |proof| proof.iter().map(base64).collect());
        let holds = match (base64(&vector["root1"]), proof, base64(&vector["root2"])) {
            (Some(old), Some(path), Some(new)) => {
                let sizes = (number(&vector["size1"]), number(&vector["size2"]));
                proof::consistency((sizes.0, &old), (sizes.1, &new), &path).is_ok()
            }
            _ => false,
        };
        assert_eq!(holds, vector["wantErr"] == false, "{}", vector["_source"]);
    }
}

#[test]
fn notes_of_go_and_c2sp() {
    let vectors = json("note_vectors.json");
    for example in ["go_sumdb_note", "c2sp_signed_note_example"] {
        let key: VerifierKey = vectors[example]["vkey"].as_str().unwrap().parse().unwrap();
        let written = vectors[example]["note"].as_str().unwrap();
        let note: Note = written.parse().unwrap();
        assert_eq!(key.verify(&note), Ok(Some(0)), "{example}");
        assert_eq!(note.to_string(), written);
        assert_eq!(key.to_string(), vectors[example]["vkey"].as_str().unwrap());
        let altered =
            Note { text: note.text.replace("message", "massage").replace("answer", "problem"), ..note };
        assert_eq!(key.verify(&altered), Err(NoteFault::Signature(key.name().to_owned())));
    }
    for key in vectors["bad_vkeys_must_be_refused"].as_array().unwrap() {
        assert!(key.as_str().unwrap().parse::<VerifierKey>().is_err(), "{key}");
    }
    let tree = &vectors["go_tree_note"]["body"];
    let lines = tree.as_str().unwrap();
    let checkpoint: Checkpoint = lines.parse().unwrap();
    assert_eq!((checkpoint.size, checkpoint.to_string().as_str()), (123_456_789_012, lines));
    assert_eq!(checkpoint.root, hash::leaf(b"hello world"));
}

#[test]
fn checkpoints_are_signed_and_cosigned() {
    let policy: Policy = text("policy.txt").parse().unwrap();
    let tree = synthetic(70_000).0;
    for size in [0, 1, 256, 700, 70_000] {
        let note: Note = text(&format!("checkpoints/{size}.txt")).parse().unwrap();
        // nobody cosigns an empty log
        let checkpoint = if size == 0 { policy.signed(&note) } else { policy.believe(&note) }.unwrap();
        assert_eq!((checkpoint.size, Some(checkpoint.root)), (size, tree.root(size)));
    }
}

#[test]
fn an_entry_is_proven_alone() {
    let policy: Policy = text("policy.txt").parse().unwrap();
    let evidence: Evidence = text("entry345.tlog-proof").parse().unwrap();
    assert_eq!(evidence.to_string(), text("entry345.tlog-proof"));
    evidence.verify(&policy, br#"{"seq":345,"type":"test"}"#).unwrap();
    assert!(evidence.verify(&policy, br#"{"seq":346,"type":"test"}"#).is_err());
}

#[test]
fn the_files_of_a_log_are_those_of_c2sp() {
    let (tree, entries) = synthetic(700);
    let files = tile::grown(&tree, &entries, 0, 700).unwrap();
    assert_eq!(files.len(), 7);
    for file in files {
        assert_eq!(
            file.bytes,
            std::fs::read(data(&format!("tiles700/{}", file.path))).unwrap(),
            "{}",
            file.path
        );
    }
    let later: Vec<String> =
        tile::grown(&tree, &entries, 512, 700).unwrap().into_iter().map(|f| f.path).collect();
    assert_eq!(later, ["tile/entries/002.p/188", "tile/0/002.p/188"]);
    assert_eq!(tile::hashes_path(1, 1_234_067, 256), "tile/1/x001/x234/067");
}

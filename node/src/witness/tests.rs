//! The recorded log of `tests/data/tlog`, shown to a node that witnesses it: continued, forked, rolled back, of another key.

use std::path::Path;

use consilium_ledger::note::Kind;
use tempfile::TempDir;

use super::*;

const LATER: i64 = 1_800_000_000;

fn text(name: &str) -> String {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/tlog").join(name);
    std::fs::read_to_string(data).unwrap()
}

fn recorded_log() -> VerifierKey {
    let keys: serde_json::Value = serde_json::from_str(&text("keys.json")).unwrap();
    keys["log_vkey"].as_str().unwrap().parse().unwrap()
}

struct Place {
    _temporary: TempDir,
    folder: Folder,
}

impl Place {
    /// A node that follows a log and has cosigned nothing.
    fn following(log: &VerifierKey) -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let folder = Folder::new(temporary.path().to_owned());
        Keys::open_or_make(&folder).unwrap();
        folder::write(&folder.log_key(), &format!("{log}\n")).unwrap();
        Self { _temporary: temporary, folder }
    }

    fn open(&self) -> Witness {
        Witness::open(&self.folder, &"east".parse().unwrap()).unwrap()
    }

    fn refused(&self, body: &str) -> &'static str {
        let kept = std::fs::read_to_string(self.folder.cosigned()).unwrap();
        let fault = self.open().take(body, LATER).unwrap_err();
        assert_eq!(std::fs::read_to_string(self.folder.refused()).unwrap(), body, "the evidence is kept");
        assert_eq!(refuse_if_frozen(&self.folder).unwrap_err().code(), "CNS-N-0604");
        assert_eq!(std::fs::read_to_string(self.folder.cosigned()).unwrap(), kept, "nothing new is cosigned");
        std::fs::remove_file(self.folder.refused()).unwrap();
        fault.code()
    }
}

fn body(old: u64, checkpoint: &str) -> String {
    let note = text(checkpoint).parse().unwrap();
    AddCheckpoint { old, proof: Vec::new(), note }.to_string()
}

/// Has cosigned 256 entries, then 700.
fn at_700() -> Place {
    let place = Place::following(&recorded_log());
    place.open().take(&body(0, "checkpoints/256.txt"), LATER).unwrap();
    assert_eq!(place.open().size(), 256);
    place.open().take(&text("add-checkpoint-256-700.txt"), LATER).unwrap();
    place
}

/// A crash after the disk and before the network: the same cosignature can be asked for again, another history cannot.
#[test]
fn what_is_cosigned_is_kept_before_it_leaves() {
    let place = at_700();
    let mut witness = place.open();
    assert_eq!(witness.size(), 700);
    let note: Note = std::fs::read_to_string(place.folder.cosigned()).unwrap().parse().unwrap();
    let own = witness.signer.verifier();
    assert_eq!(own.verify(&note), Ok(Some(1_800_000_000)));
    assert!(recorded_log().verify(&note).unwrap().is_some(), "with the signature of the log");
    let line = witness.take(&body(700, "checkpoints/700.txt"), LATER + 1).unwrap();
    let again = Note { text: note.text, signatures: vec![line.trim_end().parse().unwrap()] };
    assert_eq!(own.verify(&again), Ok(Some(1_800_000_001)));
}

#[test]
fn a_fork_is_refused_and_everything_stops() {
    let place = at_700();
    assert_eq!(place.refused(&body(700, "checkpoints/700-fork.txt")), "CNS-N-0601");
    let proof = text("add-checkpoint-256-700.txt").replace("old 256", "old 700");
    assert_eq!(place.refused(&proof), "CNS-N-0601", "a proof of something else");
    assert_eq!(
        place.refused(&text("add-checkpoint-256-700.txt")),
        "CNS-N-0601",
        "from a size it has left behind"
    );
}

#[test]
fn a_log_that_was_rolled_back_is_refused() {
    let place = at_700();
    for old in [0, 256, 700] {
        assert_eq!(place.refused(&body(old, "checkpoints/256.txt")), "CNS-N-0602");
    }
}

#[test]
fn a_checkpoint_of_another_key_is_refused() {
    let place = at_700();
    let impostor = SignerKey::new(recorded_log().name(), Kind::Ed25519, &[9; 32]).unwrap();
    let genuine: Note = text("checkpoints/700.txt").parse().unwrap();
    let signatures = vec![impostor.sign(&genuine.text, 0)];
    let forged = AddCheckpoint { old: 700, proof: Vec::new(), note: Note { signatures, ..genuine } };
    assert_eq!(place.refused(&forged.to_string()), "CNS-N-0603");
    assert_eq!(place.refused("old 7\n\nnonsense"), "CNS-N-0603");
    let other = SignerKey::new("example.org/log", Kind::Ed25519, &[9; 32]).unwrap();
    let elsewhere = Place::following(&other.verifier());
    let fault = elsewhere.open().take(&body(0, "checkpoints/256.txt"), LATER).unwrap_err();
    assert_eq!(fault.code(), "CNS-N-0603");
}

#[test]
fn a_memory_that_is_damaged_is_not_believed() {
    let place = at_700();
    let kept = std::fs::read_to_string(place.folder.cosigned()).unwrap();
    for damaged in [text("checkpoints/700.txt"), kept.replacen("700\n", "70\n", 1), kept[..90].to_owned()] {
        std::fs::write(place.folder.cosigned(), damaged).unwrap();
        let fault = Witness::open(&place.folder, &"east".parse().unwrap()).unwrap_err();
        assert_eq!(fault.code(), "CNS-N-0102", "{fault}");
    }
}

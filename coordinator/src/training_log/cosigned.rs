//! The newest checkpoints, with the cosignatures that hospitals gave them.
//!
//! Memory alone: after a restart the newest checkpoint is the same, and hospitals sign it again.

use std::collections::BTreeMap;

use consilium_ledger::note::{NoteFault, SignatureLine};
use consilium_ledger::{Note, Policy, VerifierKey};

/// A hospital that is further behind cosigns the newest one.
const KEPT: usize = 16;

/// Checkpoints by their size.
#[derive(Debug, Default)]
pub(crate) struct Cosigned {
    notes: BTreeMap<u64, Note>,
}

impl Cosigned {
    /// A checkpoint that the log has signed.
    pub(crate) fn publish(&mut self, size: u64, note: Note) {
        self.notes.insert(size, note);
        while self.notes.len() > KEPT {
            self.notes.pop_first();
        }
    }

    pub(crate) fn newest(&self) -> Option<(u64, &Note)> {
        self.notes.last_key_value().map(|(size, note)| (*size, note))
    }

    /// Whether a hospital has cosigned the newest checkpoint.
    pub(crate) fn has(&self, witness: &VerifierKey) -> bool {
        let signed = self.newest().map(|(_, note)| witness.verify(note));
        matches!(signed, Some(Ok(Some(_))))
    }

    /// Adds a cosignature of `witness`; false where the checkpoint is none of these, or has it.
    pub(crate) fn add(
        &mut self,
        size: u64,
        witness: &VerifierKey,
        line: SignatureLine,
    ) -> Result<bool, NoteFault> {
        let Some(note) = self.notes.get_mut(&size) else { return Ok(false) };
        let alone = Note { text: note.text.clone(), signatures: vec![line.clone()] };
        if witness.verify(&alone)?.is_none() {
            return Err(NoteFault::Unsigned(witness.name().to_owned()));
        }
        let is_new = witness.verify(note)?.is_none();
        if is_new {
            note.signatures.push(line);
        }
        Ok(is_new)
    }

    /// The newest checkpoint of more than `size` entries that a policy believes.
    pub(crate) fn believed(&self, policy: &Policy, size: u64) -> Option<(u64, &Note)> {
        let mut above = self.notes.range(size + 1..).rev();
        above.find(|(_, note)| policy.believe(note).is_ok()).map(|(size, note)| (*size, note))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use consilium_ledger::note::Kind;
    use consilium_ledger::{Checkpoint, SignerKey};
    use consilium_types::{PublicKey, SiteId};

    fn signed(log: &SignerKey, size: u64) -> Note {
        let origin = log.verifier().name().to_owned();
        let text = Checkpoint { origin, size, root: [7; 32].into() }.to_string();
        Note { signatures: vec![log.sign(&text, 0)], text }
    }

    #[test]
    fn a_majority_believes_the_newest_checkpoint_it_has_cosigned() {
        let log = SignerKey::new("example.org/log", Kind::Ed25519, &[1; 32]).unwrap();
        let site = |name: &str| -> SiteId { name.parse().unwrap() };
        let names = ["a", "b", "c"];
        let signers = names.map(|name| {
            let secret = [name.as_bytes()[0]; 32];
            SignerKey::witness(&log.verifier(), &site(name), &secret).unwrap()
        });
        let public = |name: &str| -> PublicKey {
            let secret = [name.as_bytes()[0]; 32];
            (*consilium_crypto::SiteKey::from_bytes(&secret).public().as_bytes()).into()
        };
        let sites = names.map(|name| (site(name), public(name)));
        let policy = Policy::majority(log.verifier(), sites).unwrap();
        let mut cosigned = Cosigned::default();
        for size in [5, 9] {
            cosigned.publish(size, signed(&log, size));
        }
        let mut add = |who: usize, size: u64| {
            let line = signers[who].sign(&signed(&log, size).text, 1_700_000_000);
            cosigned.add(size, &signers[who].verifier(), line)
        };
        assert_eq!(add(0, 5), Ok(true));
        assert_eq!(add(0, 5), Ok(false), "once is enough");
        assert_eq!(add(1, 4), Ok(false), "an unknown checkpoint");
        assert_eq!((add(1, 5), add(2, 9)), (Ok(true), Ok(true)));
        let line = signers[0].sign(&signed(&log, 9).text, 1);
        assert!(cosigned.add(9, &signers[1].verifier(), line).is_err(), "under another name");
        let line = signers[1].sign(&signed(&log, 5).text, 1);
        assert!(cosigned.add(9, &signers[1].verifier(), line).is_err(), "of another checkpoint");
        assert_eq!(cosigned.believed(&policy, 4).map(|(size, _)| size), Some(5));
        assert_eq!(cosigned.believed(&policy, 5), None, "one of three has cosigned the newer one");
        assert!(cosigned.has(&signers[2].verifier()) && !cosigned.has(&signers[0].verifier()));
        for size in 10..30 {
            cosigned.publish(size, signed(&log, size));
        }
        assert_eq!(cosigned.believed(&policy, 0), None, "what is old is forgotten");
    }
}

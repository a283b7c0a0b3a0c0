//! What hospitals cosign and what a question carries: the log as its witnesses see it.
//!
//! Spec: C2SP tlog-witness and tlog-proof, docs/reference/training-log.md.

use consilium_ledger::note::SignatureLine;
use consilium_ledger::witness::AddCheckpoint;
use consilium_ledger::{Event, Evidence, Note, Policy, VerifierKey};
use consilium_proto::v1::Opening;
use consilium_rounds::life::Key;
use consilium_types::{PublicKey, SiteId, StudyId};

use super::{TrainingLog, WITNESSED};
use crate::errors::Fault;
use crate::folder;

impl TrainingLog {
    /// What a hospital cosigns next, if it has not; `seen` is the size that it cosigned last.
    pub(crate) fn next_for(&self, site: &SiteId, seen: u64) -> Option<AddCheckpoint> {
        let witness = self.witness(site)?;
        let (size, note) = self.cosigned.newest()?;
        if seen == size && self.cosigned.has(&witness) {
            return None;
        }
        let proof = self.tree.consistency(seen, size).unwrap_or_default();
        let log = self.signer.verifier();
        let own = |line: &&SignatureLine| line.name == log.name();
        let signatures = note.signatures.iter().filter(own).cloned().collect();
        Some(AddCheckpoint { old: seen, proof, note: Note { text: note.text.clone(), signatures } })
    }

    /// Keeps a cosignature; false where it changes nothing.
    pub(crate) fn cosign(&mut self, site: &SiteId, size: u64, line: &str) -> Result<bool, Fault> {
        let witness = self.witness(site).ok_or(Fault::CertificateUnknown)?;
        let line = line.trim_end_matches('\n').parse().map_err(Fault::Cosignature)?;
        let is_new = self.cosigned.add(size, &witness, line).map_err(Fault::Cosignature)?;
        if is_new {
            self.publish_cosigned(size);
        }
        Ok(is_new)
    }

    /// The entry that opens a question, under a checkpoint that the majority of its roster has cosigned.
    pub(crate) fn opening(&self, study: &StudyId, key: Key, roster: &[SiteId]) -> Option<Opening> {
        let (_, index) = self.openings.get(study).filter(|(opened, _)| *opened == key)?;
        let keys =
            roster.iter().map(|site| Some((site.clone(), self.held(site)?))).collect::<Option<Vec<_>>>()?;
        let policy = Policy::majority(self.signer.verifier(), keys).ok()?;
        let (size, note) = self.cosigned.believed(&policy, *index)?;
        let path = self.tree.inclusion(*index, size)?;
        let entry = self.entries.get(usize::try_from(*index).ok()?)?.clone();
        let proof = Evidence { index: *index, path, note: note.clone() }.to_string();
        Some(Opening { entry, proof })
    }

    /// Whom anyone may ask to have cosigned: more than half of the enrolled hospitals.
    pub(super) fn policy(&self) -> Policy {
        let log = self.signer.verifier();
        let enrolled = self.sites.keys().filter_map(|site| Some((site.clone(), self.held(site)?)));
        let usable = enrolled.filter(|(site, key)| log.witness(site, key).is_ok());
        let none = || Policy::new(self.signer.verifier(), Vec::new(), 0);
        Policy::majority(self.signer.verifier(), usable).unwrap_or_else(|_| none())
    }

    /// Files that lose nothing in a crash: hospitals sign again.
    fn publish_cosigned(&self, size: u64) {
        let Some((believed, note)) = self.cosigned.believed(&self.policy(), size - 1) else { return };
        let text = note.to_string();
        let is_newest = self.cosigned.newest().is_some_and(|(newest, _)| newest == believed);
        let write = |name: &str| folder::write_lightly(&self.folder.join(name), text.as_bytes());
        let written = self
            .write_policy()
            .and_then(|()| write(WITNESSED))
            .and_then(|()| if is_newest { write("checkpoint") } else { Ok(()) });
        if let Err(fault) = written {
            tracing::error!(code = fault.code(), "cosignatures wait to be published: {fault}");
        }
    }

    fn held(&self, site: &SiteId) -> Option<PublicKey> {
        self.sites.get(site)?.map(|held| held.witness)
    }

    fn witness(&self, site: &SiteId) -> Option<VerifierKey> {
        self.signer.verifier().witness(site, &self.held(site)?).ok()
    }

    /// Where the newest question of each study was opened.
    pub(super) fn note_opening(&mut self, event: &Event, index: u64) {
        if let Event::Opened { study, attempt, round, .. } = event {
            let key = Key { attempt: *attempt, exchange: *round };
            self.openings.insert(study.clone(), (key, index));
        }
    }
}

//! This hospital as a witness of the training log: it cosigns what continues what it has cosigned, and nothing else.
//!
//! The newest cosigned checkpoint is on disk before its cosignature leaves, and the node never goes back. A checkpoint that
//! does not fit is kept as evidence, and from then on nothing is answered. Spec: C2SP tlog-witness, docs/reference/training-log.md.

use std::time::Duration;

use consilium_ledger::witness::{self, AddCheckpoint, Refusal, Seen};
use consilium_ledger::{Checkpoint, Note, SignerKey, VerifierKey};
use consilium_types::SiteId;
use tokio::sync::watch;

use crate::clock;
use crate::errors::Fault;
use crate::folder::{self, Folder};
use crate::identity::Keys;
use crate::outbox::Outbox;

/// Longest wait of one poll, below the idle limits of proxies.
const POLL: Duration = Duration::from_secs(20);
/// Pause after a call that failed.
const PAUSE: Duration = Duration::from_secs(1);

/// A witness.
#[derive(Debug)]
pub(crate) struct Witness {
    folder: Folder,
    log: VerifierKey,
    signer: SignerKey,
    seen: Option<Seen>,
}

/// What the invitation named.
pub(crate) fn log_key(folder: &Folder) -> Result<VerifierKey, Fault> {
    let file = folder.log_key();
    let not_one = |e| Fault::Configuration { file: file.clone(), why: format!("{e}") };
    folder::read(&file)?.trim().parse().map_err(not_one)
}

/// Nothing is answered while a refused checkpoint lies there.
pub(crate) fn refuse_if_frozen(folder: &Folder) -> Result<(), Fault> {
    let file = folder.refused();
    if file.exists() { Err(Fault::Frozen(file)) } else { Ok(()) }
}

impl Witness {
    /// With what it has cosigned before.
    pub(crate) fn open(folder: &Folder, site: &SiteId) -> Result<Self, Fault> {
        let log = log_key(folder)?;
        let signer = Keys::open(folder)?.witness(&log, site)?;
        let seen = read(folder, &log, &signer.verifier())?;
        Ok(Self { folder: folder.clone(), log, signer, seen })
    }

    fn size(&self) -> u64 {
        self.seen.as_ref().map_or(0, |seen| seen.size)
    }

    /// Cosigns until something is refused.
    pub(crate) async fn watch(mut self, door: watch::Receiver<Outbox>) -> Fault {
        let mut cosignature = String::new();
        loop {
            let mut outbox = door.borrow().clone();
            match outbox.witness(self.size(), std::mem::take(&mut cosignature), POLL).await {
                Ok(body) if body.is_empty() => {}
                Ok(body) => match self.take(&body, clock::unix()) {
                    Ok(line) => cosignature = line,
                    Err(fault) => return fault,
                },
                Err(fault) => {
                    tracing::warn!(code = fault.code(), "no checkpoint to cosign: {fault}; trying again");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    /// The cosignature of a checkpoint that continues what was seen, once that is durable.
    fn take(&mut self, body: &str, now: i64) -> Result<String, Fault> {
        match self.decide(body) {
            Ok((seen, note)) => {
                let line = self.signer.sign(&note.text, u64::try_from(now).unwrap_or(0));
                let mut kept = note;
                kept.signatures.push(line.clone());
                folder::make(self.folder.cosigned().parent().unwrap_or(self.folder.path()))?;
                folder::write(&self.folder.cosigned(), &kept.to_string())?;
                self.seen = Some(seen);
                Ok(line.to_string())
            }
            Err(fault) => {
                let file = self.folder.refused();
                folder::make(file.parent().unwrap_or(self.folder.path()))?;
                folder::write(&file, body)?;
                Err(fault)
            }
        }
    }

    fn decide(&self, body: &str) -> Result<(Seen, Note), Fault> {
        let request: AddCheckpoint = body.parse().map_err(|e| Fault::OtherLog(Refusal::Malformed(e)))?;
        self.refuse_shorter(&request)?;
        let accepted = witness::decide(&self.log, self.seen.as_ref(), &request);
        let accepted = accepted.map_err(|refusal| match refusal {
            Refusal::Fork(_) | Refusal::Proof(_) | Refusal::Size { .. } => Fault::LogForked(refusal),
            Refusal::Malformed(_) | Refusal::Signature(_) | Refusal::Origin { .. } => {
                Fault::OtherLog(refusal)
            }
        })?;
        Ok((accepted.seen, request.note))
    }

    /// A log that has signed fewer entries than were cosigned has lost some.
    fn refuse_shorter(&self, request: &AddCheckpoint) -> Result<(), Fault> {
        let signed = self.log.verify(&request.note).ok().flatten().is_some();
        let shown = request.note.text.parse::<Checkpoint>().map_or(u64::MAX, |checkpoint| checkpoint.size);
        let seen = self.size();
        if signed && shown < seen { Err(Fault::LogRolledBack { seen, shown }) } else { Ok(()) }
    }
}

/// The checkpoint that was cosigned last. A file that this node has not signed is not believed.
fn read(folder: &Folder, log: &VerifierKey, own: &VerifierKey) -> Result<Option<Seen>, Fault> {
    let file = folder.cosigned();
    if !file.exists() {
        return Ok(None);
    }
    let damaged = |why: String| Fault::Configuration {
        file: file.clone(),
        why: format!(
            "{why}; a witness that lost its memory needs a new key: ask to be revoked and invited again"
        ),
    };
    let note: Note = folder::read(&file)?.parse().map_err(|e| damaged(format!("{e}")))?;
    let checkpoint: Checkpoint = note.text.parse().map_err(|e| damaged(format!("{e}")))?;
    let signed = own.verify(&note).ok().flatten().is_some() && checkpoint.origin == log.name();
    if !signed {
        return Err(damaged("not cosigned by this hospital".to_owned()));
    }
    Ok(Some(Seen { size: checkpoint.size, root: checkpoint.root }))
}

#[cfg(test)]
mod tests;

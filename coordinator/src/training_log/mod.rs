//! The training log at the coordinator: entries are kept with the journal, then published as signed static files.
//!
//! Order: durable first, then published; whatever a crash left unpublished is published at the next start.
//! Spec: docs/reference/training-log.md, ADR-0015.

mod cosigned;
mod events;
mod witnessing;

use std::collections::BTreeMap;
use std::path::PathBuf;

use consilium_ledger::note::Kind;
use consilium_ledger::{Checkpoint, Entry, Event, Note, SignerKey, Tree, VerifierKey, entry, tile};
use consilium_rounds::life::Key;
use consilium_store::{LogLines, Settings, SiteRecord, SiteState, Store, StudyRecord};
use consilium_types::{Digest, PublicKey, SiteId, StudyId, StudyPlan};
use tokio::sync::watch;

use crate::authority::{hex, random};
use crate::errors::Fault;
use crate::folder::{self, Folder};
use crate::{cli, clock};
use cosigned::Cosigned;
pub(crate) use events::of_step;

/// The newest checkpoint that the policy's quorum has cosigned.
const WITNESSED: &str = "checkpoint.witnessed";

/// The log with its key.
#[derive(Debug)]
pub(crate) struct TrainingLog {
    folder: PathBuf,
    signer: SignerKey,
    tree: Tree,
    entries: Vec<Vec<u8>>,
    /// Hospitals in it, with their keys; without where they are revoked.
    sites: BTreeMap<SiteId, Option<Held>>,
    studies: Vec<StudyId>,
    /// The last that was started.
    program: Option<Digest>,
    /// The newest question of each study, and the position of its opening.
    openings: BTreeMap<StudyId, (Key, u64)>,
    /// Entries under the last signed checkpoint.
    published: watch::Sender<u64>,
    cosigned: Cosigned,
}

/// An enrolled hospital.
#[derive(Debug, Clone, Copy)]
struct Held {
    fingerprint: Digest,
    witness: PublicKey,
}

impl TrainingLog {
    /// The log as the store has it; a new one begins with its name.
    pub(crate) async fn open(folder: &Folder, store: &Store) -> Result<Self, Fault> {
        let settings = store.settings().await?;
        let origin = origin(&settings.address, &settings.name)?;
        let mut log = Self {
            folder: folder.training_log(),
            signer: signer(folder, &origin)?,
            tree: Tree::default(),
            entries: Vec::new(),
            sites: BTreeMap::new(),
            studies: Vec::new(),
            program: None,
            openings: BTreeMap::new(),
            published: watch::Sender::new(0),
            cosigned: Cosigned::default(),
        };
        for (seq, bytes) in (0..).zip(store.log_entries().await?) {
            let entry = Entry::from_bytes(seq, &bytes)?;
            log.take(&entry.event, bytes);
        }
        if log.entries.is_empty() {
            log.tell(store, vec![Event::Genesis { origin }]).await?;
        }
        log.write_grown()?;
        Ok(log)
    }

    /// Says which program writes it, where that is another than the last one.
    pub(crate) async fn started(&mut self, store: &Store, program: Digest) -> Result<(), Fault> {
        if self.program != Some(program) {
            self.tell(store, vec![Event::Started { program }]).await?;
            self.publish();
        }
        Ok(())
    }

    /// What `events` would be in the log. Nothing is believed until it is durable and handed to [`Self::keep`].
    pub(crate) fn draft(&self, events: &[Event]) -> LogLines {
        let first = self.tree.size();
        let now = clock::now();
        let line = |(seq, event): (u64, &Event)| {
            Entry { v: entry::VERSION, seq, t: now, event: event.clone() }.to_bytes()
        };
        LogLines { first, entries: (first..).zip(events).map(line).collect() }
    }

    /// Takes over entries that are durable.
    pub(crate) fn keep(&mut self, events: &[Event], lines: LogLines) {
        events.iter().zip(lines.entries).for_each(|(event, bytes)| self.take(event, bytes));
    }

    /// Changes when there is a checkpoint to cosign.
    pub(crate) fn published(&self) -> watch::Receiver<u64> {
        self.published.subscribe()
    }

    fn take(&mut self, event: &Event, bytes: Vec<u8>) {
        self.note_opening(event, self.tree.size());
        self.tree.append(&bytes);
        self.entries.push(bytes);
        match event {
            Event::Enrolled { site, key, witness, .. } => {
                self.sites.insert(site.clone(), Some(Held { fingerprint: *key, witness: *witness }));
            }
            Event::Revoked { site } => {
                self.sites.insert(site.clone(), None);
            }
            Event::Proposed { study, .. } => self.studies.push(study.clone()),
            Event::Started { program } => self.program = Some(*program),
            _ => {}
        }
    }

    /// Takes over what commands have written into the store: hospitals first, then studies.
    pub(crate) async fn follow(
        &mut self,
        store: &Store,
        sites: &[SiteRecord],
        studies: &[StudyRecord],
    ) -> Result<(), Fault> {
        let mut events: Vec<Event> = sites.iter().flat_map(|record| self.of_site(record)).collect();
        for record in studies.iter().filter(|record| !self.studies.contains(&record.study)) {
            let plan = StudyPlan::from_canonical(record.plan.as_bytes())?.hash();
            let (study, sites) = (record.study.clone(), record.invited.clone());
            events.push(Event::Proposed { study, plan, sites });
        }
        self.tell(store, events).await?;
        self.publish();
        Ok(())
    }

    /// What the log does not say yet of a hospital. One that came back with other keys between two looks was revoked.
    fn of_site(&self, record: &SiteRecord) -> Vec<Event> {
        let known = self.sites.get(&record.site).copied().flatten();
        let found = enrolled(record);
        let is_held = matches!((&found, known), (Some(Event::Enrolled { key, .. }), Some(held)) if *key == held.fingerprint);
        let gone = record.state == SiteState::Revoked || (found.is_some() && !is_held);
        let revoked = known.filter(|_| gone).map(|_| Event::Revoked { site: record.site.clone() });
        revoked.into_iter().chain(found.filter(|_| !is_held)).collect()
    }

    async fn tell(&mut self, store: &Store, events: Vec<Event>) -> Result<(), Fault> {
        if events.is_empty() {
            return Ok(());
        }
        let lines = self.draft(&events);
        store.log(&lines).await?;
        self.keep(&events, lines);
        Ok(())
    }

    /// Publishes what is durable. A disk that is full delays it to the next time; nothing is lost.
    pub(crate) fn publish(&mut self) {
        if let Err(fault) = self.write_grown() {
            tracing::error!(code = fault.code(), "the training log waits to be published: {fault}");
        }
    }

    /// Writes what has grown, then a signed checkpoint over it. Readers see the old log or the new one.
    fn write_grown(&mut self) -> Result<(), Fault> {
        let (size, published) = (self.tree.size(), *self.published.borrow());
        if size == published {
            return Ok(());
        }
        for file in tile::grown(&self.tree, &self.entries, published, size)? {
            self.write(&file.path, &file.bytes)?;
        }
        let root = self.tree.root(size).expect("a tree has the root of its own size");
        let origin = self.signer.verifier().name().to_owned();
        let text = Checkpoint { origin, size, root }.to_string();
        let signatures = vec![self.signer.sign(&text, 0)];
        let note = Note { text, signatures };
        self.write("checkpoint", note.to_string().as_bytes())?;
        self.write_first_policy()?;
        let kept = tile::partial(size);
        // one that cannot be removed does no harm: nothing names it any more
        for outgrown in tile::partial(published).iter().filter(|path| !kept.contains(path)) {
            drop(std::fs::remove_file(self.folder.join(outgrown)));
        }
        self.cosigned.publish(size, note);
        self.published.send_replace(size);
        Ok(())
    }

    /// Until a quorum has cosigned something; then the policy changes with what it is the policy of.
    fn write_first_policy(&self) -> Result<(), Fault> {
        if self.folder.join(WITNESSED).exists() { Ok(()) } else { self.write_policy() }
    }

    fn write_policy(&self) -> Result<(), Fault> {
        let text = self.policy().to_string();
        let is_there = folder::read(&self.folder.join("policy.txt")).is_ok_and(|before| before == text);
        if is_there { Ok(()) } else { self.write("policy.txt", text.as_bytes()) }
    }

    fn write(&self, path: &str, bytes: &[u8]) -> Result<(), Fault> {
        let file = self.folder.join(path);
        folder::make(file.parent().unwrap_or(&self.folder))?;
        folder::write_bytes(&file, bytes)
    }
}

fn enrolled(record: &SiteRecord) -> Option<Event> {
    let (keys, fingerprint) = (record.keys?, record.fingerprint.as_deref()?);
    let (site, key) = (record.site.clone(), fingerprint.parse().ok()?);
    let event = Event::Enrolled { site, key, identity: keys.identity, witness: keys.witness };
    (record.state == SiteState::Enrolled).then_some(event)
}

/// The key that invitations name.
pub(crate) fn key(folder: &Folder, settings: &Settings) -> Result<VerifierKey, Fault> {
    Ok(signer(folder, &origin(&settings.address, &settings.name)?)?.verifier())
}

/// `host/consilium/name`: nothing in it that a note could not carry.
fn origin(address: &str, name: &str) -> Result<String, Fault> {
    let plain = |c: char| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let name: String = name.chars().map(plain).collect();
    Ok(format!("{}/consilium/{name}", cli::host(address)?))
}

/// The log's key, made when it is first needed.
fn signer(folder: &Folder, origin: &str) -> Result<SignerKey, Fault> {
    let file = folder.log_key();
    if !file.exists() {
        folder::write_secret(&file, &hex(&random::<32>()?))?;
    }
    let unusable = || Fault::LogKey(file.clone());
    let secret: Digest = folder::read(&file)?.trim().parse().map_err(|_| unusable())?;
    SignerKey::new(origin, Kind::Ed25519, secret.as_bytes()).map_err(|_| unusable())
}

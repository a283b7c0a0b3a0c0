//! Hospitals as witnesses without their nodes: cosignatures by their keys, honest ones and, with the log's key in other
//! hands, those of a log that was made up.

use std::fs;

use anyhow::{Context as _, Result};
use consilium_ledger::note::Kind;
use consilium_ledger::witness::AddCheckpoint;
use consilium_ledger::{Checkpoint, Entry, Event, Evidence, Note, SignerKey, Tree, VerifierKey};
use consilium_proto::v1::{Opening, Question};
use consilium_types::{Attempt, Digest, ExchangeNumber};

use crate::{Consortium, Rogue};

impl Consortium {
    /// The key of the training log, as invitations name it.
    pub fn log_key(&self) -> Result<VerifierKey> {
        Ok(self.log_signer()?.verifier())
    }

    /// These hospitals cosign what the log shows now, as their nodes would.
    pub fn cosign(&self, sites: &[&str]) -> Result<()> {
        for site in sites {
            let mut rogue = Rogue::connect(self.port(), "127.0.0.1", &self.credentials(site)?)?;
            let body = rogue.witness(0, String::new())?;
            let request: AddCheckpoint = body.parse()?;
            let size = request.note.text.parse::<Checkpoint>()?.size;
            let line = self.witness(site)?.sign(&request.note.text, 1_700_000_000).to_string();
            rogue.witness(size, line)?;
        }
        Ok(())
    }

    /// What a hospital cosigns with.
    pub fn witness(&self, site: &str) -> Result<SignerKey> {
        let secret = self.secret(site, "witness.key")?;
        Ok(SignerKey::witness(&self.log_key()?, &site.parse()?, secret.as_bytes())?)
    }

    /// The log's own key.
    pub fn log_signer(&self) -> Result<SignerKey> {
        let name = fs::read_to_string(self.coordinator_folder().join("log/checkpoint"))?;
        let secret: Digest = fs::read_to_string(self.coordinator_folder().join("log.key"))?.trim().parse()?;
        let name = name.lines().next().context("an origin")?;
        Ok(SignerKey::new(name, Kind::Ed25519, secret.as_bytes())?)
    }

    /// Opens a question in a log that holds nothing else, cosigned by these hospitals: what only all of them together with
    /// the coordinator could do.
    pub fn open_elsewhere(&self, question: &mut Question, witnesses: &[&str]) -> Result<()> {
        let key = question.key.clone().context("a key")?;
        let event = Event::Opened {
            study: key.study.parse()?,
            attempt: Attempt(key.attempt),
            round: ExchangeNumber(key.exchange),
            roster: question.roster.iter().map(|site| Ok(site.parse()?)).collect::<Result<_>>()?,
            question: Digest::of("consilium/question/v1", &question.query),
        };
        let entry = Entry { v: 1, seq: 0, t: 0, event }.to_bytes();
        let mut tree = Tree::default();
        tree.append(&entry);
        let log = self.log_signer()?;
        let root = tree.root(1).context("a root")?;
        let text = Checkpoint { origin: log.verifier().name().to_owned(), size: 1, root }.to_string();
        let mut signatures = vec![log.sign(&text, 0)];
        for site in witnesses {
            signatures.push(self.witness(site)?.sign(&text, 1_700_000_000));
        }
        let proof = Evidence { index: 0, path: Vec::new(), note: Note { text, signatures } }.to_string();
        question.opening = Some(Opening { entry, proof });
        Ok(())
    }
}

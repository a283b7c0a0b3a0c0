//! A training log as files, in a folder or over HTTP, read and verified: signature, entries, every tile.
//!
//! Never: an opinion about what the entries say (that is `rules`). Spec: C2SP tlog-tiles.

use std::path::{Path, PathBuf};

use consilium_ledger::entry::UnreadableEntry;
use consilium_ledger::note::NoteFault;
use consilium_ledger::policy::{PolicyFault, Unbelieved};
use consilium_ledger::tile::TileFault;
use consilium_ledger::{Checkpoint, Entry, Note, Policy, Tree, tile};

use crate::replay::Unproven;
use crate::report::Unrecognised;
use crate::source::Source;

/// Entries of a log that this reader takes into memory.
const MOST_ENTRIES: u64 = 1 << 24;

/// A log that holds together.
#[derive(Debug)]
pub struct Log {
    /// The signed checkpoint.
    pub checkpoint: Checkpoint,
    /// All entries under it.
    pub entries: Vec<Entry>,
    /// How many of them the policy's quorum has cosigned. All, where the policy asks for nobody.
    pub witnessed: u64,
    tree: Tree,
}

/// What is wrong with the files.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// A file cannot be read.
    #[error("{file}: {source}; copy the whole `log` folder, or check the address")]
    File {
        /// Which.
        file: String,
        /// Why.
        source: std::io::Error,
    },
    /// A file of the pack cannot be written.
    #[error("{}: cannot be written: {source}", file.display())]
    Unwritten {
        /// Which.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file beside the log that is none of a study's.
    #[error(transparent)]
    Unrecognised(#[from] Unrecognised),
    /// A blinded round that cannot be added again.
    #[error(transparent)]
    Unproven(#[from] Unproven),
    /// The policy is none.
    #[error(transparent)]
    Policy(#[from] PolicyFault),
    /// The checkpoint is none.
    #[error("checkpoint: {0}")]
    Note(#[from] NoteFault),
    /// It is not signed as the policy asks.
    #[error("checkpoint: {0}")]
    Unbelieved(#[from] Unbelieved),
    /// More entries than any consortium writes.
    #[error("checkpoint: {0} entries are too many to read")]
    Size(u64),
    /// A tile or bundle is malformed.
    #[error("{path}: {fault}")]
    Tile {
        /// Which file.
        path: String,
        /// Why.
        fault: TileFault,
    },
    /// Bytes that are no entry.
    #[error(transparent)]
    Entry(#[from] UnreadableEntry),
    /// The entries are others than the ones that were signed.
    #[error("the entries do not lead to the signed root: one was changed, added or taken away")]
    Root,
    /// The checkpoint that witnesses have cosigned is of another log than the entries.
    #[error(
        "the {0} entries that hospitals have cosigned are not a beginning of this log: it has two histories"
    )]
    Forked(u64),
    /// Hashes that do not follow from the entries.
    #[error("{0}: the hashes do not follow from the entries")]
    Hashes(String),
    /// Another log than the one at the same size before.
    #[error(
        "the log of {old} entries that was checked before is not a beginning of this one: history was rewritten"
    )]
    Rewritten {
        /// Size of the older checkpoint.
        old: u64,
    },
}

impl Broken {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::File { .. } => "CNS-A-0101",
            Self::Policy(_) => "CNS-A-0102",
            Self::Note(_) => "CNS-A-0103",
            Self::Unbelieved(_) => "CNS-A-0104",
            Self::Size(_) => "CNS-A-0105",
            Self::Tile { .. } => "CNS-A-0106",
            Self::Entry(_) => "CNS-A-0107",
            Self::Root => "CNS-A-0108",
            Self::Hashes(_) => "CNS-A-0109",
            Self::Rewritten { .. } => "CNS-A-0110",
            Self::Forked(_) => "CNS-A-0111",
            Self::Unwritten { .. } => "CNS-A-0120",
            Self::Unrecognised(_) => "CNS-A-0121",
            Self::Unproven(fault) => fault.code(),
        }
    }
}

/// Reads a policy file.
pub fn read_policy(file: &Path) -> Result<Policy, Broken> {
    Ok(Source::alone(file)?.parse()?)
}

/// Reads a signed checkpoint that was kept from an earlier look.
pub fn read_checkpoint(file: &Path, policy: &Policy) -> Result<Checkpoint, Broken> {
    let note: Note = Source::alone(file)?.parse()?;
    Ok(policy.signed(&note)?)
}

/// Reads a file beside the log: its name without folders, and its text.
pub(crate) fn read_attachment(file: &Path) -> Result<(String, String), Broken> {
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok((name, Source::alone(file)?))
}

/// Writes the files of a pack into a folder.
pub(crate) fn write_pack(folder: &Path, files: &[(&str, String)]) -> Result<(), Broken> {
    let fault = |file: &Path| {
        let file = file.to_owned();
        move |source| Broken::Unwritten { file, source }
    };
    std::fs::create_dir_all(folder).map_err(fault(folder))?;
    for (name, text) in files {
        let file = folder.join(name);
        std::fs::write(&file, text).map_err(fault(&file))?;
    }
    Ok(())
}

impl Log {
    /// Reads a folder and verifies all of it.
    pub fn read(folder: &Path, policy: &Policy) -> Result<Self, Broken> {
        Self::read_from(&Source::Folder(folder.to_owned()), policy)
    }

    /// Reads files wherever they are and verifies all of them.
    pub fn read_from(source: &Source, policy: &Policy) -> Result<Self, Broken> {
        let note: Note = source.text("checkpoint")?.parse()?;
        let checkpoint = policy.signed(&note)?;
        if checkpoint.size > MOST_ENTRIES {
            return Err(Broken::Size(checkpoint.size));
        }
        let mut tree = Tree::default();
        let mut entries = Vec::new();
        for (number, width) in tile::tiles(checkpoint.size) {
            let path = tile::entries_path(number, width);
            let bundle = tile::read_bundle(&source.bytes(&path)?, width);
            for entry in bundle.map_err(|fault| Broken::Tile { path, fault })? {
                entries.push(Entry::from_bytes(tree.size(), &entry)?);
                tree.append(&entry);
            }
        }
        if tree.root(checkpoint.size) != Some(checkpoint.root) {
            return Err(Broken::Root);
        }
        let witnessed = witnessed(source, policy, &tree)?;
        let log = Self { checkpoint, entries, witnessed, tree };
        log.compare_hashes(source)?;
        Ok(log)
    }

    /// Every tile of hashes must be the one that the entries make.
    fn compare_hashes(&self, source: &Source) -> Result<(), Broken> {
        let bytes_of = |entry: &Entry| entry.to_bytes();
        let entries: Vec<Vec<u8>> = self.entries.iter().map(bytes_of).collect();
        let fault = |fault| Broken::Tile { path: "tile/entries".to_owned(), fault };
        for file in tile::grown(&self.tree, &entries, 0, self.tree.size()).map_err(fault)? {
            if source.bytes(&file.path)? != file.bytes {
                return Err(Broken::Hashes(file.path));
            }
        }
        Ok(())
    }

    /// Verifies that this log continues one that was seen before.
    pub fn continues(&self, before: &Checkpoint) -> Result<(), Broken> {
        if self.tree.root(before.size) == Some(before.root) {
            return Ok(());
        }
        Err(Broken::Rewritten { old: before.size })
    }
}

/// Entries under the newest checkpoint that the quorum has cosigned. It lags behind the log, and must be a beginning of it.
fn witnessed(source: &Source, policy: &Policy, tree: &Tree) -> Result<u64, Broken> {
    if policy.is_unwitnessed() {
        return Ok(tree.size());
    }
    let Some(note) = source.text_if_any("checkpoint.witnessed")? else { return Ok(0) };
    let checkpoint = policy.believe(&note.parse()?)?;
    let is_beginning = tree.root(checkpoint.size) == Some(checkpoint.root);
    if is_beginning { Ok(checkpoint.size) } else { Err(Broken::Forked(checkpoint.size)) }
}

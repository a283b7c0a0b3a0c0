//! A training log as a folder of files, read and verified: signature, entries, every tile.
//!
//! Never: an opinion about what the entries say (that is `rules`). Spec: C2SP tlog-tiles.

use std::path::{Path, PathBuf};

use consilium_ledger::entry::UnreadableEntry;
use consilium_ledger::note::NoteFault;
use consilium_ledger::policy::{PolicyFault, Unbelieved};
use consilium_ledger::tile::TileFault;
use consilium_ledger::{Checkpoint, Entry, Note, Policy, Tree, tile};

use crate::report::Unrecognised;

/// Entries of a log that this reader takes into memory.
const MOST_ENTRIES: u64 = 1 << 24;

/// A log that holds together.
#[derive(Debug)]
pub struct Log {
    /// The signed checkpoint.
    pub checkpoint: Checkpoint,
    /// All entries under it.
    pub entries: Vec<Entry>,
    tree: Tree,
}

/// What is wrong with the files.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// A file cannot be read.
    #[error("{}: {source}; copy the whole `log` folder", file.display())]
    File {
        /// Which.
        file: PathBuf,
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
            Self::Unwritten { .. } => "CNS-A-0120",
            Self::Unrecognised(_) => "CNS-A-0121",
        }
    }
}

/// Reads a policy file.
pub fn read_policy(file: &Path) -> Result<Policy, Broken> {
    Ok(text(file)?.parse()?)
}

/// Reads a signed checkpoint that was kept from an earlier look.
pub fn read_checkpoint(file: &Path, policy: &Policy) -> Result<Checkpoint, Broken> {
    let note: Note = text(file)?.parse()?;
    Ok(policy.believe(&note)?)
}

/// Reads a file beside the log: its name without folders, and its text.
pub(crate) fn read_attachment(file: &Path) -> Result<(String, String), Broken> {
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok((name, text(file)?))
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
        let checkpoint = read_checkpoint(&folder.join("checkpoint"), policy)?;
        if checkpoint.size > MOST_ENTRIES {
            return Err(Broken::Size(checkpoint.size));
        }
        let mut tree = Tree::default();
        let mut entries = Vec::new();
        for (number, width) in tile::tiles(checkpoint.size) {
            let path = tile::entries_path(number, width);
            let bundle = tile::read_bundle(&bytes(&folder.join(&path))?, width);
            for entry in bundle.map_err(|fault| Broken::Tile { path, fault })? {
                entries.push(Entry::from_bytes(tree.size(), &entry)?);
                tree.append(&entry);
            }
        }
        if tree.root(checkpoint.size) != Some(checkpoint.root) {
            return Err(Broken::Root);
        }
        let log = Self { checkpoint, entries, tree };
        log.compare_hashes(folder)?;
        Ok(log)
    }

    /// Every tile of hashes must be the one that the entries make.
    fn compare_hashes(&self, folder: &Path) -> Result<(), Broken> {
        let bytes_of = |entry: &Entry| entry.to_bytes();
        let entries: Vec<Vec<u8>> = self.entries.iter().map(bytes_of).collect();
        let fault = |fault| Broken::Tile { path: "tile/entries".to_owned(), fault };
        for file in tile::grown(&self.tree, &entries, 0, self.tree.size()).map_err(fault)? {
            if bytes(&folder.join(&file.path))? != file.bytes {
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

fn text(file: &Path) -> Result<String, Broken> {
    std::fs::read_to_string(file).map_err(|source| Broken::File { file: file.to_owned(), source })
}

fn bytes(file: &Path) -> Result<Vec<u8>, Broken> {
    std::fs::read(file).map_err(|source| Broken::File { file: file.to_owned(), source })
}

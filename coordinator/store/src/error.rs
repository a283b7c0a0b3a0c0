//! The disk, or a file that is not ours.

use std::path::PathBuf;

/// The store cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No file, or one that is no store.
    #[error(
        "{}: no coordinator's state: {source}; run `consilium-coordinator init` first, or name its folder with --dir",
        file.display()
    )]
    Open {
        /// The file.
        file: PathBuf,
        /// Why.
        source: sqlx::Error,
    },
    /// A statement failed: a full or failing disk, or another program that holds the file.
    #[error("the coordinator's state cannot be read or written: {0}; check the disk, then start again")]
    Disk(#[from] sqlx::Error),
    /// A value that this program never writes.
    #[error("the coordinator's state holds an invalid {what}: {value}; restore the folder from a backup")]
    Damaged {
        /// Which value.
        what: &'static str,
        /// It.
        value: String,
    },
}

impl StoreError {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Open { .. } => "CNS-C-0901",
            Self::Disk(_) => "CNS-C-0902",
            Self::Damaged { .. } => "CNS-C-0903",
        }
    }
}

/// Reads a stored text as the type it was written from.
pub(crate) fn parse<T: std::str::FromStr>(what: &'static str, value: &str) -> Result<T, StoreError> {
    value.parse().map_err(|_| StoreError::Damaged { what, value: value.to_owned() })
}

//! What can go wrong: a folder that cannot be written.

use std::path::{Path, PathBuf};

use consilium_imaging::ImagingError;

/// A consortium that cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum SynthError {
    /// A file or folder.
    #[error("{}: cannot be written: {why}; check that the folder exists and has room", file.display())]
    Unwritable {
        /// Which.
        file: PathBuf,
        /// Why.
        why: String,
    },
    /// An image or mask.
    #[error(transparent)]
    Image(#[from] ImagingError),
}

impl SynthError {
    pub(crate) fn unwritable(file: &Path, why: &dyn std::fmt::Display) -> Self {
        Self::Unwritable { file: file.to_owned(), why: why.to_string() }
    }
}

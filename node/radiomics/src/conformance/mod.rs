//! Does this build compute what the standards say? Reference data in, a verdict a value out.
//!
//! The node runs the built-in part when it starts; `consilium-radiomics selftest` prints the tables. Never here: a formula, or a
//! tolerance of our own. Specification: DOI 10.1148/radiol.2020191145 (IBSI 1).

mod filters;
pub mod ibsi1;
pub mod ibsi2;
pub(crate) mod phantom;
mod selftest;

use std::path::PathBuf;

use consilium_imaging::ImagingError;

pub use selftest::{SelfTest, selftest};

use crate::Error;

/// One value beside its reference.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The data set or test the reference belongs to.
    pub set: String,
    /// The feature's tag, or what else was compared.
    pub what: String,
    /// What this build finds; NaN when it does not have the feature.
    pub found: f64,
    /// What the reference says.
    pub reference: f64,
    /// How far they may be apart.
    pub tolerance: f64,
    /// Whether they are no farther apart.
    pub is_matched: bool,
}

/// Why a comparison could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConformanceError {
    /// A table that cannot be read.
    #[error("{}: cannot be read: {source}; name the folder that holds the IBSI reference data", file.display())]
    Unreadable {
        /// Which file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A table that is damaged.
    #[error("{}: {why}; copy the reference data again from their source", file.display())]
    Table {
        /// Which file.
        file: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// A phantom that cannot be read.
    #[error(transparent)]
    Image(#[from] ImagingError),
    /// A phantom whose features cannot be computed.
    #[error("{dataset}: {fault}")]
    Features {
        /// Which data set.
        dataset: String,
        /// Why.
        fault: Error,
    },
}

impl ConformanceError {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "CNS-D-0208",
            Self::Table { .. } => "CNS-D-0209",
            Self::Image(error) => error.code(),
            Self::Features { fault, .. } => fault.code(),
        }
    }
}

//! Why an image could not be brought into the form that features are computed from.
//! Never here: file names or patients. Specification: the codes are listed in docs/reference/codes.md.

/// Why an image could not be processed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ProcessingError {
    /// A spacing, threshold or rule of resampling that means nothing.
    #[error("resampling: {field} is {found}; it must be {expected}")]
    Resampling {
        /// Which setting.
        field: &'static str,
        /// What it is.
        found: f64,
        /// What it should be.
        expected: &'static str,
    },
    /// The new grid would not fit into memory.
    #[error(
        "resampling makes {voxels} voxels; at most {limit} are possible: choose a larger spacing or a region"
    )]
    TooManyVoxels {
        /// Voxels of the grid asked for.
        voxels: f64,
        /// The largest number supported.
        limit: usize,
    },
    /// A normalisation that means nothing.
    #[error("normalisation: {field} must be {expected}")]
    Normalisation {
        /// Which setting.
        field: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// Intensities that do not differ where a scale needs them to.
    #[error(
        "normalisation: the measured intensities are equal, or two percentiles are: choose more voxels, or fewer percentiles"
    )]
    NoSpread,
}

impl ProcessingError {
    /// Stable code for manuals and logs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Resampling { .. } => "CNS-D-0224",
            Self::TooManyVoxels { .. } => "CNS-D-0225",
            Self::Normalisation { .. } => "CNS-D-0226",
            Self::NoSpread => "CNS-D-0227",
        }
    }
}

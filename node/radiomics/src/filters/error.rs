//! Why an image could not be filtered.
//! Never here: file names or patients. Specification: the codes are listed in docs/reference/codes.md.

/// Why an image could not be filtered.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FilterError {
    /// A parameter that means nothing.
    #[error("filter {filter}: {field} is {found}; it must be {expected}")]
    Parameter {
        /// Which filter.
        filter: &'static str,
        /// Which parameter.
        field: &'static str,
        /// What it is.
        found: String,
        /// What it should be.
        expected: &'static str,
    },
    /// A kernel that reaches further than any filter of an image should.
    #[error(
        "filter {filter}: the kernel reaches {voxels} voxels far; at most {limit} are possible: choose a smaller one"
    )]
    TooLarge {
        /// Which filter.
        filter: &'static str,
        /// From the kernel's centre to its edge.
        voxels: f64,
        /// The largest reach supported.
        limit: usize,
    },
    /// More transforms than memory should be spent on.
    #[error(
        "filter {filter}: {cells} values of continued slices or volumes; at most {limit} are possible: choose a smaller kernel or fewer directions"
    )]
    TooManyCells {
        /// Which filter.
        filter: &'static str,
        /// Values that would be held.
        cells: f64,
        /// The largest number supported.
        limit: usize,
    },
    /// No wavelet has that name.
    #[error(
        "filter wavelet: no wavelet is called {name:?}; known are haar, db1 to db38, sym2 to sym20, coif1 to coif17, bior and rbio with their orders, dmey"
    )]
    UnknownWavelet {
        /// The name asked for.
        name: String,
    },
    /// Voxels that would spread over the whole image.
    #[error("{count} voxels of the image are not finite numbers, and a filter would spread them")]
    NotFinite {
        /// How many.
        count: usize,
    },
}

impl FilterError {
    /// Stable code for manuals and logs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Parameter { .. } => "CNS-D-0220",
            Self::TooLarge { .. } => "CNS-D-0221",
            Self::UnknownWavelet { .. } => "CNS-D-0222",
            Self::NotFinite { .. } => "CNS-D-0223",
            Self::TooManyCells { .. } => "CNS-D-0228",
        }
    }
}

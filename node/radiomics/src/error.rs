//! Every way an extraction can be refused, each with a code that stays the same between versions.
//! Never here: patient identifiers or file names; the caller knows which image it asked about.
//! Specification: the codes are listed with their remedies in the operator's manual.

use consilium_imaging::GeometryDifference;

use crate::filters::FilterError;
use crate::processing::ProcessingError;

/// Why no features came out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The mask has no voxel.
    #[error("the mask holds no voxel")]
    EmptyMask,
    /// Voxels of the region hold NaN or an infinity.
    #[error("{count} voxels of the region are not finite numbers")]
    NotFinite {
        /// How many.
        count: usize,
    },
    /// Image and mask lie on different grids.
    #[error("the mask does not lie on the image's grid: {0}")]
    Geometry(#[from] GeometryDifference),
    /// Re-segmentation removed every voxel.
    #[error("no voxel of the region lies within the window {lower} to {upper}")]
    EmptyWindow {
        /// Lower end of the window.
        lower: f64,
        /// Upper end of the window.
        upper: f64,
    },
    /// Discretisation would make more grey levels than a co-occurrence matrix can hold.
    #[error("the discretisation makes {levels} grey levels; at most {limit} are possible")]
    TooManyLevels {
        /// Grey levels the region would need.
        levels: f64,
        /// The largest number supported.
        limit: u32,
    },
    /// The intensity-volume histogram would have more steps than any image needs.
    #[error(
        "the intensity-volume histogram has {steps} steps; at most {limit} are possible: choose a wider step"
    )]
    TooManyIvhSteps {
        /// Steps the range would need.
        steps: f64,
        /// The largest number supported.
        limit: f64,
    },
    /// A bin width, bin count or window that means nothing.
    #[error("settings: {reason}")]
    Settings {
        /// Which one, and what it should be.
        reason: &'static str,
    },
    /// The image could not be brought into the form that features are computed from.
    #[error(transparent)]
    Processing(#[from] ProcessingError),
    /// The image could not be filtered.
    #[error(transparent)]
    Filter(#[from] FilterError),
}

impl Error {
    /// Stable code for manuals and logs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::EmptyMask => "CNS-D-0201",
            Self::NotFinite { .. } => "CNS-D-0202",
            Self::Geometry(_) => "CNS-D-0203",
            Self::EmptyWindow { .. } => "CNS-D-0204",
            Self::TooManyLevels { .. } => "CNS-D-0205",
            Self::Settings { .. } => "CNS-D-0206",
            Self::Processing(error) => error.code(),
            Self::TooManyIvhSteps { .. } => "CNS-D-0207",
            Self::Filter(error) => error.code(),
        }
    }
}

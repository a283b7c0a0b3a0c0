//! Why a perturbation or a measure of agreement cannot be had.
//! Never here: file names or patients. Specification: the codes are listed in docs/reference/codes.md.

use consilium_imaging::GeometryDifference;

/// A perturbation that cannot be applied, or a table that no agreement can be computed from.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PerturbError {
    /// The name of a perturbation is not one.
    #[error(
        "perturbation {name:?}: {reason}; known are rotate:DEGREES, shift:X:Y:Z, noise:COUNT[:LEVEL], \
         volume:FRACTION, grow:MM, contour:COUNT, joined by +"
    )]
    Name {
        /// What was found.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A size that means nothing.
    #[error("perturbation {perturbation}: {reason}")]
    Value {
        /// Which one.
        perturbation: String,
        /// What it should be.
        reason: &'static str,
    },
    /// The mask has no voxel to begin with.
    #[error("the mask holds no voxel")]
    EmptyMask,
    /// Image and mask lie on different grids.
    #[error("the mask does not lie on the image's grid: {0}")]
    Geometry(#[from] GeometryDifference),
    /// No voxel is left, or the image has no room for the region.
    #[error("perturbation {perturbation}: {reason}")]
    Contour {
        /// Which one.
        perturbation: String,
        /// What happened.
        reason: &'static str,
    },
    /// Voxels that noise or supervoxels cannot be computed from.
    #[error("perturbation {perturbation}: the image around the region holds numbers that are not finite")]
    NotFinite {
        /// Which one.
        perturbation: String,
    },
    /// A table of agreement that is too small, ragged, or not finite.
    #[error("agreement: {0}")]
    Table(String),
}

impl PerturbError {
    /// Stable code for manuals and logs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Name { .. } => "CNS-D-0270",
            Self::Value { .. } => "CNS-D-0271",
            Self::EmptyMask => "CNS-D-0272",
            Self::Geometry(_) => "CNS-D-0273",
            Self::Contour { .. } => "CNS-D-0274",
            Self::NotFinite { .. } => "CNS-D-0275",
            Self::Table(_) => "CNS-D-0276",
        }
    }
}

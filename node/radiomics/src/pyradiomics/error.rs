//! Why no features came out, each with a stable code and a remedy.
//!
//! Never here: patient identifiers or file names; the caller knows which image it asked about.

use super::ParameterError;

/// A region PyRadiomics refuses too, or one that this profile cannot measure.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The parameters.
    #[error(transparent)]
    Parameters(#[from] ParameterError),
    /// Something both profiles refuse: an empty mask, voxels that are not finite, settings of a filter.
    #[error(transparent)]
    Common(#[from] crate::Error),
    /// Image and mask do not lie on the same grid.
    #[error(
        "image and mask lie on different grids: {difference}; draw the mask on this image, raise geometryTolerance, \
         or set correctMask to resample the mask"
    )]
    Geometry {
        /// The field, and by how much it differs.
        difference: String,
    },
    /// The region extends along too few axes.
    #[error(
        "the region extends along {found} axes, minimumROIDimensions asks for {least} (one voxel is never enough)"
    )]
    Dimensions {
        /// Axes with more than one voxel.
        found: usize,
        /// The setting.
        least: usize,
    },
    /// The region has too few voxels.
    #[error("the region has {found} voxels, minimumROISize asks for more than {least}")]
    Size {
        /// Voxels.
        found: usize,
        /// The setting.
        least: usize,
    },
    /// A part of the region lies where there is no image.
    #[error("the region leaves the image along {axis}; draw the mask on this image")]
    Outside {
        /// x, y or z.
        axis: char,
    },
    /// Re-segmentation left nothing to measure.
    #[error(
        "resegmentRange keeps {kept} voxels between {lower} and {upper}; check the range against the image's unit"
    )]
    Resegmented {
        /// Voxels left.
        kept: usize,
        /// Lower end.
        lower: f64,
        /// Upper end.
        upper: f64,
    },
    /// shape2D needs a region of one slice.
    #[error(
        "shape2D measures a region of one slice; this one has {slices} across force2Ddimension: leave shape2D out \
         of featureClass"
    )]
    NotPlane {
        /// Voxels across the plane.
        slices: usize,
    },
    /// More grey levels than a texture matrix can hold.
    #[error("binWidth or binCount makes {levels} grey levels, more than {limit}: the image has another unit")]
    TooManyLevels {
        /// How many.
        levels: f64,
        /// The largest number supported.
        limit: usize,
    },
    /// Resampling would make an absurdly large grid.
    #[error(
        "resampledPixelSpacing makes a grid of {voxels} voxels, more than {limit}: choose a larger spacing"
    )]
    TooManyVoxels {
        /// How many.
        voxels: f64,
        /// The largest number supported.
        limit: usize,
    },
    /// Normalisation of an image that does not vary, or holds a voxel that is no number.
    #[error("the image has one value only, or a voxel that is no finite number: it cannot be normalised")]
    Constant,
    /// No pair of voxels has a distance asked for.
    #[error("no two voxels of the region's box lie {distances:?} voxels apart: choose smaller distances")]
    NoNeighbours {
        /// The setting.
        distances: Vec<usize>,
    },
}

impl Error {
    /// Stable code for manuals and logs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Parameters(error) => error.code(),
            Self::Common(error) => error.code(),
            Self::Geometry { .. } => "CNS-D-0240",
            Self::Dimensions { .. } => "CNS-D-0241",
            Self::Size { .. } => "CNS-D-0242",
            Self::Outside { .. } => "CNS-D-0243",
            Self::Resegmented { .. } => "CNS-D-0244",
            Self::NotPlane { .. } => "CNS-D-0245",
            Self::TooManyLevels { .. } => "CNS-D-0246",
            Self::TooManyVoxels { .. } => "CNS-D-0247",
            Self::Constant => "CNS-D-0248",
            Self::NoNeighbours { .. } => "CNS-D-0249",
        }
    }
}

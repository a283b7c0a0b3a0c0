//! What can be wrong with a DICOM file or series, each with a stable code and a remedy.
//!
//! The file is named by [`ImagingError::Dicom`](crate::ImagingError::Dicom), which carries one of these. Tags are
//! written as their keyword and number, so that the hospital's viewer finds them.

/// A DICOM file or series that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DicomFault {
    /// The data set's structure contradicts itself or the file's length.
    #[error("the DICOM data set is damaged: {why}; export the file again from the archive")]
    Structure {
        /// What is wrong, and where.
        why: String,
    },
    /// A tag that is needed and absent.
    #[error("{tag} is missing: {remedy}")]
    Missing {
        /// Keyword and number.
        tag: String,
        /// What to do.
        remedy: &'static str,
    },
    /// A tag with a value that no usable file has.
    #[error("{tag}: {why}")]
    Tag {
        /// Keyword and number.
        tag: String,
        /// What is wrong and what to do.
        why: String,
    },
    /// An encoding that is not read here.
    #[error("transfer syntax {name} is not read; export as Explicit VR Little Endian")]
    TransferSyntax {
        /// Name or UID.
        name: String,
    },
    /// A compressed frame that cannot be decoded.
    #[error("frame {frame} cannot be decompressed: {why}; export uncompressed, or copy the file again")]
    Codec {
        /// Counted from 1.
        frame: usize,
        /// What the decoder says.
        why: String,
    },
    /// No image where one was expected.
    #[error("holds no DICOM image; {remedy}")]
    NoImage {
        /// What to do.
        remedy: String,
    },
    /// Several series where one was expected.
    #[error("holds {count} series ({list}); give each its own folder, or name one")]
    SeveralSeries {
        /// How many.
        count: usize,
        /// Modality, number of files and UID of each.
        list: String,
    },
    /// Slices of one series that do not fit together.
    #[error("{field} differs within the series: {first} and {other}; export the series alone")]
    Mixed {
        /// Which property.
        field: &'static str,
        /// Of the first slice.
        first: String,
        /// Of this slice.
        other: String,
    },
    /// Slices that are shifted against each other.
    #[error(
        "the slices are sheared by {degrees:.2} degrees (gantry tilt); resample the series onto a straight grid"
    )]
    Tilt {
        /// Angle between the stack and the slices' normal.
        degrees: f64,
    },
    /// Slices that are not evenly spaced.
    #[error("slices are missing or uneven: {why}; export the whole series again")]
    Gap {
        /// Where, in mm along the normal.
        why: String,
    },
    /// Several slices in one place.
    #[error("{count} slices share positions ({example}); {remedy}")]
    Duplicate {
        /// How many slices are too many.
        count: usize,
        /// Two of them.
        example: String,
        /// What tells them apart, and what to do.
        remedy: String,
    },
    /// Standardised uptake values cannot be computed.
    #[error("no SUV can be computed: {tag}: {why}")]
    Suv {
        /// Keyword and number.
        tag: String,
        /// What is wrong and what to do.
        why: String,
    },
    /// A region that the file does not hold.
    #[error("holds no region `{which}`; it has: {present}")]
    NoSuchRegion {
        /// What was looked for.
        which: String,
        /// Number and name of each.
        present: String,
    },
    /// Several regions where one was expected.
    #[error("holds several regions ({present}); name one by its name or number")]
    SeveralRegions {
        /// Number and name of each.
        present: String,
    },
    /// A region that was drawn on another image.
    #[error("the region belongs to another image: {field} differs; use the region drawn on this series")]
    OtherImage {
        /// Which reference.
        field: &'static str,
    },
    /// A region whose pixels or contours do not lie in the image's voxels.
    #[error("the region does not lie on the image's grid: {why}; use the region drawn on this series")]
    OffGrid {
        /// Where it lies instead.
        why: String,
    },
    /// A contour that bounds no area in a slice.
    #[error("{why}; correct the contour in the planning system and export it again")]
    Contour {
        /// Which, and what is wrong.
        why: String,
    },
}

impl DicomFault {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Structure { .. } => "CNS-D-0112",
            Self::Missing { .. } => "CNS-D-0113",
            Self::Tag { .. } => "CNS-D-0114",
            Self::TransferSyntax { .. } => "CNS-D-0115",
            Self::Codec { .. } => "CNS-D-0116",
            Self::NoImage { .. } => "CNS-D-0117",
            Self::SeveralSeries { .. } => "CNS-D-0118",
            Self::Mixed { .. } => "CNS-D-0119",
            Self::Tilt { .. } => "CNS-D-0120",
            Self::Gap { .. } => "CNS-D-0121",
            Self::Duplicate { .. } => "CNS-D-0122",
            Self::Suv { .. } => "CNS-D-0123",
            Self::NoSuchRegion { .. } => "CNS-D-0124",
            Self::SeveralRegions { .. } => "CNS-D-0125",
            Self::OtherImage { .. } => "CNS-D-0126",
            Self::OffGrid { .. } => "CNS-D-0127",
            Self::Contour { .. } => "CNS-D-0128",
        }
    }

    pub(super) fn structure(why: impl Into<String>) -> Self {
        Self::Structure { why: why.into() }
    }
}

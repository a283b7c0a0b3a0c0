//! What can be wrong with an image, each with a stable code and a remedy.
//!
//! Messages name the file: they are for the hospital's own screen and log, and never leave it.

use std::path::{Path, PathBuf};

use crate::{DicomFault, GeometryDifference};

/// An image or mask that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ImagingError {
    /// The operating system refused.
    #[error("{}: cannot be read: {source}; check that the file exists and that this user may read it", file.display())]
    Unreadable {
        /// Which file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// None of the formats that are read.
    #[error("{}: no image that is read here: {why}; use DICOM, NIfTI or NRRD", file.display())]
    Format {
        /// Which file.
        file: PathBuf,
        /// What was found instead.
        why: String,
    },
    /// A DICOM file or series.
    #[error("{}: {fault}", file.display())]
    Dicom {
        /// Which file or folder.
        file: PathBuf,
        /// What is wrong and what to do.
        fault: Box<DicomFault>,
    },
    /// Another format.
    #[error("{}: not a NIfTI file: {why}; convert it to a single .nii or .nii.gz file", file.display())]
    NotNifti {
        /// Which file.
        file: PathBuf,
        /// What was found instead.
        why: String,
    },
    /// The file ends too early.
    #[error(
        "{}: truncated: {found} of {expected} bytes of {part}; copy the file again from its source",
        file.display()
    )]
    Truncated {
        /// Which file.
        file: PathBuf,
        /// Header or voxels.
        part: &'static str,
        /// Bytes there are.
        found: usize,
        /// Bytes there should be.
        expected: usize,
    },
    /// The compressed stream is damaged.
    #[error("{}: the gzip stream is damaged: {why}; copy the file again from its source", file.display())]
    Gzip {
        /// Which file.
        file: PathBuf,
        /// What the decoder says.
        why: String,
    },
    /// A header field that no usable image has.
    #[error("{}: header field {field}: {why}", file.display())]
    Header {
        /// Which file.
        file: PathBuf,
        /// The field's name in the format's standard.
        field: &'static str,
        /// What is wrong and what to do.
        why: String,
    },
    /// More voxels than any image of a patient.
    #[error("{}: {voxels} voxels, more than the {limit} a node reads; crop the image", file.display())]
    TooLarge {
        /// Which file.
        file: PathBuf,
        /// How many it claims.
        voxels: u128,
        /// How many are accepted.
        limit: usize,
    },
    /// A mask with several labels.
    #[error(
        "{}: a mask holds one region: found the values {values}; write 0 outside and one other value inside",
        file.display()
    )]
    NotBinary {
        /// Which file.
        file: PathBuf,
        /// Some of the values.
        values: String,
    },
    /// A label map on another grid than the image.
    #[error("{}: {difference}", file.display())]
    Elsewhere {
        /// Which file.
        file: PathBuf,
        /// In which field, and by how much.
        difference: GeometryDifference,
    },
    /// Sizes that do not agree, in a volume made by a program.
    #[error("{found} voxels were given for a grid of {expected}")]
    Size {
        /// How many.
        found: usize,
        /// How many the grid has.
        expected: usize,
    },
    /// A grid that is none.
    #[error("a grid needs at least one voxel and a positive spacing along every axis")]
    Grid,
    /// A file cannot be written.
    #[error(
        "{}: cannot be written: {source}; check that the folder exists and has room",
        file.display()
    )]
    Unwritable {
        /// Which file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl ImagingError {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Format { .. } => "CNS-D-0111",
            Self::Dicom { fault, .. } => fault.code(),
            Self::Unreadable { .. } => "CNS-D-0101",
            Self::NotNifti { .. } => "CNS-D-0102",
            Self::Truncated { .. } => "CNS-D-0103",
            Self::Gzip { .. } => "CNS-D-0104",
            Self::Header { .. } => "CNS-D-0105",
            Self::TooLarge { .. } => "CNS-D-0106",
            Self::NotBinary { .. } => "CNS-D-0107",
            Self::Elsewhere { difference, .. } => difference.code(),
            Self::Size { .. } => "CNS-D-0109",
            Self::Grid => "CNS-D-0110",
            Self::Unwritable { .. } => "CNS-D-0190",
        }
    }

    pub(crate) fn header(file: &Path, field: &'static str, why: impl Into<String>) -> Self {
        Self::Header { file: file.to_owned(), field, why: why.into() }
    }
}

//! Volumes, masks and the readers that make them from a hospital's files.
//!
//! A value that exists is valid: sizes agree, spacings are positive, a mask is binary. Every reader bounds its memory
//! by what the file holds, not by what its header claims. Never: the network, resampling, a patient's identifier
//! outside the index of a folder. Spec: each format's module; codes in docs/reference/codes.md.

mod dicom;
mod error;
mod geometry;
mod labels;
mod nifti;
mod nrrd;
mod numbers;
mod open;
mod orientation;
mod region;
mod stream;
mod volume;

pub use dicom::{DicomFault, Index, Phase, Series, index};
pub use error::ImagingError;
pub use geometry::{GeometryDifference, Grid, same_grid};
pub use nifti::{Precision, write_image, write_mask};
pub use numbers::Number;
pub use open::{
    Format, Stored, files, format, read_frame, read_image, read_mask, read_region, read_region_of,
    read_series, regions, stored,
};
pub use region::{Choice, Region, RegionKind};
pub use volume::{RoiMask, Volume};

/// 1 GiB of f64: twice a whole-body CT at 1 mm.
const MOST_VOXELS: usize = 1 << 27;

//! Volumes, masks and the readers that make them from a hospital's files.
//!
//! A value that exists is valid: sizes agree, spacings are positive, a mask is binary. Every reader bounds its memory
//! by what the file holds, not by what its header claims. Never: the network, a patient's identifier, resampling.
//! Spec: NIfTI-1, <https://nifti.nimh.nih.gov/nifti-1>; codes in docs/reference/codes.md.

mod error;
mod geometry;
mod nifti;
mod volume;

pub use error::ImagingError;
pub use geometry::{GeometryDifference, Grid, same_grid};
pub use nifti::{Precision, read_image, read_mask, write_image, write_mask};
pub use volume::{RoiMask, Volume};

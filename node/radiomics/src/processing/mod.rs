//! From an image as it was taken to the image that features are computed from.
//! Never here: features. Specification: IBSI reference manual, chapter 2, DOI 10.1148/radiol.2020191145.

mod error;
pub(crate) mod lines;
mod normalise;
mod resample;
pub(crate) mod spline;

pub use error::ProcessingError;
pub use normalise::{Landmark, Normalisation, Scale, Within};
pub use resample::{Interpolation, Resampling, round_intensities};

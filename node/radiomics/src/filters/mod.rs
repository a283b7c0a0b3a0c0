//! Image filters of the second IBSI chapter: an image in, its response map on the same grid out.
//!
//! A filter acts on the whole image, before a region is cut out of it. One thread, the same bits everywhere: callers work
//! on several images at once. Never here: features, masks.
//! Specification: IBSI 2 reference manual, arXiv 2006.05470; DOI 10.1148/radiol.231319.

mod boundary;
mod error;
mod fourier;
mod gabor;
mod laws;
mod log;
mod mean;
mod planes;
mod riesz;
mod rotation;
mod separable;
mod simoncelli;
mod taps;
mod wavelet;

use consilium_imaging::Volume;

pub use boundary::Boundary;
pub use error::FilterError;
pub use gabor::{Gabor, Part, Turns};
pub use laws::Laws;
pub use log::LaplacianOfGaussian;
pub use mean::Mean;
pub use riesz::{Riesz, RieszBase};
pub use rotation::Pooling;
pub use simoncelli::Simoncelli;
pub(crate) use taps::Taps;
pub use taps::wavelets;
pub use wavelet::Wavelet;

use crate::Error;

/// The furthest a kernel may reach from its centre, in voxels.
const MAX_REACH: usize = 1024;
/// The most values a filter may hold beside the image, which is continued by its kernel's reach: 2 GiB of complex ones.
const MAX_CELLS: usize = 1 << 27;

/// Whether slices are filtered on their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Over {
    /// Each slice along x and y (2D).
    Slices,
    /// The volume (3D).
    Volume,
}

/// A filter with all its parameters.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// The mean over a box.
    Mean(Mean),
    /// The Laplacian of a Gaussian.
    LaplacianOfGaussian(LaplacianOfGaussian),
    /// Laws kernels.
    Laws(Laws),
    /// A Gabor filter.
    Gabor(Gabor),
    /// A band of a separable wavelet.
    Wavelet(Wavelet),
    /// A band of the Simoncelli wavelet.
    Simoncelli(Simoncelli),
    /// A Riesz transform of another filter.
    Riesz(Riesz),
}

impl Filter {
    /// The response map.
    pub fn apply(&self, image: &Volume) -> Result<Volume, Error> {
        let grid = image.grid();
        self.check(grid.spacing)?;
        let (values, dims) = (image.voxels(), grid.dims);
        match values.iter().filter(|value| !value.is_finite()).count() {
            0 => {}
            count => return Err(FilterError::NotFinite { count }.into()),
        }
        let response = match self {
            Self::Mean(filter) => filter.respond(values, dims),
            Self::LaplacianOfGaussian(filter) => filter.respond(values, dims, grid.spacing),
            Self::Laws(filter) => filter.respond(values, dims),
            Self::Gabor(filter) => filter.respond(values, dims, grid.spacing)?,
            Self::Wavelet(filter) => filter.respond(values, dims)?,
            Self::Simoncelli(filter) => filter.respond(values, dims),
            Self::Riesz(filter) => filter.respond(values, dims, grid.spacing)?,
        };
        Ok(Volume::new(grid.clone(), response).expect("a response has the image's voxels"))
    }

    /// What columns of this filter's features begin with. It names what is usually varied; boundary, pooling and cutoff
    /// are not in it, so two filters that differ in those alone cannot be in one table.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Mean(filter) => filter.name(),
            Self::LaplacianOfGaussian(filter) => filter.name(),
            Self::Laws(filter) => filter.name(),
            Self::Gabor(filter) => filter.name(),
            Self::Wavelet(filter) => filter.name(),
            Self::Simoncelli(filter) => filter.name(),
            Self::Riesz(filter) => filter.name(),
        }
    }

    /// One line that is equal exactly for filters with equal responses, and never changes its form.
    #[must_use]
    pub fn canonical(&self) -> String {
        match self {
            Self::Mean(filter) => filter.canonical(),
            Self::LaplacianOfGaussian(filter) => filter.canonical(),
            Self::Laws(filter) => filter.canonical(),
            Self::Gabor(filter) => filter.canonical(),
            Self::Wavelet(filter) => filter.canonical(),
            Self::Simoncelli(filter) => filter.canonical(),
            Self::Riesz(filter) => filter.canonical(),
        }
    }

    /// Whether the parameters mean something on an image of this spacing.
    pub fn check(&self, spacing: [f64; 3]) -> Result<(), FilterError> {
        match self {
            Self::Mean(filter) => filter.check(),
            Self::LaplacianOfGaussian(filter) => filter.check(spacing),
            Self::Laws(filter) => filter.check(),
            Self::Gabor(filter) => filter.check(spacing),
            Self::Wavelet(filter) => filter.check(),
            Self::Simoncelli(filter) => filter.check(),
            Self::Riesz(filter) => filter.check(spacing),
        }
    }
}

impl Over {
    /// Whether x, y and z are filtered.
    fn axes(self) -> [bool; 3] {
        [true, true, self == Self::Volume]
    }

    /// A filter that names two axes is for slices.
    fn axes_named(axes: usize) -> Self {
        if axes == 2 { Self::Slices } else { Self::Volume }
    }

    fn suffix(self) -> &'static str {
        match self {
            Self::Slices => "_2d",
            Self::Volume => "",
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Slices => "slices",
            Self::Volume => "volume",
        }
    }
}

fn invariance(rotations: Option<Pooling>) -> &'static str {
    if rotations.is_some() { "_invar" } else { "" }
}

fn pooling_word(rotations: Option<Pooling>) -> &'static str {
    rotations.map_or("none", Pooling::word)
}

fn wrong<T>(
    filter: &'static str,
    field: &'static str,
    found: impl std::fmt::Display,
    expected: &'static str,
) -> Result<T, FilterError> {
    Err(FilterError::Parameter { filter, field, found: format!("{found}"), expected })
}

fn positive(filter: &'static str, field: &'static str, value: f64) -> Result<(), FilterError> {
    let is_positive = value.is_finite() && value > 0.0;
    if is_positive { Ok(()) } else { wrong(filter, field, value, "a finite number above 0") }
}

fn held(filter: &'static str, cells: f64) -> Result<(), FilterError> {
    let limit = MAX_CELLS;
    if cells <= limit as f64 { Ok(()) } else { Err(FilterError::TooManyCells { filter, cells, limit }) }
}

fn limited(filter: &'static str, voxels: f64) -> Result<(), FilterError> {
    let limit = MAX_REACH;
    if voxels <= limit as f64 { Ok(()) } else { Err(FilterError::TooLarge { filter, voxels, limit }) }
}

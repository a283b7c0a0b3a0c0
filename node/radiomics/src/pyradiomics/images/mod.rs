//! PyRadiomics' image types: the volumes it derives from an image before it computes features.
//!
//! Equal to PyRadiomics 3.1.0 voxel by voxel, in the precision in which its libraries compute: `SimpleITK` for the
//! Laplacian of Gaussian and the gradient, `PyWavelets`, scikit-image and `SciPy` for the others. Every derived volume
//! covers the box of the mask and nothing else; one lives at a time.
//! Never here: IBSI's filters (they differ in kernel, boundary and precision), features, files.
//! Specification: PyRadiomics 3.1.0, radiomics/imageoperations.py, `getOriginalImage` to `getLBP3DImage`.

mod gaussian;
mod gradient;
mod icosphere;
mod lbp2d;
mod lbp3d;
mod log;
mod pointwise;
mod real;
mod spline;
mod wavelet;

use consilium_imaging::{RoiMask, Volume, same_grid};

use crate::Error;
pub use crate::window::Window;
pub use lbp2d::LbpMethod;

/// The number type of the image as `SimpleITK` holds it; some of PyRadiomics' image types compute in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pixel {
    /// Whole numbers from `min` to `max`, such as -32768 to 32767.
    Integer {
        /// The smallest the type holds.
        min: f64,
        /// The largest the type holds.
        max: f64,
    },
    /// 32-bit floating point.
    Single,
    /// 64-bit floating point.
    Double,
}

/// A kind of derived image with its parameters.
#[derive(Debug, Clone, PartialEq)]
pub enum ImageType {
    /// The image itself.
    Original,
    /// The undecimated wavelet decomposition: seven details a level (three in a plane) and the last approximation.
    Wavelet {
        /// `PyWavelets`' name, such as `coif1`.
        wavelet: String,
        /// Levels to pass over before the first that is returned.
        start_level: usize,
        /// Levels to return.
        level: usize,
        /// The axis left out, 0 for z, 1 for y, 2 for x; `None` decomposes in three dimensions.
        flat: Option<usize>,
    },
    /// The Laplacian of Gaussian, one image for each width.
    LaplacianOfGaussian {
        /// Widths in mm, with their names as the parameter file writes them (`1.0`, `3`).
        sigmas: Vec<(f64, String)>,
    },
    /// The square, on the range of the image.
    Square,
    /// The square root of the magnitude, with its sign, on the range of the image.
    SquareRoot,
    /// The logarithm of the magnitude plus one, with its sign, on the range of the image.
    Logarithm,
    /// The exponential, on the range of the image.
    Exponential,
    /// The magnitude of the gradient.
    Gradient {
        /// Whether derivatives are per mm; otherwise per voxel.
        use_spacing: bool,
    },
    /// The local binary pattern in slices.
    Lbp2d {
        /// Distance of the neighbours, voxels.
        radius: f64,
        /// Number of neighbours, 1 to 31.
        samples: usize,
        /// How a pattern becomes a number.
        method: LbpMethod,
        /// The axis across the slices: 0 for z, 1 for y, 2 for x.
        axis: usize,
    },
    /// The local binary pattern on a sphere, by spherical harmonics; then the kurtosis on the sphere.
    Lbp3d {
        /// Degrees of spherical harmonics, each an image.
        levels: usize,
        /// Radius of the sphere, voxels.
        radius: f64,
        /// How often the icosahedron is subdivided, at most 4.
        subdivision: usize,
    },
}

/// An image that cannot be derived, which PyRadiomics leaves out with a warning.
#[derive(Debug, Clone, PartialEq)]
pub struct Skipped {
    /// The prefix its features would have had.
    pub prefix: String,
    /// Why.
    pub reason: &'static str,
}

/// What every filter reads: the whole image, and the box that is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source<'a> {
    pub(crate) image: &'a Volume,
    pub(crate) mask: &'a RoiMask,
    pub(crate) window: &'a Window,
    pub(crate) pixel: Pixel,
}

impl Source<'_> {
    /// Voxels of the mask: their place in the box and in the image.
    fn inside(&self) -> impl Iterator<Item = (usize, usize)> {
        let rows = self.window.rows(self.mask.grid().dims).map(|row| row.start).enumerate();
        let width = self.window.dims[0];
        rows.flat_map(move |(line, row)| (0..width).map(move |x| (line * width + x, row + x)))
            .filter(|(_, index)| self.mask.inside()[*index])
    }
}

/// Receives the prefix of a derived image's features and the image over the mask's box.
pub type Visit<'a, E> = &'a mut dyn FnMut(&str, &Volume) -> Result<(), E>;

/// Derives the images of `types` one after the other, in PyRadiomics' order, over the box of the mask
/// ([`Window::around`]).
///
/// Returns what was left out: a Laplacian of Gaussian wider than the image.
pub fn for_each_derived<E: From<Error>>(
    image: &Volume,
    mask: &RoiMask,
    pixel: Pixel,
    types: &[ImageType],
    visit: Visit<'_, E>,
) -> Result<Vec<Skipped>, E> {
    same_grid(image.grid(), mask.grid()).map_err(Error::from)?;
    let window = Window::around(mask)?;
    let source = Source { image, mask, window: &window, pixel };
    let mut skipped = Vec::new();
    for image_type in types {
        skipped.extend(derive(source, image_type, &mut *visit)?);
    }
    Ok(skipped)
}

fn derive<E: From<Error>>(
    source: Source<'_>,
    image_type: &ImageType,
    visit: Visit<'_, E>,
) -> Result<Vec<Skipped>, E> {
    match image_type {
        ImageType::Original => visit("original", &source.window.crop(source.image))?,
        ImageType::Wavelet { wavelet, start_level, level, flat } => {
            let plan = wavelet::Plan::new(wavelet, *start_level, *level, *flat)?;
            wavelet::each(source, &plan, visit)?;
        }
        ImageType::LaplacianOfGaussian { sigmas } => return log::each(source, sigmas, visit),
        ImageType::Square => visit("square", &pointwise::square(source))?,
        ImageType::SquareRoot => visit("squareroot", &pointwise::square_root(source))?,
        ImageType::Logarithm => visit("logarithm", &pointwise::logarithm(source))?,
        ImageType::Exponential => visit("exponential", &pointwise::exponential(source))?,
        ImageType::Gradient { use_spacing } => visit("gradient", &gradient::magnitude(source, *use_spacing))?,
        ImageType::Lbp2d { radius, samples, method, axis } => {
            let pattern = lbp2d::Pattern::new(*radius, *samples, *method, *axis)?;
            visit("lbp-2D", &pattern.image(source))?;
        }
        ImageType::Lbp3d { levels, radius, subdivision } => {
            lbp3d::each(source, &lbp3d::Sphere::new(*levels, *radius, *subdivision)?, visit)?;
        }
    }
    Ok(Vec::new())
}

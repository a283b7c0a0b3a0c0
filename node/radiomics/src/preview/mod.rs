//! A picture of an image, a contour and a map, so that a person can look before trusting numbers.
//!
//! [`render`] gives a PNG file: the axial, coronal and sagittal slices with the most voxels of the region, to one scale in
//! millimetres, the image in grey, the contour in red, the map in colour, a bar that says what the colours mean, and the
//! caller's title. Radiological orientation: the patient's right is on the left.
//!
//! ```
//! # use consilium_imaging::{Grid, RoiMask, Volume};
//! use consilium_radiomics::preview::{Options, render};
//!
//! # let grid = Grid::axis_aligned([8, 8, 8], [1.0; 3]);
//! # let image = Volume::new(grid.clone(), (0..512).map(f64::from).collect())?;
//! # let mask = RoiMask::new(grid, (0..512).map(|i| i > 200 && i < 300).collect())?;
//! let options = Options { title: "cm_contrast_3D_avg".into(), ..Options::default() };
//! let png = render(&image, &mask, None, &options)?;
//! assert!(png.starts_with(b"\x89PNG"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Never here: who the patient is. A picture shows the patient's body all the same, and stays in the hospital.
//! Specification: none; the orientation is that of DICOM viewers.

mod canvas;
mod colour;
mod layout;
mod panel;
mod plane;

use consilium_imaging::{GeometryDifference, RoiMask, Volume, same_grid};

use crate::roi::bounding_box;
use colour::quantiles;
use layout::Page;
use panel::Scene;
use plane::{Plane, View};

/// Parts of the image's values between which the grey scale runs by default.
const GREY_PARTS: [f64; 3] = [0.005, 0.5, 0.995];
/// Parts of the map's values between which the colour scale runs by default.
const COLOUR_PARTS: [f64; 3] = [0.01, 0.5, 0.99];

/// What the picture says and how it looks.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// First line: the feature. No patient's name or number belongs here.
    pub title: String,
    /// Second line: kernel, profile, version.
    pub subtitle: String,
    /// Unit of the map's values, at the colour bar; empty for none.
    pub unit: String,
    /// Intensities shown as black and white; by default 0.5 % and 99.5 % of what is shown.
    pub window: Option<[f64; 2]>,
    /// Values of the map shown in the darkest and the brightest colour; by default 1 % and 99 % of the region's.
    pub range: Option<[f64; 2]>,
    /// How much is shown around the region, mm; `None` shows the whole image.
    pub margin: Option<f64>,
}

impl Default for Options {
    /// 25 mm around the region, without text.
    fn default() -> Self {
        let text = String::new;
        Self { title: text(), subtitle: text(), unit: text(), window: None, range: None, margin: Some(25.0) }
    }
}

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PreviewError {
    /// Mask or map lie on another grid than the image.
    #[error("the {what} does not lie on the image's grid: {difference}")]
    Geometry {
        /// Mask or map.
        what: &'static str,
        /// How it differs.
        difference: GeometryDifference,
    },
    /// There is nothing to look at.
    #[error("the mask holds no voxel")]
    EmptyMask,
    /// A window, range or margin that means nothing.
    #[error("the {field} of the preview must be {expected}")]
    Options {
        /// Which one.
        field: &'static str,
        /// What it should be.
        expected: &'static str,
    },
}

impl PreviewError {
    /// Stable code for manuals and logs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Geometry { .. } => "CNS-D-0280",
            Self::EmptyMask => "CNS-D-0281",
            Self::Options { .. } => "CNS-D-0282",
        }
    }
}

/// The picture as a PNG file. Equal inputs give equal bytes.
///
/// # Errors
/// When mask or map lie elsewhere than the image, the mask is empty, or an option means nothing.
pub fn render(
    image: &Volume,
    mask: &RoiMask,
    map: Option<&Volume>,
    options: &Options,
) -> Result<Vec<u8>, PreviewError> {
    let elsewhere = |what| move |difference| PreviewError::Geometry { what, difference };
    same_grid(image.grid(), mask.grid()).map_err(elsewhere("mask"))?;
    if let Some(map) = map {
        same_grid(image.grid(), map.grid()).map_err(elsewhere("map"))?;
    }
    options.check()?;
    let shown = shown(mask, options.margin).ok_or(PreviewError::EmptyMask)?;
    let planes: Vec<Plane> = views(mask).into_iter().map(|view| Plane::new(view, mask, shown)).collect();
    let statistics = map.map(|map| Statistics::of(map, mask));
    let [low, _, high] = quantiles(within(image, shown), GREY_PARTS);
    let scene = Scene {
        image,
        mask,
        map,
        window: options.window.unwrap_or([low, high]),
        range: options.range.or(statistics.as_ref().map(|s| s.range)).unwrap_or([0.0, 1.0]),
    };
    let page = Page::new(&planes, image.grid(), map.is_some(), options);
    Ok(page.draw(&scene, &planes, statistics.as_ref()).png())
}

/// The map within the region.
struct Statistics {
    voxels: usize,
    undefined: usize,
    /// Least, median, greatest.
    parts: [f64; 3],
    /// Of the colours, unless the caller chooses.
    range: [f64; 2],
}

impl Statistics {
    fn of(map: &Volume, mask: &RoiMask) -> Self {
        let region = || map.voxels().iter().zip(mask.inside()).filter(|(_, is_in)| **is_in).map(|(v, _)| *v);
        let [low, _, high] = quantiles(region(), COLOUR_PARTS);
        Self {
            voxels: mask.count(),
            undefined: region().filter(|value| !value.is_finite()).count(),
            parts: quantiles(region(), [0.0, 0.5, 1.0]),
            range: [low, high],
        }
    }
}

impl Options {
    fn check(&self) -> Result<(), PreviewError> {
        let is_range = |[low, high]: [f64; 2]| low.is_finite() && high.is_finite() && low < high;
        let refused = |field, expected| Err(PreviewError::Options { field, expected });
        if !self.window.is_none_or(is_range) {
            return refused("window", "two finite intensities, the lower first");
        }
        if !self.range.is_none_or(is_range) {
            return refused("range", "two finite values, the lower first");
        }
        match self.margin {
            Some(mm) if !(mm.is_finite() && mm >= 0.0) => {
                refused("margin", "a finite number of mm, not below 0")
            }
            _ => Ok(()),
        }
    }
}

/// The views that have more than a line to show: a single slice has one.
fn views(mask: &RoiMask) -> Vec<View> {
    match mask.grid().dims.iter().position(|n| *n == 1) {
        None => View::ALL.to_vec(),
        Some(flat) => {
            let is_flat =
                |view: &View| Plane::new(*view, mask, mask.grid().dims.map(|n| [0, n - 1])).through == flat;
            View::ALL.into_iter().filter(is_flat).collect()
        }
    }
}

/// First and last voxel of the region's box with a margin, along each axis.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the grid")]
fn shown(mask: &RoiMask, margin: Option<f64>) -> Option<[[usize; 2]; 3]> {
    let grid = mask.grid();
    let region = bounding_box(grid.dims, mask.inside())?;
    Some(std::array::from_fn(|axis| {
        let n = grid.dims[axis];
        let around = margin.map_or(n, |mm| (mm / grid.spacing[axis]).ceil().min(n as f64) as usize);
        let [first, last] = region[axis];
        [first.saturating_sub(around), (last + around).min(n - 1)]
    }))
}

/// The values in a box.
fn within(image: &Volume, [x, y, z]: [[usize; 2]; 3]) -> impl Iterator<Item = f64> {
    let [nx, ny, _] = image.grid().dims;
    let rows = (z[0]..=z[1]).flat_map(move |k| (y[0]..=y[1]).map(move |j| (k * ny + j) * nx));
    rows.flat_map(move |row| image.voxels()[row + x[0]..=row + x[1]].iter().copied())
}

#[cfg(test)]
mod tests;

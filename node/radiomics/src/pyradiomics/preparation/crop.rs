//! Cutting image and mask to a box with a margin.
//!
//! Specification: PyRadiomics 3.1.0, `imageoperations.cropToTumorMask`.

use consilium_imaging::{RoiMask, Volume};

use super::super::images::Window;
use super::Bounds;

/// Image and mask, which lie on the same grid, cut to the box with `margin` voxels on every side that has them.
pub(super) fn crop(image: &Volume, mask: &RoiMask, bounds: Bounds, margin: usize) -> (Volume, RoiMask) {
    let window = widened(bounds, margin, mask.grid().dims);
    (window.crop(image), window.crop_mask(mask))
}

fn widened(bounds: Bounds, margin: usize, dims: [usize; 3]) -> Window {
    let first = |axis: usize| bounds[axis][0].saturating_sub(margin);
    let last = |axis: usize| (bounds[axis][1].saturating_add(margin)).min(dims[axis] - 1);
    Window {
        start: std::array::from_fn(first),
        dims: std::array::from_fn(|axis| last(axis) - first(axis) + 1),
    }
}

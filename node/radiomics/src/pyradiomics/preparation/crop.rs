//! Cutting image and mask to a box with a margin.
//!
//! Specification: PyRadiomics 3.1.0, `imageoperations.cropToTumorMask`.

use consilium_imaging::{RoiMask, Volume};

use crate::roi::Bounds;
use crate::window::Window;

/// Image and mask, which lie on the same grid, cut to the box with `margin` voxels on every side that has them.
pub(super) fn crop(image: &Volume, mask: &RoiMask, bounds: Bounds, margin: usize) -> (Volume, RoiMask) {
    let window = Window::of(bounds).widened([margin; 3], mask.grid());
    (window.crop(image), window.crop_mask(mask))
}

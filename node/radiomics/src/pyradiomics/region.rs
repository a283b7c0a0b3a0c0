//! The region in the box of its mask: the part of an image that features are computed on.
//!
//! Never here: formulas.

use consilium_imaging::{RoiMask, Volume};

use crate::roi::Bounds;
use crate::window::Window;

/// A mask in a box; x runs fastest.
pub(crate) struct Region {
    /// Voxels of the box along x, y and z.
    pub(crate) dims: [usize; 3],
    /// Distances between voxel centres, mm.
    pub(crate) spacing: [f64; 3],
    pub(crate) inside: Vec<bool>,
    /// Box indices of the region's voxels, ascending.
    pub(crate) at: Vec<usize>,
}

impl Region {
    /// The part of a mask within bounds, which may cut it.
    pub(crate) fn new(mask: &RoiMask, bounds: Bounds) -> Self {
        let window = Window::of(bounds);
        let inside = window.cut(mask.grid().dims, mask.inside());
        let at = inside.iter().enumerate().filter(|(_, inside)| **inside).map(|(index, _)| index).collect();
        Self { dims: window.dims, spacing: mask.grid().spacing, inside, at }
    }

    /// The region's intensities in an image of the box.
    pub(crate) fn values(&self, image: &Volume) -> Vec<f64> {
        self.at.iter().map(|index| image.voxels()[*index]).collect()
    }

    /// Position of a box index along x, y and z.
    pub(crate) fn position(&self, index: usize) -> [usize; 3] {
        let [nx, ny, _] = self.dims;
        [index % nx, index / nx % ny, index / (nx * ny)]
    }

    /// Volume of a voxel, mm^3.
    pub(crate) fn voxel(&self) -> f64 {
        self.spacing.iter().product()
    }
}

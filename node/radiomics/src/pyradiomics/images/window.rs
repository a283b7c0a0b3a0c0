//! The box of the mask: the part of a derived image that features are computed on.
//!
//! Never here: voxel values other than copied ones.

use consilium_imaging::{Grid, RoiMask, Volume};

use crate::Error;
use crate::roi::bounding_box;

/// A box of voxels in an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// First voxel along x, y and z.
    pub start: [usize; 3],
    /// Voxels along x, y and z.
    pub dims: [usize; 3],
}

impl Window {
    /// The smallest box that holds the mask.
    pub fn around(mask: &RoiMask) -> Result<Self, Error> {
        let bounds = bounding_box(mask.grid().dims, mask.inside()).ok_or(Error::EmptyMask)?;
        Ok(Self { start: bounds.map(|[first, _]| first), dims: bounds.map(|[first, last]| last - first + 1) })
    }

    /// The box of an image, in its place in the patient.
    #[must_use]
    pub fn crop(&self, image: &Volume) -> Volume {
        self.volume(image.grid(), self.copy(image.grid().dims, image.voxels()))
    }

    /// The box of a mask, in its place in the patient.
    #[must_use]
    pub fn crop_mask(&self, mask: &RoiMask) -> RoiMask {
        let inside = self.copy(mask.grid().dims, mask.inside());
        RoiMask::new(self.grid(mask.grid()), inside).expect("a box of a valid mask is valid")
    }

    /// A volume of the box from voxels in its order.
    pub(crate) fn volume(&self, whole: &Grid, voxels: Vec<f64>) -> Volume {
        Volume::new(self.grid(whole), voxels).expect("one value for each voxel of the box")
    }

    /// First voxels of the box's rows in the whole image, y before z.
    pub(crate) fn rows(&self, [nx, ny, _]: [usize; 3]) -> impl Iterator<Item = usize> {
        let ([x, y, z], [_, dy, dz]) = (self.start, self.dims);
        (z..z + dz).flat_map(move |k| (y..y + dy).map(move |j| (k * ny + j) * nx + x))
    }

    fn copy<T: Copy>(&self, whole: [usize; 3], voxels: &[T]) -> Vec<T> {
        let mut copied = Vec::with_capacity(self.dims.iter().product());
        for row in self.rows(whole) {
            copied.extend_from_slice(&voxels[row..row + self.dims[0]]);
        }
        copied
    }

    fn grid(&self, whole: &Grid) -> Grid {
        let shift: [f64; 3] = std::array::from_fn(|axis| self.start[axis] as f64 * whole.spacing[axis]);
        let origin = std::array::from_fn(|axis| {
            let [x, y, z] = whole.direction[axis];
            whole.origin[axis] + (x * shift[0] + y * shift[1] + z * shift[2])
        });
        Grid { dims: self.dims, origin, ..whole.clone() }
    }
}

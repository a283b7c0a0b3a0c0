//! A box of a grid: cut out, put back, in its place in the patient.
//!
//! Never here: voxel values other than copied ones.

use std::ops::Range;

use consilium_imaging::{Grid, RoiMask, Volume};

use crate::Error;
use crate::roi::{Bounds, bounding_box};

/// A box of voxels in an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// First voxel along x, y and z.
    pub start: [usize; 3],
    /// Voxels along x, y and z.
    pub dims: [usize; 3],
}

impl Window {
    /// From the first to the last voxel along each axis.
    pub(crate) fn of(bounds: Bounds) -> Self {
        Self { start: bounds.map(|[first, _]| first), dims: bounds.map(|[first, last]| last - first + 1) }
    }

    /// First and last voxel along each axis.
    pub(crate) fn bounds(&self) -> Bounds {
        let last = self.last();
        std::array::from_fn(|axis| [self.start[axis], last[axis]])
    }

    /// The smallest box that holds the mask.
    pub fn around(mask: &RoiMask) -> Result<Self, Error> {
        bounding_box(mask.grid().dims, mask.inside()).map(Self::of).ok_or(Error::EmptyMask)
    }

    /// With these voxels more on every side, where the grid has them.
    pub(crate) fn widened(self, by: [usize; 3], grid: &Grid) -> Self {
        let bounds = |axis: usize| {
            let last = self.last()[axis].saturating_add(by[axis]).min(grid.dims[axis] - 1);
            [self.start[axis].saturating_sub(by[axis]), last]
        };
        Self::of(std::array::from_fn(bounds))
    }

    /// With at least `mm` more on every side, where the grid has it.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the grid")]
    pub(crate) fn padded(self, mm: f64, grid: &Grid) -> Self {
        let voxels = |i: usize| (mm / grid.spacing[i]).ceil().clamp(0.0, grid.dims[i] as f64) as usize;
        self.widened(std::array::from_fn(voxels), grid)
    }

    /// Last voxel along x, y and z.
    pub(crate) fn last(&self) -> [usize; 3] {
        std::array::from_fn(|axis| self.start[axis] + self.dims[axis] - 1)
    }

    /// Whether the box is the grid.
    pub(crate) fn is_all(&self, grid: &Grid) -> bool {
        self.dims == grid.dims
    }

    /// The box's rows, y before z, as indices of the whole grid.
    pub(crate) fn rows(&self, [nx, ny, _]: [usize; 3]) -> impl Iterator<Item = Range<usize>> + use<> {
        let ([x, y, z], [dx, dy, dz]) = (self.start, self.dims);
        let row = move |j: usize, k: usize| (k * ny + j) * nx + x..(k * ny + j) * nx + x + dx;
        (z..z + dz).flat_map(move |k| (y..y + dy).map(move |j| row(j, k)))
    }

    /// The cells in the box, x fastest.
    pub(crate) fn cut<T: Copy>(&self, whole: [usize; 3], cells: &[T]) -> Vec<T> {
        let mut part = Vec::with_capacity(self.dims.iter().product());
        self.rows(whole).for_each(|row| part.extend_from_slice(&cells[row]));
        part
    }

    /// Replaces the cells in the box.
    pub(crate) fn put<T: Copy>(&self, whole: [usize; 3], cells: &mut [T], part: &[T]) {
        for (row, part) in self.rows(whole).zip(part.chunks_exact(self.dims[0])) {
            cells[row].copy_from_slice(part);
        }
    }

    /// The box of an image.
    #[must_use]
    pub fn crop(&self, image: &Volume) -> Volume {
        self.volume(image.grid(), self.cut(image.grid().dims, image.voxels()))
    }

    /// The box of a mask.
    #[must_use]
    pub fn crop_mask(&self, mask: &RoiMask) -> RoiMask {
        self.mask(mask.grid(), self.cut(mask.grid().dims, mask.inside()))
    }

    /// An image of the box from voxels in its order.
    pub(crate) fn volume(&self, whole: &Grid, voxels: Vec<f64>) -> Volume {
        Volume::new(self.grid(whole), voxels).expect("one value for each voxel of the box")
    }

    /// A mask of the box from membership in its order.
    pub(crate) fn mask(&self, whole: &Grid, inside: Vec<bool>) -> RoiMask {
        RoiMask::new(self.grid(whole), inside).expect("one value for each voxel of the box")
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

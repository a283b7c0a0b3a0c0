//! A box of a grid, cut out and put back: contours change near the region only.
//!
//! Never here: what is done inside.

use consilium_imaging::{Grid, RoiMask};

use crate::roi::bounding_box;

/// First and last voxel along each axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) first: [usize; 3],
    pub(super) last: [usize; 3],
}

impl Window {
    /// The box that encloses a region; nothing for an empty one.
    pub(super) fn around(mask: &RoiMask) -> Option<Self> {
        let bounds = bounding_box(mask.grid().dims, mask.inside())?;
        Some(Self { first: bounds.map(|[first, _]| first), last: bounds.map(|[_, last]| last) })
    }

    /// With at least `mm` more on every side, where the grid has it.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the grid")]
    pub(super) fn padded(self, mm: f64, grid: &Grid) -> Self {
        let voxels = |i: usize| (mm / grid.spacing[i]).ceil().clamp(0.0, grid.dims[i] as f64) as usize;
        Self {
            first: std::array::from_fn(|i| self.first[i].saturating_sub(voxels(i))),
            last: std::array::from_fn(|i| (self.last[i] + voxels(i)).min(grid.dims[i] - 1)),
        }
    }

    pub(super) fn dims(&self) -> [usize; 3] {
        std::array::from_fn(|i| self.last[i] - self.first[i] + 1)
    }

    /// Whether the box is the grid.
    pub(super) fn is_all(&self, grid: &Grid) -> bool {
        self.dims() == grid.dims
    }

    /// The cells in the box, x fastest.
    pub(super) fn cut<T: Copy>(&self, dims: [usize; 3], cells: &[T]) -> Vec<T> {
        self.rows(dims).flat_map(|row| cells[row].iter().copied()).collect()
    }

    /// Replaces the cells in the box.
    pub(super) fn put<T: Copy>(&self, dims: [usize; 3], cells: &mut [T], part: &[T]) {
        for (row, part) in self.rows(dims).zip(part.chunks_exact(self.dims()[0])) {
            cells[row].copy_from_slice(part);
        }
    }

    fn rows(self, [nx, ny, _]: [usize; 3]) -> impl Iterator<Item = std::ops::Range<usize>> {
        let ([x0, y0, z0], [x1, y1, z1]) = (self.first, self.last);
        let row = move |y: usize, z: usize| (z * ny + y) * nx + x0..(z * ny + y) * nx + x1 + 1;
        (z0..=z1).flat_map(move |z| (y0..=y1).map(move |y| row(y, z)))
    }
}

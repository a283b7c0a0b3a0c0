//! The grey levels of a region in a box with a border of zeros on all sides, so that every neighbour is an index away.
//!
//! Never here: what is counted. Specification: IBSI reference manual, section 3.6 (directions of Chebyshev distance 1).

use std::ops::Range;

use crate::discretise::Levels;
use crate::roi::Roi;

/// A step along x, y, z.
pub(crate) type Direction = [isize; 3];

/// One of each pair of opposite directions. The first four lie within a slice; all precede in memory what they point to.
pub(crate) const DIRECTIONS: [Direction; 13] = [
    [1, 0, 0],
    [0, 1, 0],
    [1, 1, 0],
    [-1, 1, 0],
    [0, 0, 1],
    [1, 0, 1],
    [-1, 0, 1],
    [0, 1, 1],
    [0, -1, 1],
    [1, 1, 1],
    [-1, 1, 1],
    [1, -1, 1],
    [-1, -1, 1],
];

/// The directions within a slice.
pub(crate) const IN_PLANE: &[Direction] = DIRECTIONS.first_chunk::<4>().expect("13 are more than 4");

/// Grey levels on a padded box; 0 is outside the intensity mask.
#[derive(Debug)]
pub(crate) struct Lattice<'a> {
    levels: &'a Levels,
    dims: [usize; 3],
    padded: Vec<u16>,
    at: Vec<usize>,
    slices: Vec<Range<usize>>,
}

impl<'a> Lattice<'a> {
    pub(crate) fn new(roi: &Roi, levels: &'a Levels) -> Self {
        let dims = roi.dims.map(|n| n + 2);
        let at: Vec<usize> = roi.at.iter().map(|index| inner(roi, *index)).collect();
        let mut padded = vec![0; dims.iter().product()];
        at.iter().zip(&levels.values).for_each(|(index, level)| padded[*index] = *level);
        let plane = dims[0] * dims[1];
        let first = |z: usize| at.partition_point(|index| *index < (z + 1) * plane);
        let slices = (0..roi.dims[2]).map(|z| first(z)..first(z + 1)).collect();
        Self { levels, dims, padded, at, slices }
    }

    /// The largest possible grey level.
    pub(crate) fn level_count(&self) -> usize {
        self.levels.count
    }

    /// Voxels of the padded box along each axis.
    pub(crate) fn dims(&self) -> [usize; 3] {
        self.dims
    }

    /// Which voxels, counted over the region, lie in each slice of the box.
    pub(crate) fn slices(&self) -> &[Range<usize>] {
        &self.slices
    }

    /// Which voxels lie in the region: all.
    pub(crate) fn all(&self) -> Range<usize> {
        0..self.at.len()
    }

    /// Padded index and grey level of some of the region's voxels.
    pub(crate) fn voxels(&self, range: Range<usize>) -> impl Iterator<Item = (usize, u16)> {
        self.at[range.clone()].iter().copied().zip(self.levels.values[range].iter().copied())
    }

    /// The levels by padded index; 0 is outside.
    pub(crate) fn padded(&self) -> &[u16] {
        &self.padded
    }

    /// What a direction adds to a padded index.
    pub(crate) fn step(&self, [x, y, z]: Direction) -> isize {
        let [nx, ny, _] = self.dims.map(usize::cast_signed);
        (z * ny + y) * nx + x
    }
}

/// The padded index of an index of the region's box.
pub(crate) fn inner(roi: &Roi, index: usize) -> usize {
    let ([nx, ny, _], [x, y, z]) = (roi.dims, roi.position(index));
    ((z + 1) * (ny + 2) + y + 1) * (nx + 2) + x + 1
}

//! Grey level co-occurrence matrices (LFYI): which levels lie next to which, in 13 directions.
//!
//! Specification: IBSI reference manual, section 3.6; Chebyshev distance 1, symmetric, no weights.

mod cooccurrence;

pub(crate) use cooccurrence::Cooccurrence;

use crate::Aggregation;
use crate::discretise::Levels;
use crate::roi::Roi;

/// One of each pair of opposite directions, as steps along x, y, z.
pub(crate) const DIRECTIONS: [[isize; 3]; 13] = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
    [1, 1, 0],
    [-1, 1, 0],
    [1, 0, 1],
    [-1, 0, 1],
    [0, 1, 1],
    [0, -1, 1],
    [1, 1, 1],
    [-1, 1, 1],
    [1, -1, 1],
    [-1, -1, 1],
];

/// The matrices a feature is computed from: one, or one a direction.
#[derive(Debug)]
pub(crate) struct Glcm {
    matrices: Vec<Cooccurrence>,
}

impl Glcm {
    pub(crate) fn new(roi: &Roi, levels: &Levels, aggregation: Aggregation) -> Self {
        let neighbours = Neighbours::new(roi, levels);
        let groups: Vec<&[[isize; 3]]> = match aggregation {
            Aggregation::Averaged3d => DIRECTIONS.chunks(1).collect(),
            Aggregation::Merged3d => vec![&DIRECTIONS],
        };
        let matrix = |directions| Cooccurrence::new(&neighbours.count(directions), levels.count);
        Self { matrices: groups.into_iter().filter_map(matrix).collect() }
    }

    /// The mean over matrices; NaN when no voxel has a neighbour.
    pub(crate) fn feature(&self, formula: fn(&Cooccurrence) -> f64) -> f64 {
        self.matrices.iter().fold(0.0, |sum, matrix| sum + formula(matrix)) / self.matrices.len() as f64
    }
}

/// The grey levels in a box with a border of zeros on all sides, so that every neighbour is an index away.
pub(crate) struct Neighbours<'a> {
    levels: &'a Levels,
    /// Rows and layers of the padded box.
    strides: [isize; 3],
    padded: Vec<u16>,
    /// Padded index of each voxel of the intensity mask.
    at: Vec<usize>,
}

impl<'a> Neighbours<'a> {
    pub(crate) fn new(roi: &Roi, levels: &'a Levels) -> Self {
        let [nx, ny, nz] = roi.dims.map(|n| n + 2);
        let inner = |index: &usize| {
            let [x, y, z] = roi.position(*index);
            ((z + 1) * ny + y + 1) * nx + x + 1
        };
        let at: Vec<usize> = roi.at.iter().map(inner).collect();
        let mut padded = vec![0; nx * ny * nz];
        at.iter().zip(&levels.values).for_each(|(index, level)| padded[*index] = *level);
        Self { levels, strides: [1, nx.cast_signed(), (nx * ny).cast_signed()], padded, at }
    }

    /// Symmetric counts over some directions, row by row.
    pub(crate) fn count(&self, directions: &[[isize; 3]]) -> Vec<u32> {
        let side = self.levels.count;
        // level 0 takes the neighbours outside, which no feature reads
        let mut forward = vec![0_u32; side * (side + 1)];
        for direction in directions {
            let step = (0..3).map(|axis| direction[axis] * self.strides[axis]).sum();
            for (index, level) in self.at.iter().zip(&self.levels.values) {
                let neighbour = usize::from(self.padded[index.wrapping_add_signed(step)]);
                forward[(usize::from(*level) - 1) * (side + 1) + neighbour] += 1;
            }
        }
        let forward = |i: usize, j: usize| forward[i * (side + 1) + j + 1];
        (0..side * side)
            .map(|cell| (cell / side, cell % side))
            .map(|(i, j)| forward(i, j) + forward(j, i))
            .collect()
    }
}

#[cfg(test)]
mod tests;

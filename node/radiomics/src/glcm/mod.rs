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
        let counts = |directions: &[[isize; 3]]| count(roi, levels, directions);
        let matrices = match aggregation {
            Aggregation::Averaged3d => {
                DIRECTIONS.iter().map(|one| counts(std::slice::from_ref(one))).collect()
            }
            Aggregation::Merged3d => vec![counts(&DIRECTIONS)],
        };
        let filled = |counts: Vec<u32>| Cooccurrence::new(&counts, levels.count);
        Self { matrices: matrices.into_iter().filter_map(filled).collect() }
    }

    /// The mean over matrices; NaN when no voxel has a neighbour.
    pub(crate) fn feature(&self, formula: fn(&Cooccurrence) -> f64) -> f64 {
        self.matrices.iter().fold(0.0, |sum, matrix| sum + formula(matrix)) / self.matrices.len() as f64
    }
}

/// Symmetric counts over some directions, row by row.
pub(crate) fn count(roi: &Roi, levels: &Levels, directions: &[[isize; 3]]) -> Vec<u32> {
    let side = levels.count;
    // a border of zeros on all sides makes every neighbour an index away
    let [nx, ny, nz] = roi.dims.map(|n| n + 2);
    let mut padded = vec![0_u16; nx * ny * nz];
    let inner = |index: usize| {
        let [x, y, z] = roi.position(index);
        ((z + 1) * ny + y + 1) * nx + x + 1
    };
    let at: Vec<usize> = roi.at.iter().map(|index| inner(*index)).collect();
    at.iter().zip(&levels.values).for_each(|(index, level)| padded[*index] = *level);
    let mut counts = vec![0_u32; side * side];
    for [dx, dy, dz] in directions {
        let step = (dz * ny.cast_signed() + dy) * nx.cast_signed() + dx;
        for (index, level) in at.iter().zip(&levels.values) {
            let neighbour = usize::from(padded[index.wrapping_add_signed(step)]);
            if neighbour > 0 {
                let level = usize::from(*level);
                counts[(level - 1) * side + neighbour - 1] += 1;
                counts[(neighbour - 1) * side + level - 1] += 1;
            }
        }
    }
    counts
}

#[cfg(test)]
mod tests;

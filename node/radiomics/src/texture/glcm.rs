//! Counting pairs of neighbours (GLCM, LFYI).
//!
//! Specification: IBSI reference manual, section 3.6; Chebyshev distance 1, symmetric, no weights.

use super::cooccurrence::Cooccurrence;
use super::lattice::Lattice;
use super::{Group, Lines};

impl Lines for Cooccurrence {
    fn count(lattice: &Lattice, group: &Group) -> Option<Self> {
        let side = lattice.level_count();
        // few voxels meet few of many levels: the cells are counted by sorting
        if group.voxels.len() * group.directions.len() < side * side / 8 {
            let pairs = sorted_pairs(lattice, group);
            let cells = pairs.chunk_by(|a, b| a == b);
            return Self::of_cells(cells.map(|same| (same[0][0], same[0][1], same.len() as u64)), side);
        }
        Self::new(&pairs(lattice, group), side)
    }
}

/// Both orders of every pair of neighbours in a group, ascending.
fn sorted_pairs(lattice: &Lattice, group: &Group) -> Vec<[u16; 2]> {
    let mut pairs = Vec::with_capacity(2 * group.voxels.len() * group.directions.len());
    for direction in group.directions {
        let step = lattice.step(*direction);
        for (index, level) in lattice.voxels(group.voxels.clone()) {
            let neighbour = lattice.padded()[index.wrapping_add_signed(step)];
            if neighbour > 0 {
                pairs.extend([[level, neighbour], [neighbour, level]]);
            }
        }
    }
    pairs.sort_unstable();
    pairs
}

/// Symmetric counts over a group, row by row.
pub(super) fn pairs(lattice: &Lattice, group: &Group) -> Vec<u32> {
    let side = lattice.level_count();
    // level 0 takes the neighbours outside, which no feature reads
    let mut forward = vec![0_u32; side * (side + 1)];
    for direction in group.directions {
        let step = lattice.step(*direction);
        for (index, level) in lattice.voxels(group.voxels.clone()) {
            let neighbour = usize::from(lattice.padded()[index.wrapping_add_signed(step)]);
            forward[(usize::from(level) - 1) * (side + 1) + neighbour] += 1;
        }
    }
    let forward = |i: usize, j: usize| forward[i * (side + 1) + j + 1];
    (0..side * side)
        .map(|cell| (cell / side, cell % side))
        .map(|(i, j)| forward(i, j) + forward(j, i))
        .collect()
}

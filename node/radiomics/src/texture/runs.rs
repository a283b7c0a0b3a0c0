//! Runs (GLRLM, TP0I): voxels of one grey level in a row, by level and length.
//!
//! Specification: IBSI reference manual, section 3.7.

use super::lattice::{Direction, Lattice};
use super::table::LevelTable;
use super::{Group, Lines};

impl Lines for LevelTable {
    /// Run lengths in a group's directions and slices.
    fn count(lattice: &Lattice, group: &Group) -> Option<Self> {
        let lengths = lattice.dims().into_iter().max().unwrap_or(0) - 1;
        let mut counts = vec![0_u64; (lattice.level_count() + 1) * lengths];
        for direction in group.directions {
            for (level, length) in runs(lattice, group, *direction) {
                counts[usize::from(level) * lengths + length] += 1;
            }
        }
        let cell = |(index, count): (usize, &u64)| (index / lengths, index % lengths, *count);
        let voxels = group.voxels.len() * group.directions.len();
        Self::new(counts.iter().enumerate().map(cell), voxels)
    }
}

/// Level and length of every run along a direction.
fn runs<'a>(
    lattice: &'a Lattice,
    group: &Group,
    direction: Direction,
) -> impl Iterator<Item = (u16, usize)> + 'a {
    let (levels, step) = (lattice.padded(), lattice.step(direction));
    let is_first = move |(index, level): &(usize, u16)| levels[index.wrapping_add_signed(-step)] != *level;
    lattice.voxels(group.voxels.clone()).filter(is_first).map(move |(index, level)| {
        let mut next = index.wrapping_add_signed(step);
        let mut length = 1;
        while levels[next] == level {
            next = next.wrapping_add_signed(step);
            length += 1;
        }
        (level, length)
    })
}

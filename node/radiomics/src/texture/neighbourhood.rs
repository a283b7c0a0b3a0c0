//! The neighbourhood of each voxel: how many neighbours have its grey level (NGLDM, REK0), and how far it is from their mean
//! (NGTDM, IPET). One pass gives both.
//!
//! Specification: IBSI reference manual, sections 3.10 and 3.11; Chebyshev distance 1, coarseness 0. A dependence counts the
//! voxel itself.

use std::ops::Range;

use super::Scope;
use super::lattice::{DIRECTIONS, IN_PLANE, Lattice};
use super::table::LevelTable;
use super::tone::ToneTable;

/// What surrounds each voxel of a region, in its order.
#[derive(Debug)]
pub(crate) struct Neighbourhood {
    around: Vec<Around>,
}

#[derive(Debug, Clone, Copy)]
struct Around {
    level: u16,
    /// Neighbours in the region.
    valid: u16,
    /// Of them, those of the same level.
    equal: u16,
    /// Sum of the neighbours' levels.
    sum: u32,
}

impl Neighbourhood {
    pub(crate) fn new(lattice: &Lattice, scope: Scope) -> Self {
        let directions = if scope == Scope::Volume { &DIRECTIONS } else { IN_PLANE };
        let steps: Vec<isize> = directions.iter().map(|direction| lattice.step(*direction)).collect();
        let steps: Vec<isize> = steps.iter().flat_map(|step| [*step, -step]).collect();
        let around = |(index, level): (usize, u16)| {
            let mut around = Around { level, valid: 0, equal: 0, sum: 0 };
            for step in &steps {
                let neighbour = lattice.padded()[index.wrapping_add_signed(*step)];
                around.valid += u16::from(neighbour > 0);
                around.equal += u16::from(neighbour == level);
                around.sum += u32::from(neighbour);
            }
            around
        };
        Self { around: lattice.voxels(lattice.all()).map(around).collect() }
    }

    /// One table of dependences for each part of the region that a feature is computed from.
    pub(crate) fn dependences(&self, lattice: &Lattice, scope: Scope) -> Vec<LevelTable> {
        let table = |part: Range<usize>| {
            let voxels = part.len();
            let dependence = |around: &Around| (around.level, u32::from(around.equal) + 1);
            LevelTable::of_each(self.around[part].iter().map(dependence).collect(), voxels)
        };
        scope.parts(lattice).into_iter().filter_map(table).collect()
    }

    /// One table of tone differences for each part; a voxel without neighbour has no difference.
    pub(crate) fn tones(&self, lattice: &Lattice, scope: Scope) -> Vec<ToneTable> {
        let table = |part: Range<usize>| {
            let mut levels = vec![(0_u32, 0.0); lattice.level_count() + 1];
            for around in self.around[part].iter().filter(|around| around.valid > 0) {
                let mean = f64::from(around.sum) / f64::from(around.valid);
                let (count, difference) = &mut levels[usize::from(around.level)];
                *count += 1;
                *difference += (f64::from(around.level) - mean).abs();
            }
            ToneTable::new(&levels)
        };
        scope.parts(lattice).into_iter().filter_map(table).collect()
    }
}

//! Texture: how grey levels lie beside each other, as matrices, in 2D, 2.5D and 3D.
//!
//! A matrix is counted over a group of slices and directions; a feature is the mean over the groups of an aggregation.
//! Never here: a feature's formula. Specification: IBSI reference manual, sections 3.6 to 3.11.

mod cooccurrence;
mod glcm;
mod lattice;
mod neighbourhood;
mod runs;
mod table;
mod tone;
mod zones;

use std::ops::Range;

pub(crate) use cooccurrence::{Cooccurrence, expectation};
pub(crate) use lattice::Lattice;
pub(crate) use table::LevelTable;
pub(crate) use tone::ToneTable;

use crate::Aggregation;
use crate::roi::Roi;
use lattice::{DIRECTIONS, Direction, IN_PLANE};
use neighbourhood::Neighbourhood;
use zones::Zones;

/// What texture without directions is computed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Scope {
    /// Each slice for itself; the mean over slices.
    Slice,
    /// Neighbours within slices, one matrix for all.
    Slices,
    /// Neighbours in space.
    Volume,
}

/// What one matrix is counted over.
#[derive(Debug)]
pub(crate) struct Group {
    /// Counted over the region.
    voxels: Range<usize>,
    directions: &'static [Direction],
}

/// A matrix that is counted along directions.
pub(crate) trait Lines: Sized {
    /// Nothing when a group has nothing to count.
    fn count(lattice: &Lattice, group: &Group) -> Option<Self>;
}

/// Matrices of which a feature is the mean.
#[derive(Debug)]
pub(crate) struct Averaged<M>(Vec<M>);

impl<M> Averaged<M> {
    /// The mean over matrices; NaN when there is none.
    pub(crate) fn feature(&self, formula: fn(&M) -> f64) -> f64 {
        self.0.iter().fold(0.0, |sum, matrix| sum + formula(matrix)) / self.0.len() as f64
    }
}

impl<M: Lines> Averaged<M> {
    fn along(lattice: &Lattice, aggregation: Aggregation) -> Self {
        Self(groups(lattice, aggregation).iter().filter_map(|group| M::count(lattice, group)).collect())
    }
}

/// Co-occurrence matrices.
pub(crate) fn glcm(lattice: &Lattice, aggregation: Aggregation) -> Averaged<Cooccurrence> {
    Averaged::along(lattice, aggregation)
}

/// Run length matrices.
pub(crate) fn glrlm(lattice: &Lattice, aggregation: Aggregation) -> Averaged<LevelTable> {
    Averaged::along(lattice, aggregation)
}

/// Zone size and zone distance matrices.
pub(crate) fn zones(roi: &Roi, lattice: &Lattice, scope: Scope) -> [Averaged<LevelTable>; 2] {
    let zones = Zones::new(roi, lattice, scope);
    [Averaged(zones.sizes(lattice, scope)), Averaged(zones.distances(lattice, scope))]
}

/// Tone difference and dependence matrices.
#[derive(Debug)]
pub(crate) struct Neighbours {
    pub(crate) tones: Averaged<ToneTable>,
    pub(crate) dependences: Averaged<LevelTable>,
}

/// Both matrices of each voxel's neighbours.
pub(crate) fn neighbours(lattice: &Lattice, scope: Scope) -> Neighbours {
    let around = Neighbourhood::new(lattice, scope);
    let (tones, dependences) = (around.tones(lattice, scope), around.dependences(lattice, scope));
    Neighbours { tones: Averaged(tones), dependences: Averaged(dependences) }
}

impl Scope {
    /// The parts of a region that have a matrix each.
    fn parts(self, lattice: &Lattice) -> Vec<Range<usize>> {
        if self == Self::Slice { lattice.slices().to_vec() } else { vec![lattice.all()] }
    }
}

fn groups(lattice: &Lattice, aggregation: Aggregation) -> Vec<Group> {
    let slices = lattice.slices();
    let all = || lattice.all();
    let group = |voxels: Range<usize>, directions| Group { voxels, directions };
    match aggregation {
        Aggregation::Averaged2d => {
            let one = |slice: &Range<usize>| {
                let slice = slice.clone();
                IN_PLANE.chunks(1).map(move |direction| group(slice.clone(), direction))
            };
            slices.iter().flat_map(one).collect()
        }
        Aggregation::SliceMerged2d => slices.iter().map(|slice| group(slice.clone(), IN_PLANE)).collect(),
        Aggregation::DirectionMerged25d => IN_PLANE.chunks(1).map(|one| group(all(), one)).collect(),
        Aggregation::Merged25d => vec![group(all(), IN_PLANE)],
        Aggregation::Averaged3d => DIRECTIONS.chunks(1).map(|one| group(all(), one)).collect(),
        Aggregation::Merged3d => vec![group(all(), &DIRECTIONS)],
    }
}

#[cfg(test)]
mod tests;

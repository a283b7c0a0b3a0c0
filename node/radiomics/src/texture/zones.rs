//! Zones: connected voxels of one grey level, by level and size (GLSZM, 9SAK) or distance from the region's edge (GLDZM,
//! VMDZ).
//!
//! Specification: IBSI reference manual, sections 3.8 and 3.9. Within a slice 8 voxels are neighbours, in a volume 26; the
//! distance steps over 4 or 6 of them, and is 1 at the edge of the morphological mask.

use super::Scope;
use super::lattice::{DIRECTIONS, IN_PLANE, Lattice, inner};
use super::table::LevelTable;
use crate::roi::Roi;

/// All zones of a region.
#[derive(Debug)]
pub(crate) struct Zones {
    zones: Vec<Zone>,
}

#[derive(Debug, Clone, Copy)]
struct Zone {
    /// Counted over the region; the smallest of the zone.
    first: usize,
    level: u16,
    size: u32,
    distance: u32,
}

impl Zones {
    pub(crate) fn new(roi: &Roi, lattice: &Lattice, scope: Scope) -> Self {
        let roots = roots(lattice, scope);
        let distances = distances(roi, lattice, scope);
        let mut zone_of_root = vec![u32::MAX; lattice.padded().len()];
        let mut zones: Vec<Zone> = Vec::new();
        for (first, (index, level)) in lattice.voxels(lattice.all()).enumerate() {
            let zone = &mut zone_of_root[roots[index] as usize];
            if *zone == u32::MAX {
                *zone =
                    u32::try_from(zones.len()).expect("fewer zones than voxels, which are fewer than 2^32");
                zones.push(Zone { first, level, size: 0, distance: u32::MAX });
            }
            let zone = &mut zones[*zone as usize];
            zone.size += 1;
            zone.distance = zone.distance.min(distances[index]);
        }
        Self { zones }
    }

    /// One table of sizes for each part of the region that a feature is computed from.
    pub(crate) fn sizes(&self, lattice: &Lattice, scope: Scope) -> Vec<LevelTable> {
        self.tables(lattice, scope, |zone| zone.size)
    }

    /// Like [`Self::sizes`], of distances.
    pub(crate) fn distances(&self, lattice: &Lattice, scope: Scope) -> Vec<LevelTable> {
        self.tables(lattice, scope, |zone| zone.distance)
    }

    fn tables(&self, lattice: &Lattice, scope: Scope, column: fn(&Zone) -> u32) -> Vec<LevelTable> {
        let table = |part: std::ops::Range<usize>| {
            let from = self.zones.partition_point(|zone| zone.first < part.start);
            let to = self.zones.partition_point(|zone| zone.first < part.end);
            let things = self.zones[from..to].iter().map(|zone| (zone.level, column(zone))).collect();
            LevelTable::of_each(things, part.len())
        };
        scope.parts(lattice).into_iter().filter_map(table).collect()
    }
}

/// For each padded index in the region, the smallest of its zone.
fn roots(lattice: &Lattice, scope: Scope) -> Vec<u32> {
    let directions = if scope == Scope::Volume { &DIRECTIONS } else { IN_PLANE };
    let steps: Vec<isize> = directions.iter().map(|direction| lattice.step(*direction)).collect();
    let size = u32::try_from(lattice.padded().len()).expect("a box has fewer than 2^32 voxels");
    let mut parents: Vec<u32> = (0..size).collect();
    for (index, level) in lattice.voxels(lattice.all()) {
        for step in &steps {
            let before = index.wrapping_add_signed(-step);
            if lattice.padded()[before] == level {
                unite(&mut parents, index, before);
            }
        }
    }
    for (index, _) in lattice.voxels(lattice.all()) {
        // a parent is never larger, and those before are roots or point to one
        parents[index] = parents[parents[index] as usize];
    }
    parents
}

fn unite(parents: &mut [u32], a: usize, b: usize) {
    let (a, b) = (root(parents, a), root(parents, b));
    parents[a.max(b) as usize] = a.min(b);
}

fn root(parents: &mut [u32], of: usize) -> u32 {
    let mut at = of;
    while parents[at] as usize != at {
        parents[at] = parents[parents[at] as usize];
        at = parents[at] as usize;
    }
    parents[at]
}

/// By padded index: steps to the outside of the morphological mask; 0 outside.
fn distances(roi: &Roi, lattice: &Lattice, scope: Scope) -> Vec<u32> {
    let [nx, ny, _] = lattice.dims();
    let steps = [1, nx, nx * ny];
    let steps = &steps[..if scope == Scope::Volume { 3 } else { 2 }];
    let inside: Vec<usize> =
        (0..roi.morphological.len()).filter(|at| roi.morphological[*at]).map(|at| inner(roi, at)).collect();
    let mut distances = vec![0_u32; lattice.padded().len()];
    for at in &inside {
        distances[*at] = steps.iter().fold(u32::MAX - 1, |least, step| least.min(distances[at - step])) + 1;
    }
    for at in inside.iter().rev() {
        distances[*at] = steps.iter().fold(distances[*at], |least, step| least.min(distances[at + step] + 1));
    }
    distances
}

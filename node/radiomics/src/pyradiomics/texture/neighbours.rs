//! What a voxel's neighbours are like: how many depend on it (GLDM), how far it lies from their mean (NGTDM).
//!
//! Specification: PyRadiomics 3.1.0, `calculate_gldm`, `calculate_ngtdm`, radiomics/gldm.py and ngtdm.py.

use super::super::Error;
use super::lattice::Lattice;
use super::runs::table;
use crate::texture::{LevelTable, ToneTable};

/// How many neighbours differ by at most `alpha` levels; the voxel itself counts as one.
pub(crate) fn dependences(
    lattice: &Lattice<'_>,
    distances: &[usize],
    alpha: u32,
) -> Result<Option<LevelTable>, Error> {
    let strides = strides(lattice, distances)?;
    let sizes = strides.len() + 1;
    let mut counts = vec![0.0; lattice.levels.len() * sizes];
    for index in &lattice.at {
        let level = lattice.cells[*index];
        let depends = |stride: &&isize| {
            let neighbour = lattice.cells[index.wrapping_add_signed(**stride)];
            neighbour > 0 && u32::from(level.abs_diff(neighbour)) <= alpha
        };
        counts[lattice.rank_at(*index) * sizes + strides.iter().filter(depends).count()] += 1.0;
    }
    Ok(table(lattice, &counts))
}

fn strides(lattice: &Lattice<'_>, distances: &[usize]) -> Result<Vec<isize>, Error> {
    let steps = lattice.steps(distances)?;
    Ok(steps.into_iter().map(|step| lattice.stride(step)).flat_map(|stride| [stride, -stride]).collect())
}

/// A voxel without neighbours counts, with a difference of 0.
pub(crate) fn tone_differences(
    lattice: &Lattice<'_>,
    distances: &[usize],
) -> Result<Option<ToneTable>, Error> {
    let strides = strides(lattice, distances)?;
    let mut levels = vec![(0_u32, 0.0); lattice.rank.len()];
    for index in &lattice.at {
        let neighbours = strides.iter().map(|stride| lattice.cells[index.wrapping_add_signed(*stride)]);
        let (sum, count) = neighbours
            .fold((0_u32, 0_u32), |(sum, n), level| (sum + u32::from(level), n + u32::from(level > 0)));
        let level = lattice.cells[*index];
        let (voxels, difference) = &mut levels[usize::from(level)];
        *voxels += 1;
        if count > 0 {
            *difference += (f64::from(level) - f64::from(sum) / f64::from(count)).abs();
        }
    }
    Ok(ToneTable::new(&levels))
}

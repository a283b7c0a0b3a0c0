//! Runs of voxels of one grey level (GLRLM), a table for each direction or one for all.
//!
//! Specification: PyRadiomics 3.1.0, `calculate_glrlm` and radiomics/glrlm.py.

use std::collections::BTreeSet;

use super::super::Error;
use super::super::parameters::Norm;
use super::lattice::{Lattice, Step};
use crate::texture::LevelTable;

/// One table a direction; with a norm one of all directions, each weighted by the length of its step.
pub(crate) fn runs(lattice: &Lattice<'_>, norm: Option<Norm>) -> Result<Vec<LevelTable>, Error> {
    let steps = lattice.steps(&[1])?;
    let counted = steps.iter().filter(|step| joins_voxels(lattice, **step));
    let Some(norm) = norm else {
        return Ok(counted.filter_map(|step| table(lattice, &counts(lattice, *step))).collect());
    };
    let mut weighted: Vec<f64> = Vec::new();
    for step in counted {
        let weight = lattice.length(*step, norm);
        let counts = counts(lattice, *step);
        weighted.resize(counts.len(), 0.0);
        weighted.iter_mut().zip(counts).for_each(|(sum, count)| *sum += weight * count);
    }
    Ok(table(lattice, &weighted).into_iter().collect())
}

/// From counts by grey level and size, row by row, sizes from 1.
pub(super) fn table(lattice: &Lattice<'_>, counts: &[f64]) -> Option<LevelTable> {
    let sizes = counts.len() / lattice.levels.len();
    let cell =
        |(index, count): (usize, &f64)| (lattice.levels[index / sizes], (index % sizes + 1) as f64, *count);
    LevelTable::of_sizes(counts.iter().enumerate().filter(|(_, n)| **n > 0.0).map(cell).collect())
}

/// Counts by grey level and length.
fn counts(lattice: &Lattice<'_>, step: Step) -> Vec<f64> {
    let longest = lattice.region.dims.into_iter().max().unwrap_or(1);
    let mut counts = vec![0_u32; lattice.levels.len() * longest];
    let stride = lattice.stride(step);
    for index in &lattice.at {
        let level = lattice.cells[*index];
        if lattice.cells[index.wrapping_add_signed(-stride)] == level {
            continue;
        }
        let (mut next, mut length) = (index.wrapping_add_signed(stride), 1);
        while lattice.cells[next] == level {
            next = next.wrapping_add_signed(stride);
            length += 1;
        }
        counts[lattice.rank_at(*index) * longest + length - 1] += 1;
    }
    counts.into_iter().map(f64::from).collect()
}

/// Whether some line along the step meets two voxels of the region, gaps between them allowed. PyRadiomics leaves the other
/// directions out: to them the region has no extent.
fn joins_voxels(lattice: &Lattice<'_>, step: Step) -> bool {
    let stride = lattice.stride(step);
    if lattice.at.iter().any(|index| lattice.cells[index.wrapping_add_signed(stride)] > 0) {
        return true;
    }
    let mut lines = BTreeSet::new();
    lattice.region.at.iter().any(|index| !lines.insert(line(lattice.region.position(*index), step)))
}

/// The point of a voxel's line at which the first moving coordinate is 0.
fn line(position: [usize; 3], step: Step) -> Step {
    let moving = step.iter().position(|offset| *offset != 0).unwrap_or(0);
    let steps = position[moving].cast_signed() * step[moving];
    std::array::from_fn(|axis| position[axis].cast_signed() - steps * step[axis])
}

//! Connected zones of one grey level (GLSZM).
//!
//! Specification: PyRadiomics 3.1.0, `calculate_glszm`; neighbours touch by a face, an edge or a corner.

use super::super::Error;
use super::lattice::Lattice;
use crate::texture::LevelTable;

pub(crate) fn zones(lattice: &Lattice<'_>) -> Result<Option<LevelTable>, Error> {
    Ok(LevelTable::of_each(zone_sizes(lattice)?, lattice.at.len()))
}

/// Grey level and voxels of every zone.
pub(crate) fn zone_sizes(lattice: &Lattice<'_>) -> Result<Vec<(u16, u32)>, Error> {
    let strides: Vec<isize> = lattice.steps(&[1])?.into_iter().map(|step| lattice.stride(step)).collect();
    let mut left = lattice.cells.clone();
    let mut found = Vec::new();
    let mut grown = Vec::new();
    for start in &lattice.at {
        let level = std::mem::take(&mut left[*start]);
        if level == 0 {
            continue;
        }
        grown.push(*start);
        let mut size = 0_u32;
        while let Some(index) = grown.pop() {
            size += 1;
            for stride in strides.iter().flat_map(|stride| [*stride, -stride]) {
                let next = index.wrapping_add_signed(stride);
                if left[next] == level {
                    left[next] = 0;
                    grown.push(next);
                }
            }
        }
        found.push((level, size));
    }
    Ok(found)
}

//! An image and a region of interest.
//!
//! Never: a revealing `Debug`; voxels are a patient's.

use std::fmt;

use crate::{Grid, ImagingError};

/// An image with one f64 a voxel, in the image's own unit (HU, SUV, arbitrary).
#[derive(Clone, PartialEq)]
pub struct Volume {
    grid: Grid,
    voxels: Vec<f64>,
}

/// A region of interest: which voxels belong to it.
#[derive(Clone, PartialEq)]
pub struct RoiMask {
    grid: Grid,
    inside: Vec<bool>,
    count: usize,
}

impl Volume {
    /// Voxels, x fastest, on a grid.
    pub fn new(grid: Grid, voxels: Vec<f64>) -> Result<Self, ImagingError> {
        check(&grid, voxels.len())?;
        Ok(Self { grid, voxels })
    }

    /// Where the voxels lie.
    #[must_use]
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// The voxels, x fastest.
    #[must_use]
    pub fn voxels(&self) -> &[f64] {
        &self.voxels
    }
}

impl RoiMask {
    /// Membership of each voxel, x fastest, on a grid.
    pub fn new(grid: Grid, inside: Vec<bool>) -> Result<Self, ImagingError> {
        check(&grid, inside.len())?;
        let count = inside.iter().filter(|voxel| **voxel).count();
        Ok(Self { grid, inside, count })
    }

    /// Where the voxels lie.
    #[must_use]
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// Membership of each voxel, x fastest.
    #[must_use]
    pub fn inside(&self) -> &[bool] {
        &self.inside
    }

    /// Voxels in the region.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }
}

fn check(grid: &Grid, found: usize) -> Result<(), ImagingError> {
    if !grid.is_valid() {
        return Err(ImagingError::Grid);
    }
    let expected = grid.len();
    if found == expected { Ok(()) } else { Err(ImagingError::Size { found, expected }) }
}

impl fmt::Debug for Volume {
    /// Shows the grid only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Volume({:?})", self.grid.dims)
    }
}

impl fmt::Debug for RoiMask {
    /// Shows the grid only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RoiMask({:?})", self.grid.dims)
    }
}

//! The size and shape of the region in three dimensions.
//!
//! Never here: intensities. Specification: PyRadiomics 3.1.0, radiomics/shape.py; axes are those of the voxel centres, with
//! the covariance divided by their number.

mod cubes;
mod diameters;

use std::f64::consts::PI;

use super::eigen::eigenvalues;
use super::region::Region;
pub(crate) use diameters::farthest;

/// What the features are computed from.
pub(crate) struct Shape {
    volume: f64,
    area: f64,
    /// Voxels times their volume, mm^3.
    counted: f64,
    /// Across slices, columns, rows; in space. mm.
    diameters: [f64; 4],
    /// Variances along the principal axes, ascending, mm^2.
    variances: Vec<f64>,
}

impl Shape {
    pub(crate) fn new(region: &Region) -> Self {
        let [volume, area] = cubes::volume_and_area(region);
        Self {
            volume,
            area,
            counted: region.at.len() as f64 * region.voxel(),
            diameters: diameters::diameters(region),
            variances: variances(region, [0, 1, 2]),
        }
    }

    /// The cube of the volume relative to that of the area, one for a sphere.
    pub(crate) fn compactness_2(&self) -> f64 {
        36.0 * PI * self.volume.powi(2) / self.area.powi(3)
    }

    pub(crate) fn compactness_1(&self) -> f64 {
        self.volume / (self.area * self.area.sqrt() * PI.sqrt())
    }

    pub(crate) fn elongation(&self) -> f64 {
        (self.variances[1] / self.variances[2]).sqrt()
    }

    pub(crate) fn flatness(&self) -> f64 {
        (self.variances[0] / self.variances[2]).sqrt()
    }

    pub(crate) fn least_axis_length(&self) -> f64 {
        4.0 * self.variances[0].sqrt()
    }

    pub(crate) fn minor_axis_length(&self) -> f64 {
        4.0 * self.variances[1].sqrt()
    }

    pub(crate) fn major_axis_length(&self) -> f64 {
        4.0 * self.variances[2].sqrt()
    }

    pub(crate) fn diameter_slice(&self) -> f64 {
        self.diameters[0]
    }

    pub(crate) fn diameter_column(&self) -> f64 {
        self.diameters[1]
    }

    pub(crate) fn diameter_row(&self) -> f64 {
        self.diameters[2]
    }

    pub(crate) fn diameter(&self) -> f64 {
        self.diameters[3]
    }

    pub(crate) fn mesh_volume(&self) -> f64 {
        self.volume
    }

    pub(crate) fn voxel_volume(&self) -> f64 {
        self.counted
    }

    pub(crate) fn surface_area(&self) -> f64 {
        self.area
    }

    pub(crate) fn surface_volume_ratio(&self) -> f64 {
        self.area / self.volume
    }

    pub(crate) fn sphericity(&self) -> f64 {
        libm::cbrt(36.0 * PI * self.volume * self.volume) / self.area
    }

    pub(crate) fn spherical_disproportion(&self) -> f64 {
        1.0 / self.sphericity()
    }
}

/// Variances of the voxel centres along their principal axes within some of x, y and z, ascending, mm^2. What is zero up to
/// rounding is zero: the region is flat.
pub(crate) fn variances<const N: usize>(region: &Region, axes: [usize; N]) -> Vec<f64> {
    let n = region.at.len() as f64;
    let centre = |index: &usize| {
        let position = region.position(*index);
        axes.map(|axis| position[axis] as f64 * region.spacing[axis])
    };
    let mut mean = [0.0; N];
    for point in region.at.iter().map(centre) {
        mean.iter_mut().zip(point).for_each(|(mean, x)| *mean += x / n);
    }
    let mut covariance = vec![0.0; N * N];
    for point in region.at.iter().map(centre) {
        let off: [f64; N] = std::array::from_fn(|axis| point[axis] - mean[axis]);
        covariance.iter_mut().enumerate().for_each(|(cell, sum)| *sum += off[cell / N] * off[cell % N] / n);
    }
    let variances = eigenvalues(&covariance, N);
    let most = variances.iter().copied().fold(0.0, f64::max);
    variances.into_iter().map(|variance| if variance > 1e-13 * most { variance } else { 0.0 }).collect()
}

//! The magnitude of the gradient by central differences, the image continued by its edge voxels.
//!
//! Never here: smoothing. Specification: ITK 5.4, `GradientMagnitudeImageFilter`: 64-bit sums, a 32-bit result.

use consilium_imaging::Volume;

use super::Source;
use super::real::Real;

pub(super) fn magnitude(source: Source<'_>, use_spacing: bool) -> Volume {
    let grid = source.image.grid();
    let half = grid.spacing.map(|mm| 0.5 * if use_spacing { 1.0 / mm } else { 1.0 });
    let strides = [1, grid.dims[0], grid.dims[0] * grid.dims[1]];
    let voxels = source.image.voxels();
    let difference = |at: usize, position: usize, axis: usize| {
        let before = if position > 0 { at - strides[axis] } else { at };
        let after = if position + 1 < grid.dims[axis] { at + strides[axis] } else { at };
        half[axis] * voxels[after] - half[axis] * voxels[before]
    };
    let mut derived = Vec::with_capacity(source.window.dims.iter().product());
    for row in source.window.rows(grid.dims) {
        let (y, z) = (row.start / strides[1] % grid.dims[1], row.start / strides[2]);
        for at in row {
            let [dx, dy, dz] =
                [(at % strides[1], 0), (y, 1), (z, 2)].map(|(p, axis)| difference(at, p, axis));
            derived.push(f64::from(f32::of((dx * dx + dy * dy + dz * dz).sqrt())));
        }
    }
    source.window.volume(grid, derived)
}

//! Image and mask on a new grid: voxels of another spacing, corners aligned, trimmed to the region with a margin.
//!
//! Never here: rounding to whole numbers, which PyRadiomics leaves to the image's number type: a 16-bit image is cut off
//! towards zero. Specification: PyRadiomics 3.1.0, `imageoperations.resampleImage`; `ResampleImageFilter` of ITK 5.4.

use consilium_imaging::{Grid, RoiMask, Volume};

use super::super::Error;
use super::super::images::Pixel;
use super::super::parameters::{Interpolator, Settings};
use super::mapping::{Frame, Mapping, Point, is_inside};
use super::spline::Spline;
use super::{bounds, check, crop};
use crate::roi::Bounds;

/// A grid of 2 GiB.
const MAX_VOXELS: usize = 1 << 28;

pub(super) fn resample(
    image: &Volume,
    mask: &RoiMask,
    pixel: Pixel,
    spacing: [f64; 3],
    interpolator: Interpolator,
    settings: &Settings,
) -> Result<(Volume, RoiMask), Error> {
    check::inside(image.grid(), mask)?;
    let bounds = bounds(mask)?;
    let spacing = effective(spacing, mask.grid(), bounds);
    if (0..3).all(|axis| is_close(image.grid().spacing[axis], spacing[axis])) {
        let mask = nearest(mask, image.grid());
        let bounds = super::bounds(&mask)?;
        return Ok(crop::crop(image, &mask, bounds, settings.pad_distance));
    }
    let grid = target(mask.grid(), bounds, spacing, settings.pad_distance)?;
    let values = interpolate(image, &grid, interpolator).into_iter().map(|value| stored(value, pixel));
    let resampled = Volume::new(grid.clone(), values.collect()).expect("one value a voxel");
    Ok((resampled, nearest(mask, &grid)))
}

/// The mask on another grid: the value of the nearest voxel, and nothing outside.
pub(super) fn nearest(mask: &RoiMask, grid: &Grid) -> RoiMask {
    let dims = mask.grid().dims;
    let at = |index: Point| is_inside(index, dims) && mask.inside()[nearest_voxel(index, dims)];
    RoiMask::new(grid.clone(), over(grid, mask.grid(), at)).expect("one value a voxel")
}

/// 0 stands for the mask's own spacing; an axis along which the region has one voxel keeps it too.
fn effective(spacing: [f64; 3], mask: &Grid, bounds: Bounds) -> [f64; 3] {
    let keeps = |axis: usize| spacing[axis] <= 0.0 || bounds[axis][0] == bounds[axis][1];
    std::array::from_fn(|axis| if keeps(axis) { mask.spacing[axis] } else { spacing[axis] })
}

/// numpy's `isclose`.
fn is_close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-8 + 1e-5 * b.abs()
}

fn target(mask: &Grid, bounds: Bounds, spacing: [f64; 3], pad: usize) -> Result<Grid, Error> {
    let ratio = |axis: usize| mask.spacing[axis] / spacing[axis];
    let first = |axis: usize| ((bounds[axis][0] as f64 - 0.5) * ratio(axis) - pad as f64).floor().max(0.0);
    let last = |axis: usize| {
        let upper = ((bounds[axis][1] as f64 + 1.0 - 0.5) * ratio(axis) + pad as f64).ceil();
        upper.min((mask.dims[axis] as f64 * ratio(axis)).ceil() - 1.0)
    };
    let size: [f64; 3] = std::array::from_fn(|axis| last(axis) - first(axis) + 1.0);
    let voxels = size.iter().product::<f64>();
    if !(1.0..=MAX_VOXELS as f64).contains(&voxels) {
        return Err(Error::TooManyVoxels { voxels, limit: MAX_VOXELS });
    }
    // the corner of the new first voxel lies on the corner of the old one
    let corner = |axis: usize| {
        0.5 * (spacing[axis] - mask.spacing[axis]) / mask.spacing[axis] + first(axis) / ratio(axis)
    };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most MAX_VOXELS")]
    let dims = size.map(|n| n as usize);
    let origin = Frame::new(mask).point(std::array::from_fn(corner));
    Ok(Grid { dims, spacing, origin, direction: mask.direction })
}

/// A value for every voxel of `grid`, from its place in `from`.
fn over<T>(grid: &Grid, from: &Grid, at: impl Fn(Point) -> T) -> Vec<T> {
    let mapping = Mapping::new(grid, from);
    let [_, ny, nz] = grid.dims;
    let mut values = Vec::with_capacity(grid.len());
    for (z, y) in (0..nz).flat_map(|z| (0..ny).map(move |y| (z, y))) {
        values.extend(mapping.row(y, z).map(&at));
    }
    values
}

fn interpolate(image: &Volume, grid: &Grid, interpolator: Interpolator) -> Vec<f64> {
    let dims = image.grid().dims;
    let inside = |index: Point, value: &dyn Fn() -> f64| if is_inside(index, dims) { value() } else { 0.0 };
    let from = image.grid();
    match interpolator {
        Interpolator::Nearest => {
            over(grid, from, |at| inside(at, &|| image.voxels()[nearest_voxel(at, dims)]))
        }
        Interpolator::Linear => over(grid, from, |at| inside(at, &|| linear(image, at))),
        Interpolator::BSpline => {
            let spline = Spline::new(image);
            over(grid, from, |at| inside(at, &|| spline.value(at)))
        }
    }
}

/// As the image's type holds it: whole numbers are cut off, not rounded.
fn stored(value: f64, pixel: Pixel) -> f64 {
    match pixel {
        Pixel::Integer { min, max } => value.clamp(min, max).trunc(),
        #[expect(clippy::cast_possible_truncation, reason = "the image's precision")]
        Pixel::Single => f64::from(value as f32),
        Pixel::Double => value,
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place inside the image")]
fn nearest_voxel(index: Point, dims: [usize; 3]) -> usize {
    let [x, y, z]: [usize; 3] =
        std::array::from_fn(|axis| ((index[axis] + 0.5).floor().max(0.0) as usize).min(dims[axis] - 1));
    (z * dims[1] + y) * dims[0] + x
}

/// Between the eight neighbours; beyond the outermost centres the outermost value.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place inside the image")]
fn linear(image: &Volume, index: Point) -> f64 {
    let dims = image.grid().dims;
    let base: [usize; 3] = index.map(|at| at.floor().max(0.0) as usize);
    let part: Point = std::array::from_fn(|axis| index[axis] - base[axis] as f64);
    let next: [usize; 3] = std::array::from_fn(|axis| (base[axis] + 1).min(dims[axis] - 1));
    let voxel = |x: usize, y: usize, z: usize| image.voxels()[(z * dims[1] + y) * dims[0] + x];
    let between = |a: f64, b: f64, axis: usize| if part[axis] > 0.0 { a + (b - a) * part[axis] } else { a };
    let along_x = |y: usize, z: usize| between(voxel(base[0], y, z), voxel(next[0], y, z), 0);
    let along_y = |z: usize| between(along_x(base[1], z), along_x(next[1], z), 1);
    between(along_y(base[2]), along_y(next[2]), 2)
}

//! An image between its voxels, at any position.
//!
//! Outside of the image its edge continues. Never here: grids. Specification: IBSI reference manual, section 2.4; the
//! cubic spline is that of resampling.

use std::borrow::Cow;

use consilium_imaging::{RoiMask, Volume};

use crate::processing::Interpolation;
use crate::processing::lines::{LANES, along};
use crate::processing::spline::{self, PAD};

/// Coefficients beyond each edge of the image.
const MARGIN: usize = 2;

/// A position, in voxels.
pub(super) type Point = [f64; 3];

/// An image that has a value everywhere.
pub(super) struct Sampler<'a> {
    dims: [usize; 3],
    voxels: Cow<'a, [f64]>,
    /// With a margin, where the interpolation is cubic.
    coefficients: Option<Vec<f64>>,
    interpolation: Interpolation,
}

impl<'a> Sampler<'a> {
    pub(super) fn new(image: &'a Volume, interpolation: Interpolation) -> Self {
        let (dims, voxels) = (image.grid().dims, Cow::Borrowed(image.voxels()));
        let coefficients = (interpolation == Interpolation::Cubic).then(|| coefficients(dims, &voxels));
        Self { dims, voxels, coefficients, interpolation }
    }

    /// How much of a voxel is inside, trilinear.
    pub(super) fn of_mask(mask: &RoiMask) -> Self {
        let voxels = mask.inside().iter().map(|is_in| f64::from(u8::from(*is_in))).collect();
        let dims = mask.grid().dims;
        Self { dims, voxels: Cow::Owned(voxels), coefficients: None, interpolation: Interpolation::Linear }
    }

    /// The value at a position; at a voxel's centre that of the voxel, to the bit.
    pub(super) fn at(&self, point: Point) -> f64 {
        let point: Point = std::array::from_fn(|i| point[i].clamp(0.0, (self.dims[i] - 1) as f64));
        let is_centre = point.iter().all(|at| at.fract() <= 0.0);
        match (&self.coefficients, self.interpolation) {
            (_, Interpolation::Nearest) => self.linear(point.map(|at| (at + 0.5).floor())),
            (Some(coefficients), _) if !is_centre => self.cubic(coefficients, point),
            _ => self.linear(point),
        }
    }

    fn linear(&self, point: Point) -> f64 {
        let [x, y, z] = [0, 1, 2].map(|axis| {
            let (at, t) = split(point[axis]);
            ([at, (at + 1).min(self.dims[axis] - 1)], [1.0 - t, t])
        });
        weighted(&self.voxels, self.dims, &x, &y, &z)
    }

    fn cubic(&self, coefficients: &[f64], point: Point) -> f64 {
        let [x, y, z] = point.map(|at| {
            let (at, t) = split(at);
            (std::array::from_fn::<_, 4, _>(|i| at + i + MARGIN - 1), spline::cubic(t))
        });
        weighted(coefficients, self.dims.map(|n| n + 2 * MARGIN), &x, &y, &z)
    }
}

/// Voxels along an axis, and their weights.
type Taps<const N: usize> = ([usize; N], [f64; N]);

fn weighted<const N: usize>(
    values: &[f64],
    [nx, ny, _]: [usize; 3],
    x: &Taps<N>,
    y: &Taps<N>,
    z: &Taps<N>,
) -> f64 {
    let row = |start: usize| (0..N).fold(0.0, |sum, i| sum + x.1[i] * values[start + x.0[i]]);
    let slice = |k: usize| (0..N).fold(0.0, |sum, j| sum + y.1[j] * row((k * ny + y.0[j]) * nx));
    (0..N).fold(0.0, |sum, k| sum + z.1[k] * slice(z.0[k]))
}

/// The voxel before a position that is not negative, and how far the position is beyond it.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a position within the image")]
fn split(at: f64) -> (usize, f64) {
    (at.floor() as usize, at.fract())
}

/// Spline coefficients with a margin on every side.
fn coefficients(dims: [usize; 3], voxels: &[f64]) -> Vec<f64> {
    let (mut dims, mut values) = (dims, Cow::Borrowed(voxels));
    let mut line = vec![[0.0; LANES]; 0];
    for axis in 0..3 {
        let length = dims[axis] + 2 * MARGIN;
        let operator = |from: &[_], to: &mut [_]| {
            spline::coefficients(from, &mut line);
            to.copy_from_slice(&line[PAD - MARGIN..][..length]);
        };
        values = along(axis, dims, &values, length, operator).into();
        dims[axis] = length;
    }
    values.into_owned()
}

//! The local binary pattern in slices: which neighbours on a circle are at least as bright as the voxel.
//!
//! Never here: three dimensions. Specification: scikit-image 0.26, `local_binary_pattern` (bilinear sampling, zero
//! outside the slice, positions rounded to five decimals); PyRadiomics 3.1.0, `getLBP2DImage`, which stores the result
//! in the image's own number type.

use std::f64::consts::PI;

use consilium_imaging::Volume;
use libm::{cos, rint, sin};

use super::real::Real;
use super::{Pixel, Source};
use crate::Error;

/// How a pattern of neighbours becomes a number, as scikit-image names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LbpMethod {
    /// Each pattern has its own number.
    Default,
    /// The smallest number over all rotations.
    Ror,
    /// The number of ones if ones are adjacent, else one number for all.
    Uniform,
    /// As `Uniform`, but rotations count as different.
    NriUniform,
    /// The variance of the neighbours.
    Var,
}

impl LbpMethod {
    /// From scikit-image's name in any case.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name.to_lowercase().as_str() {
            "default" => Some(Self::Default),
            "ror" => Some(Self::Ror),
            "uniform" => Some(Self::Uniform),
            "nri_uniform" => Some(Self::NriUniform),
            "var" => Some(Self::Var),
            _ => None,
        }
    }
}

/// The neighbours, and what is made of them.
pub(super) struct Pattern {
    /// Row and column of each neighbour relative to the voxel.
    offsets: Vec<[f64; 2]>,
    samples: u32,
    method: LbpMethod,
    /// Axes of rows and columns.
    plane: [usize; 2],
}

impl Pattern {
    pub(super) fn new(radius: f64, samples: usize, method: LbpMethod, axis: usize) -> Result<Self, Error> {
        let Some(samples) = u32::try_from(samples).ok().filter(|samples| (1..=31).contains(samples)) else {
            return Err(Error::Settings { reason: "lbp2DSamples: 1 to 31" });
        };
        if !(radius > 0.0 && radius <= 1e6) {
            return Err(Error::Settings { reason: "lbp2DRadius: above zero, at most 1e6 voxels" });
        }
        let plane = *[[1, 0], [2, 0], [1, 2]]
            .get(axis)
            .ok_or(Error::Settings { reason: "force2Ddimension: 0, 1 or 2" })?;
        let rounded = |x: f64| rint(x * 1e5) / 1e5;
        let offset = |k: u32| {
            let angle = 2.0 * PI * f64::from(k) / f64::from(samples);
            [rounded(-radius * sin(angle)), rounded(radius * cos(angle))]
        };
        Ok(Self { offsets: (0..samples).map(offset).collect(), samples, method, plane })
    }

    pub(super) fn image(&self, source: Source<'_>) -> Volume {
        let grid = source.image.grid();
        let [nx, ny, _] = grid.dims;
        let strides = [1, nx, nx * ny];
        let slice = Slice {
            voxels: source.image.voxels(),
            dims: self.plane.map(|axis| grid.dims[axis]),
            strides: self.plane.map(|axis| strides[axis]),
        };
        let mut around = vec![0.0; self.offsets.len()];
        let mut derived = Vec::with_capacity(source.window.dims.iter().product());
        for row in source.window.rows(grid.dims) {
            for at in row {
                let position = [at % nx, at / nx % ny, at / (nx * ny)];
                let [r, c] = self.plane.map(|axis| position[axis]);
                let base = at - r * slice.strides[0] - c * slice.strides[1];
                for (value, [dr, dc]) in around.iter_mut().zip(&self.offsets) {
                    *value = slice.bilinear(base, r as f64 + dr, c as f64 + dc);
                }
                derived.push(stored(self.number(&around, slice.voxels[at]), source.pixel));
            }
        }
        source.window.volume(grid, derived)
    }

    fn number(&self, around: &[f64], centre: f64) -> f64 {
        let bits = || around.iter().map(|value| value - centre >= 0.0);
        let pattern = || bits().enumerate().fold(0_u32, |sum, (k, bit)| sum | (u32::from(bit) << k));
        let length = self.samples;
        match self.method {
            LbpMethod::Default => f64::from(pattern()),
            LbpMethod::Ror => f64::from(smallest_rotation(pattern(), length)),
            LbpMethod::Uniform if changes(pattern(), length) > 2 => f64::from(length + 1),
            LbpMethod::Uniform => f64::from(pattern().count_ones()),
            LbpMethod::NriUniform => f64::from(rotated_uniform(pattern(), length)),
            LbpMethod::Var => variance(around),
        }
    }
}

/// A slice of the image, rows and columns in any two axes.
struct Slice<'a> {
    voxels: &'a [f64],
    dims: [usize; 2],
    strides: [usize; 2],
}

impl Slice<'_> {
    fn bilinear(&self, base: usize, row: f64, column: f64) -> f64 {
        let (top, left) = (row.floor(), column.floor());
        let (dr, dc) = (row - top, column - left);
        let line =
            |row: f64| (1.0 - dc) * self.pixel(base, row, left) + dc * self.pixel(base, row, column.ceil());
        (1.0 - dr) * line(top) + dr * line(row.ceil())
    }

    fn pixel(&self, base: usize, row: f64, column: f64) -> f64 {
        let inside = |at: f64, n: usize| at >= 0.0 && at < n as f64;
        if inside(row, self.dims[0]) && inside(column, self.dims[1]) {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "whole numbers inside"
            )]
            let [row, column] = [row as usize, column as usize];
            self.voxels[base + row * self.strides[0] + column * self.strides[1]]
        } else {
            0.0
        }
    }
}

/// Changes between neighbours, not around the end.
fn changes(pattern: u32, length: u32) -> u32 {
    ((pattern ^ (pattern >> 1)) & ((1 << (length - 1)) - 1)).count_ones()
}

fn smallest_rotation(pattern: u32, length: u32) -> u32 {
    let rotated = |pattern: &u32| Some((pattern >> 1) | ((pattern & 1) << (length - 1)));
    std::iter::successors(Some(pattern), rotated).take(length as usize).min().unwrap_or(pattern)
}

fn rotated_uniform(pattern: u32, length: u32) -> u32 {
    let ones = pattern.count_ones();
    if changes(pattern, length) > 2 {
        length * (length - 1) + 2
    } else if ones == 0 {
        0
    } else if ones == length {
        length * (length - 1) + 1
    } else {
        let (first_one, first_zero) = (pattern.trailing_zeros(), pattern.trailing_ones());
        let rotation = if first_one == 0 { ones - first_zero } else { length - first_one };
        1 + (ones - 1) * length + rotation
    }
}

/// NaN where all neighbours are equal.
fn variance(around: &[f64]) -> f64 {
    let n = around.len() as f64;
    let (sum, squares) = around.iter().fold((0.0, 0.0), |(sum, squares), x| (sum + x, squares + x * x));
    let variance = (squares - (sum * sum) / n) / n;
    if variance == 0.0 { f64::NAN } else { variance }
}

/// As the image's number type holds it: whole numbers are cut off, and wrap around.
fn stored(value: f64, pixel: Pixel) -> f64 {
    match pixel {
        Pixel::Double => value,
        Pixel::Single => f64::from(f32::of(value)),
        Pixel::Integer { .. } if value.is_nan() => 0.0,
        Pixel::Integer { min, max } => (value.trunc() - min).rem_euclid(max - min + 1.0) + min,
    }
}

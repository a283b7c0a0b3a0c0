//! The Laplacian of Gaussian: for each axis the second derivative along it, smoothed along the other two.
//!
//! Lines are filtered in 64 bits and kept in 32 bits between the passes, as ITK does. Each pass keeps only what the
//! later ones read, and starts where the samples before have no influence left on a 64-bit number.
//! Never here: the recursion itself. Specification: ITK 5.4, `LaplacianRecursiveGaussianImageFilter`, normalised
//! across scale; PyRadiomics 3.1.0, `getLoGImage`.

use consilium_imaging::Volume;

use super::gaussian::{LANES, Lanes, Recursion};
use super::real::Real;
use super::{Skipped, Source, Visit};
use crate::Error;

/// Calls `visit` for each width that the image can hold; returns the others.
pub(super) fn each<E: From<Error>>(
    source: Source<'_>,
    sigmas: &[(f64, String)],
    visit: Visit<'_, E>,
) -> Result<Vec<Skipped>, E> {
    let mut skipped = Vec::new();
    for (sigma, name) in sigmas {
        let prefix = format!("log-sigma-{}-mm-3D", name.replace('.', "-"));
        match refusal(source, *sigma) {
            Some(reason) => skipped.push(Skipped { prefix, reason }),
            None => visit(&prefix, &laplacian(source, *sigma))?,
        }
    }
    Ok(skipped)
}

fn refusal(source: Source<'_>, sigma: f64) -> Option<&'static str> {
    let grid = source.image.grid();
    let holds = |axis: usize| grid.dims[axis] as f64 >= (sigma / grid.spacing[axis]).ceil() + 1.0;
    if grid.dims.iter().any(|n| *n < 4) {
        Some("the image has fewer than 4 voxels along an axis")
    } else if !sigma.is_finite() || sigma <= 0.0 {
        Some("sigma is not above zero")
    } else if !(0..3).all(holds) {
        Some("sigma is wider than the image")
    } else {
        None
    }
}

fn laplacian(source: Source<'_>, sigma: f64) -> Volume {
    let grid = source.image.grid();
    let mut total = vec![0.0_f32; source.window.dims.iter().product()];
    for axis in 0..3 {
        let scale = 1.0 / (grid.spacing[axis] * grid.spacing[axis]);
        for (sum, x) in total.iter_mut().zip(derivative(source, sigma, axis)) {
            *sum = f32::of(f64::from(*sum) + f64::from(x) * scale);
        }
    }
    source.window.volume(grid, total.into_iter().map(f64::from).collect())
}

/// The smoothed second derivative along an axis over the box, per voxel.
fn derivative(source: Source<'_>, sigma: f64, axis: usize) -> Vec<f32> {
    let grid = source.image.grid();
    let voxels = |axis: usize| sigma / grid.spacing[axis];
    let spans: [Span; 3] = std::array::from_fn(|axis| {
        let (keep, len) = (source.window.start[axis], source.window.dims[axis]);
        let reach = Recursion::reach(voxels(axis));
        let start = keep.saturating_sub(reach);
        Span {
            start,
            len: (keep + len).saturating_add(reach).min(grid.dims[axis]) - start,
            keep: keep - start,
            kept: len,
        }
    });
    let first = Recursion::second_derivative(voxels(axis), sigma * sigma);
    let whole = Block { dims: grid.dims, at: spans.map(|span| span.start), voxels: source.image.voxels() };
    let mut dims = spans.map(|span| span.len);
    let mut made = whole.filtered(axis, dims, spans[axis], &first);
    dims[axis] = spans[axis].kept;
    for axis in (0..3).filter(|other| *other != axis) {
        let block = Block { dims, at: [0; 3], voxels: &made };
        made = block.filtered(axis, dims, spans[axis], &Recursion::smoothing(voxels(axis)));
        dims[axis] = spans[axis].kept;
    }
    made
}

/// Part of an axis: samples read, and those kept of what comes out.
#[derive(Clone, Copy)]
struct Span {
    start: usize,
    len: usize,
    keep: usize,
    kept: usize,
}

/// Voxels with the place where reading starts, x fastest.
struct Block<'a, T> {
    dims: [usize; 3],
    at: [usize; 3],
    voxels: &'a [T],
}

impl<T: Copy + Into<f64>> Block<'_, T> {
    /// Filters `read` voxels from `at` on along an axis, and keeps a part of it.
    fn filtered(&self, axis: usize, read: [usize; 3], span: Span, recursion: &Recursion) -> Vec<f32> {
        let mut dims = read;
        dims[axis] = span.kept;
        let mut made = vec![0.0; dims.iter().product()];
        // lines side by side along x, or along y where x is filtered
        let (side, outer) = if axis == 0 { (1, 2) } else { (0, 3 - axis) };
        let (from, to) = (strides(self.dims), strides(dims));
        let origin: usize = (0..3).map(|axis| self.at[axis] * from[axis]).sum();
        let [mut data, mut filtered, mut scratch] = [0, 1, 2].map(|_| vec![[0.0; LANES]; span.len]);
        for row in 0..read[outer] {
            for first in (0..read[side]).step_by(LANES) {
                let lanes = LANES.min(read[side] - first);
                let start = origin + row * from[outer] + first * from[side];
                self.gather(&mut data, start, lanes, [from[axis], from[side]]);
                recursion.run(&data, &mut filtered, &mut scratch);
                let start = row * to[outer] + first * to[side];
                let kept = &filtered[span.keep..span.keep + span.kept];
                scatter(kept, &mut made[start..], lanes, [to[axis], to[side]]);
            }
        }
        made
    }

    fn gather(&self, data: &mut [Lanes], start: usize, lanes: usize, [along, side]: [usize; 2]) {
        if along == 1 {
            for lane in 0..lanes {
                let row = &self.voxels[start + lane * side..];
                for (sample, x) in data.iter_mut().zip(row) {
                    sample[lane] = (*x).into();
                }
            }
        } else {
            for (at, sample) in data.iter_mut().enumerate() {
                let from = start + at * along;
                for (x, voxel) in sample.iter_mut().zip(&self.voxels[from..from + lanes]) {
                    *x = (*voxel).into();
                }
            }
        }
    }
}

fn scatter(kept: &[Lanes], made: &mut [f32], lanes: usize, [along, side]: [usize; 2]) {
    if along == 1 {
        for lane in 0..lanes {
            for (to, sample) in made[lane * side..].iter_mut().zip(kept) {
                *to = f32::of(sample[lane]);
            }
        }
    } else {
        for (at, sample) in kept.iter().enumerate() {
            for (to, x) in made[at * along..at * along + lanes].iter_mut().zip(sample) {
                *to = f32::of(*x);
            }
        }
    }
}

fn strides([nx, ny, _]: [usize; 3]) -> [usize; 3] {
    [1, nx, nx * ny]
}

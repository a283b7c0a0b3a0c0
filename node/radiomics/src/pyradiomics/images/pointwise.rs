//! Square, square root, logarithm and exponential, scaled by the largest magnitude of the whole image.
//!
//! Never here: a filter that looks at neighbours. Specification: PyRadiomics 3.1.0, `getSquareImage` to
//! `getExponentialImage`; all in 64-bit floating point, whatever the image holds.

use consilium_imaging::Volume;
use libm::{exp, log};

use super::Source;

pub(super) fn square(source: Source<'_>) -> Volume {
    let scale = 1.0 / largest(source.image).sqrt();
    mapped(source, |x| (scale * x) * (scale * x))
}

pub(super) fn square_root(source: Source<'_>) -> Volume {
    let largest = largest(source.image);
    mapped(source, |x| signed(x, |x| (x * largest).sqrt()))
}

pub(super) fn logarithm(source: Source<'_>) -> Volume {
    let largest = largest(source.image);
    let scale = largest / log(largest + 1.0);
    mapped(source, |x| signed(x, |x| log(x + 1.0)) * scale)
}

pub(super) fn exponential(source: Source<'_>) -> Volume {
    let largest = largest(source.image);
    let scale = log(largest) / largest;
    mapped(source, |x| exp(scale * x))
}

fn largest(image: &Volume) -> f64 {
    image.voxels().iter().fold(0.0, |largest, x| x.abs().max(largest))
}

/// A function of the magnitude, with the sign; zero stays.
fn signed(x: f64, of: impl Fn(f64) -> f64) -> f64 {
    if x > 0.0 {
        of(x)
    } else if x < 0.0 {
        -of(-x)
    } else {
        x
    }
}

fn mapped(source: Source<'_>, of: impl Fn(f64) -> f64) -> Volume {
    let grid = source.image.grid();
    let rows = source.window.rows(grid.dims).map(|row| &source.image.voxels()[row]);
    let voxels = rows.flat_map(|row| row.iter().map(|x| of(*x))).collect();
    source.window.volume(grid, voxels)
}

//! The local binary pattern on a sphere around each voxel, its power in each degree of spherical harmonics, and the
//! kurtosis of the sampled values.
//!
//! Never here: sampling points and interpolation. Specification: PyRadiomics 3.1.0, `getLBP3DImage`, with its
//! exchange of the two angles and of the axes x and z; `SciPy` 1.12 for `kurtosis` and `sph_harm`.

use std::f64::consts::PI;

use libm::{acos, atan2, cos, sin, trunc};

use super::icosphere::icosphere;
use super::real::{Real, mean};
use super::spline::Spline;
use super::{Pixel, Source, Visit};
use crate::Error;

/// The points around a voxel, and the spherical harmonics there.
pub(super) struct Sphere {
    points: Vec<[f64; 3]>,
    /// For each degree, for each order, the real and imaginary part at each point.
    harmonics: Vec<Vec<Vec<[f64; 2]>>>,
}

impl Sphere {
    pub(super) fn new(levels: usize, radius: f64, subdivision: usize) -> Result<Self, Error> {
        let refuse = |reason| Err(Error::Settings { reason });
        let Some(levels) = i32::try_from(levels).ok().filter(|levels| (1..=20).contains(levels)) else {
            return refuse("lbp3DLevels: 1 to 20");
        };
        if subdivision > 4 {
            return refuse("lbp3DIcosphereSubdivision: at most 4");
        }
        if !(radius > 0.0 && radius <= 1e6) {
            return refuse("lbp3DIcosphereRadius: above zero, at most 1e6 voxels");
        }
        let points = icosphere(subdivision, radius);
        let angles: Vec<[f64; 2]> =
            points.iter().map(|[x, y, z]| [acos((z / radius).clamp(-1.0, 1.0)), atan2(*y, *x)]).collect();
        let order = |n: i32, m: i32| angles.iter().map(|at| harmonic(m, n, *at)).collect();
        let degree = |n: i32| (-n..=n).map(|m| order(n, m)).collect();
        Ok(Self { points, harmonics: (0..levels).map(degree).collect() })
    }

    /// Samples the sphere around each voxel.
    fn sample(&self, source: Source<'_>, at: impl Iterator<Item = usize>) -> Samples {
        let [nx, ny, _] = source.image.grid().dims;
        let voxels = source.image.voxels();
        let spline = Spline::through(source.image.grid().dims, voxels);
        let mut made = Samples { powers: vec![Vec::new(); self.harmonics.len()], kurtosis: Vec::new() };
        let kurtosis = if source.pixel == Pixel::Single { kurtosis::<f32> } else { kurtosis::<f64> };
        for index in at {
            let [z, y, x] = [index / (nx * ny), index / nx % ny, index % nx].map(|at| at as f64);
            let value = |[a, b, c]: &[f64; 3]| stored(spline.at([z + a, y + b, x + c]), source.pixel);
            let around: Vec<f64> = self.points.iter().map(value).collect();
            let brighter: Vec<bool> = around.iter().map(|value| *value >= voxels[index]).collect();
            for (degree, powers) in made.powers.iter_mut().enumerate() {
                powers.push(self.power(degree, &brighter));
            }
            made.kurtosis.push(kurtosis(&around));
        }
        made
    }

    /// The power of a pattern in one degree: the root of the sum of squares of its part of that degree.
    fn power(&self, degree: usize, pattern: &[bool]) -> f64 {
        let mut part = vec![0.0; pattern.len()];
        for order in &self.harmonics[degree] {
            let on = order.iter().zip(pattern).filter(|(_, on)| **on);
            let [re, im] = on.fold([0.0, 0.0], |sum, (y, _)| [sum[0] + y[0], sum[1] + y[1]]);
            for (sum, y) in part.iter_mut().zip(order) {
                // imaginary parts of the orders m and -m cancel
                *sum += re * y[0] - im * y[1];
            }
        }
        part.iter().fold(0.0, |sum, x| sum + x * x).sqrt()
    }
}

/// Calls `visit` with the power in each degree, then with the kurtosis; zero outside the mask.
pub(super) fn each<E: From<Error>>(
    source: Source<'_>,
    sphere: &Sphere,
    visit: Visit<'_, E>,
) -> Result<(), E> {
    let at: Vec<(usize, usize)> = source.inside().collect();
    let made = sphere.sample(source, at.iter().map(|(_, index)| *index));
    let mut show = |name: &str, values: &[f64]| {
        let mut derived = vec![0.0; source.window.dims.iter().product()];
        for ((local, _), value) in at.iter().zip(values) {
            derived[*local] = *value;
        }
        visit(&format!("lbp-3D-{name}"), &source.window.volume(source.image.grid(), derived))
    };
    for (degree, powers) in made.powers.iter().enumerate() {
        show(&format!("m{}", degree + 1), powers)?;
    }
    show("k", &made.kurtosis)
}

/// One value for each voxel of the mask.
struct Samples {
    /// By degree.
    powers: Vec<Vec<f64>>,
    kurtosis: Vec<f64>,
}

/// The harmonic of order m and degree n with the Condon-Shortley phase; `azimuth` and `polar` angle.
fn harmonic(m: i32, n: i32, [azimuth, polar]: [f64; 2]) -> [f64; 2] {
    let order = m.abs();
    let factorials = (n - order + 1..=n + order).fold(1.0, |product, k| product * f64::from(k));
    let norm = ((2.0 * f64::from(n) + 1.0) / (4.0 * PI) / factorials).sqrt();
    let sign = if m < 0 && order % 2 == 1 { -1.0 } else { 1.0 };
    let magnitude = sign * norm * legendre(order, n, cos(polar));
    let angle = f64::from(m) * azimuth;
    [magnitude * cos(angle), magnitude * sin(angle)]
}

/// The associated Legendre function of order m >= 0 and degree n.
fn legendre(m: i32, n: i32, x: f64) -> f64 {
    let root = (1.0 - x * x).max(0.0).sqrt();
    let mut value = (1..=m).fold(1.0, |product, k| product * -f64::from(2 * k - 1) * root);
    let mut before = 0.0;
    for degree in m + 1..=n {
        let next = f64::from(2 * degree - 1) * x * value - f64::from(degree + m - 1) * before;
        (before, value) = (value, next / f64::from(degree - m));
    }
    value
}

/// As the image's number type holds it: whole numbers are rounded half away from zero.
fn stored(value: f64, pixel: Pixel) -> f64 {
    match pixel {
        Pixel::Double => value,
        Pixel::Single => f64::from(f32::of(value)),
        Pixel::Integer { min, max } => {
            trunc(if value > 0.0 { value + 0.5 } else { value - 0.5 }.clamp(min, max))
        }
    }
}

/// Excess kurtosis; NaN where the values are equal within rounding.
fn kurtosis<T: Real>(values: &[f64]) -> f64 {
    let values: Vec<T> = values.iter().map(|x| T::of(*x)).collect();
    let centre = mean(&values);
    let squares: Vec<T> = values.iter().map(|x| (*x - centre) * (*x - centre)).collect();
    let fourths: Vec<T> = squares.iter().map(|x| *x * *x).collect();
    let (second, fourth) = (mean(&squares), mean(&fourths));
    let smallest = T::of(T::RESOLUTION) * centre;
    if second <= smallest * smallest {
        return f64::NAN;
    }
    (fourth / (second * second) - T::of(3.0)).into()
}

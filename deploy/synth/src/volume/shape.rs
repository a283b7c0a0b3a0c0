//! The tumour's surface, as a signed distance: positive inside, in mm.
//!
//! An ellipsoid whose volume shows latent 5, moved by a random field whose strength shows latent 6.

use super::field::Field;
use super::{CENTRE, EDGE, SIDE};
use crate::child::{Child, Tumour};
use crate::random::{Key, Purpose};

/// Logarithm of the median volume, mL, and what a unit of the latent adds to it.
const VOLUME: [f64; 2] = [4.867_534_450_455_582, 0.63];
/// Smallest and largest volume, mL.
const VOLUMES: [f64; 2] = [25.0, 330.0];
/// Correlation length of the surface, mm.
const ROUGHNESS: f64 = 12.0;
/// Standard deviation of the second reader's displacement, mm, and its correlation length.
const SECOND: [f64; 2] = [1.0, 10.0];

/// The surface, and the radius of a ball of the same volume.
pub(super) struct Shape {
    pub(super) inside: Field,
    pub(super) radius: f64,
}

impl Shape {
    pub(super) fn draw(child: &Child, key: Key) -> Self {
        let mut chance = key.stream(Purpose::Shape, 0);
        let is_wilms = child.tumour == Tumour::Wilms;
        let millilitres = libm::exp(VOLUME[0] + VOLUME[1] * child.latents[4]).clamp(VOLUMES[0], VOLUMES[1]);
        let radius = libm::cbrt(3.0 * 1000.0 * millilitres / (4.0 * std::f64::consts::PI));
        let spread = if is_wilms { 0.05 } else { 0.12 };
        let ratios: [f64; 3] = std::array::from_fn(|_| spread * chance.normal());
        let mean = ratios.iter().sum::<f64>() / 3.0;
        let axes = ratios.map(|ratio| radius * libm::exp(ratio - mean));
        let strength = (0.07 + 0.03 * child.latents[5]).clamp(0.01, 0.20) * if is_wilms { 0.5 } else { 1.0 };
        let mut inside = smooth(ROUGHNESS, &mut chance);
        for (at, value) in inside.values.iter_mut().enumerate() {
            let point = super::point(at);
            let scaled: f64 = (0..3).map(|i| (point[i] / axes[i]) * (point[i] / axes[i])).sum();
            let distance = (1.0 + strength * *value - scaled.sqrt()) * radius;
            // the whole tumour lies in the picture
            let border = point.iter().fold(f64::INFINITY, |least, x| least.min(CENTRE - EDGE - x.abs()));
            *value = distance.min(border);
        }
        Self { inside, radius }
    }

    /// The surface as a second reader draws it.
    pub(super) fn second(&self, key: Key) -> Field {
        let mut moved = smooth(SECOND[1], &mut key.stream(Purpose::Reader, 1));
        for (moved, inside) in moved.values.iter_mut().zip(&self.inside.values) {
            *moved = inside + SECOND[0] * *moved;
        }
        moved
    }
}

/// A random field of this correlation length in mm, drawn on every second voxel.
pub(super) fn smooth(length: f64, chance: &mut crate::random::Random) -> Field {
    let coarse = SIDE / 2;
    let field = Field::random([coarse; 3], [length / 4.0; 3], chance);
    field.resampled([SIDE; 3], [0.0; 3], [(coarse - 1) as f64 / (SIDE - 1) as f64; 3])
}

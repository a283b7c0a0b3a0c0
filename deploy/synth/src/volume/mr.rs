//! T2-weighted MR in arbitrary units, with a quadratic bias field.

use super::field::{FWHM, Field};
use super::scene::Tissue;
use super::{Placed, View};
use crate::random::Purpose;

/// Thinnest slice, mm.
const SLICE: f64 = 3.0;
/// Noise, in parts of a tumour's mean signal.
const NOISE: f64 = 0.05;
/// Largest change of the bias field from the middle to the border.
const BIAS: f64 = 0.2;

pub(super) fn scan(view: &View<'_>) -> (Placed, Vec<f64>) {
    let scanner = &view.child.scanner;
    let latents = view.child.latents;
    let pixel = scanner.pixel + 0.2;
    let slice = scanner.slice.max(SLICE);
    let placed = view.placed([pixel, pixel, slice]);
    let amplitude = (0.12 + 0.04 * latents[0]).clamp(0.02, 0.30);
    let level = (1.0 - 0.08 * latents[3]).clamp(0.6, 1.4);
    let signal = view.scene.paint(|tissue, texture| match tissue {
        Tissue::Fat => 1.3,
        Tissue::Soft => 0.5,
        Tissue::Bone => 0.7,
        Tissue::Liver => 0.45,
        Tissue::Kidney => 1.2,
        Tissue::Viable => level * (1.0 + amplitude * texture),
        Tissue::Necrotic => 1.7,
        Tissue::Cyst => 2.2,
        Tissue::Calcium => 0.2,
    });
    let sigma = scanner.width / FWHM;
    let mut image = placed.sample(&signal.blurred([sigma, sigma, slice / 12.0_f64.sqrt()]));
    let mut chance = view.key.stream(Purpose::Resonance, 0);
    let scale = libm::exp(6.0 + 0.4 * chance.normal());
    let slopes: [f64; 6] = std::array::from_fn(|_| BIAS * chance.between(-1.0, 1.0));
    let noise = NOISE * libm::exp(0.15 * chance.normal());
    let grain = Field::random(placed.dims, [sigma / pixel, sigma / pixel, 0.0], &mut chance);
    for (at, (voxel, grain)) in image.iter_mut().zip(grain.values).enumerate() {
        *voxel = (scale * (*voxel * bias(&placed, at, &slopes) + noise * grain)).max(0.0).round();
    }
    (placed, image)
}

/// The coil's sensitivity at a voxel: linear and quadratic along each axis.
fn bias(placed: &Placed, at: usize, slopes: &[f64; 6]) -> f64 {
    let [nx, ny, _] = placed.dims;
    let voxel = [at % nx, at / nx % ny, at / (nx * ny)];
    let from_middle = |i: usize| 2.0 * voxel[i] as f64 / placed.dims[i] as f64 - 1.0;
    let terms = (0..3).map(|i| slopes[i] * from_middle(i) + slopes[i + 3] * from_middle(i) * from_middle(i));
    1.0 + terms.sum::<f64>() / 3.0
}

//! FDG PET in SUV by body weight, voxels of 4 mm.

use super::field::{FWHM, Field};
use super::scene::Tissue;
use super::{Placed, View};
use crate::random::Purpose;

const VOXEL: f64 = 4.0;
/// Mean and SD of the logarithm of a tumour's SUV.
const UPTAKE: [f64; 2] = [1.2, 0.5];
/// Relative noise.
const NOISE: f64 = 0.06;

pub(super) fn scan(view: &View<'_>) -> (Placed, Vec<f64>) {
    let scanner = &view.child.scanner;
    let placed = view.placed([VOXEL; 3]);
    let mut chance = view.key.stream(Purpose::Tracer, 0);
    // a tumour that enhances less takes up more
    let normal = 0.8 * chance.normal() - 0.6 * view.child.latents[3];
    let uptake = libm::exp(UPTAKE[0] + UPTAKE[1] * normal);
    let amplitude = (0.15 + 0.05 * view.child.latents[0]).clamp(0.02, 0.40);
    let activity = view.scene.paint(|tissue, texture| match tissue {
        Tissue::Fat => 0.3,
        Tissue::Soft => 0.7,
        Tissue::Bone => 1.2,
        Tissue::Liver => 1.8,
        Tissue::Kidney => 3.0,
        Tissue::Viable => uptake * (1.0 + amplitude * texture).max(0.1),
        Tissue::Necrotic | Tissue::Cyst => 0.2 * uptake,
        Tissue::Calcium => 0.5 * uptake,
    });
    let mut image = placed.sample(&activity.blurred([scanner.pet_width / FWHM; 3]));
    let grain = Field::random(placed.dims, [scanner.pet_width / FWHM / VOXEL; 3], &mut chance);
    for (voxel, grain) in image.iter_mut().zip(grain.values) {
        *voxel *= scanner.pet_scale * (1.0 + NOISE * grain).max(0.0);
    }
    (placed, image)
}

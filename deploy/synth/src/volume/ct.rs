//! CT in HU, plain, arterial, venous.

use super::field::{FWHM, Field};
use super::scene::Tissue;
use super::{Placed, View};
use crate::Input;
use crate::child::Tumour;
use crate::random::Purpose;

/// Enhancement of viable tumour, HU: mean, what a unit of latent 4 adds, least, most; arterial and venous.
const ENHANCEMENT: [[f64; 4]; 2] = [[28.0, 8.0, 5.0, 65.0], [42.0, 5.0, 10.0, 75.0]];
/// Part of it that necrosis shows.
const IN_NECROSIS: f64 = 0.15;

pub(super) fn scan(view: &View<'_>, input: Input) -> (Placed, Vec<f64>) {
    let scanner = &view.child.scanner;
    let placed = view.placed([scanner.pixel, scanner.pixel, scanner.slice]);
    let sigma = scanner.width / FWHM;
    // a slice is the mean over its thickness, whose variance is that of a box
    let through = scanner.slice / 12.0_f64.sqrt();
    let mut image = placed.sample(&view.hounsfield(input).blurred([sigma, sigma, through]));
    let mut chance = view.key.stream(Purpose::Noise, input as u32);
    let noise = scanner.noise * libm::exp(0.15 * chance.normal());
    let grain = sigma / scanner.pixel;
    let grain = Field::random(placed.dims, [grain, grain, 0.0], &mut chance);
    for (voxel, grain) in image.iter_mut().zip(grain.values) {
        *voxel = (*voxel + noise * grain + scanner.bias).round().clamp(-1024.0, 3071.0);
    }
    (placed, image)
}

impl View<'_> {
    fn hounsfield(&self, input: Input) -> Field {
        let amplitude = (9.0 + 3.0 * self.child.latents[0]).clamp(2.0, 22.0);
        let uptake = self.uptake(input);
        let organ = match input {
            Input::CtPlain => [0.0; 4],
            Input::CtVenous => [20.0, 55.0, 130.0, 20.0],
            _ => [8.0, 15.0, 110.0, 10.0],
        };
        let gain = self.gain(input);
        self.scene.paint(|tissue, texture| match tissue {
            Tissue::Fat => -100.0,
            Tissue::Soft => 45.0 + gain * organ[0],
            Tissue::Liver => 55.0 + gain * organ[1],
            Tissue::Kidney => 32.0 + gain * organ[2],
            Tissue::Bone => 250.0 + gain * organ[3],
            Tissue::Viable => 35.0 + amplitude * texture + uptake,
            Tissue::Necrotic => 18.0 + 0.3 * amplitude * texture + IN_NECROSIS * uptake,
            Tissue::Cyst => 8.0 + 0.1 * amplitude * texture,
            Tissue::Calcium => 280.0,
        })
    }

    /// Enhancement of viable tumour, HU.
    fn uptake(&self, input: Input) -> f64 {
        let [mean, slope, least, most] = match input {
            Input::CtPlain => return 0.0,
            Input::CtVenous => ENHANCEMENT[1],
            _ => ENHANCEMENT[0],
        };
        let wilms = if self.child.tumour == Tumour::Wilms { -4.0 } else { 0.0 };
        let bolus = libm::exp(0.10 * self.key.stream(Purpose::Contrast, 0).normal());
        (mean + wilms + slope * self.child.latents[3]).clamp(least, most) * bolus * self.gain(input)
    }

    fn gain(&self, input: Input) -> f64 {
        self.child.scanner.gain[usize::from(input == Input::CtVenous)]
    }
}

//! Ultrasound: one picture through the tumour's middle, Rayleigh speckle, grey levels from 0 to 255.

use super::field::{Field, floor};
use super::scene::Tissue;
use super::{Placed, View};
use crate::random::Purpose;

/// Distance of pixels, mm.
const PIXEL: f64 = 0.4;
/// Standard deviation of the pulse across and along the beam, pixels.
const PULSE: [f64; 2] = [1.6, 0.7];
/// Range of the display and loss with depth, dB and dB/mm.
const RANGE: f64 = 60.0;
const LOSS: f64 = 0.06;

pub(super) fn scan(view: &View<'_>) -> (Placed, Vec<f64>) {
    let latents = view.child.latents;
    let placed = slice(view);
    let amplitude = (0.30 + 0.10 * latents[0]).clamp(0.05, 0.8);
    let level = 0.30 * libm::exp(0.15 * latents[3]);
    let echo = view.scene.paint(|tissue, texture| match tissue {
        Tissue::Fat => 0.9,
        Tissue::Soft => 0.6,
        Tissue::Bone => 3.0,
        Tissue::Liver => 0.45,
        Tissue::Kidney => 0.35,
        Tissue::Viable => level * libm::exp(amplitude * texture),
        Tissue::Necrotic => 0.10,
        Tissue::Cyst => 0.03,
        Tissue::Calcium => 4.0,
    });
    let echo = placed.sample(&echo);
    let mut chance = view.key.stream(Purpose::Speckle, 0);
    let [real, imaginary] =
        [0, 1].map(|_| Field::random(placed.dims, [PULSE[0], PULSE[1], 0.0], &mut chance));
    let [nx, ny, _] = placed.dims;
    let speckle = real.values.iter().zip(&imaginary.values).map(|(a, b)| libm::hypot(*a, *b));
    let grey = |(at, (echo, speckle)): (usize, (f64, f64))| {
        // the probe lies in front: depth grows to the back
        let depth = PIXEL * (ny - 1 - at / nx) as f64;
        let decibels = 20.0 * libm::log10((echo * speckle).max(1e-6)) - LOSS * depth;
        let shown = (decibels + 40.0 + view.child.scanner.ultrasound_gain) / RANGE;
        (255.0 * shown).round().clamp(0.0, 255.0)
    };
    let image = echo.into_iter().zip(speckle).enumerate().map(grey).collect();
    (placed, image)
}

/// One slice through the middle of the tumour.
fn slice(view: &View<'_>) -> Placed {
    let whole = view.placed([PIXEL, PIXEL, 1.0]);
    let middle = whole.origin[2] + floor((whole.dims[2] - 1) as f64 / 2.0) as f64;
    let [x, y, _] = whole.origin;
    Placed { dims: [whole.dims[0], whole.dims[1], 1], origin: [x, y, middle], spacing: whole.spacing }
}

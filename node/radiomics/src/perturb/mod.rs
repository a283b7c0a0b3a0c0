//! How a feature changes when the image or the contour changes as little as it would on another day or by another hand.
//!
//! [`Chain`] is a list of [`Perturbation`]s with a name that stays the same; [`Chain::apply`] gives a perturbed image and
//! mask from a seed. [`standard`] makes the set of Zwanenburg et al. (2019). Features of all of them go into a long table of
//! [`Observation`]s, and [`agreements`] gives the intraclass correlation of each feature; tables of test-retest scans and of
//! several readers are read the same way.
//!
//! ```
//! use consilium_radiomics::perturb::Chain;
//!
//! let chain: Chain = "noise:0+rotate:-6+volume:0.1+contour:0".parse()?;
//! assert_eq!(chain.to_string(), "noise:0+rotate:-6+volume:0.1+contour:0");
//! # Ok::<(), consilium_radiomics::perturb::PerturbError>(())
//! ```
//!
//! Never here: a feature, a file, chance that does not come from the caller's seed. Specification: Zwanenburg et al.,
//! "Assessing robustness of radiomic features by image perturbation", Sci Rep 9 (2019) 614.

mod border;
mod distance;
mod error;
mod fisher;
mod icc;
mod name;
mod noise;
mod random;
mod randomise;
mod sampler;
mod set;
mod supervoxels;
mod table;
mod turn;

use std::borrow::Cow;

use consilium_imaging::{RoiMask, Volume, same_grid};

pub use error::PerturbError;
pub use icc::{Agreement, Icc, agreement};
pub use set::{Standard, standard};
pub use table::{FeatureAgreement, Observation, agreements};

use crate::processing::Interpolation;
use crate::window::Window;
use turn::Turn;

/// How far around the region the image's noise is estimated, mm.
const NOISE_AROUND: f64 = 25.0;
/// The largest turn, shift and change of size that are small changes.
const MOST_DEGREES: f64 = 360.0;
const MOST_VOXELS: f64 = 1.0;
const MOST_GROWTH: f64 = 10.0;

/// One small change. Its name, by [`Display`](std::fmt::Display) and `FromStr`, is given with each.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Perturbation {
    /// `rotate:DEGREES`: the voxel grid is turned about the slice axis, from the first axis to the second.
    Rotate(f64),
    /// `shift:X:Y:Z`: the voxel grid is shifted by parts of a voxel, -1 to 1.
    Shift([f64; 3]),
    /// `noise:COUNT[:LEVEL]`: Gaussian noise; `repetition` draws another. Without a `level`, the standard deviation is
    /// estimated from the image around the region (Chang et al. 2000).
    Noise {
        /// Which of several draws.
        repetition: u32,
        /// Standard deviation in the image's unit.
        level: Option<f64>,
    },
    /// `volume:FRACTION`: the region gains or loses this part of its voxels, those nearest to the contour first.
    Volume(f64),
    /// `grow:MM`: the contour moves outwards, or inwards when negative.
    Grow(f64),
    /// `contour:COUNT`: the region is made anew of supervoxels that it covers, by chance.
    Contour(u32),
}

/// Changes that are made one after the other. Turns and shifts that follow each other are one interpolation.
#[derive(Debug, Clone, PartialEq)]
pub struct Chain {
    /// The changes in their order.
    pub steps: Vec<Perturbation>,
    /// How the image is interpolated when the grid moves; the mask is always interpolated linearly.
    pub interpolation: Interpolation,
}

impl Chain {
    /// Changes in this order, with linear interpolation.
    #[must_use]
    pub fn new(steps: Vec<Perturbation>) -> Self {
        Self { steps, interpolation: Interpolation::Linear }
    }

    /// The perturbed image and mask, which share a grid; it is a new one when the grid moves. The same seed gives the same
    /// bits; different cases should have different seeds.
    ///
    /// # Errors
    /// When a size means nothing, the mask is empty or lies elsewhere, or no voxel is left of it.
    pub fn apply(
        &self,
        image: &Volume,
        mask: &RoiMask,
        seed: u64,
    ) -> Result<(Volume, RoiMask), PerturbError> {
        same_grid(image.grid(), mask.grid())?;
        self.steps.iter().try_for_each(Perturbation::check)?;
        let (mut image, mut mask) = (Cow::Borrowed(image), Cow::Borrowed(mask));
        let mut turn = Turn::NONE;
        for (i, step) in self.steps.iter().enumerate() {
            match *step {
                Perturbation::Rotate(degrees) => turn = turn.turned(degrees),
                Perturbation::Shift(shift) => turn = turn.shifted(shift),
                Perturbation::Noise { repetition, level } => {
                    let level = step.noise(&image, &mask, level)?;
                    image = Cow::Owned(noise::added(&image, level, seed, repetition));
                }
                _ => mask = Cow::Owned(step.contour(&image, &mask, seed)?),
            }
            let is_last = !self.steps.get(i + 1).is_some_and(Perturbation::moves_the_grid);
            if is_last && turn != Turn::NONE {
                let (turned, region) = turn.apply(&image, &mask, self.interpolation);
                (image, mask, turn) = (Cow::Owned(turned), Cow::Owned(region), Turn::NONE);
            }
            if mask.count() == 0 {
                return Err(step.refused("no voxel of the region is left"));
            }
        }
        Ok((image.into_owned(), mask.into_owned()))
    }
}

impl Perturbation {
    fn moves_the_grid(&self) -> bool {
        matches!(self, Self::Rotate(_) | Self::Shift(_))
    }

    /// The standard deviation of the noise to add.
    fn noise(&self, image: &Volume, mask: &RoiMask, level: Option<f64>) -> Result<f64, PerturbError> {
        let window = Window::around(mask).map_err(|_| PerturbError::EmptyMask)?;
        let estimated = || noise::level(image, &window.padded(NOISE_AROUND, mask.grid()));
        let level = level.unwrap_or_else(estimated);
        if level.is_finite() { Ok(level) } else { Err(self.not_finite()) }
    }

    /// Changes of the contour alone.
    fn contour(&self, image: &Volume, mask: &RoiMask, seed: u64) -> Result<RoiMask, PerturbError> {
        match *self {
            Self::Volume(fraction) => border::resized(mask, self.voxels(mask, fraction)?, seed)
                .ok_or_else(|| self.refused("the image has no room for it")),
            Self::Grow(mm) => {
                border::moved(mask, mm).ok_or_else(|| self.refused("no voxel of the region is left"))
            }
            Self::Contour(repetition) => {
                randomise::randomised(image, mask, seed, repetition).ok_or_else(|| self.not_finite())
            }
            Self::Rotate(_) | Self::Shift(_) | Self::Noise { .. } => Ok(mask.clone()),
        }
    }

    fn not_finite(&self) -> PerturbError {
        PerturbError::NotFinite { perturbation: self.to_string() }
    }

    /// The voxels of a region that a part is added to.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at least half a voxel")]
    fn voxels(&self, mask: &RoiMask, fraction: f64) -> Result<usize, PerturbError> {
        let voxels = (mask.count() as f64 * (1.0 + fraction)).round();
        if voxels < 1.0 { Err(self.refused("no voxel of the region is left")) } else { Ok(voxels as usize) }
    }

    fn check(&self) -> Result<(), PerturbError> {
        let within = |value: f64, most: f64| value.is_finite() && value.abs() <= most;
        let reason = match *self {
            Self::Rotate(degrees) if !within(degrees, MOST_DEGREES) => "degrees are from -360 to 360",
            Self::Shift(shift) if !shift.iter().all(|part| within(*part, MOST_VOXELS)) => {
                "shifts are parts of a voxel, from -1 to 1"
            }
            Self::Noise { level: Some(level), .. } if !(level.is_finite() && level >= 0.0) => {
                "the level is a finite standard deviation, not below 0"
            }
            Self::Volume(fraction) if !(within(fraction, MOST_GROWTH) && fraction > -1.0) => {
                "the part is above -1 and at most 10"
            }
            Self::Grow(mm) if !mm.is_finite() => "the distance is a finite number of mm",
            _ => return Ok(()),
        };
        Err(PerturbError::Value { perturbation: self.to_string(), reason })
    }

    fn refused(&self, reason: &'static str) -> PerturbError {
        PerturbError::Contour { perturbation: self.to_string(), reason }
    }
}

#[cfg(test)]
mod tests;

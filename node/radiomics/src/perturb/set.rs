//! Sets of perturbations: every combination of the values given for each kind.
//!
//! Never here: how one is applied. Specification: Zwanenburg et al., Sci Rep 9 (2019) 614, which combines noise, rotation
//! or translation, volume adaptation and contour randomisation in this order.

use super::{Chain, Interpolation, Perturbation};

/// The values that are combined; an empty list leaves a kind out. Zero, for rotation and volume, is a value like others.
#[derive(Debug, Clone, PartialEq)]
pub struct Standard {
    /// Draws of noise of the image's own level.
    pub noise: u32,
    /// Degrees about the slice axis.
    pub rotate: Vec<f64>,
    /// Parts of a voxel, along each axis: all combinations of these.
    pub shift: Vec<f64>,
    /// Parts of the region's voxels.
    pub volume: Vec<f64>,
    /// Draws of a contour made of supervoxels.
    pub contour: u32,
    /// Of the image, when the grid moves.
    pub interpolation: Interpolation,
}

impl Default for Standard {
    /// Rotations from -14 to 14 degrees by 4, one draw of noise, volumes of -15, 0 and 15 %, one draw of a contour: 24
    /// chains.
    fn default() -> Self {
        Self {
            noise: 1,
            rotate: (0..8).map(|i| -14.0 + 4.0 * f64::from(i)).collect(),
            shift: vec![],
            volume: vec![-0.15, 0.0, 0.15],
            contour: 1,
            interpolation: Interpolation::Linear,
        }
    }
}

/// All combinations, in a fixed order.
#[must_use]
pub fn standard(values: &Standard) -> Vec<Chain> {
    let parts = || values.shift.iter().copied();
    let pairs = parts().flat_map(|x| parts().map(move |y| (x, y)));
    let shift = pairs.flat_map(|(x, y)| parts().map(move |z| Perturbation::Shift([x, y, z])));
    let kinds: [Vec<Perturbation>; 5] = [
        (0..values.noise).map(|repetition| Perturbation::Noise { repetition, level: None }).collect(),
        values.rotate.iter().map(|degrees| Perturbation::Rotate(*degrees)).collect(),
        shift.collect(),
        values.volume.iter().map(|fraction| Perturbation::Volume(*fraction)).collect(),
        (0..values.contour).map(Perturbation::Contour).collect(),
    ];
    let mut chains = vec![vec![]];
    for kind in kinds.iter().filter(|kind| !kind.is_empty()) {
        let with = |steps: &Vec<Perturbation>, step: &Perturbation| [steps.as_slice(), &[*step]].concat();
        chains = chains.iter().flat_map(|steps| kind.iter().map(move |step| with(steps, step))).collect();
    }
    let chain = |steps| Chain { steps, interpolation: values.interpolation };
    chains.into_iter().map(chain).collect()
}

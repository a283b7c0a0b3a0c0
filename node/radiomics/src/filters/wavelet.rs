//! Separable wavelets (25BO), undecimated.
//! Specification: IBSI 2 reference manual, the à trous algorithm: level j applies the low-pass filter with
//! 2^i - 1 holes for i < j - 1, then the asked filters with 2^(j - 1) - 1 holes.

use super::rotation::Pooling;
use super::separable::{Chain, Kernel};
use super::taps::Taps;
use super::{Boundary, FilterError, Over, laws, wrong};

/// The greatest level: filters of a wavelet with 2 taps reach 128 voxels far there.
const MAX_LEVEL: u32 = 8;

/// One band of an undecimated wavelet decomposition.
#[derive(Debug, Clone, PartialEq)]
pub struct Wavelet {
    /// By `PyWavelets`' name, such as `db3`.
    pub wavelet: String,
    /// A letter an axis, low- or high-pass: `lh` in slices, `llh` in a volume.
    pub bands: String,
    /// Level of the decomposition, from 1.
    pub level: u32,
    /// Rotational invariance: how the responses of all rotations become one.
    pub rotations: Option<Pooling>,
    /// Outside of the image.
    pub boundary: Boundary,
}

impl Wavelet {
    pub(super) fn check(&self) -> Result<(), FilterError> {
        let taps = Taps::of(&self.wavelet)?;
        let is_band = |letter: char| matches!(letter, 'l' | 'h' | 'L' | 'H');
        if !matches!(self.bands.len(), 2 | 3) || !self.bands.chars().all(is_band) {
            return wrong("wavelet", "bands", &self.bands, "two or three letters, l or h");
        }
        if !(1..=MAX_LEVEL).contains(&self.level) {
            return wrong("wavelet", "level", self.level, "1 to 8");
        }
        super::limited("wavelet", ((taps.dec_lo.len() / 2) << (self.level - 1)) as f64)
    }

    pub(super) fn name(&self) -> String {
        let (bands, invariance) = (self.bands.to_lowercase(), super::invariance(self.rotations));
        format!("wavelet_{}_{bands}_level_{}{invariance}", self.wavelet, self.level)
    }

    pub(super) fn canonical(&self) -> String {
        let (bands, rotations) = (self.bands.to_lowercase(), super::pooling_word(self.rotations));
        let (wavelet, level, boundary) = (&self.wavelet, self.level, self.boundary.word());
        format!(
            "wavelet;wavelet={wavelet};bands={bands};level={level};rotations={rotations};boundary={boundary}"
        )
    }

    pub(super) fn respond(&self, values: &[f64], dims: [usize; 3]) -> Result<Vec<f64>, FilterError> {
        let taps = Taps::of(&self.wavelet)?;
        let chains: Vec<Chain> = self.bands.chars().map(|letter| self.chain(&taps, letter)).collect();
        let product = std::array::from_fn(|axis| chains.get(axis).cloned().unwrap_or_default());
        let over = Over::axes_named(self.bands.len());
        Ok(laws::rotated(values, dims, &product, over, self.rotations, self.boundary))
    }

    fn chain(&self, taps: &Taps, letter: char) -> Chain {
        let band = if letter.eq_ignore_ascii_case(&'l') { &taps.dec_lo } else { &taps.dec_hi };
        let before = (1..self.level).map(|level| Kernel::new(taps.dec_lo.clone()).dilated(level));
        before.chain([Kernel::new(band.clone()).dilated(self.level)]).collect()
    }
}

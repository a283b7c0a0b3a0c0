//! The coefficients of separable wavelets by `PyWavelets`' names: haar, db1 to db38, sym2 to sym20, coif1 to coif17, the
//! biorthogonal families and dmey.
//!
//! Never here: convolution. `taps.txt` holds the decomposition filters of `PyWavelets` 1.8.0 (MIT licence) in all their
//! digits, a wavelet a line: its name, the low-pass filter, and where it is not that filter's mirror, `/` and the high-pass.

use super::FilterError;

const TABLE: &str = include_str!("taps.txt");

/// The decomposition filters of a wavelet.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Taps {
    /// Low-pass, `PyWavelets`' `dec_lo`.
    pub(crate) dec_lo: Vec<f64>,
    /// High-pass, `PyWavelets`' `dec_hi`.
    pub(crate) dec_hi: Vec<f64>,
}

impl Taps {
    /// The wavelet of that name.
    pub(crate) fn of(wavelet: &str) -> Result<Self, FilterError> {
        let line = lines().find(|(name, _)| *name == wavelet);
        let (_, text) = line.ok_or_else(|| FilterError::UnknownWavelet { name: wavelet.to_owned() })?;
        let (low, high) = text.split_once('/').map_or((text, None), |(low, high)| (low, Some(high)));
        let dec_lo = numbers(low);
        let dec_hi = high.map_or_else(|| mirrored(&dec_lo), numbers);
        Ok(Self { dec_lo, dec_hi })
    }
}

/// The names of all wavelets.
pub fn wavelets() -> impl Iterator<Item = &'static str> {
    lines().map(|(name, _)| name)
}

fn lines() -> impl Iterator<Item = (&'static str, &'static str)> {
    TABLE.lines().filter_map(|line| line.split_once(' '))
}

fn numbers(text: &str) -> Vec<f64> {
    text.split_whitespace().map(|number| number.parse().expect("the table holds numbers")).collect()
}

/// The quadrature mirror filter: reversed, every other sign changed, the first one first.
fn mirrored(low: &[f64]) -> Vec<f64> {
    low.iter().rev().enumerate().map(|(i, tap)| if i % 2 == 0 { -tap } else { *tap }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_wavelet() {
        assert_eq!(wavelets().count(), 106);
        for name in wavelets() {
            let Taps { dec_lo, dec_hi } = Taps::of(name).unwrap();
            let sum = |taps: &[f64]| taps.iter().sum::<f64>();
            // the discrete Meyer wavelet is an approximation
            let tolerance = if name == "dmey" { 2e-3 } else { 1e-6 };
            assert!(dec_lo.len() == dec_hi.len() && dec_lo.len().is_multiple_of(2), "{name}");
            assert!((sum(&dec_lo) - std::f64::consts::SQRT_2).abs() < tolerance, "{name}: {}", sum(&dec_lo));
            assert!(sum(&dec_hi).abs() < tolerance, "{name}: {}", sum(&dec_hi));
        }
    }

    #[test]
    fn orthogonal_wavelets_have_unit_length() {
        for name in wavelets().filter(|name| !name.contains("bio") && *name != "dmey") {
            let Taps { dec_lo, dec_hi } = Taps::of(name).unwrap();
            let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
            assert!((product(&dec_lo, &dec_lo) - 1.0).abs() < 1e-7, "{name}");
            assert!(product(&dec_lo, &dec_hi).abs() < 1e-7, "{name}");
        }
    }

    #[test]
    fn pywavelets_coif1_and_bior2_2() {
        let coif1 = Taps::of("coif1").unwrap();
        assert_eq!(coif1.dec_lo[0].to_bits(), (-0.015_655_728_135_791_993_f64).to_bits());
        assert_eq!(coif1.dec_hi[0].to_bits(), 0.072_732_619_512_526_45_f64.to_bits());
        assert_eq!(coif1.dec_hi[5].to_bits(), (-0.015_655_728_135_791_993_f64).to_bits());
        assert_eq!(Taps::of("bior2.2").unwrap().dec_hi[1].to_bits(), 0.353_553_390_593_273_8_f64.to_bits());
        assert_eq!(Taps::of("morl").unwrap_err().code(), "CNS-D-0222");
    }
}

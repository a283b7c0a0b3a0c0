//! The hospitals: how many children, how common MYCN amplification is, what is tested, which scanners.
//!
//! Figures: docs/reference/synth.md. Site F is held out; no study learns from it.

/// Children of the five hospitals together, by default.
pub const CHILDREN: u32 = 240;

/// A CT scanner with its protocol.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scanner {
    /// As column `scanner` names it.
    pub name: &'static str,
    /// DICOM `Manufacturer`; invented.
    pub manufacturer: &'static str,
    /// DICOM `ConvolutionKernel`; invented.
    pub kernel: &'static str,
    /// DICOM `KVP`.
    pub kilovolts: f64,
    /// Distance of pixels, mm.
    pub pixel: f64,
    /// Distance and thickness of slices, mm.
    pub slice: f64,
    /// Full width at half maximum of the kernel, mm.
    pub width: f64,
    /// Standard deviation of the noise, HU.
    pub noise: f64,
    /// Error of calibration, HU.
    pub bias: f64,
    /// What enhancement is multiplied with, arterial and venous.
    pub gain: [f64; 2],
    /// Full width at half maximum of the PET scanner beside it, mm.
    pub pet_width: f64,
    /// What SUV is multiplied with.
    pub pet_scale: f64,
    /// Gain of the ultrasound machine, dB.
    pub ultrasound_gain: f64,
}

/// What is known of a hospital beforehand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Profile {
    /// A to F.
    pub letter: char,
    /// Children by default.
    pub children: u32,
    /// Share of children with MYCN amplification.
    pub amplified: f64,
    /// Whether 1p and 11q are tested.
    pub tests_segments: bool,
    /// Share of children without an arterial phase.
    pub without_arterial: f64,
    /// The scanners, and the share of children on the second.
    pub scanners: &'static [Scanner],
    /// Share of children on the second scanner.
    pub second: f64,
}

/// A hospital and its number of children.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Site {
    /// What is known of it beforehand.
    pub profile: &'static Profile,
    /// Its children.
    pub children: u32,
}

const A: Scanner = Scanner {
    name: "A1",
    manufacturer: "Consilium Imaging A",
    kernel: "B30f",
    kilovolts: 100.0,
    pixel: 0.60,
    slice: 1.25,
    width: 0.8,
    noise: 12.0,
    bias: 0.0,
    gain: [1.0, 1.0],
    pet_width: 5.0,
    pet_scale: 1.0,
    ultrasound_gain: 0.0,
};
const B: Scanner = Scanner {
    name: "B1",
    manufacturer: "Consilium Imaging B",
    kernel: "FC13",
    kilovolts: 120.0,
    pixel: 0.70,
    slice: 2.50,
    width: 1.2,
    noise: 9.0,
    bias: 4.0,
    gain: [0.80, 1.10],
    pet_width: 6.0,
    pet_scale: 1.06,
    ultrasound_gain: 3.0,
};
const C: Scanner = Scanner {
    name: "C1",
    manufacturer: "Consilium Imaging C",
    kernel: "B60s",
    kilovolts: 100.0,
    pixel: 0.55,
    slice: 3.0,
    width: 0.6,
    noise: 18.0,
    bias: -6.0,
    gain: [1.20, 0.95],
    pet_width: 7.0,
    pet_scale: 0.92,
    ultrasound_gain: -4.0,
};
const D: Scanner = Scanner {
    name: "D1",
    manufacturer: "Consilium Imaging D",
    kernel: "SOFT",
    kilovolts: 120.0,
    pixel: 0.80,
    slice: 5.0,
    width: 1.6,
    noise: 7.0,
    bias: 8.0,
    gain: [0.65, 1.05],
    pet_width: 8.0,
    pet_scale: 1.10,
    ultrasound_gain: 6.0,
};
const E: Scanner = Scanner {
    name: "E1",
    manufacturer: "Consilium Imaging E",
    kernel: "B31f",
    kilovolts: 80.0,
    pixel: 0.65,
    slice: 1.0,
    width: 0.7,
    noise: 22.0,
    bias: -3.0,
    gain: [1.05, 0.85],
    pet_width: 5.5,
    pet_scale: 0.90,
    ultrasound_gain: -6.0,
};
/// Site A's other scanner: A's protocol with B's kernel.
const A2: Scanner =
    Scanner { name: "A2", manufacturer: B.manufacturer, kernel: B.kernel, width: B.width, ..A };
/// Site F's: between A and B, as none of the five.
const F: Scanner = Scanner {
    name: "F1",
    manufacturer: "Consilium Imaging F",
    kernel: "STANDARD",
    kilovolts: 110.0,
    pixel: 0.75,
    slice: 2.0,
    width: 1.0,
    noise: 14.0,
    bias: 2.0,
    gain: [0.90, 1.0],
    pet_width: 6.5,
    pet_scale: 1.03,
    ultrasound_gain: 1.0,
};

/// The five hospitals and the one held out.
pub const PROFILES: [Profile; 6] = [
    profile('A', 78, 0.22, &[A, A2], 0.3),
    profile('B', 57, 0.18, &[B], 0.0),
    profile('C', 46, 0.26, &[C], 0.0),
    Profile { without_arterial: 0.4, ..profile('D', 34, 0.15, &[D], 0.0) },
    Profile { tests_segments: false, ..profile('E', 25, 0.20, &[E], 0.0) },
    profile('F', 40, 0.20, &[F], 0.0),
];

const fn profile(
    letter: char,
    children: u32,
    amplified: f64,
    scanners: &'static [Scanner],
    second: f64,
) -> Profile {
    Profile { letter, children, amplified, tests_segments: true, without_arterial: 0.1, scanners, second }
}

/// The sites A to E, and F, with `children` at A to E together, in the default's proportions by the largest remainders.
/// F is in the same proportion to them.
#[must_use]
pub fn sites(children: u32) -> Vec<Site> {
    let share = |profile: &Profile| f64::from(profile.children) / f64::from(CHILDREN) * f64::from(children);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of children")]
    let floor = |x: f64| x.floor() as u32;
    let mut counts: Vec<u32> = PROFILES[..5].iter().map(|profile| floor(share(profile))).collect();
    let mut order: Vec<usize> = (0..5).collect();
    let left = |i: usize| share(&PROFILES[i]) - share(&PROFILES[i]).floor();
    order.sort_by(|a, b| left(*b).total_cmp(&left(*a)));
    let missing = children - counts.iter().sum::<u32>();
    order.iter().take(missing as usize).for_each(|site| counts[*site] += 1);
    counts.push(floor(share(&PROFILES[5]) + 0.5));
    PROFILES.iter().zip(counts).map(|(profile, children)| Site { profile, children }).collect()
}

impl Site {
    /// The folder's name, and the site's in a study.
    #[must_use]
    pub fn name(&self) -> String {
        format!("hospital-{}", self.profile.letter.to_ascii_lowercase())
    }

    pub(crate) fn byte(&self) -> u8 {
        u8::try_from(self.profile.letter).expect("letters A to F")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_are_dealt_in_proportion() {
        let counts = |n| sites(n).iter().map(|site| site.children).collect::<Vec<_>>();
        assert_eq!(counts(240), [78, 57, 46, 34, 25, 40]);
        assert_eq!(counts(60), [20, 14, 12, 8, 6, 10]);
        assert_eq!(counts(1001)[..5].iter().sum::<u32>(), 1001);
    }
}

//! Colours, and the scale from a number to one.
//!
//! Specification: viridis, by van der Walt and Smith for matplotlib (CC0): dark to bright for any eye, at 17 places and
//! linear between them.

/// Red, green and blue.
pub(super) type Rgb = [u8; 3];

pub(super) const PAGE: Rgb = [18, 18, 22];
pub(super) const TEXT: Rgb = [235, 235, 235];
pub(super) const FAINT: Rgb = [160, 160, 168];
/// On grey and on every colour of the scale.
pub(super) const CONTOUR: Rgb = [255, 64, 64];

const VIRIDIS: [Rgb; 17] = [
    [68, 1, 84],
    [72, 24, 106],
    [71, 45, 123],
    [66, 64, 134],
    [59, 82, 139],
    [51, 99, 141],
    [44, 114, 142],
    [38, 130, 142],
    [33, 145, 140],
    [31, 160, 136],
    [40, 174, 128],
    [63, 188, 115],
    [94, 201, 98],
    [132, 212, 75],
    [173, 220, 48],
    [216, 226, 25],
    [253, 231, 37],
];

/// The scale's colour at a place from 0 to 1; beyond, its ends.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the table")]
pub(super) fn viridis(at: f64) -> Rgb {
    let place = at.clamp(0.0, 1.0) * 16.0;
    let below = (place.floor() as usize).min(15);
    mixed(VIRIDIS[below], VIRIDIS[below + 1], place - below as f64)
}

/// A grey from 0 (black) to 1 (white).
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a byte")]
pub(super) fn grey(at: f64) -> Rgb {
    [(at.clamp(0.0, 1.0) * 255.0).round() as u8; 3]
}

/// `part` of the second colour, the rest of the first.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between two bytes")]
pub(super) fn mixed(first: Rgb, second: Rgb, part: f64) -> Rgb {
    std::array::from_fn(|i| {
        let (a, b) = (f64::from(first[i]), f64::from(second[i]));
        (a + (b - a) * part).round() as u8
    })
}

/// Where a value lies between two ends; one half where the ends are one.
pub(super) fn place(value: f64, [low, high]: [f64; 2]) -> f64 {
    if high > low { (value - low) / (high - low) } else { 0.5 }
}

/// The values below which these parts of the finite numbers lie; zero without any.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rank below the length")]
pub(super) fn quantiles(values: impl Iterator<Item = f64>, parts: [f64; 3]) -> [f64; 3] {
    let mut sorted: Vec<f64> = values.filter(|value| value.is_finite()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let last = sorted.len().saturating_sub(1) as f64;
    parts.map(|part| sorted.get((part * last).round() as usize).copied().unwrap_or(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_begins_dark_and_ends_bright() {
        assert_eq!([viridis(0.0), viridis(0.5), viridis(1.0)], [[68, 1, 84], [33, 145, 140], [253, 231, 37]]);
        assert_eq!([viridis(-3.0), viridis(7.0)], [viridis(0.0), viridis(1.0)]);
        let light = |at: f64| viridis(at).iter().map(|v| u32::from(*v)).sum::<u32>();
        assert!((1..=100).all(|i| light(f64::from(i) / 100.0) + 12 >= light(f64::from(i - 1) / 100.0)));
        assert_eq!(viridis(f64::NAN), viridis(f64::NAN), "any colour, no panic");
    }

    #[test]
    fn quantiles_leave_out_what_is_not_finite() {
        let values = (0..=100).map(f64::from).chain([f64::NAN, f64::INFINITY]);
        let bits = |values: [f64; 3]| values.map(f64::to_bits);
        assert_eq!(bits(quantiles(values, [0.01, 0.5, 1.0])), bits([1.0, 50.0, 100.0]));
        assert_eq!(bits(quantiles(std::iter::empty(), [0.0, 0.5, 1.0])), bits([0.0; 3]));
    }
}

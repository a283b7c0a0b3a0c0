//! A contour as another reader may have drawn it: made of the supervoxels that it covers, by chance.
//!
//! Specification: Zwanenburg et al., "Assessing robustness of radiomic features by image perturbation", Sci Rep 9 (2019)
//! 614, contour randomisation; the constants are those of the authors' program MIRP 2.7.0.

use consilium_imaging::{RoiMask, Volume};

use super::border::replaced;
use super::random::{Purpose, Random};
use super::supervoxels::{Field, neighbours, supervoxels};
use crate::window::Window;

/// How far around the region the image is divided, mm.
const AROUND: f64 = 25.0;
/// A supervoxel's size: this many voxels, or this many mm³, whichever is more.
const VOXELS: f64 = 20.0;
const CUBIC_MM: f64 = 500.0;
/// Intensities are limited to the region's range and this part of it on either side.
const BEYOND: f64 = 0.1;
/// Covered to this part or more, a supervoxel is always in; covered to less than `NEVER`, never.
const ALWAYS: f64 = 0.9;
const NEVER: f64 = 0.2;

/// The region of supervoxels drawn by chance, each with the part of it that the region covers; the most covered is always
/// in, so the result is never empty. Nothing for an empty mask, or when the box holds numbers that are not finite.
pub(super) fn randomised(image: &Volume, mask: &RoiMask, seed: u64, repetition: u32) -> Option<RoiMask> {
    let grid = mask.grid();
    let window = Window::around(mask).ok()?.padded(AROUND, grid);
    let inside = window.cut(grid.dims, mask.inside());
    let values = window.cut(grid.dims, image.voxels());
    if values.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let field = field(window.dims, grid.spacing, values, &inside);
    let size = VOXELS.max(CUBIC_MM / grid.spacing.iter().product::<f64>());
    let labels = supervoxels(&field, size);
    let chosen =
        chosen(&coverage(&labels, &inside), &mut Random::new(seed, Purpose::Supervoxels, repetition, 0));
    let drawn: Vec<bool> = labels.iter().map(|label| chosen[*label as usize]).collect();
    Some(replaced(mask, &window, &closed(field.dims, &drawn)))
}

/// The box with intensities limited, scaled to 0..1 and smoothed.
fn field(dims: [usize; 3], spacing: [f64; 3], mut values: Vec<f64>, inside: &[bool]) -> Field {
    let region = || values.iter().zip(inside).filter(|(_, is_in)| **is_in).map(|(value, _)| *value);
    let (low, high) = (region().fold(f64::INFINITY, f64::min), region().fold(f64::NEG_INFINITY, f64::max));
    let margin = BEYOND * (high - low);
    let (low, range) = (low - margin, high - low + 2.0 * margin);
    let scaled = |value: f64| if range > 0.0 { ((value - low) / range).clamp(0.0, 1.0) } else { 0.0 };
    values.iter_mut().for_each(|value| *value = scaled(*value));
    let sigma = spacing.iter().fold(f64::INFINITY, |least, mm| least.min(*mm));
    for (axis, mm) in spacing.into_iter().enumerate() {
        values = smoothed(&values, dims, axis, sigma / mm);
    }
    Field { dims, spacing, values }
}

/// A Gaussian along one axis, cut off at four standard deviations; beyond the ends the edge continues.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most four voxels")]
fn smoothed(values: &[f64], dims: [usize; 3], axis: usize, sigma: f64) -> Vec<f64> {
    let (n, stride) = (dims[axis], dims[..axis].iter().product::<usize>());
    let reach = (4.0 * sigma + 0.5).floor() as usize;
    let half: Vec<f64> = (0..=reach).map(|i| libm::exp(-0.5 * (i as f64 / sigma).powi(2))).collect();
    let total = half[1..].iter().fold(half[0], |sum, weight| sum + 2.0 * weight);
    let at = |voxel: usize, shift: usize, forward: bool| {
        let place = voxel / stride % n;
        let new = if forward { (place + shift).min(n - 1) } else { place.saturating_sub(shift) };
        values[voxel - place * stride + new * stride]
    };
    let pair = |voxel: usize, shift: usize| half[shift] * (at(voxel, shift, false) + at(voxel, shift, true));
    let sum = |voxel: usize| (1..=reach).fold(half[0] * values[voxel], |sum, shift| sum + pair(voxel, shift));
    (0..values.len()).map(|voxel| sum(voxel) / total).collect()
}

/// The part of each supervoxel that is in the region.
fn coverage(labels: &[u32], inside: &[bool]) -> Vec<f64> {
    let count = labels.iter().max().map_or(0, |last| *last as usize + 1);
    let mut found = vec![[0.0; 2]; count];
    for (label, is_in) in labels.iter().zip(inside) {
        let [covered, all] = &mut found[*label as usize];
        *covered += f64::from(u8::from(*is_in));
        *all += 1.0;
    }
    found.into_iter().map(|[covered, all]| covered / all).collect()
}

fn chosen(coverage: &[f64], random: &mut Random) -> Vec<bool> {
    let most = coverage.iter().fold(0.0, |most: f64, part| most.max(*part));
    coverage
        .iter()
        .map(|part| {
            let draw = random.uniform();
            *part >= most.min(ALWAYS) || (*part >= NEVER && draw <= *part)
        })
        .collect()
}

/// Gaps of a voxel filled: dilated, then eroded, over faces. What is dilated beyond the box is known, so that nothing
/// changes at its edge.
fn closed(dims: [usize; 3], inside: &[bool]) -> Vec<bool> {
    // a single slice is closed within itself
    let border = dims.map(|n| usize::from(n > 1));
    let inner = Window { start: border, dims };
    let larger: [usize; 3] = std::array::from_fn(|i| dims[i] + 2 * border[i]);
    let mut cells = vec![false; larger.iter().product()];
    inner.put(larger, &mut cells, inside);
    let touching = |cells: &[bool], wanted: bool| -> Vec<bool> {
        let touches =
            |i: usize| neighbours(larger, i).into_iter().flatten().any(|other| cells[other] == wanted);
        (0..cells.len()).map(|i| cells[i] == wanted || touches(i)).collect()
    };
    let gone = touching(&touching(&cells, true), false);
    inner.cut(larger, &gone).iter().map(|is_out| !is_out).collect()
}

#[cfg(test)]
mod tests {
    use consilium_imaging::Grid;

    use super::*;

    fn case() -> (Volume, RoiMask) {
        let dims = [40, 40, 16];
        let grid = Grid::axis_aligned(dims, [1.0, 1.0, 2.0]);
        let off = |i: usize, a: usize| [i % 40, i / 40 % 40, i / 1600][a] as f64 - dims[a] as f64 / 2.0;
        let radius = |i: usize| (off(i, 0).powi(2) + off(i, 1).powi(2) + 4.0 * off(i, 2).powi(2)).sqrt();
        let voxels = (0..grid.len())
            .map(|i| if radius(i) < 12.0 { 80.0 } else { 0.0 } + ((i * 7919) % 13) as f64)
            .collect();
        let inside = (0..grid.len()).map(|i| radius(i) < 12.5).collect();
        (Volume::new(grid.clone(), voxels).unwrap(), RoiMask::new(grid, inside).unwrap())
    }

    fn dice(a: &RoiMask, b: &RoiMask) -> f64 {
        let both = a.inside().iter().zip(b.inside()).filter(|(a, b)| **a && **b).count();
        2.0 * both as f64 / (a.count() + b.count()) as f64
    }

    #[test]
    fn the_contour_changes_a_little_and_by_the_seed() {
        let (image, mask) = case();
        let draw = |seed, repetition| randomised(&image, &mask, seed, repetition).unwrap();
        assert_eq!(draw(1, 0).inside(), draw(1, 0).inside());
        let draws: Vec<RoiMask> = (0..6).map(|repetition| draw(1, repetition)).collect();
        assert!(draws.iter().any(|drawn| drawn.inside() != draws[0].inside()));
        for drawn in &draws {
            assert!(dice(drawn, &mask) > 0.85, "{}", dice(drawn, &mask));
        }
    }

    #[test]
    fn covered_supervoxels_are_in_and_hardly_covered_ones_are_not() {
        let mut random = Random::new(1, Purpose::Supervoxels, 0, 0);
        let mut counts = [0; 4];
        for _ in 0..1000 {
            let chosen = chosen(&[0.95, 0.19, 0.5, 0.3], &mut random);
            counts.iter_mut().zip(chosen).for_each(|(count, is_in)| *count += i32::from(is_in));
        }
        assert_eq!(counts[..2], [1000, 0]);
        assert!((450..550).contains(&counts[2]) && (250..350).contains(&counts[3]), "{counts:?}");
        assert_eq!(chosen(&[0.1, 0.15], &mut random), [false, true], "the most covered is always in");
    }

    #[test]
    fn a_gap_is_filled_and_the_rest_stays() {
        let mut inside = vec![false; 7 * 7];
        (14..35).filter(|i| i % 7 > 0 && i % 7 < 6).for_each(|i| inside[i] = true);
        let whole = inside.clone();
        inside[24] = false;
        assert_eq!(closed([7, 7, 1], &inside), whole);
        assert_eq!(closed([7, 7, 1], &whole), whole);
    }
}

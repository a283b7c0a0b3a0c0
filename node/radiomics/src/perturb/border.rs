//! Contours moved outwards or inwards: to a number of voxels, or by a distance.
//!
//! Voxels come or go in the order of their distance from the old contour; among equals chance decides, since a fixed order
//! would push the region to one side. The image's edge is no contour: a region that touches it does not shrink there.
//! Specification: Zwanenburg et al., "Assessing robustness of radiomic features by image perturbation", Sci Rep 9 (2019)
//! 614, volume adaptation.

use consilium_imaging::{Grid, RoiMask};

use super::distance::distances;
use super::random::{Purpose, Random};
use crate::window::Window;

/// Distances closer than this are equal: parts of a mm.
const SAME_DISTANCE: f64 = 1e-6;
/// The first guess of how far a region grows, in voxels.
const FIRST_REACH: f64 = 3.0;

/// The region with `count` voxels; nothing when the image has not as many. At least one voxel.
pub(super) fn resized(mask: &RoiMask, count: usize, seed: u64) -> Option<RoiMask> {
    let random = Random::new(seed, Purpose::Border, 0, 0);
    if count > mask.count() { grown(mask, count - mask.count(), random) } else { shrunk(mask, count, random) }
}

/// The region with everything nearer than `mm`, or without what is nearer than `-mm` to its outside; nothing when no
/// voxel is left.
pub(super) fn moved(mask: &RoiMask, mm: f64) -> Option<RoiMask> {
    let grid = mask.grid();
    let window = Window::around(mask).ok()?.padded(mm.max(0.0) + largest(grid), grid);
    let inside = window.cut(grid.dims, mask.inside());
    let new: Vec<bool> = if mm >= 0.0 {
        let away = distances(window.dims, grid.spacing, &inside);
        away.iter().map(|away| *away <= mm + SAME_DISTANCE).collect()
    } else {
        let deep = distances(window.dims, grid.spacing, &opposite(&inside));
        deep.iter().map(|deep| *deep > SAME_DISTANCE - mm).collect()
    };
    new.contains(&true).then(|| replaced(mask, &window, &new))
}

fn grown(mask: &RoiMask, more: usize, mut random: Random) -> Option<RoiMask> {
    let grid = mask.grid();
    let tight = Window::around(mask).ok()?;
    let mut reach = FIRST_REACH * largest(grid);
    let (window, mut inside, chosen) = loop {
        let window = tight.padded(reach, grid);
        let inside = window.cut(grid.dims, mask.inside());
        let away = distances(window.dims, grid.spacing, &inside);
        // beyond the reach, voxels outside of the window may be nearer
        let limit = if window.is_all(grid) { f64::INFINITY } else { reach };
        let near = (0..inside.len()).filter(|i| !inside[*i] && away[*i] <= limit);
        let candidates: Vec<usize> = near.collect();
        if candidates.len() >= more {
            let chosen = nearest(candidates, more, &away, &mut random);
            break (window, inside, chosen);
        }
        if window.is_all(grid) {
            return None;
        }
        reach *= 2.0;
    };
    chosen.into_iter().for_each(|i| inside[i] = true);
    Some(replaced(mask, &window, &inside))
}

fn shrunk(mask: &RoiMask, count: usize, mut random: Random) -> Option<RoiMask> {
    let grid = mask.grid();
    let window = Window::around(mask).ok()?.padded(largest(grid), grid);
    let mut inside = window.cut(grid.dims, mask.inside());
    let deep = distances(window.dims, grid.spacing, &opposite(&inside));
    let candidates: Vec<usize> = (0..inside.len()).filter(|i| inside[*i]).collect();
    let less = candidates.len() - count;
    nearest(candidates, less, &deep, &mut random).into_iter().for_each(|i| inside[i] = false);
    Some(replaced(mask, &window, &inside))
}

/// The `count` candidates with the smallest distances; chance decides among equals.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an infinite distance saturates")]
fn nearest(candidates: Vec<usize>, count: usize, distances: &[f64], random: &mut Random) -> Vec<usize> {
    let steps = |i: usize| (distances[i] / SAME_DISTANCE).round() as u64;
    let mut order: Vec<(u64, u64, usize)> =
        candidates.into_iter().map(|i| (steps(i), random.bits(), i)).collect();
    if count < order.len() {
        order.select_nth_unstable(count);
        order.truncate(count);
    }
    order.into_iter().map(|(_, _, i)| i).collect()
}

fn largest(grid: &Grid) -> f64 {
    grid.spacing.iter().fold(0.0, |largest: f64, mm| largest.max(*mm))
}

fn opposite(inside: &[bool]) -> Vec<bool> {
    inside.iter().map(|is_in| !is_in).collect()
}

/// The mask with other cells in a window, which held all of it.
pub(super) fn replaced(mask: &RoiMask, window: &Window, part: &[bool]) -> RoiMask {
    let grid = mask.grid().clone();
    let mut inside = vec![false; grid.len()];
    window.put(grid.dims, &mut inside, part);
    RoiMask::new(grid, inside).expect("as many cells as the grid has")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ball(dims: [usize; 3], spacing: [f64; 3], radius: f64) -> RoiMask {
        let grid = Grid::axis_aligned(dims, spacing);
        let at = |i: usize| [i % dims[0], i / dims[0] % dims[1], i / (dims[0] * dims[1])];
        let off = |i: usize, a: usize| (at(i)[a] as f64 - (dims[a] / 2) as f64) * spacing[a];
        let inside =
            (0..grid.len()).map(|i| (0..3).map(|a| off(i, a).powi(2)).sum::<f64>() <= radius * radius);
        let inside = inside.collect();
        RoiMask::new(grid, inside).unwrap()
    }

    proptest! {
        #[test]
        fn a_region_has_as_many_voxels_as_asked(count in 1_usize..1_500, seed: u64) {
            let mask = ball([15, 14, 9], [1.0, 1.0, 2.0], 5.0);
            let new = resized(&mask, count, seed).unwrap();
            prop_assert_eq!(new.count(), count);
            let pairs = mask.inside().iter().zip(new.inside());
            let kept = pairs.filter(|(old, new)| **old && **new).count();
            prop_assert_eq!(kept, count.min(mask.count()), "growing keeps all, shrinking adds none");
        }
    }

    #[test]
    fn a_region_grows_to_all_sides() {
        let mask = ball([21, 21, 21], [1.0; 3], 6.0);
        let new = resized(&mask, mask.count() * 11 / 10, 7).unwrap();
        let added = |axis: usize| {
            let added = (0..new.inside().len()).filter(|i| new.inside()[*i] && !mask.inside()[*i]);
            let off = added.map(|i| [i % 21, i / 21 % 21, i / 441][axis] as f64 - 10.0);
            off.collect::<Vec<f64>>()
        };
        for axis in 0..3 {
            let off = added(axis);
            let mean = off.iter().sum::<f64>() / off.len() as f64;
            assert!(mean.abs() < 1.0, "axis {axis}: {mean}");
        }
    }

    #[test]
    fn a_distance_is_in_mm_along_each_axis() {
        let mut inside = vec![false; 9 * 9 * 9];
        inside[364] = true;
        let mask = RoiMask::new(Grid::axis_aligned([9, 9, 9], [1.0, 1.0, 3.0]), inside).unwrap();
        assert_eq!(moved(&mask, 2.0).unwrap().count(), 13, "a disc of radius 2 in one slice");
        assert_eq!(moved(&mask, 3.0).unwrap().count(), 29 + 2);
        assert_eq!(moved(&mask, 0.0).unwrap().inside(), mask.inside());
        assert!(moved(&mask, -1.0).is_none());
        let big = moved(&mask, 3.0).unwrap();
        assert!(moved(&big, -1.0).unwrap().count() < big.count());
    }

    #[test]
    fn the_image_has_an_end() {
        let mask = ball([5, 5, 5], [1.0; 3], 2.0);
        assert_eq!(resized(&mask, 125, 1).unwrap().count(), 125);
        assert!(resized(&mask, 126, 1).is_none());
    }
}

//! The voxel grid turned about the slice axis and shifted by parts of a voxel: the patient stays where he is, and the
//! image and the mask are sampled anew.
//!
//! The new grid covers the old one. Outside of the old image its edge continues; nothing there is in the region.
//! Specification: Zwanenburg et al., Sci Rep 9 (2019) 614, rotation and translation; interpolation as in the IBSI
//! reference manual, section 2.4, partial volume threshold one half.

use consilium_imaging::{Grid, RoiMask, Volume};
use rayon::prelude::*;

use super::sampler::{Point, Sampler};
use crate::processing::Interpolation;
use crate::window::Window;

/// Parts of a voxel that are rounding.
const NOISE: f64 = 1e-9;
/// What is missing to half a voxel when rounding took it.
const THRESHOLD_NOISE: f64 = 5e-7;

/// A grid's movement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Turn {
    pub(super) degrees: f64,
    /// In voxels along the old axes.
    pub(super) shift: [f64; 3],
}

impl Turn {
    pub(super) const NONE: Self = Self { degrees: 0.0, shift: [0.0; 3] };

    pub(super) fn turned(self, degrees: f64) -> Self {
        Self { degrees: self.degrees + degrees, ..self }
    }

    pub(super) fn shifted(self, shift: [f64; 3]) -> Self {
        Self { shift: std::array::from_fn(|axis| self.shift[axis] + shift[axis]), ..self }
    }

    /// Image and mask on the moved grid.
    pub(super) fn apply(
        &self,
        image: &Volume,
        mask: &RoiMask,
        interpolation: Interpolation,
    ) -> (Volume, RoiMask) {
        let plan = Plan::new(image.grid(), self);
        let sampler = Sampler::new(image, interpolation);
        let voxels = plan.map(|point| sampler.at(point));
        let region = Window::around(mask).ok();
        let membership = Sampler::of_mask(mask);
        let inside = plan.map(|point| {
            let is_near = region.is_some_and(|window| is_near(&window, point));
            is_near && membership.at(point) >= 0.5 - THRESHOLD_NOISE
        });
        let volume = Volume::new(plan.new.clone(), voxels).expect("as many voxels as the grid has");
        (volume, RoiMask::new(plan.new, inside).expect("as many voxels as the grid has"))
    }
}

/// Whether some voxel of the window is less than a voxel away along every axis.
fn is_near(window: &Window, point: Point) -> bool {
    let (first, last) = (window.start, window.last());
    (0..3).all(|a| first[a] as f64 - point[a] < 1.0 && point[a] - (last[a] as f64) < 1.0)
}

/// From new voxels to positions in the old grid.
struct Plan {
    new: Grid,
    old_centre: Point,
    new_centre: Point,
    shift: Point,
    cos: f64,
    /// The sine, times what a step along one axis is in voxels of the other.
    sin: [f64; 2],
}

impl Plan {
    fn new(old: &Grid, turn: &Turn) -> Self {
        let radians = turn.degrees.to_radians();
        let (sin, cos) = (libm::sin(radians), libm::cos(radians));
        let [sx, sy, _] = old.spacing;
        let new = moved(old, turn, sin, cos);
        let centre = |grid: &Grid| grid.dims.map(|n| (n - 1) as f64 / 2.0);
        Self {
            old_centre: centre(old),
            new_centre: centre(&new),
            new,
            shift: turn.shift,
            cos,
            sin: [sin * sy / sx, sin * sx / sy],
        }
    }

    /// The value of every new voxel, from its position in the old grid; x fastest.
    fn map<T: Send>(&self, value: impl Fn(Point) -> T + Sync) -> Vec<T> {
        let [nx, ny, nz] = self.new.dims;
        let rows = (0..ny * nz).into_par_iter();
        rows.flat_map_iter(|row| {
            let value = &value;
            (0..nx).map(move |x| value(self.position([x, row % ny, row / ny])))
        })
        .collect()
    }

    fn position(&self, new: [usize; 3]) -> Point {
        let [x, y, z]: Point = std::array::from_fn(|i| new[i] as f64 - self.new_centre[i]);
        let turned = [self.cos * x - self.sin[0] * y, self.sin[1] * x + self.cos * y, z];
        std::array::from_fn(|i| {
            let at = self.old_centre[i] + turned[i] + self.shift[i];
            if (at - at.round()).abs() < NOISE { at.round() } else { at }
        })
    }
}

/// The turned and shifted grid that covers the old one.
fn moved(old: &Grid, turn: &Turn, sin: f64, cos: f64) -> Grid {
    let extent = |axis: usize| (old.dims[axis] - 1) as f64 * old.spacing[axis];
    let (x, y) = (extent(0), extent(1));
    let mut new = old.clone();
    new.dims[0] = voxels(cos.abs() * x + sin.abs() * y, old.spacing[0]);
    new.dims[1] = voxels(sin.abs() * x + cos.abs() * y, old.spacing[1]);
    for world in 0..3 {
        let [ex, ey, _] = old.direction[world];
        new.direction[world][0] = cos * ex + sin * ey;
        new.direction[world][1] = cos * ey - sin * ex;
        let half = |grid: &Grid, axis: usize| {
            0.5 * (grid.dims[axis] - 1) as f64 * grid.spacing[axis] * grid.direction[world][axis]
        };
        let shift = (0..3).map(|a| turn.shift[a] * old.spacing[a] * old.direction[world][a]).sum::<f64>();
        let centre = (0..3).fold(old.origin[world], |sum, axis| sum + half(old, axis));
        new.origin[world] = (0..3).fold(centre, |sum, axis| sum - half(&new, axis)) + shift;
    }
    new
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "at most the old grid's diagonal"
)]
fn voxels(extent: f64, spacing: f64) -> usize {
    (extent / spacing - 1e-6).ceil().max(0.0) as usize + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case() -> (Volume, RoiMask) {
        let dims = [12, 9, 12];
        let mut grid = Grid::axis_aligned(dims, [0.8, 1.1, 3.0]);
        grid.origin = [5.0, -7.0, 11.0];
        let at = |i: usize| [i % 12, i / 12 % 9, i / 108];
        let voxels = (0..grid.len()).map(|i| ((i * 7919) % 101) as f64).collect();
        let inside = (0..grid.len())
            .map(|i| (4..8).contains(&at(i)[0]) && (3..6).contains(&at(i)[1]) && (4..8).contains(&at(i)[2]))
            .collect();
        (Volume::new(grid.clone(), voxels).unwrap(), RoiMask::new(grid, inside).unwrap())
    }

    const EACH: [Interpolation; 3] = [Interpolation::Nearest, Interpolation::Linear, Interpolation::Cubic];

    #[test]
    fn no_movement_is_the_identity() {
        let (image, mask) = case();
        for interpolation in EACH {
            let (same, region) = Turn::NONE.apply(&image, &mask, interpolation);
            assert_eq!(same.voxels(), image.voxels());
            assert_eq!(region.inside(), mask.inside());
            assert_eq!(same.grid().dims, image.grid().dims);
            let off = (0..3).map(|a| (same.grid().origin[a] - image.grid().origin[a]).abs());
            assert!(off.fold(0.0, f64::max) < 1e-12);
        }
    }

    #[test]
    fn a_half_turn_reverses_the_slices_and_the_grid() {
        let (image, mask) = case();
        let turn = Turn { degrees: 180.0, ..Turn::NONE };
        for interpolation in EACH {
            let (turned, region) = turn.apply(&image, &mask, interpolation);
            for slice in 0..12 {
                let reversed: Vec<f64> = image.voxels()[slice * 108..][..108].iter().rev().copied().collect();
                assert_eq!(&turned.voxels()[slice * 108..][..108], reversed);
            }
            assert_eq!(region.count(), mask.count());
            assert!((turned.grid().direction[0][0] + 1.0).abs() < 1e-15);
        }
    }

    /// A plane in world coordinates is the same plane after any movement, seen by the new grid's own placement.
    #[test]
    fn the_patient_stays_in_place() {
        let (image, mask) = case();
        let world = |grid: &Grid, i: usize, axis: usize| {
            let [nx, ny, _] = grid.dims;
            let at = [i % nx, i / nx % ny, i / (nx * ny)].map(|n| n as f64);
            (0..3).fold(grid.origin[axis], |sum, a| sum + at[a] * grid.spacing[a] * grid.direction[axis][a])
        };
        let plane = |grid: &Grid, i: usize| {
            2.0 * world(grid, i, 0) - 3.0 * world(grid, i, 1) + 0.5 * world(grid, i, 2)
        };
        let grid = image.grid().clone();
        let voxels = (0..grid.len()).map(|i| plane(&grid, i)).collect();
        let image = Volume::new(grid, voxels).unwrap();
        let turn = Turn { degrees: 23.0, shift: [0.25, -0.4, 0.3] };
        for interpolation in [Interpolation::Linear, Interpolation::Cubic] {
            let (turned, region) = turn.apply(&image, &mask, interpolation);
            let inside = (0..turned.voxels().len()).filter(|i| region.inside()[*i]);
            let compared: Vec<usize> = inside.collect();
            assert!(compared.len() > 20);
            for i in compared {
                let (found, expected) = (turned.voxels()[i], plane(turned.grid(), i));
                // the spline has not forgotten the edge, where the plane has a kink
                let tolerance = if interpolation == Interpolation::Linear { 1e-9 } else { 0.1 };
                assert!((found - expected).abs() < tolerance, "{interpolation:?}: {found} {expected}");
            }
        }
    }
}

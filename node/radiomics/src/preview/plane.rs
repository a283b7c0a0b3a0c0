//! Which voxels a panel shows, and which way is up.
//!
//! Radiological orientation: the patient's right is on the left of the picture; the front is up in axial panels and on the
//! left in sagittal ones; the head is up. An oblique grid is shown along its own axes, each called by the direction of the
//! body that it is nearest to. Never here: colours.

use consilium_imaging::{Grid, RoiMask};

/// From a voxel's centre to its edge.
const HALF: f64 = 0.5;

/// A voxel axis as it runs across the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Axis {
    /// Which of the grid's axes.
    pub(super) index: usize,
    /// Whether higher voxels lie to the left or the top.
    pub(super) is_reversed: bool,
}

/// A view of the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum View {
    Axial,
    Coronal,
    Sagittal,
}

impl View {
    pub(super) const ALL: [Self; 3] = [Self::Axial, Self::Coronal, Self::Sagittal];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Axial => "axial",
            Self::Coronal => "coronal",
            Self::Sagittal => "sagittal",
        }
    }

    /// World axes across and down the picture and through it: 0 to the right, 1 to the front, 2 to the head.
    fn world(self) -> [usize; 3] {
        match self {
            Self::Axial => [0, 1, 2],
            Self::Coronal => [0, 2, 1],
            Self::Sagittal => [1, 2, 0],
        }
    }

    /// What is at the left, the right, the top and the bottom.
    pub(super) fn letters(self) -> [&'static str; 4] {
        match self {
            Self::Axial => ["R", "L", "A", "P"],
            Self::Coronal => ["R", "L", "S", "I"],
            Self::Sagittal => ["A", "P", "S", "I"],
        }
    }
}

/// One slice of the grid, as it lies in a panel.
#[derive(Debug, Clone)]
pub(super) struct Plane {
    pub(super) view: View,
    pub(super) across: Axis,
    pub(super) down: Axis,
    /// The grid's axis that the slice is perpendicular to, and which slice, from 0.
    pub(super) through: usize,
    pub(super) slice: usize,
    /// First and last voxel shown along each axis.
    pub(super) shown: [[usize; 2]; 3],
}

impl Plane {
    /// The slice of a view with the most voxels of the region, in a box of voxels.
    pub(super) fn new(view: View, mask: &RoiMask, shown: [[usize; 2]; 3]) -> Self {
        let [across, down, through] = view.world().map(|world| axis(mask.grid(), world));
        // all three directions, right, front and head, are shown at the left or the top
        let reversed = |axis: Axis| Axis { is_reversed: !axis.is_reversed, ..axis };
        let slice = fullest(mask, through.index);
        Self { view, across: reversed(across), down: reversed(down), through: through.index, slice, shown }
    }

    /// Millimetres across and down.
    pub(super) fn extent(&self, grid: &Grid) -> [f64; 2] {
        [self.across, self.down].map(|axis| self.count(axis) as f64 * grid.spacing[axis.index])
    }

    /// Voxels along an axis.
    pub(super) fn count(&self, axis: Axis) -> usize {
        let [first, last] = self.shown[axis.index];
        last - first + 1
    }

    /// The position, in voxels, of a place across and down a panel of the given size, both from 0 to 1.
    pub(super) fn position(&self, at: [f64; 2]) -> [f64; 3] {
        let mut position = [0.0; 3];
        position[self.through] = self.slice as f64;
        for (axis, at) in [self.across, self.down].into_iter().zip(at) {
            let [first, last] = self.shown[axis.index].map(|voxel| voxel as f64);
            let along = if axis.is_reversed { 1.0 - at } else { at };
            position[axis.index] = first - HALF + along * (last - first + 1.0);
        }
        position
    }
}

/// The voxel axis nearest to a world axis when all three are chosen together; reversed when it runs the other way.
fn axis(grid: &Grid, world: usize) -> Axis {
    const ORDERS: [[usize; 3]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    let fit = |order: &[usize; 3]| (0..3).map(|world| grid.direction[world][order[world]].abs()).sum::<f64>();
    let best =
        ORDERS.iter().fold(&ORDERS[0], |best, order| if fit(order) > fit(best) { order } else { best });
    let index = best[world];
    Axis { index, is_reversed: grid.direction[world][index] < 0.0 }
}

/// The slice across an axis with the most voxels of the region; of several, the one in the middle.
fn fullest(mask: &RoiMask, axis: usize) -> usize {
    let dims = mask.grid().dims;
    let stride: usize = dims[..axis].iter().product();
    let mut counts = vec![0_usize; dims[axis]];
    let inside = mask.inside().iter().enumerate().filter(|(_, is_in)| **is_in);
    inside.for_each(|(voxel, _)| counts[voxel / stride % dims[axis]] += 1);
    let most = counts.iter().max().copied().unwrap_or(0);
    let full: Vec<usize> = (0..counts.len()).filter(|slice| counts[*slice] == most).collect();
    full[full.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask(direction: [[f64; 3]; 3]) -> RoiMask {
        let grid = Grid { direction, ..Grid::axis_aligned([4, 5, 6], [1.0, 2.0, 3.0]) };
        let inside = (0..120).map(|i| (40..60).contains(&i) || i == 3).collect();
        RoiMask::new(grid, inside).unwrap()
    }

    fn shown() -> [[usize; 2]; 3] {
        [[0, 3], [0, 4], [0, 5]]
    }

    /// Whether a panel's top left corner is at this position, in voxels.
    fn begins(plane: &Plane, at: [f64; 3]) -> bool {
        plane.position([0.0, 0.0]).map(f64::to_bits) == at.map(f64::to_bits)
    }

    #[test]
    fn right_front_and_head_are_at_the_left_and_the_top() {
        // voxels towards right, front and head: the highest are at the top left
        let mask = mask([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]);
        let planes = View::ALL.map(|view| Plane::new(view, &mask, shown()));
        assert_eq!(planes[0].slice, 2);
        assert!(begins(&planes[0], [3.5, 4.5, 2.0]));
        assert!(begins(&planes[1], [3.5, 0.0, 5.5]));
        assert!(begins(&planes[2], [3.0, 4.5, 5.5]));
        assert_eq!(planes[1].extent(mask.grid()).map(f64::to_bits), [4.0_f64, 18.0].map(f64::to_bits));
    }

    #[test]
    fn a_dicom_slice_is_shown_as_it_is_stored() {
        // columns towards left, rows towards the back
        let mask = mask([[-1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0]]);
        let plane = Plane::new(View::Axial, &mask, shown());
        assert!(begins(&plane, [-0.5, -0.5, 2.0]));
    }

    #[test]
    fn sagittal_slices_are_recognised_when_they_are_oblique() {
        // columns to the front, rows to the feet, slices to the left, all 10 degrees off
        let (s, c) = (0.173_648, 0.984_808);
        let mask = mask([[s, 0.0, -c], [c, 0.0, s], [0.0, -1.0, 0.0]]);
        let plane = Plane::new(View::Sagittal, &mask, shown());
        assert_eq!((plane.across.index, plane.down.index, plane.through), (0, 1, 2));
        assert!(begins(&plane, [3.5, -0.5, 2.0]));
    }
}

//! An image and its mask on a grid of other spacing, whole or in the box of a region.
//!
//! Both grids have their centres in the same place; outside of the old image its edge continues. Axes are interpolated
//! one after the other, the one that shrinks most first, so a box has the same bits as the whole.
//! Never here: features, anti-aliasing. Specification: IBSI reference manual, section 2.4 (interpolation, rounding,
//! partial volume threshold).

use std::borrow::Cow;

use consilium_imaging::{Grid, RoiMask, Volume, same_grid};

use super::ProcessingError;
use super::lines::along;
use super::spline::Axis;
use crate::Error;
use crate::roi::{Bounds, bounding_box};
use crate::window::Window;

/// Parts of a voxel that are rounding of a header's spacing, not intent.
pub(super) const NOISE: f64 = 1e-6;
/// Parts of a voxel below which no further voxel is added to an axis: 512 spacings in 32-bit numbers.
const CEILING_NOISE: f64 = 1e-4;
/// What is missing to the partial volume threshold when rounding took it.
const THRESHOLD_NOISE: f64 = 5e-7;
/// The largest grid: 4 GiB of voxels.
const MAX_VOXELS: usize = 1 << 29;

/// How a value between voxels is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Interpolation {
    /// The nearest voxel's; half way the next one's.
    Nearest,
    /// Trilinear.
    Linear,
    /// Tricubic B-spline through the voxels.
    Cubic,
}

/// The grid an image and its mask are brought to, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct Resampling {
    /// New distance of voxel centres along x, y and z, in mm; `None` leaves an axis alone (slice-wise in 2D).
    pub spacing: [Option<f64>; 3],
    /// For the image.
    pub image: Interpolation,
    /// For the mask.
    pub mask: Interpolation,
    /// Part of a voxel that must be inside for the voxel to be, above 0 and at most 1.
    pub threshold: f64,
    /// Whether intensities are rounded to integers afterwards, as Hounsfield units are.
    pub round: bool,
}

impl Resampling {
    /// Trilinear with a threshold of one half, without rounding.
    #[must_use]
    pub fn to(spacing: [Option<f64>; 3]) -> Self {
        Self {
            spacing,
            image: Interpolation::Linear,
            mask: Interpolation::Linear,
            threshold: 0.5,
            round: false,
        }
    }

    /// The grid that `grid` becomes.
    pub fn grid(&self, grid: &Grid) -> Result<Grid, Error> {
        self.check()?;
        let mut new = grid.clone();
        for axis in 0..3 {
            let Some(spacing) = self.spacing[axis] else { continue };
            new.spacing[axis] = spacing;
            new.dims[axis] = voxels(grid.dims[axis] as f64 * grid.spacing[axis] / spacing)?;
            let shift = 0.5 * (extent(grid, axis) - extent(&new, axis));
            (0..3).for_each(|world| new.origin[world] += shift * grid.direction[world][axis]);
        }
        match new.dims.iter().fold(1.0, |product, n| product * *n as f64) {
            all if all <= MAX_VOXELS as f64 => Ok(new),
            voxels => Err(ProcessingError::TooManyVoxels { voxels, limit: MAX_VOXELS }.into()),
        }
    }

    /// The whole image.
    pub fn volume(&self, image: &Volume) -> Result<Volume, Error> {
        let grid = self.grid(image.grid())?;
        self.volume_box(image, Window { start: [0; 3], dims: grid.dims })
    }

    /// The whole mask.
    pub fn roi(&self, mask: &RoiMask) -> Result<RoiMask, Error> {
        let grid = self.grid(mask.grid())?;
        let plan = Plan::new(mask.grid(), &grid, self.mask);
        let mut inside = vec![false; grid.len()];
        if let Some(old) = bounding_box(mask.grid().dims, mask.inside()) {
            let bounds = plan.reach(old);
            let part = |is_in: bool| f64::from(u8::from(is_in));
            let values = plan.run(bounds, |needed| {
                let cells = Window::of(needed).cut(mask.grid().dims, mask.inside());
                Cow::Owned(cells.into_iter().map(part).collect())
            });
            let is_inside = |value: &f64| *value >= self.threshold - THRESHOLD_NOISE;
            let is_in: Vec<bool> = values.iter().map(is_inside).collect();
            Window::of(bounds).put(grid.dims, &mut inside, &is_in);
        }
        Ok(RoiMask::new(grid, inside).expect("as many voxels as the checked grid has"))
    }

    /// Image and mask in the box that encloses the new mask, and `margin` voxels around it where the grid has them.
    /// The voxels are those of the whole grid, bit by bit.
    pub fn region(&self, image: &Volume, mask: &RoiMask, margin: usize) -> Result<(Volume, RoiMask), Error> {
        same_grid(image.grid(), mask.grid())?;
        let new = self.roi(mask)?;
        let window = Window::around(&new)?.widened([margin; 3], new.grid());
        Ok((self.volume_box(image, window)?, window.crop_mask(&new)))
    }

    /// One line that is equal exactly for resamplings with equal results, and never changes its form.
    #[must_use]
    pub fn canonical(&self) -> String {
        let spacing = self.spacing.map(|mm| mm.map_or("keep".to_owned(), |mm| format!("{mm:?}"))).join(",");
        let [image, mask] = [self.image, self.mask].map(Interpolation::word);
        let (threshold, round) = (self.threshold, self.round);
        format!("spacing={spacing};image={image};mask={mask};threshold={threshold:?};round={round}")
    }

    fn volume_box(&self, image: &Volume, window: Window) -> Result<Volume, Error> {
        let (old, new) = (image.grid(), self.grid(image.grid())?);
        let mut voxels = Plan::new(old, &new, self.image).run(window.bounds(), |needed| {
            let needed = Window::of(needed);
            let part = || needed.cut(old.dims, image.voxels());
            if needed.is_all(old) { Cow::Borrowed(image.voxels()) } else { Cow::Owned(part()) }
        });
        if self.round {
            voxels.iter_mut().for_each(|value| *value = rounded(*value));
        }
        Ok(window.volume(&new, voxels))
    }

    fn check(&self) -> Result<(), ProcessingError> {
        let wrong = |field, found, expected| Err(ProcessingError::Resampling { field, found, expected });
        let fields = ["spacing along x", "spacing along y", "spacing along z"];
        for (field, spacing) in fields.into_iter().zip(self.spacing) {
            match spacing {
                Some(mm) if !(mm.is_finite() && mm > 0.0) => {
                    return wrong(field, mm, "a length in mm above 0");
                }
                _ => {}
            }
        }
        let is_part = self.threshold > 0.0 && self.threshold <= 1.0;
        if is_part { Ok(()) } else { wrong("threshold", self.threshold, "above 0 and at most 1") }
    }
}

impl Interpolation {
    fn word(self) -> &'static str {
        match self {
            Self::Nearest => "nearest",
            Self::Linear => "linear",
            Self::Cubic => "cubic",
        }
    }
}

/// Intensities rounded to the nearest integer, halves to the even one.
#[must_use]
pub fn round_intensities(image: &Volume) -> Volume {
    let voxels = image.voxels().iter().map(|value| rounded(*value)).collect();
    Volume::new(image.grid().clone(), voxels).expect("as many voxels as before")
}

/// Adding zero makes a negative zero an ordinary one.
fn rounded(value: f64) -> f64 {
    value.round_ties_even() + 0.0
}

/// The passes from one grid to the other.
struct Plan {
    old: [usize; 3],
    new: [usize; 3],
    /// New spacing in old voxels, and the first new voxel's position, along each axis.
    steps: [[f64; 2]; 3],
    order: [usize; 3],
    interpolation: Interpolation,
}

impl Plan {
    fn new(old: &Grid, new: &Grid, interpolation: Interpolation) -> Self {
        let steps = std::array::from_fn(|axis| {
            let step = new.spacing[axis] / old.spacing[axis];
            [step, 0.5 * ((old.dims[axis] - 1) as f64 - step * (new.dims[axis] - 1) as f64)]
        });
        let mut order = [0, 1, 2];
        let growth = |axis: usize| new.dims[axis] as f64 / old.dims[axis] as f64;
        order.sort_by(|a, b| growth(*a).total_cmp(&growth(*b)));
        Self { old: old.dims, new: new.dims, steps, order, interpolation }
    }

    fn is_same(&self, axis: usize) -> bool {
        let [step, first] = self.steps[axis];
        self.old[axis] == self.new[axis] && step.to_bits() == 1_f64.to_bits() && first.abs() < NOISE
    }

    /// The new voxels that the old voxels in a box can make other than zero.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the grid")]
    fn reach(&self, old: Bounds) -> Bounds {
        std::array::from_fn(|axis| {
            let ([step, first], last) = (self.steps[axis], (self.new[axis] - 1) as f64);
            if self.interpolation == Interpolation::Cubic {
                return [0, self.new[axis] - 1];
            }
            let at = |old: f64| ((old - first) / step).clamp(0.0, last);
            let [from, to] = old[axis];
            [at(from as f64 - 1.0).floor() as usize, at(to as f64 + 1.0).ceil() as usize]
        })
    }

    /// The new voxels of a box from the old ones that are `needed` for it.
    fn run<'a>(&self, bounds: Bounds, old: impl FnOnce(Bounds) -> Cow<'a, [f64]>) -> Vec<f64> {
        let axis = |axis: usize| {
            let ([step, start], [first, last]) = (self.steps[axis], bounds[axis]);
            Axis::new(self.interpolation, self.old[axis], (first..=last).map(|i| start + step * i as f64))
        };
        let mut axes = [0, 1, 2].map(|i| (!self.is_same(i)).then(|| axis(i)));
        let needed: Bounds =
            std::array::from_fn(|i| axes[i].as_ref().map_or(bounds[i], |axis| axis.needs(self.old[i])));
        let (mut values, mut dims) = (old(needed), needed.map(length));
        for i in self.order {
            let Some(axis) = &mut axes[i] else { continue };
            let new = length(bounds[i]);
            values = along(i, dims, &values, new, |from, to| axis.apply(needed[i][0], from, to)).into();
            dims[i] = new;
        }
        values.into_owned()
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and MAX_VOXELS")]
fn voxels(exact: f64) -> Result<usize, ProcessingError> {
    match (exact - CEILING_NOISE).ceil().max(1.0) {
        voxels if voxels <= MAX_VOXELS as f64 => Ok(voxels as usize),
        voxels => Err(ProcessingError::TooManyVoxels { voxels, limit: MAX_VOXELS }),
    }
}

/// From the first voxel's centre to the last one's, in mm.
fn extent(grid: &Grid, axis: usize) -> f64 {
    (grid.dims[axis] - 1) as f64 * grid.spacing[axis]
}

fn length([first, last]: [usize; 2]) -> usize {
    last - first + 1
}

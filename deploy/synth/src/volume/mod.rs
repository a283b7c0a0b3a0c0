//! Images and masks of a child: CT in three phases, PET, MR, ultrasound, as its site's scanners would show them.
//!
//! A scene is drawn on a grid of 1 mm, painted, blurred by the scanner, resampled to the scanner's voxels, and given noise. Never:
//! a label; what an image shows of a child are its six latents.

mod ct;
mod field;
mod mr;
mod pet;
mod scene;
mod shape;
mod us;

use consilium_imaging::{Grid, ImagingError, RoiMask, Volume};

use crate::child::Child;
use crate::folder::READ_TWICE;
use crate::random::Key;
use crate::site::Site;
use crate::{Input, Recipe};
use field::{Field, floor};
use scene::Scene;

/// Voxels along each axis of the scene, 1 mm each.
const SIDE: usize = 96;
const VOXELS: usize = SIDE * SIDE * SIDE;
/// The middle of the scene, mm from its first voxel.
const CENTRE: f64 = 47.5;
/// Least distance of the tumour from the border, mm.
const EDGE: f64 = 3.0;
/// What an image shows around the tumour, mm.
const MARGIN: f64 = 10.0;

/// An image with its masks.
pub struct Picture {
    /// What it is an image of.
    pub input: Input,
    /// HU, SUV, arbitrary, or grey levels.
    pub image: Volume,
    /// The first reader's mask, which is the truth.
    pub mask: RoiMask,
    /// The second reader's, for the children that are read twice.
    pub second: Option<RoiMask>,
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({}, {:?})", self.input.prefix(), self.image)
    }
}

/// Draws the images of a child, one for each input that the child has; `Input::Ct` is the arterial phase by another name.
pub fn pictures(
    recipe: &Recipe,
    site: &Site,
    child: &Child,
    inputs: &[Input],
) -> Result<Vec<Picture>, ImagingError> {
    let key = Key { seed: recipe.seed, site: site.byte(), index: child.index };
    let scene = Scene::draw(child, key);
    let is_read_twice = (child.index as usize) < READ_TWICE;
    let second = is_read_twice.then(|| scene.shape.second(key));
    let view = View { child, key, scene, second };
    let has = |input: &&Input| !(**input == Input::CtArterial && child.gaps.arterial);
    inputs.iter().filter(has).map(|input| view.picture(*input)).collect()
}

/// A child before its scanners.
struct View<'a> {
    child: &'a Child,
    key: Key,
    scene: Scene,
    second: Option<Field>,
}

impl View<'_> {
    fn picture(&self, input: Input) -> Result<Picture, ImagingError> {
        let (placed, image) = match input {
            Input::Ct | Input::CtPlain | Input::CtArterial | Input::CtVenous => ct::scan(self, input),
            Input::Pet => pet::scan(self),
            Input::Mr => mr::scan(self),
            Input::Us => us::scan(self),
        };
        let mask = |surface: &Field| placed.mask(surface);
        Ok(Picture {
            input,
            image: Volume::new(placed.grid(), image)?,
            mask: mask(&self.scene.shape.inside)?,
            second: self.second.as_ref().map(mask).transpose()?,
        })
    }

    /// A scanner's voxels around the tumour.
    fn placed(&self, spacing: [f64; 3]) -> Placed {
        let surfaces = [Some(&self.scene.shape.inside), self.second.as_ref()];
        let boxes = surfaces.into_iter().flatten().map(bounds);
        let [low, high] = boxes.fold([[f64::INFINITY; 3], [0.0; 3]], |[low, high], [from, to]| {
            [
                std::array::from_fn(|i| f64::min(low[i], from[i])),
                std::array::from_fn(|i| f64::max(high[i], to[i])),
            ]
        });
        let origin = low.map(|mm| (mm - MARGIN).max(0.0));
        let end = high.map(|mm| (mm + MARGIN).min((SIDE - 1) as f64));
        let dims = std::array::from_fn(|i| floor((end[i] - origin[i]) / spacing[i]) + 1);
        Placed { dims, origin, spacing }
    }
}

/// Voxels of an image, in mm of the scene.
struct Placed {
    dims: [usize; 3],
    origin: [f64; 3],
    spacing: [f64; 3],
}

impl Placed {
    fn sample(&self, field: &Field) -> Vec<f64> {
        field.resampled(self.dims, self.origin, self.spacing).values
    }

    /// A picture of one slice has a scale, but no place in the patient.
    fn grid(&self) -> Grid {
        let grid = Grid::axis_aligned(self.dims, self.spacing);
        if self.dims[2] == 1 { grid } else { Grid { origin: self.origin.map(|mm| mm - CENTRE), ..grid } }
    }

    fn mask(&self, surface: &Field) -> Result<RoiMask, ImagingError> {
        RoiMask::new(self.grid(), self.sample(surface).iter().map(|distance| *distance > 0.0).collect())
    }
}

/// Where a place in memory lies, mm from the middle.
fn point(at: usize) -> [f64; 3] {
    [at % SIDE, at / SIDE % SIDE, at / (SIDE * SIDE)].map(|voxel| voxel as f64 - CENTRE)
}

/// First and last voxel inside a surface, along each axis.
fn bounds(surface: &Field) -> [[f64; 3]; 2] {
    let mut bounds = [[(SIDE - 1) as f64; 3], [0.0; 3]];
    for (at, _) in surface.values.iter().enumerate().filter(|(_, distance)| **distance > 0.0) {
        let voxel = point(at).map(|mm| mm + CENTRE);
        for axis in 0..3 {
            bounds[0][axis] = f64::min(bounds[0][axis], voxel[axis]);
            bounds[1][axis] = f64::max(bounds[1][axis], voxel[axis]);
        }
    }
    bounds
}

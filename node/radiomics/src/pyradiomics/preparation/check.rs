//! Whether a mask can be measured: on the image's grid, inside it, large enough.
//!
//! Specification: PyRadiomics 3.1.0, `imageoperations.checkMask`, `_correctMask` and `_checkROI`; the tolerances are
//! ITK's `VerifyInputInformation`.

use consilium_imaging::{Grid, RoiMask, Volume};

use super::super::Error;
use super::super::parameters::Settings;
use super::mapping::{Frame, Point};
use super::{bounds, resample};

/// ITK's, in parts of the first spacing for lengths.
const TOLERANCE: f64 = 1e-6;
/// How far a region may leave the image, in voxels.
const OUTSIDE: f64 = 1e-3;
const AXES: [char; 3] = ['x', 'y', 'z'];

/// The mask on the image's own grid, if it has to change for that, and whether it was resampled.
pub(super) fn geometry(
    image: &Volume,
    mask: &RoiMask,
    settings: &Settings,
) -> Result<Option<(RoiMask, bool)>, Error> {
    let tolerance = settings.geometry_tolerance.unwrap_or(TOLERANCE);
    match difference(image.grid(), mask.grid(), tolerance) {
        None if image.grid() == mask.grid() => Ok(None),
        None => Ok(Some((moved(mask, image.grid()), false))),
        Some(_) if settings.correct_mask => {
            inside(image.grid(), mask)?;
            Ok(Some((resample::nearest(mask, image.grid()), true)))
        }
        Some(difference) => Err(Error::Geometry { difference }),
    }
}

fn moved(mask: &RoiMask, grid: &Grid) -> RoiMask {
    RoiMask::new(grid.clone(), mask.inside().to_vec()).expect("as many voxels as before")
}

/// The first field in which two grids differ by more than a tolerance.
fn difference(image: &Grid, mask: &Grid, tolerance: f64) -> Option<String> {
    if image.dims != mask.dims {
        return Some(format!("{:?} and {:?} voxels", image.dims, mask.dims));
    }
    let length = tolerance * image.spacing[0];
    let fields = [
        ("origin", image.origin, mask.origin, length),
        ("spacing", image.spacing, mask.spacing, length),
        ("direction, row 1,", image.direction[0], mask.direction[0], tolerance),
        ("direction, row 2,", image.direction[1], mask.direction[1], tolerance),
        ("direction, row 3,", image.direction[2], mask.direction[2], tolerance),
    ];
    fields.into_iter().find_map(|(field, a, b, most)| {
        let axis = (0..3).find(|axis| (a[*axis] - b[*axis]).abs() > most)?;
        let off = (a[axis] - b[axis]).abs();
        Some(format!("{field} along {} differs by {off:.3e}, tolerated are {most:.3e}", AXES[axis]))
    })
}

/// Refuses a region that extends along too few axes or has too few voxels.
pub(super) fn extent(mask: &RoiMask, settings: &Settings) -> Result<(), Error> {
    let found = bounds(mask)?.iter().filter(|[first, last]| last > first).count();
    if found == 0 || found < settings.minimum_dimensions {
        return Err(Error::Dimensions { found, least: settings.minimum_dimensions });
    }
    match settings.minimum_size {
        Some(least) if mask.count() <= least => Err(Error::Size { found: mask.count(), least }),
        _ => Ok(()),
    }
}

/// Refuses a region of which a part lies where there is no image.
pub(super) fn inside(image: &Grid, mask: &RoiMask) -> Result<(), Error> {
    let bounds = bounds(mask)?;
    let (of_mask, of_image) = (Frame::new(mask.grid()), Frame::new(image));
    let corner = |end: usize, off: f64| -> Point {
        of_image.index(of_mask.point(std::array::from_fn(|axis| bounds[axis][end] as f64 + off)))
    };
    let (a, b) = (corner(0, -0.5), corner(1, 0.5));
    let leaves = |axis: &usize| {
        let (low, high) = (a[*axis].min(b[*axis]), a[*axis].max(b[*axis]));
        low < -0.5 - OUTSIDE || high > image.dims[*axis] as f64 - 0.5 + OUTSIDE
    };
    match (0..3).find(leaves) {
        Some(axis) => Err(Error::Outside { axis: AXES[axis] }),
        None => Ok(()),
    }
}

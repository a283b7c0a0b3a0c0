//! What a NIfTI header says, checked: size, type, scale, place.
//!
//! `sform` comes before `qform`. A header that contradicts itself is refused.

use std::path::Path;

use super::raw::{self, Raw};
use super::voxels;
use crate::numbers::Number;
use crate::stream::Stream;
use crate::{Grid, ImagingError, MOST_VOXELS, same_grid};

/// Bytes of extensions between header and voxels that are skipped.
const MOST_EXTENSIONS: f64 = 16_777_216.0;
/// Largest relative difference between `pixdim` and the spacing of `srow`.
const SAME_SPACING: f64 = 1e-2;

/// What is needed to read and place voxels.
pub(super) struct Header {
    pub(super) grid: Grid,
    pub(super) number: Number,
    pub(super) big_endian: bool,
    /// Bytes from the header's end to the first voxel.
    pub(super) gap: usize,
    pub(super) slope: f64,
    pub(super) intercept: f64,
}

pub(super) fn read(stream: &mut Stream, file: &Path) -> Result<Header, ImagingError> {
    let raw = raw::read(stream, file)?;
    let dims = dims(&raw, file)?;
    let number = voxels::number(raw.datatype)
        .ok_or_else(|| ImagingError::header(file, "datatype", unknown_datatype(raw.datatype)))?;
    let (slope, intercept) = scaling(&raw, file)?;
    Ok(Header {
        grid: grid(&raw, dims, file)?,
        number,
        big_endian: raw.big_endian,
        gap: gap(&raw, file)?,
        slope,
        intercept,
    })
}

fn dims(raw: &Raw, file: &Path) -> Result<[usize; 3], ImagingError> {
    let bad = |why: String| ImagingError::header(file, "dim", why);
    let [axes, sizes @ ..] = raw.dim;
    if !(1..=7).contains(&axes) {
        return Err(bad(format!("{axes} axes; an image has 3")));
    }
    let mut dims = [1_usize; 7];
    for (axis, n) in dims.iter_mut().enumerate().take(usize::try_from(axes).unwrap_or(0)) {
        let found = sizes[axis];
        *n = usize::try_from(found)
            .ok()
            .filter(|n| *n > 0)
            .ok_or_else(|| bad(format!("{found} voxels along axis {}; at least 1 is needed", axis + 1)))?;
    }
    if dims[3..].iter().any(|n| *n > 1) {
        return Err(bad(format!("{} volumes in one file; write each to a file of its own", dims[3])));
    }
    let voxels = dims.iter().fold(1_u128, |voxels, n| voxels.saturating_mul(*n as u128));
    if voxels > MOST_VOXELS as u128 {
        return Err(ImagingError::TooLarge { file: file.to_owned(), voxels, limit: MOST_VOXELS });
    }
    Ok([dims[0], dims[1], dims[2]])
}

fn unknown_datatype(code: i16) -> String {
    format!("{code} is not a real number type; save the image as 16-bit integers or 32-bit floats")
}

fn scaling(raw: &Raw, file: &Path) -> Result<(f64, f64), ImagingError> {
    let (slope, intercept) = (raw.slope, raw.intercept);
    if !slope.is_finite() || !intercept.is_finite() {
        let why = format!("slope {slope}, intercept {intercept}; write 1 and 0 where no scaling is meant");
        return Err(ImagingError::header(file, "scl_slope", why));
    }
    Ok(if slope == 0.0 { (1.0, 0.0) } else { (slope, intercept) })
}

fn gap(raw: &Raw, file: &Path) -> Result<usize, ImagingError> {
    let offset = raw.offset;
    if !(raw.length as f64..=MOST_EXTENSIONS).contains(&offset) || offset.fract() != 0.0 {
        return Err(ImagingError::header(
            file,
            "vox_offset",
            format!("{offset}; {} is usual", raw.length + 4),
        ));
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number in range")]
    let offset = offset as usize;
    Ok(offset - raw.length)
}

/// Millimetres in the header's unit of length.
fn unit(raw: &Raw) -> f64 {
    match raw.units & 7 {
        1 => 1e3,
        3 => 1e-3,
        _ => 1.0,
    }
}

fn grid(raw: &Raw, dims: [usize; 3], file: &Path) -> Result<Grid, ImagingError> {
    let mm = unit(raw);
    let [_, x, y, z, ..] = raw.pixdim;
    let pixdim = [x, y, z].map(|x| x.abs() * mm);
    if pixdim.iter().any(|x| !x.is_finite() || *x <= 0.0) {
        let why = format!("spacing {pixdim:?}; every axis needs a positive number of millimetres");
        return Err(ImagingError::header(file, "pixdim", why));
    }
    let (sform, qform) = (raw.sform, raw.qform);
    let grid = if sform > 0 {
        from_srow(raw, dims, mm, file)?
    } else if qform > 0 {
        from_quaternion(raw, dims, pixdim, mm)
    } else {
        Grid::axis_aligned(dims, pixdim)
    };
    // both in the same space: one of them was forgotten when the image was moved
    if sform > 0 && sform == qform {
        same_grid(&grid, &from_quaternion(raw, dims, pixdim, mm)).map_err(|difference| {
            let why = format!(
                "sform and qform of code {sform} contradict: {}; save the image again",
                difference.field()
            );
            ImagingError::header(file, "sform_code", why)
        })?;
    }
    let off = |axis: usize| (grid.spacing[axis] / pixdim[axis] - 1.0).abs() > SAME_SPACING;
    if let Some(axis) = (0..3).find(|axis| off(*axis)) {
        let (srow, pixdim) = (grid.spacing[axis], pixdim[axis]);
        let why = format!("spacing {srow:.4} mm along axis {}, but pixdim says {pixdim:.4} mm", axis + 1);
        return Err(ImagingError::header(file, "srow", why));
    }
    Ok(grid)
}

/// `sform`: an affine whose columns are the voxel axes times their spacing.
fn from_srow(raw: &Raw, dims: [usize; 3], mm: f64, file: &Path) -> Result<Grid, ImagingError> {
    let rows = raw.srow.map(|row| row.map(|x| x * mm));
    let steps: [[f64; 3]; 3] = std::array::from_fn(|j| rows.map(|row| row[j]));
    if rows.iter().flatten().any(|x| !x.is_finite()) || steps.contains(&[0.0; 3]) {
        return Err(ImagingError::header(file, "srow", "not an affine transform; save the image again"));
    }
    Grid::from_steps(dims, steps, rows.map(|row| row[3])).ok_or_else(|| {
        let why = "the axes are not perpendicular (gantry tilt?); resample the image onto a straight grid";
        ImagingError::header(file, "srow", why)
    })
}

/// `qform`: a unit quaternion, an offset and the sign of the third axis.
fn from_quaternion(raw: &Raw, dims: [usize; 3], spacing: [f64; 3], mm: f64) -> Grid {
    let [b, c, d] = raw.quaternion;
    let a = (1.0 - (b * b + c * c + d * d)).max(0.0).sqrt();
    let flip = if raw.pixdim[0] < 0.0 { -1.0 } else { 1.0 };
    let direction = [
        [a * a + b * b - c * c - d * d, 2.0 * (b * c - a * d), flip * 2.0 * (b * d + a * c)],
        [2.0 * (b * c + a * d), a * a + c * c - b * b - d * d, flip * 2.0 * (c * d - a * b)],
        [2.0 * (b * d - a * c), 2.0 * (c * d + a * b), flip * (a * a + d * d - c * c - b * b)],
    ];
    Grid { dims, spacing, origin: raw.shift.map(|x| x * mm), direction }
}

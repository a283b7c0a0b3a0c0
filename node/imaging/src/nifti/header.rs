//! The NIfTI-1 header: 348 bytes, either byte order.
//!
//! Offsets and meanings: nifti1.h, <https://nifti.nimh.nih.gov/pub/dist/src/niftilib/nifti1.h>.

use std::path::Path;

use super::voxels;
use crate::numbers::Number;
use crate::stream::{self, Stream};
use crate::{Grid, ImagingError, MOST_VOXELS, same_grid};

const LENGTH: usize = 348;
/// Bytes of extensions between header and voxels that are skipped.
const MOST_EXTENSIONS: f32 = 16_777_216.0;
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

/// The header's bytes with their order.
struct Bytes<'a> {
    bytes: &'a [u8],
    big_endian: bool,
}

impl Bytes<'_> {
    fn array<const N: usize>(&self, at: usize) -> [u8; N] {
        let mut field = [0; N];
        field.copy_from_slice(&self.bytes[at..at + N]);
        if self.big_endian {
            field.reverse();
        }
        field
    }

    fn i16(&self, at: usize) -> i16 {
        i16::from_le_bytes(self.array(at))
    }

    fn f32(&self, at: usize) -> f32 {
        f32::from_le_bytes(self.array(at))
    }

    fn f64s<const N: usize>(&self, at: usize) -> [f64; N] {
        std::array::from_fn(|i| f64::from(self.f32(at + 4 * i)))
    }
}

pub(super) fn read(stream: &mut Stream, file: &Path) -> Result<Header, ImagingError> {
    let raw = stream::exactly(stream, LENGTH, "the header", file)?;
    let bytes = Bytes { big_endian: byte_order(&raw, file)?, bytes: &raw };
    let dims = dims(&bytes, file)?;
    let number = voxels::number(bytes.i16(70))
        .ok_or_else(|| ImagingError::header(file, "datatype", unknown_datatype(bytes.i16(70))))?;
    let (slope, intercept) = scaling(&bytes, file)?;
    Ok(Header {
        grid: grid(&bytes, dims, file)?,
        number,
        big_endian: bytes.big_endian,
        gap: gap(&bytes, file)?,
        slope,
        intercept,
    })
}

fn byte_order(raw: &[u8], file: &Path) -> Result<bool, ImagingError> {
    let not_nifti = |why: &str| ImagingError::NotNifti { file: file.to_owned(), why: why.to_owned() };
    let big_endian = match raw[..4] {
        [0x5c, 1, 0, 0] => false,
        [0, 0, 1, 0x5c] => true,
        [0x1c, 2, 0, 0] | [0, 0, 2, 0x1c] => return Err(not_nifti("it is NIfTI-2")),
        _ => return Err(not_nifti("the first field is not 348")),
    };
    match &raw[344..348] {
        b"n+1\0" => Ok(big_endian),
        b"ni1\0" => Err(not_nifti("it is half of a .hdr/.img pair")),
        _ => Err(not_nifti("the magic is not n+1")),
    }
}

fn dims(bytes: &Bytes<'_>, file: &Path) -> Result<[usize; 3], ImagingError> {
    let bad = |why: String| ImagingError::header(file, "dim", why);
    let axes = bytes.i16(40);
    if !(1..=7).contains(&axes) {
        return Err(bad(format!("{axes} axes; an image has 3")));
    }
    let mut dims = [1_usize; 7];
    for (axis, n) in dims.iter_mut().enumerate().take(usize::try_from(axes).unwrap_or(0)) {
        let found = bytes.i16(42 + 2 * axis);
        *n = usize::try_from(found)
            .ok()
            .filter(|n| *n > 0)
            .ok_or_else(|| bad(format!("{found} voxels along axis {}; at least 1 is needed", axis + 1)))?;
    }
    if dims[3..].iter().any(|n| *n > 1) {
        return Err(bad(format!("{} volumes in one file; write each to a file of its own", dims[3])));
    }
    let voxels: u128 = dims.iter().map(|n| *n as u128).product();
    if voxels > MOST_VOXELS as u128 {
        return Err(ImagingError::TooLarge { file: file.to_owned(), voxels, limit: MOST_VOXELS });
    }
    Ok([dims[0], dims[1], dims[2]])
}

fn unknown_datatype(code: i16) -> String {
    format!("{code} is not a real number type; save the image as 16-bit integers or 32-bit floats")
}

fn scaling(bytes: &Bytes<'_>, file: &Path) -> Result<(f64, f64), ImagingError> {
    let [slope, intercept] = bytes.f64s(112);
    if !slope.is_finite() || !intercept.is_finite() {
        let why = format!("slope {slope}, intercept {intercept}; write 1 and 0 where no scaling is meant");
        return Err(ImagingError::header(file, "scl_slope", why));
    }
    Ok(if slope == 0.0 { (1.0, 0.0) } else { (slope, intercept) })
}

fn gap(bytes: &Bytes<'_>, file: &Path) -> Result<usize, ImagingError> {
    let offset = bytes.f32(108);
    let least = 348.0;
    if !(least..=MOST_EXTENSIONS).contains(&offset) || offset.fract() != 0.0 {
        return Err(ImagingError::header(file, "vox_offset", format!("{offset}; 352 is usual")));
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number in range")]
    let offset = offset as usize;
    Ok(offset - LENGTH)
}

/// Millimetres in the header's unit of length.
fn unit(bytes: &Bytes<'_>) -> f64 {
    match bytes.bytes[123] & 7 {
        1 => 1e3,
        3 => 1e-3,
        _ => 1.0,
    }
}

fn grid(bytes: &Bytes<'_>, dims: [usize; 3], file: &Path) -> Result<Grid, ImagingError> {
    let mm = unit(bytes);
    let pixdim = bytes.f64s::<3>(80).map(|x| x.abs() * mm);
    if pixdim.iter().any(|x| !x.is_finite() || *x <= 0.0) {
        let why = format!("spacing {pixdim:?}; every axis needs a positive number of millimetres");
        return Err(ImagingError::header(file, "pixdim", why));
    }
    let (sform, qform) = (bytes.i16(254), bytes.i16(252));
    let grid = if sform > 0 {
        from_srow(bytes, dims, mm, file)?
    } else if qform > 0 {
        from_quaternion(bytes, dims, pixdim, mm)
    } else {
        Grid::axis_aligned(dims, pixdim)
    };
    // both in the same space: one of them was forgotten when the image was moved
    if sform > 0 && sform == qform {
        same_grid(&grid, &from_quaternion(bytes, dims, pixdim, mm)).map_err(|difference| {
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
fn from_srow(bytes: &Bytes<'_>, dims: [usize; 3], mm: f64, file: &Path) -> Result<Grid, ImagingError> {
    let rows: [[f64; 4]; 3] = std::array::from_fn(|i| bytes.f64s(280 + 16 * i).map(|x| x * mm));
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
fn from_quaternion(bytes: &Bytes<'_>, dims: [usize; 3], spacing: [f64; 3], mm: f64) -> Grid {
    let [b, c, d] = bytes.f64s(256);
    let a = (1.0 - (b * b + c * c + d * d)).max(0.0).sqrt();
    let flip = if bytes.f32(76) < 0.0 { -1.0 } else { 1.0 };
    let direction = [
        [a * a + b * b - c * c - d * d, 2.0 * (b * c - a * d), flip * 2.0 * (b * d + a * c)],
        [2.0 * (b * c + a * d), a * a + c * c - b * b - d * d, flip * 2.0 * (c * d - a * b)],
        [2.0 * (b * d - a * c), 2.0 * (c * d + a * b), flip * (a * a + d * d - c * c - b * b)],
    ];
    Grid { dims, spacing, origin: bytes.f64s(268).map(|x| x * mm), direction }
}

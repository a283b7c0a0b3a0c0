//! Writing NIfTI-1 single files, plain or gzip by the file's name: what a node computed, for a person's viewer.
//!
//! Never: a patient's name or number in a header. `sform` and `qform` say the same; both hold 32-bit numbers, so a grid
//! comes back exactly when its numbers are 32-bit, and within [`same_grid`](crate::same_grid)'s tolerance otherwise.
//! Offsets and meanings: nifti1.h, <https://nifti.nimh.nih.gov/pub/dist/src/niftilib/nifti1.h>.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use flate2::{Compression, write::GzEncoder};

use crate::{Grid, ImagingError, RoiMask, Volume};

/// Header and the four bytes that say that no extension follows.
const OFFSET: u16 = 352;
/// Bytes of the description, of which the last is zero.
const DESCRIPTION: usize = 80;
/// Millimetres.
const UNITS: u8 = 2;
/// `NIFTI_XFORM_SCANNER_ANAT`.
const SCANNER: i16 = 1;

/// How many bits a written voxel has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// 32-bit floating point numbers, enough to look at.
    Single,
    /// 64-bit floating point numbers, every bit of a [`Volume`].
    Double,
    /// 16-bit whole numbers, as a CT has them: rounded, and the nearest there is beyond their range.
    Whole,
}

/// Writes an image; `file` ends in `.nii` or `.nii.gz`. The description is for people: 79 ASCII characters are kept.
pub fn write_image(
    file: &Path,
    image: &Volume,
    precision: Precision,
    description: &str,
) -> Result<(), ImagingError> {
    let voxels = image.voxels();
    match precision {
        #[expect(clippy::cast_possible_truncation, reason = "the caller asked for 32 bits")]
        Precision::Single => {
            write(file, &header(file, image.grid(), (16, 32), description)?, voxels, |value| {
                (*value as f32).to_le_bytes()
            })
        }
        Precision::Double => {
            write(file, &header(file, image.grid(), (64, 64), description)?, voxels, |value| {
                value.to_le_bytes()
            })
        }
        #[expect(clippy::cast_possible_truncation, reason = "the caller asked for 16 bits")]
        Precision::Whole => {
            write(file, &header(file, image.grid(), (4, 16), description)?, voxels, |value| {
                (value.round() as i16).to_le_bytes()
            })
        }
    }
}

/// Writes a mask as bytes, 0 outside and 1 inside.
pub fn write_mask(file: &Path, mask: &RoiMask, description: &str) -> Result<(), ImagingError> {
    let header = header(file, mask.grid(), (2, 8), description)?;
    write(file, &header, mask.inside(), |inside| [u8::from(*inside)])
}

/// The 352 bytes before the voxels; `number` is the NIfTI code and the bits of a voxel.
fn header(
    file: &Path,
    grid: &Grid,
    (code, bits): (i16, i16),
    description: &str,
) -> Result<Vec<u8>, ImagingError> {
    let mut bytes = Bytes(vec![0; OFFSET.into()]);
    bytes.put(0, &348_i32.to_le_bytes());
    bytes.put(40, &3_i16.to_le_bytes());
    for axis in 0..7 {
        let n = grid.dims.get(axis).copied().unwrap_or(1);
        let n = i16::try_from(n)
            .map_err(|_| ImagingError::header(file, "dim", format!("{n} voxels; NIfTI-1 ends at 32767")))?;
        bytes.put(42 + 2 * axis, &n.to_le_bytes());
    }
    bytes.put(70, &code.to_le_bytes());
    bytes.put(72, &bits.to_le_bytes());
    bytes.f32s(108, &[OFFSET.into(), 1.0]);
    bytes.put(123, &[UNITS]);
    let shown = description.bytes().take(DESCRIPTION - 1);
    let shown: Vec<u8> = shown.map(|byte| if byte.is_ascii_graphic() { byte } else { b' ' }).collect();
    bytes.put(148, &shown);
    place(&mut bytes, grid);
    bytes.put(344, b"n+1\0");
    Ok(bytes.0)
}

/// `pixdim`, `qform` and `sform`.
fn place(bytes: &mut Bytes, grid: &Grid) {
    let ([b, c, d], handedness) = quaternion(&grid.direction);
    let [x, y, z] = grid.spacing;
    bytes.f32s(76, &[handedness, x, y, z]);
    bytes.put(252, &SCANNER.to_le_bytes());
    bytes.put(254, &SCANNER.to_le_bytes());
    bytes.f32s(256, &[b, c, d]);
    bytes.f32s(268, &grid.origin);
    for (axis, row) in grid.direction.iter().enumerate() {
        bytes.f32s(280 + 16 * axis, &[row[0] * x, row[1] * y, row[2] * z, grid.origin[axis]]);
    }
}

/// Components b, c, d of the unit quaternion of the axes, and the sign that the third axis was taken with.
fn quaternion(direction: &[[f64; 3]; 3]) -> ([f64; 3], f64) {
    let [[xx, xy, xz], [yx, yy, yz], [zx, zy, zz]] = *direction;
    let determinant = xx * (yy * zz - yz * zy) - xy * (yx * zz - yz * zx) + xz * (yx * zy - yy * zx);
    let sign = if determinant < 0.0 { -1.0 } else { 1.0 };
    let (xz, yz, zz) = (sign * xz, sign * yz, sign * zz);
    // of the four equivalent formulas the one that divides by the largest component
    let squares = [1.0 + xx + yy + zz, 1.0 + xx - yy - zz, 1.0 - xx + yy - zz, 1.0 - xx - yy + zz];
    let largest = (0..4).fold(0, |best, i| if squares[i] > squares[best] { i } else { best });
    let root = squares[largest].max(0.0).sqrt();
    let [a, b, c, d] = match largest {
        0 => [root * root, zy - yz, xz - zx, yx - xy],
        1 => [zy - yz, root * root, xy + yx, xz + zx],
        2 => [xz - zx, xy + yx, root * root, yz + zy],
        _ => [yx - xy, xz + zx, yz + zy, root * root],
    };
    // the real part is not stored, and is never negative
    let half = (if a < 0.0 { -0.5 } else { 0.5 }) / root;
    ([b * half, c * half, d * half], sign)
}

struct Bytes(Vec<u8>);

impl Bytes {
    fn put(&mut self, at: usize, bytes: &[u8]) {
        self.0[at..at + bytes.len()].copy_from_slice(bytes);
    }

    #[expect(clippy::cast_possible_truncation, reason = "a header holds 32-bit numbers")]
    fn f32s(&mut self, at: usize, numbers: &[f64]) {
        for (i, number) in numbers.iter().enumerate() {
            self.put(at + 4 * i, &(*number as f32).to_le_bytes());
        }
    }
}

/// Writes beside the file and renames, so that a half-written file is never found under its name.
fn write<T, const N: usize>(
    file: &Path,
    header: &[u8],
    voxels: &[T],
    bytes: impl Fn(&T) -> [u8; N],
) -> Result<(), ImagingError> {
    let unwritable = |source| ImagingError::Unwritable { file: file.to_owned(), source };
    let part = beside(file);
    let written = File::create(&part).and_then(|out| {
        let mut out = BufWriter::new(out);
        if file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("gz")) {
            let mut packed = BufWriter::new(GzEncoder::new(&mut out, Compression::fast()));
            copy(&mut packed, header, voxels, bytes)?;
            packed.into_inner().map_err(io::IntoInnerError::into_error)?.finish()?;
        } else {
            copy(&mut out, header, voxels, bytes)?;
        }
        out.flush()
    });
    written.and_then(|()| std::fs::rename(&part, file)).map_err(unwritable)
}

fn beside(file: &Path) -> PathBuf {
    let mut name: OsString = file.as_os_str().to_owned();
    name.push(".part");
    name.into()
}

fn copy<T, const N: usize>(
    out: &mut impl Write,
    header: &[u8],
    voxels: &[T],
    bytes: impl Fn(&T) -> [u8; N],
) -> io::Result<()> {
    out.write_all(header)?;
    voxels.iter().try_for_each(|voxel| out.write_all(&bytes(voxel)))
}

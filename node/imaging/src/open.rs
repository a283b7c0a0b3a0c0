//! One door for every format: what a file is, is decided by its content.
//!
//! Never: a decision by a file's name.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::numbers::Number;
use crate::{Choice, Grid, ImagingError, Region, RoiMask, Volume, dicom, labels, nifti, nrrd};

/// Bytes that tell formats apart.
const START: u64 = 132;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A DICOM file: a picture, regions, or something else.
    Dicom,
    /// NRRD.
    Nrrd,
    /// NIfTI, or a file that is none of the others.
    Nifti,
}

/// How an image lies in its file, by its header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// Voxels.
    pub voxels: usize,
    /// Their type.
    pub number: Number,
    /// Whether they are scaled when they are read.
    pub is_scaled: bool,
}

/// Reads an image: a NIfTI or NRRD file, a DICOM file, or a folder with one DICOM series.
///
/// CT is in HU, PET in SUV by body weight (from DICOM only), everything else in the file's own unit.
pub fn read_image(path: &Path) -> Result<Volume, ImagingError> {
    if path.is_dir() {
        return dicom::read_folder(path, None);
    }
    match format(path)? {
        Format::Dicom => dicom::read_file(path),
        Format::Nrrd => nrrd::read(path).map(|nrrd| nrrd.image),
        Format::Nifti => nifti::read_image(path),
    }
}

/// Reads the series with this `SeriesInstanceUID` from a folder that holds several.
pub fn read_series(folder: &Path, series: &str) -> Result<Volume, ImagingError> {
    dicom::read_folder(folder, Some(series))
}

/// Reads one frame, from 0, of a DICOM file with several: a picture of a film, a slice of a volume.
pub fn read_frame(path: &Path, frame: usize) -> Result<Volume, ImagingError> {
    dicom::read_frame(path, frame)
}

/// Reads a mask from NIfTI or NRRD: zero outside, one other value inside.
pub fn read_mask(path: &Path) -> Result<RoiMask, ImagingError> {
    let image = match format(path)? {
        Format::Dicom => {
            let why = "a DICOM region has no grid of its own; read it with its image's".to_owned();
            return Err(ImagingError::Format { file: path.to_owned(), why });
        }
        Format::Nrrd => nrrd::read(path)?.image,
        Format::Nifti => nifti::read_image(path)?,
    };
    labels::only(path, &image)
}

/// The regions of an RTSTRUCT, a DICOM segmentation or a label map.
pub fn regions(path: &Path) -> Result<Vec<Region>, ImagingError> {
    match format(path)? {
        Format::Dicom => dicom::regions(path),
        Format::Nrrd | Format::Nifti => map(path).map(|(_, regions)| regions),
    }
}

/// Reads one region of an RTSTRUCT, a DICOM segmentation or a label map as a mask on an image's `grid`.
///
/// Nothing is resampled: pixels must fall on voxels, contours into slices. A label map may have its axes swapped or
/// reversed.
pub fn read_region(path: &Path, which: Choice<'_>, grid: &Grid) -> Result<RoiMask, ImagingError> {
    match format(path)? {
        Format::Dicom => dicom::read_region(path, which, grid, None),
        Format::Nrrd | Format::Nifti => {
            let (map, regions) = map(path)?;
            labels::read(path, &map, &regions, which, grid)
        }
    }
}

/// Like [`read_region`], and checks that a DICOM region was drawn on the series of `image`, any file of which will do.
pub fn read_region_of(
    path: &Path,
    which: Choice<'_>,
    grid: &Grid,
    image: &Path,
) -> Result<RoiMask, ImagingError> {
    match format(path)? {
        Format::Dicom => dicom::read_region(path, which, grid, Some(image)),
        Format::Nrrd | Format::Nifti => read_region(path, which, grid),
    }
}

/// A label map and its regions.
fn map(path: &Path) -> Result<(Volume, Vec<Region>), ImagingError> {
    let (image, pairs) = match format(path)? {
        Format::Nrrd => nrrd::read(path).map(|nrrd| (nrrd.image, nrrd.pairs))?,
        Format::Nifti | Format::Dicom => (nifti::read_image(path)?, std::collections::BTreeMap::new()),
    };
    let regions = labels::regions(path, &image, |label| nrrd::name_of(&pairs, label))?;
    Ok((image, regions))
}

/// Reads the header of a NIfTI or NRRD file and no voxel; nothing for DICOM, whose series has many headers.
pub fn stored(path: &Path) -> Result<Option<Stored>, ImagingError> {
    match format(path)? {
        Format::Dicom => Ok(None),
        Format::Nrrd => nrrd::read_header(path).map(Some),
        Format::Nifti => nifti::read_header(path).map(Some),
    }
}

/// The files of an image or mask: itself, or those of a folder with a DICOM series, by name.
pub fn files(path: &Path) -> Result<Vec<PathBuf>, ImagingError> {
    if path.is_dir() { dicom::files(path) } else { Ok(vec![path.to_owned()]) }
}

/// What a file is, by its content. One that is neither DICOM nor NRRD is read as NIfTI, whose reader says what is wrong
/// with it.
pub fn format(path: &Path) -> Result<Format, ImagingError> {
    let unreadable = |source| ImagingError::Unreadable { file: path.to_owned(), source };
    if !std::fs::metadata(path).map_err(unreadable)?.is_file() {
        let why = "it is no file".to_owned();
        return Err(ImagingError::Format { file: path.to_owned(), why });
    }
    let mut start = Vec::new();
    File::open(path).and_then(|file| file.take(START).read_to_end(&mut start)).map_err(unreadable)?;
    Ok(match start.as_slice() {
        start if dicom::is_dicom(start) => Format::Dicom,
        start if start.starts_with(nrrd::MAGIC) => Format::Nrrd,
        _ => Format::Nifti,
    })
}

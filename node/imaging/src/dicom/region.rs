//! Regions of DICOM files: which object it is, which region is meant, which image it was drawn on.

use std::path::Path;

use dicom_dictionary_std::{tags, uids};

use super::fault::DicomFault;
use super::file::{self, DicomFile};
use super::series::Identity;
use super::{rtstruct, seg};
use crate::region::{self, Choice, NotChosen, Region};
use crate::{Grid, ImagingError, RoiMask};

/// The regions of an RTSTRUCT or SEG.
pub(crate) fn regions(path: &Path) -> Result<Vec<Region>, ImagingError> {
    let file = file::open(path)?;
    match Kind::of(&file)? {
        Kind::Contours => rtstruct::regions(&file.root),
        Kind::Segments => seg::regions(&file.root),
    }
    .map_err(|fault| file.fault(fault))
}

/// The voxels of one region on the image's grid. `image` is any file of the image's series, to check that the region
/// was drawn on it.
pub(crate) fn read_region(
    path: &Path,
    which: Choice<'_>,
    grid: &Grid,
    image: Option<&Path>,
) -> Result<RoiMask, ImagingError> {
    let file = file::open(path)?;
    let kind = Kind::of(&file)?;
    if let Some(image) = image {
        let image = Identity::of(&file::open(image)?.root);
        kind.check(&file, which, &image).map_err(|fault| file.fault(fault))?;
    }
    match kind {
        Kind::Contours => rtstruct::read(&file, which, grid),
        Kind::Segments => seg::read(&file, which, grid),
    }
}

/// What kind of object holds the regions.
enum Kind {
    Contours,
    Segments,
}

impl Kind {
    fn of(file: &DicomFile) -> Result<Self, ImagingError> {
        match file.root.text(tags::SOP_CLASS_UID).as_deref() {
            Some(uids::RT_STRUCTURE_SET_STORAGE) => Ok(Self::Contours),
            Some(uids::SEGMENTATION_STORAGE | uids::LABEL_MAP_SEGMENTATION_STORAGE) => Ok(Self::Segments),
            _ => {
                let present = "it is neither an RTSTRUCT nor a SEG".to_owned();
                Err(file.fault(DicomFault::NoSuchRegion { which: "any".to_owned(), present }))
            }
        }
    }

    /// The series and the frame of reference are the image's, as far as the object names them.
    fn check(&self, file: &DicomFile, which: Choice<'_>, image: &Identity) -> Result<(), DicomFault> {
        let root = &file.root;
        let (series, frame) = match self {
            Self::Contours => {
                let number = chosen(&rtstruct::regions(root)?, which)?.number;
                (rtstruct::referenced_series(root), rtstruct::frame_of_reference(root, number))
            }
            Self::Segments => (seg::referenced_series(root), root.text(tags::FRAME_OF_REFERENCE_UID)),
        };
        if !series.is_empty() && !series.contains(&image.series) {
            return Err(DicomFault::OtherImage { field: "the referenced series" });
        }
        if frame.is_some_and(|frame| frame != image.frame_of_reference) {
            return Err(DicomFault::OtherImage { field: "the frame of reference" });
        }
        Ok(())
    }
}

/// The region that is meant.
pub(super) fn chosen<'a>(regions: &'a [Region], which: Choice<'_>) -> Result<&'a Region, DicomFault> {
    region::choose(regions, which).map_err(|reason| {
        let present = region::list(regions);
        match reason {
            NotChosen::Several => DicomFault::SeveralRegions { present },
            NotChosen::None => DicomFault::NoSuchRegion { which: which.to_string(), present },
        }
    })
}

//! A child's images and masks as files: NIfTI, or a DICOM series with a segmentation.
//!
//! `images/PATIENT/CT_arterial_image…`, `…_mask…`, and `…_mask2…` by the second reader. Ultrasound has no place in the patient,
//! so a DICOM segmentation cannot say where it lies: its mask is NIfTI in both formats.

use std::path::Path;

use consilium_imaging::{Precision, RoiMask, write_image, write_mask};
use rayon::prelude::*;

use crate::child::Child;
use crate::dicom::{self, Object};
use crate::error::SynthError;
use crate::modality::stem;
use crate::site::Site;
use crate::volume::{Picture, pictures};
use crate::{Input, Recipe};

/// How images are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `.nii.gz`.
    Nifti,
    /// A folder with a series, and a segmentation.
    Dicom,
}

/// Draws and writes the images of all children, several at a time. The files do not depend on how many.
pub fn write_images(
    folder: &Path,
    recipe: &Recipe,
    site: &Site,
    children: &[Child],
    inputs: &[Input],
    format: Format,
) -> Result<(), SynthError> {
    children.par_iter().try_for_each(|child| {
        let own = folder.join("images").join(child.patient());
        std::fs::create_dir_all(&own).map_err(|error| SynthError::unwritable(&own, &error))?;
        let of = dicom::Subject { seed: recipe.seed, child };
        pictures(recipe, site, child, inputs)?
            .iter()
            .try_for_each(|picture| write(&own, &of, picture, format))
    })
}

fn write(
    folder: &Path,
    of: &dicom::Subject<'_>,
    picture: &Picture,
    format: Format,
) -> Result<(), SynthError> {
    let stem = stem(picture.input);
    match format {
        Format::Nifti => {
            // SUV has decimals
            let precision = if picture.input == Input::Pet { Precision::Single } else { Precision::Whole };
            write_image(
                &folder.join(format!("{stem}_image.nii.gz")),
                &picture.image,
                precision,
                "synthetic",
            )?;
        }
        Format::Dicom => dicom::write_series(&folder.join(format!("{stem}_image")), of, picture)?,
    }
    let masks = [("mask", Some(&picture.mask)), ("mask2", picture.second.as_ref())];
    for (reader, (name, mask)) in masks.into_iter().enumerate() {
        let Some(mask) = mask else { continue };
        let name = format!("{stem}_{name}");
        match format {
            Format::Dicom if picture.input != Input::Us => {
                let object = dicom::segmentation(of, picture.input, mask, reader);
                write_object(&folder.join(format!("{name}.dcm")), &object)?;
            }
            _ => write_nifti(&folder.join(format!("{name}.nii.gz")), mask)?,
        }
    }
    Ok(())
}

fn write_nifti(file: &Path, mask: &RoiMask) -> Result<(), SynthError> {
    write_mask(file, mask, "synthetic").map_err(SynthError::from)
}

fn write_object(file: &Path, object: &Object) -> Result<(), SynthError> {
    object.write(file).map_err(|why| SynthError::unwritable(file, &why))
}

//! A series: one file a slice, with the tags that tell scanners apart.

use std::path::Path;

use consilium_imaging::Grid;
use dicom_core::VR;
use dicom_dictionary_std::{tags, uids};

use super::{Object, Role, Subject};
use crate::Input;
use crate::error::SynthError;
use crate::volume::Picture;

/// Axes of the scene in DICOM's, which count to the left and back.
pub(super) const AXES: [f64; 6] = [-1.0, 0.0, 0.0, 0.0, -1.0, 0.0];
/// Largest stored value of a PET slice.
const FULL: f64 = 60_000.0;

/// Writes the files of a picture's series into a new folder.
pub(crate) fn write_series(folder: &Path, of: &Subject<'_>, picture: &Picture) -> Result<(), SynthError> {
    std::fs::create_dir_all(folder).map_err(|error| SynthError::unwritable(folder, &error))?;
    let grid = picture.image.grid();
    let area = grid.dims[0] * grid.dims[1];
    let scale = Scale::of(picture);
    for (number, slice) in picture.image.voxels().chunks_exact(area).enumerate() {
        let instance = of.uid(Role::Image, Some(picture.input), number);
        let object = header(of, picture.input, grid, &instance);
        let object = scale.tagged(placed(object, picture.input, grid, number));
        let object = object.pixels([grid.dims[0], grid.dims[1]], 16).words(&scale.stored(slice));
        let file = folder.join(format!("{:04}.dcm", number + 1));
        object.write(&file).map_err(|why| SynthError::unwritable(&file, &why))?;
    }
    Ok(())
}

fn header(of: &Subject<'_>, input: Input, grid: &Grid, instance: &str) -> Object {
    let scanner = &of.child.scanner;
    let (class, modality) = match input {
        Input::Pet => (uids::POSITRON_EMISSION_TOMOGRAPHY_IMAGE_STORAGE, "PT"),
        Input::Mr => (uids::MR_IMAGE_STORAGE, "MR"),
        Input::Us => (uids::ULTRASOUND_IMAGE_STORAGE, "US"),
        _ => (uids::CT_IMAGE_STORAGE, "CT"),
    };
    let object = of
        .object(class, modality, instance)
        .text(tags::SERIES_INSTANCE_UID, VR::UI, &of.uid(Role::Series, Some(input), 0))
        .text(tags::SERIES_DESCRIPTION, VR::LO, crate::modality::stem(input))
        .text(tags::MANUFACTURER, VR::LO, scanner.manufacturer)
        .decimals(tags::PIXEL_SPACING, &[grid.spacing[1], grid.spacing[0]]);
    match modality {
        "CT" => object
            .text(tags::CONVOLUTION_KERNEL, VR::SH, scanner.kernel)
            .decimals(tags::KVP, &[scanner.kilovolts]),
        "PT" => object.text(tags::UNITS, VR::CS, "GML").text(tags::SUV_TYPE, VR::CS, "BW").text(
            tags::CORRECTED_IMAGE,
            VR::CS,
            "ATTN\\DECY\\SCAT",
        ),
        _ => object,
    }
}

/// Where the slice lies; an ultrasound picture lies nowhere.
fn placed(object: Object, input: Input, grid: &Grid, number: usize) -> Object {
    let object = object.text(tags::INSTANCE_NUMBER, VR::IS, &(number + 1).to_string());
    if input == Input::Us {
        return object;
    }
    object
        .decimals(tags::IMAGE_POSITION_PATIENT, &position(grid, number))
        .decimals(tags::IMAGE_ORIENTATION_PATIENT, &AXES)
        .decimals(tags::SLICE_THICKNESS, &[grid.spacing[2]])
}

/// The centre of a slice's first pixel, in DICOM's axes.
pub(super) fn position(grid: &Grid, slice: usize) -> [f64; 3] {
    let [x, y, z] = grid.origin;
    [-x, -y, z + grid.spacing[2] * slice as f64]
}

/// From stored numbers to the image's unit.
struct Scale {
    slope: f64,
    intercept: f64,
    is_written: bool,
}

impl Scale {
    fn of(picture: &Picture) -> Self {
        match picture.input {
            Input::Mr | Input::Us => Self { slope: 1.0, intercept: 0.0, is_written: false },
            Input::Pet => {
                let most = picture.image.voxels().iter().copied().fold(0.0, f64::max);
                // a short decimal, so that the text holds it exactly
                let slope = ((most / FULL) * 1e6).ceil().max(1.0) / 1e6;
                Self { slope, intercept: 0.0, is_written: true }
            }
            _ => Self { slope: 1.0, intercept: -1024.0, is_written: true },
        }
    }

    fn tagged(&self, object: Object) -> Object {
        if !self.is_written {
            return object;
        }
        object
            .decimals(tags::RESCALE_SLOPE, &[self.slope])
            .decimals(tags::RESCALE_INTERCEPT, &[self.intercept])
    }

    fn stored(&self, slice: &[f64]) -> Vec<u16> {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 16 bits")]
        let stored =
            |value: &f64| ((value - self.intercept) / self.slope).round().clamp(0.0, 65_535.0) as u16;
        slice.iter().map(stored).collect()
    }
}

//! A mask as a binary segmentation of its series.

use consilium_imaging::{Grid, RoiMask};
use dicom_core::VR;
use dicom_dictionary_std::{tags, uids};

use super::series::{AXES, position};
use super::{Object, Role, Subject};
use crate::Input;

/// The frames that hold a voxel of the mask; `reader` counts from 0.
pub(crate) fn segmentation(of: &Subject<'_>, input: Input, mask: &RoiMask, reader: usize) -> Object {
    let grid = mask.grid();
    let area = grid.dims[0] * grid.dims[1];
    let slices: Vec<(usize, &[bool])> = mask
        .inside()
        .chunks_exact(area)
        .enumerate()
        .filter(|(_, slice)| slice.iter().any(|inside| *inside))
        .collect();
    let frames = slices.iter().map(|(number, _)| frame(grid, *number)).collect();
    let series =
        Object::item().text(tags::SERIES_INSTANCE_UID, VR::UI, &of.uid(Role::Series, Some(input), 0));
    let segment = Object::item()
        .word(tags::SEGMENT_NUMBER, 1)
        .text(tags::SEGMENT_LABEL, VR::LO, "primary")
        .text(tags::SEGMENT_ALGORITHM_TYPE, VR::CS, "MANUAL");
    let own = of.uid(Role::Segmentation, Some(input), reader);
    of.object(uids::SEGMENTATION_STORAGE, "SEG", &own)
        .text(tags::SERIES_INSTANCE_UID, VR::UI, &of.uid(Role::Segmentation, Some(input), 100 + reader))
        .text(tags::CONTENT_CREATOR_NAME, VR::PN, &format!("Reader^{}", reader + 1))
        .text(tags::SEGMENTATION_TYPE, VR::CS, "BINARY")
        .text(tags::NUMBER_OF_FRAMES, VR::IS, &slices.len().to_string())
        .items(tags::REFERENCED_SERIES_SEQUENCE, vec![series])
        .items(tags::SEGMENT_SEQUENCE, vec![segment])
        .items(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, vec![shared(grid)])
        .items(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE, frames)
        .pixels([grid.dims[0], grid.dims[1]], 1)
        .octets(packed(slices.iter().flat_map(|(_, slice)| slice.iter().copied())))
}

fn shared(grid: &Grid) -> Object {
    let orientation = Object::item().decimals(tags::IMAGE_ORIENTATION_PATIENT, &AXES);
    let measures = Object::item()
        .decimals(tags::PIXEL_SPACING, &[grid.spacing[1], grid.spacing[0]])
        .decimals(tags::SLICE_THICKNESS, &[grid.spacing[2]]);
    Object::item()
        .items(tags::PLANE_ORIENTATION_SEQUENCE, vec![orientation])
        .items(tags::PIXEL_MEASURES_SEQUENCE, vec![measures])
}

fn frame(grid: &Grid, slice: usize) -> Object {
    let place = Object::item().decimals(tags::IMAGE_POSITION_PATIENT, &position(grid, slice));
    let segment = Object::item().word(tags::REFERENCED_SEGMENT_NUMBER, 1);
    Object::item()
        .items(tags::PLANE_POSITION_SEQUENCE, vec![place])
        .items(tags::SEGMENT_IDENTIFICATION_SEQUENCE, vec![segment])
}

/// Eight pixels a byte, the first in the lowest bit, frames without a gap.
fn packed(pixels: impl Iterator<Item = bool>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (at, inside) in pixels.enumerate() {
        if at % 8 == 0 {
            bytes.push(0);
        }
        if let Some(byte) = bytes.last_mut().filter(|_| inside) {
            *byte |= 1 << (at % 8);
        }
    }
    bytes
}

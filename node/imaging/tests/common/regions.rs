//! Structure sets and segmentations on the grid of a 4 x 3 x 3 series of [`Made::slice`].

use dicom_core::VR;
use dicom_dictionary_std::tags;

use super::{AXIAL, FRAME, Made, RTSTRUCT, SEG, SERIES};

/// A rectangle of pixels from `low` to `high`, a quarter pixel wider, in DICOM's mm.
pub(crate) fn rectangle(low: [f64; 2], high: [f64; 2], z: f64) -> Vec<f64> {
    let (x, y) = (|i: f64| 10.0 + 1.5 * i, |j: f64| 20.0 + 2.0 * j);
    let [left, top] = low.map(|pixel| pixel - 0.25);
    let [right, bottom] = high.map(|pixel| pixel + 0.25);
    [[left, top], [right, top], [right, bottom], [left, bottom]]
        .iter()
        .flat_map(|[i, j]| [x(*i), y(*j), z])
        .collect()
}

pub(crate) fn contour(points: &[f64]) -> Made {
    Made::default()
        .text(tags::CONTOUR_GEOMETRIC_TYPE, VR::CS, "CLOSED_PLANAR")
        .decimals(tags::CONTOUR_DATA, points)
}

/// A structure set with tumour 7 by A and tumour 8 by B.
pub(crate) fn structures(tumour: Vec<Made>, second: Vec<Made>) -> Made {
    let roi = |number: &str, name: &str| {
        Made::default().text(tags::ROI_NUMBER, VR::IS, number).text(tags::ROI_NAME, VR::LO, name).text(
            tags::REFERENCED_FRAME_OF_REFERENCE_UID,
            VR::UI,
            FRAME,
        )
    };
    let drawn = |number: &str, contours| {
        Made::default()
            .text(tags::REFERENCED_ROI_NUMBER, VR::IS, number)
            .sequence(tags::CONTOUR_SEQUENCE, contours)
    };
    let observed = |number: &str, by: &str| {
        Made::default().text(tags::REFERENCED_ROI_NUMBER, VR::IS, number).text(
            tags::ROI_INTERPRETER,
            VR::PN,
            by,
        )
    };
    let series = Made::default().text(tags::SERIES_INSTANCE_UID, VR::UI, SERIES);
    let study = Made::default().sequence(tags::RT_REFERENCED_SERIES_SEQUENCE, vec![series]);
    let frame = Made::default().sequence(tags::RT_REFERENCED_STUDY_SEQUENCE, vec![study]);
    Made::object(RTSTRUCT, "RTSTRUCT", "2.25.5", 1)
        .sequence(tags::REFERENCED_FRAME_OF_REFERENCE_SEQUENCE, vec![frame])
        .sequence(tags::STRUCTURE_SET_ROI_SEQUENCE, vec![roi("7", "GTV"), roi("8", "GTV B")])
        .sequence(tags::ROI_CONTOUR_SEQUENCE, vec![drawn("8", second), drawn("7", tumour)])
        .sequence(tags::RTROI_OBSERVATIONS_SEQUENCE, vec![observed("7", "A"), observed("8", "B")])
}

/// A segmentation of segments 1 and 2; each frame has its segment and z.
pub(crate) fn segmentation(frames: &[(u16, f64)], kind: &str) -> Made {
    let item = |sequence, made: Made| Made::default().sequence(sequence, vec![made]);
    let frame = |(segment, z): &(u16, f64)| {
        let mut made = item(
            tags::PLANE_POSITION_SEQUENCE,
            Made::default().decimals(tags::IMAGE_POSITION_PATIENT, &[10.0, 20.0, *z]),
        );
        made = made.sequence(
            tags::SEGMENT_IDENTIFICATION_SEQUENCE,
            vec![Made::default().word(tags::REFERENCED_SEGMENT_NUMBER, *segment)],
        );
        made
    };
    let shared = item(
        tags::PLANE_ORIENTATION_SEQUENCE,
        Made::default().decimals(tags::IMAGE_ORIENTATION_PATIENT, &AXIAL),
    )
    .sequence(
        tags::PIXEL_MEASURES_SEQUENCE,
        vec![Made::default().decimals(tags::PIXEL_SPACING, &[2.0, 1.5])],
    );
    let segment = |number: u16, label: &str| {
        Made::default().word(tags::SEGMENT_NUMBER, number).text(tags::SEGMENT_LABEL, VR::LO, label)
    };
    Made::object(SEG, "SEG", "2.25.6", 1)
        .format(3, 4)
        .word(tags::BITS_ALLOCATED, 1)
        .word(tags::BITS_STORED, 1)
        .word(tags::HIGH_BIT, 0)
        .text(tags::CONTENT_CREATOR_NAME, VR::PN, "Reader^One")
        .text(tags::SEGMENTATION_TYPE, VR::CS, kind)
        .text(tags::NUMBER_OF_FRAMES, VR::IS, &frames.len().to_string())
        .sequence(tags::SEGMENT_SEQUENCE, vec![segment(1, "Tumour"), segment(2, "Necrosis")])
        .sequence(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, vec![shared])
        .sequence(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE, frames.iter().map(frame).collect())
}

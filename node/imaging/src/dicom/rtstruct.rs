//! RTSTRUCT: closed planar contours to the voxels whose centres they enclose.
//!
//! A contour must lie in one slice of the image; contours of one slice combine by the even-odd rule. Never:
//! interpolation between slices; a plane that was left out is reported. Spec: DICOM PS3.3 A.19, C.8.8.5, C.8.8.6.

use std::collections::BTreeMap;

use dicom_dictionary_std::tags;

use super::fault::DicomFault;
use super::file::DicomFile;
use super::geometry::to_world;
use super::polygon::{Canvas, MOST_CROSSINGS};
use super::region::chosen;
use super::tree::Tree;
use super::values::missing;
use crate::region::{Choice, Region, RegionKind};
use crate::{Grid, ImagingError, RoiMask};

/// Largest distance of a point from its slice, in parts of the slices' distance.
const OFF_SLICE: f64 = 0.1;
/// Positions that are told apart within a voxel.
const SNAP: f64 = 1e6;
/// Slices that are missing between two that overlap: more are two lesions, these are an oversight.
const MOST_MISSED: usize = 3;

/// The regions with their observers, in the file's order.
pub(super) fn regions(root: &Tree) -> Result<Vec<Region>, DicomFault> {
    let observations = root.items(tags::RTROI_OBSERVATIONS_SEQUENCE);
    let mut regions = Vec::new();
    for roi in root.items(tags::STRUCTURE_SET_ROI_SEQUENCE) {
        let number = number_of(roi, tags::ROI_NUMBER)?;
        let about = |item: &&Tree| number_of(item, tags::REFERENCED_ROI_NUMBER).ok() == Some(number);
        let observer = observations.iter().find(about).and_then(|item| item.text(tags::ROI_INTERPRETER));
        let name = roi.text(tags::ROI_NAME).unwrap_or_default();
        let observer = observer.unwrap_or_default();
        regions.push(Region { number, name, observer, kind: RegionKind::Contours });
    }
    Ok(regions)
}

/// The frame of reference a region was drawn in.
pub(super) fn frame_of_reference(root: &Tree, number: u32) -> Option<String> {
    let rois = root.items(tags::STRUCTURE_SET_ROI_SEQUENCE);
    let roi = rois.iter().find(|roi| number_of(roi, tags::ROI_NUMBER).ok() == Some(number))?;
    roi.text(tags::REFERENCED_FRAME_OF_REFERENCE_UID)
}

/// The series the contours were drawn on.
pub(super) fn referenced_series(root: &Tree) -> Vec<String> {
    let frames = root.items(tags::REFERENCED_FRAME_OF_REFERENCE_SEQUENCE).iter();
    let studies = frames.flat_map(|frame| frame.items(tags::RT_REFERENCED_STUDY_SEQUENCE));
    let series = studies.flat_map(|study| study.items(tags::RT_REFERENCED_SERIES_SEQUENCE));
    series.filter_map(|series| series.text(tags::SERIES_INSTANCE_UID)).collect()
}

/// The voxels of one region.
pub(super) fn read(file: &DicomFile, which: Choice<'_>, grid: &Grid) -> Result<RoiMask, ImagingError> {
    let inside = regions(&file.root)
        .and_then(|regions| chosen(&regions, which).map(|region| region.number))
        .and_then(|number| fill(&file.root, number, grid));
    RoiMask::new(grid.clone(), inside.map_err(|fault| file.fault(fault))?)
}

fn fill(root: &Tree, number: u32, grid: &Grid) -> Result<Vec<bool>, DicomFault> {
    let mut slices: BTreeMap<usize, Canvas> = BTreeMap::new();
    let mut budget = MOST_CROSSINGS;
    for (i, contour) in contours(root, number)?.iter().enumerate() {
        let points = points(contour, i + 1)?;
        let (slice, polygon) = in_slice(&points, i + 1, grid)?;
        let canvas = slices.entry(slice).or_insert_with(|| Canvas::new(grid.dims[0], grid.dims[1]));
        if !canvas.add(&polygon, &mut budget) {
            return Err(DicomFault::Contour {
                why: format!("up to contour {} there are too many points", i + 1),
            });
        }
    }
    let mut inside = vec![false; grid.len()];
    let area = grid.dims[0] * grid.dims[1];
    let mut last: Option<usize> = None;
    for (slice, canvas) in slices {
        inside[slice * area..(slice + 1) * area].copy_from_slice(&canvas.inside());
        if let Some(last) = last.filter(|last| (2..=MOST_MISSED + 1).contains(&(slice - last))) {
            whole(
                &inside[last * area..(last + 1) * area],
                &inside[slice * area..(slice + 1) * area],
                [last, slice],
            )?;
        }
        last = Some(slice);
    }
    Ok(inside)
}

/// The closed contours of a region.
fn contours(root: &Tree, number: u32) -> Result<&[Tree], DicomFault> {
    let rois = root.items(tags::ROI_CONTOUR_SEQUENCE);
    let roi = rois.iter().find(|roi| number_of(roi, tags::REFERENCED_ROI_NUMBER).ok() == Some(number));
    let contours = roi.map_or(&[][..], |roi| roi.items(tags::CONTOUR_SEQUENCE));
    if contours.is_empty() {
        return Err(DicomFault::Contour { why: format!("region {number} has no contour") });
    }
    Ok(contours)
}

/// A contour's points in DICOM's axes, mm.
fn points(contour: &Tree, number: usize) -> Result<Vec<[f64; 3]>, DicomFault> {
    let fault = |why: String| DicomFault::Contour { why: format!("contour {number} {why}") };
    let kind = contour.text(tags::CONTOUR_GEOMETRIC_TYPE).unwrap_or_default();
    if !["CLOSED_PLANAR", "CLOSEDPLANAR_XOR"].contains(&kind.as_str()) {
        return Err(fault(format!("is `{kind}`, which bounds no area")));
    }
    let numbers = contour.numbers(tags::CONTOUR_DATA)?;
    let numbers = numbers.ok_or_else(|| missing(tags::CONTOUR_DATA, "export the structure set again"))?;
    let (points, rest) = numbers.as_chunks::<3>();
    if !rest.is_empty() {
        return Err(fault(format!("has {} coordinates, not a multiple of 3", numbers.len())));
    }
    if points.len() < 3 {
        return Err(fault(format!("has {} points; an area needs 3", points.len())));
    }
    Ok(points.to_vec())
}

/// The slice a contour lies in, and its points in pixels.
fn in_slice(points: &[[f64; 3]], number: usize, grid: &Grid) -> Result<(usize, Vec<[f64; 2]>), DicomFault> {
    let off = |why: String| Err(DicomFault::OffGrid { why: format!("contour {number} {why}") });
    // a point on a pixel's centre must lie there, not a rounding beside it: the fill decides by it
    let snap = |x: f64| (x * SNAP).round() / SNAP;
    let voxel_of = |point: &[f64; 3]| grid.voxel_of(to_world(*point)).map(snap);
    let voxels: Vec<[f64; 3]> = points.iter().map(voxel_of).collect();
    let slice = voxels[0][2].round();
    let furthest = voxels.iter().map(|voxel| (voxel[2] - slice).abs()).fold(0.0, f64::max);
    if furthest > OFF_SLICE {
        return off(format!("lies {:.2} mm off its slice", furthest * grid.spacing[2]));
    }
    if !(0.0..grid.dims[2] as f64).contains(&slice) {
        return off(format!("lies in slice {}, the image has {}", slice + 1.0, grid.dims[2]));
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a slice of the grid")]
    let slice = slice as usize;
    Ok((slice, voxels.iter().map(|voxel| [voxel[0], voxel[1]]).collect()))
}

/// Two slices that overlap have no slice between them left out.
fn whole(one: &[bool], next: &[bool], [last, slice]: [usize; 2]) -> Result<(), DicomFault> {
    if !one.iter().zip(next).any(|(a, b)| *a && *b) {
        return Ok(());
    }
    let why =
        format!("no contour in {} slices between slices {} and {}", slice - last - 1, last + 1, slice + 1);
    Err(DicomFault::Contour { why })
}

fn number_of(item: &Tree, tag: dicom_core::Tag) -> Result<u32, DicomFault> {
    let number = item.count(tag)?.and_then(|number| u32::try_from(number).ok());
    number.ok_or_else(|| missing(tag, "export the structure set again"))
}

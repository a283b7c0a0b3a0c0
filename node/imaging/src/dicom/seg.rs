//! DICOM segmentations: bit-packed, fractional or label frames to voxels of the image's grid.
//!
//! Every frame is placed by its own position, so that frames may be out of order or left out; its pixels must fall on
//! voxels. A fraction of at least one half belongs to the region. Never: resampling. Spec: DICOM PS3.3 A.51, C.8.20.

use dicom_dictionary_std::tags;

use super::fault::DicomFault;
use super::file::DicomFile;
use super::frames::{Frame, Placement};
use super::geometry::to_world;
use super::pixels::{Format, Frames};
use super::region::chosen;
use super::tree::Tree;
use super::values::missing;
use crate::region::{Choice, Region, RegionKind};
use crate::{Grid, ImagingError, RoiMask};

/// Least part of a voxel that makes it a member.
const THRESHOLD: f64 = 0.5;
/// Largest distance of a pixel from its voxel, in voxels.
const OFF_VOXEL: f64 = 1e-2;

/// The segments with their creators, in the file's order.
pub(super) fn regions(root: &Tree) -> Result<Vec<Region>, DicomFault> {
    let creator = root.text(tags::CONTENT_CREATOR_NAME);
    let mut regions = Vec::new();
    for segment in root.items(tags::SEGMENT_SEQUENCE) {
        let number = segment.count(tags::SEGMENT_NUMBER)?.and_then(|number| u32::try_from(number).ok());
        let number = number.ok_or_else(|| missing(tags::SEGMENT_NUMBER, "export the segmentation again"))?;
        let name = segment.text(tags::SEGMENT_LABEL).unwrap_or_default();
        let observer = segment.text(tags::SEGMENT_ALGORITHM_NAME).or_else(|| creator.clone());
        let observer = observer.unwrap_or_default();
        regions.push(Region { number, name, observer, kind: RegionKind::Segment });
    }
    Ok(regions)
}

/// The series that were segmented.
pub(super) fn referenced_series(root: &Tree) -> Vec<String> {
    let series = root.items(tags::REFERENCED_SERIES_SEQUENCE).iter();
    series.filter_map(|series| series.text(tags::SERIES_INSTANCE_UID)).collect()
}

/// The voxels of one segment.
pub(super) fn read(file: &DicomFile, which: Choice<'_>, grid: &Grid) -> Result<RoiMask, ImagingError> {
    let regions = regions(&file.root).map_err(|fault| file.fault(fault))?;
    let segment = chosen(&regions, which).map_err(|fault| file.fault(fault))?.number;
    let mut inside = vec![false; grid.len()];
    let mut members = Members::of(file)?;
    for number in 0..members.format.frames {
        let frame = Frame::of(file, number);
        if !members.is_about(&frame, segment)? {
            continue;
        }
        let pixels = members.read(number, segment)?;
        let path = Path::of(&frame.placement()?, grid).map_err(|fault| file.fault(fault))?;
        path.mark(&pixels, members.format.columns, grid, &mut inside).map_err(|fault| file.fault(fault))?;
    }
    RoiMask::new(grid.clone(), inside)
}

/// How the frames' pixels say who is a member.
enum Coding {
    /// One bit a pixel.
    Bits,
    /// At least this stored value.
    Fraction(f64),
    /// The segment's number.
    Labels,
}

struct Members<'a> {
    frames: Frames<'a>,
    format: Format,
    coding: Coding,
}

impl<'a> Members<'a> {
    fn of(file: &'a DicomFile) -> Result<Self, ImagingError> {
        let format = Format::of(file)?;
        let frames = Frames::of(file, &format)?;
        let kind = file.root.text(tags::SEGMENTATION_TYPE).unwrap_or_default();
        let coding = match kind.as_str() {
            "BINARY" if format.is_bits() => Coding::Bits,
            "BINARY" => Coding::Fraction(1.0),
            "FRACTIONAL" => {
                let most = file.count(tags::MAXIMUM_FRACTIONAL_VALUE)?;
                Coding::Fraction(THRESHOLD * most as f64)
            }
            "LABELMAP" => Coding::Labels,
            _ => {
                let remedy = "one of BINARY, FRACTIONAL, LABELMAP is needed";
                return Err(file.fault(missing(tags::SEGMENTATION_TYPE, remedy)));
            }
        };
        Ok(Self { frames, format, coding })
    }

    /// Whether a frame shows the segment.
    fn is_about(&self, frame: &Frame<'_>, segment: u32) -> Result<bool, ImagingError> {
        if matches!(self.coding, Coding::Labels) {
            return Ok(true);
        }
        let tag = tags::REFERENCED_SEGMENT_NUMBER;
        let number = frame.number_in(tags::SEGMENT_IDENTIFICATION_SEQUENCE, tag)?;
        let number = number.ok_or_else(|| frame.file.fault(missing(tag, "export the segmentation again")))?;
        Ok(number.to_bits() == f64::from(segment).to_bits())
    }

    fn read(&mut self, frame: usize, segment: u32) -> Result<Vec<bool>, ImagingError> {
        match &self.coding {
            Coding::Bits => self.frames.bits(frame, &self.format),
            Coding::Fraction(least) => {
                let values = self.frames.read(frame, &self.format)?;
                Ok(values.into_iter().map(|value| value >= *least && value > 0.0).collect())
            }
            Coding::Labels => {
                let values = self.frames.read(frame, &self.format)?;
                Ok(values.into_iter().map(|value| value.to_bits() == f64::from(segment).to_bits()).collect())
            }
        }
    }
}

/// The voxel of a frame's first pixel, and the steps to the next column and row.
struct Path {
    first: [f64; 3],
    column: [f64; 3],
    row: [f64; 3],
}

impl Path {
    fn of(placement: &Placement, grid: &Grid) -> Result<Self, DicomFault> {
        let first = grid.voxel_of(to_world(placement.position));
        let step = |direction: [f64; 3], mm: f64| {
            let end = std::array::from_fn(|i| placement.position[i] + mm * direction[i]);
            let voxel = grid.voxel_of(to_world(end));
            std::array::from_fn(|i| voxel[i] - first[i])
        };
        let column = step(placement.along_row, placement.spacing[0]);
        let row = step(placement.along_column, placement.spacing[1]);
        let extent = grid.dims.iter().copied().max().unwrap_or(1) as f64;
        // a step's error grows with the pixels walked
        for (field, vector, tolerance) in [
            ("position", first, OFF_VOXEL),
            ("columns", column, OFF_VOXEL / extent),
            ("rows", row, OFF_VOXEL / extent),
        ] {
            let off = vector.iter().map(|x| (x - x.round()).abs()).fold(0.0, f64::max);
            if off > tolerance.max(1e-4) {
                return Err(DicomFault::OffGrid { why: format!("its {field} are {off:.4} voxels off") });
            }
        }
        Ok(Self { first, column, row })
    }

    /// Marks the voxels of member pixels.
    fn mark(
        &self,
        pixels: &[bool],
        columns: usize,
        grid: &Grid,
        inside: &mut [bool],
    ) -> Result<(), DicomFault> {
        for (i, _) in pixels.iter().enumerate().filter(|(_, member)| **member) {
            let (column, row) = ((i % columns) as f64, (i / columns) as f64);
            let voxel: [f64; 3] = std::array::from_fn(|axis| {
                (self.first[axis] + column * self.column[axis] + row * self.row[axis]).round()
            });
            let Some(at) = grid.index_of(voxel) else {
                return Err(DicomFault::OffGrid { why: format!("voxel {voxel:?} is outside the image") });
            };
            inside[at] = true;
        }
        Ok(())
    }
}

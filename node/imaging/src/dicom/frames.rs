//! What is said about each frame: in the file's root for classic images, in functional groups for enhanced ones.
//!
//! A frame's own group comes before the shared one, and both before the root. Spec: DICOM PS3.3 C.7.6.16.

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use super::fault::DicomFault;
use super::file::DicomFile;
use super::tree::Tree;
use super::values::{bad, missing, name};
use crate::ImagingError;
use crate::geometry::PERPENDICULAR;

const EXPORT: &str = "export the original images, not a derived or anonymised copy without geometry";

/// Modalities whose values have a unit: HU, SUV.
const CALIBRATED: [&str; 2] = ["CT", "PT"];
/// What tells images in one place apart.
const MARKS: [Tag; 7] = [
    tags::SOP_INSTANCE_UID,
    tags::ACQUISITION_NUMBER,
    tags::TEMPORAL_POSITION_IDENTIFIER,
    tags::ECHO_NUMBERS,
    tags::DIFFUSION_B_VALUE,
    tags::CONTENT_TIME,
    tags::IMAGE_TYPE,
];

/// One frame of one file.
pub(super) struct Frame<'a> {
    pub(super) file: &'a DicomFile,
    /// Its number within the file, from 0.
    pub(super) number: usize,
    own: Option<&'a Tree>,
    shared: Option<&'a Tree>,
}

/// The values of [`MARKS`].
pub(super) type Marks = [String; 7];

/// Where a frame's pixels lie, in DICOM's own axes (left, posterior, head).
#[derive(Clone, Copy)]
pub(super) struct Placement {
    /// Centre of the first pixel, mm.
    pub(super) position: [f64; 3],
    /// Unit vector of increasing column.
    pub(super) along_row: [f64; 3],
    /// Unit vector of increasing row.
    pub(super) along_column: [f64; 3],
    /// Distance of columns and of rows, mm.
    pub(super) spacing: [f64; 2],
}

impl<'a> Frame<'a> {
    pub(super) fn of(file: &'a DicomFile, number: usize) -> Self {
        let own = file.root.items(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE).get(number);
        let shared = file.root.items(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE).first();
        Self { file, number, own, shared }
    }

    /// The functional group `sequence` of this frame.
    pub(super) fn group(&self, sequence: Tag) -> Option<&'a Tree> {
        let in_groups = |groups: Option<&'a Tree>| groups.and_then(|tree| tree.items(sequence).first());
        in_groups(self.own).or_else(|| in_groups(self.shared))
    }

    /// The data set that holds `tag`: the group, or the root.
    fn holder(&self, sequence: Tag, tag: Tag) -> &'a Tree {
        self.group(sequence).filter(|group| group.get(tag).is_some()).unwrap_or(&self.file.root)
    }

    fn array<const N: usize>(&self, sequence: Tag, tag: Tag) -> Result<[f64; N], ImagingError> {
        let array = self.holder(sequence, tag).array(tag);
        array.and_then(|found| found.ok_or_else(|| missing(tag, EXPORT))).map_err(|e| self.file.fault(e))
    }

    pub(super) fn number_in(&self, sequence: Tag, tag: Tag) -> Result<Option<f64>, ImagingError> {
        self.holder(sequence, tag).number(tag).map_err(|fault| self.file.fault(fault))
    }

    pub(super) fn placement(&self) -> Result<Placement, ImagingError> {
        let position = self.array(tags::PLANE_POSITION_SEQUENCE, tags::IMAGE_POSITION_PATIENT)?;
        let orientation =
            self.array::<6>(tags::PLANE_ORIENTATION_SEQUENCE, tags::IMAGE_ORIENTATION_PATIENT)?;
        let [rows, columns] = self.array(tags::PIXEL_MEASURES_SEQUENCE, tags::PIXEL_SPACING)?;
        let [a, b, c, d, e, f] = orientation;
        let (along_row, along_column) = (unit([a, b, c]), unit([d, e, f]));
        let (Some(along_row), Some(along_column)) = (along_row, along_column) else {
            return Err(
                self.wrong(tags::IMAGE_ORIENTATION_PATIENT, format!("{orientation:?} has no direction"))
            );
        };
        if dot(along_row, along_column).abs() > PERPENDICULAR {
            let why = "rows and columns are not perpendicular; resample onto a straight grid".to_owned();
            return Err(self.wrong(tags::IMAGE_ORIENTATION_PATIENT, why));
        }
        if rows <= 0.0 || columns <= 0.0 {
            return Err(self.wrong(tags::PIXEL_SPACING, format!("{rows} x {columns} mm")));
        }
        Ok(Placement { position, along_row, along_column, spacing: [columns, rows] })
    }

    /// Slope and intercept; 1 and 0 where the file has none and its values have no unit.
    pub(super) fn rescale(&self, modality: &str) -> Result<(f64, f64), ImagingError> {
        let sequence = tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE;
        let value = |tag, default| match self.number_in(sequence, tag)? {
            None if CALIBRATED.contains(&modality) => Err(self
                .file
                .fault(missing(tag, "without it the values have no unit; export the original images"))),
            value => Ok(value.unwrap_or(default)),
        };
        let (slope, intercept) = (value(tags::RESCALE_SLOPE, 1.0)?, value(tags::RESCALE_INTERCEPT, 0.0)?);
        if slope == 0.0 {
            return Err(self.wrong(tags::RESCALE_SLOPE, "0 makes every pixel equal".to_owned()));
        }
        Ok((slope, intercept))
    }

    /// What may tell this image from another in the same place.
    pub(super) fn marks(&self) -> Marks {
        MARKS.map(|tag| self.file.root.texts(tag).unwrap_or_default().join("/"))
    }

    /// Distance to the next slice as the file claims it; used for single slices only.
    pub(super) fn thickness(&self) -> Result<Option<f64>, ImagingError> {
        let sequence = tags::PIXEL_MEASURES_SEQUENCE;
        let between = self.number_in(sequence, tags::SPACING_BETWEEN_SLICES)?;
        let thickness = self.number_in(sequence, tags::SLICE_THICKNESS)?;
        Ok(between.filter(|mm| *mm > 0.0).or(thickness.filter(|mm| *mm > 0.0)))
    }

    pub(super) fn wrong(&self, tag: Tag, why: String) -> ImagingError {
        let why = if self.number > 0 { format!("frame {}: {why}", self.number + 1) } else { why };
        self.file.fault(bad(tag, why))
    }
}

impl Placement {
    /// The unit vector from slice to slice.
    pub(super) fn normal(&self) -> [f64; 3] {
        let ([a, b, c], [d, e, f]) = (self.along_row, self.along_column);
        [b * f - c * e, c * d - a * f, a * e - b * d]
    }
}

pub(super) fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

pub(super) fn minus(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

/// In which tag two images of one place differ, and what to do.
pub(super) fn told_apart(a: &Marks, b: &Marks) -> String {
    let differs = (1..MARKS.len()).find(|i| a[*i] != b[*i]);
    match differs {
        _ if a[0] == b[0] => "the same image is there twice; remove the copy".to_owned(),
        Some(i) => {
            format!("they differ in {}: `{}` and `{}`; export one of them alone", name(MARKS[i]), a[i], b[i])
        }
        None => "no tag tells them apart; export one reconstruction alone".to_owned(),
    }
}

fn unit(vector: [f64; 3]) -> Option<[f64; 3]> {
    let length = dot(vector, vector).sqrt();
    // writers round direction cosines; anything further off is no direction
    ((length - 1.0).abs() < 0.01).then(|| vector.map(|x| x / length))
}

impl DicomFault {
    /// Whether two frames of one stack have the same value of `field`.
    pub(super) fn unless_equal(field: &'static str, first: &str, other: &str) -> Result<(), Self> {
        if first == other {
            return Ok(());
        }
        Err(Self::Mixed { field, first: first.to_owned(), other: other.to_owned() })
    }
}

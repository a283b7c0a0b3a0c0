//! What a folder dumped from an archive holds, from headers alone.
//!
//! Files are grouped by series; segmentations and structure sets name the series they were drawn on. Never: pixels, a
//! link that leads out of the folder, a revealing `Debug`. Spec: DICOM PS3.3 C.7.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use dicom_core::Tag;
use dicom_dictionary_std::{tags, uids};

use super::fault::DicomFault;
use super::file::{self, DicomFile};
use super::phase::{self, Phase};
use super::{rtstruct, seg, text};
use crate::{ImagingError, Region};

/// Deepest folder below the first.
const DEEPEST: usize = 12;
/// Files looked at.
const MOST_FILES: usize = 1_000_000;

/// Everything found in a folder.
#[derive(Default)]
pub struct Index {
    /// By patient, study and series.
    pub series: Vec<Series>,
    /// Files that are not DICOM.
    pub others: usize,
    /// Links, pipes and folders that are too deep.
    pub passed_over: usize,
    /// DICOM files that cannot be read, with the reason.
    pub unreadable: Vec<(PathBuf, ImagingError)>,
}

/// One series. Text is as the file has it; empty where it has none.
#[derive(Clone, PartialEq)]
pub struct Series {
    /// `SeriesInstanceUID`.
    pub uid: String,
    /// `PatientID`.
    pub patient: String,
    /// `StudyInstanceUID`.
    pub study: String,
    /// `StudyDate`, YYYYMMDD.
    pub date: String,
    /// `StudyDescription`.
    pub study_description: String,
    /// `SeriesDescription`.
    pub description: String,
    /// `Modality`.
    pub modality: String,
    /// The contrast phase, guessed from texts and times.
    pub phase: Option<Phase>,
    /// `Manufacturer`.
    pub manufacturer: String,
    /// `ManufacturerModelName`.
    pub model: String,
    /// `ConvolutionKernel`.
    pub kernel: String,
    /// `SliceThickness`, mm.
    pub slice_thickness: Option<f64>,
    /// `KVP`.
    pub kilovolts: Option<f64>,
    /// `MagneticFieldStrength`, T.
    pub field_strength: Option<f64>,
    /// `FrameOfReferenceUID`.
    pub frame_of_reference: String,
    /// Files, by name.
    pub files: Vec<PathBuf>,
    /// Images: frames of all files.
    pub images: usize,
    /// Regions of a segmentation or structure set.
    pub regions: Vec<Region>,
    /// The series that a segmentation or structure set was drawn on.
    pub drawn_on: Vec<String>,
}

/// Walks over a folder and reads the header of every DICOM file.
///
/// Only a folder that cannot be read at all is an error; everything below is listed in the index.
pub fn index(folder: &Path) -> Result<Index, ImagingError> {
    let mut found = Index::default();
    let mut series = BTreeMap::new();
    let unreadable = |source| ImagingError::Unreadable { file: folder.to_owned(), source };
    std::fs::read_dir(folder).map_err(unreadable)?;
    let mut folders = vec![(folder.to_owned(), 0)];
    let mut files = 0;
    while let Some((folder, depth)) = folders.pop() {
        for (path, kind) in entries(&folder, &mut found) {
            match kind {
                Kind::Folder if depth < DEEPEST => folders.push((path, depth + 1)),
                Kind::File if files < MOST_FILES => {
                    files += 1;
                    found.file(path, &mut series);
                }
                _ => found.passed_over += 1,
            }
        }
    }
    found.series = series.into_values().collect();
    found.series.iter_mut().for_each(|series| series.files.sort());
    found.series.sort_by(|a, b| a.key().cmp(&b.key()));
    Ok(found)
}

enum Kind {
    Folder,
    File,
    Other,
}

/// What a folder holds; links are not followed.
fn entries(folder: &Path, found: &mut Index) -> Vec<(PathBuf, Kind)> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(source) => {
            let error = ImagingError::Unreadable { file: folder.to_owned(), source };
            found.unreadable.push((folder.to_owned(), error));
            return Vec::new();
        }
    };
    let kind = |entry: std::fs::DirEntry| {
        let kind = match entry.file_type() {
            Ok(kind) if kind.is_dir() => Kind::Folder,
            Ok(kind) if kind.is_file() => Kind::File,
            _ => Kind::Other,
        };
        (entry.path(), kind)
    };
    let mut entries: Vec<_> = entries.flatten().map(kind).collect();
    entries.sort_by(|(a, _), (b, _)| a.cmp(b));
    entries
}

impl Index {
    fn file(&mut self, path: PathBuf, series: &mut BTreeMap<String, Series>) {
        let added = file::open(&path).and_then(|file| add(&file, series));
        match added {
            Ok(()) => {}
            Err(ImagingError::Format { .. }) => self.others += 1,
            Err(error) => self.unreadable.push((path, error)),
        }
    }
}

fn add(file: &DicomFile, series: &mut BTreeMap<String, Series>) -> Result<(), ImagingError> {
    let root = &file.root;
    // a DICOMDIR lists files, it is none of a series
    if root.get(tags::DIRECTORY_RECORD_SEQUENCE).is_some() {
        return Ok(());
    }
    let one = Series::of(file).map_err(|fault| file.fault(fault))?;
    let images = one.images;
    let known = series.entry(one.uid.clone()).or_insert(one);
    known.files.push(file.path.clone());
    if known.files.len() > 1 {
        known.images += images;
    }
    Ok(())
}

impl Series {
    /// A series as its first file describes it, without files.
    fn of(file: &DicomFile) -> Result<Self, DicomFault> {
        let root = &file.root;
        let text = |tag: Tag| text::of(root, tag);
        // a number that cannot be read describes nothing; the image's own reader refuses it
        let number = |tag: Tag| root.number(tag).ok().flatten();
        let (regions, drawn_on) = match root.text(tags::SOP_CLASS_UID).as_deref() {
            Some(uids::RT_STRUCTURE_SET_STORAGE) => {
                (rtstruct::regions(root)?, rtstruct::referenced_series(root))
            }
            Some(uids::SEGMENTATION_STORAGE | uids::LABEL_MAP_SEGMENTATION_STORAGE) => {
                (seg::regions(root)?, seg::referenced_series(root))
            }
            _ => Default::default(),
        };
        let frames = root.count(tags::NUMBER_OF_FRAMES).ok().flatten().unwrap_or(1).max(1);
        Ok(Self {
            uid: text(tags::SERIES_INSTANCE_UID),
            patient: text(tags::PATIENT_ID),
            study: text(tags::STUDY_INSTANCE_UID),
            date: text(tags::STUDY_DATE),
            study_description: text(tags::STUDY_DESCRIPTION),
            description: text(tags::SERIES_DESCRIPTION),
            modality: text(tags::MODALITY),
            phase: phase::guess(root),
            manufacturer: text(tags::MANUFACTURER),
            model: text(tags::MANUFACTURER_MODEL_NAME),
            kernel: text(tags::CONVOLUTION_KERNEL),
            slice_thickness: number(tags::SLICE_THICKNESS),
            kilovolts: number(tags::KVP),
            field_strength: number(tags::MAGNETIC_FIELD_STRENGTH),
            frame_of_reference: text(tags::FRAME_OF_REFERENCE_UID),
            files: Vec::new(),
            images: if file.pixels.is_some() { frames } else { 0 },
            regions,
            drawn_on,
        })
    }

    fn key(&self) -> (&str, &str, &str, &str) {
        (&self.patient, &self.date, &self.study, &self.uid)
    }
}

impl fmt::Debug for Index {
    /// Shows counts only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Index({} series, {} unreadable)", self.series.len(), self.unreadable.len())
    }
}

impl fmt::Debug for Series {
    /// Shows the modality and the number of images only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Series({}, {} images)", self.modality, self.images)
    }
}

//! The images of a series to one volume in its own unit: HU, SUV by body weight, arbitrary.
//!
//! All headers are read and checked first; then one frame at a time is decoded into the volume, so that memory holds
//! the volume and one frame. Padding and MONOCHROME1 keep their stored numbers: both concern the display.
//! Never: resampling. Spec: DICOM PS3.3 C.7.6, C.11.1.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use dicom_dictionary_std::tags;

use super::fault::DicomFault;
use super::file::{self, DicomFile};
use super::frames::{self, Frame, Marks, Placement};
use super::geometry::{self, Stack};
use super::pixels::{Format, Frames};
use super::tree::Tree;
use super::{suv, ultrasound};
use crate::{Grid, ImagingError, MOST_VOXELS, Volume};

/// Files of one folder that are looked at.
const MOST_FILES: usize = 20_000;
/// Series named in a message.
const SHOWN_SERIES: usize = 8;
/// Modalities whose pixels are not an image of the patient.
const NOT_IMAGES: [&str; 5] = ["SEG", "RTDOSE", "PR", "KO", "REG"];
/// Pictures without a place in the patient.
const PICTURES: [&str; 6] = ["US", "CR", "DX", "MG", "RG", "IVUS"];

/// One file of a series, without its header.
struct Part {
    file: DicomFile,
    format: Format,
    identity: Identity,
    slices: Vec<Slice>,
}

/// What all files of a volume share.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Identity {
    pub(super) series: String,
    pub(super) frame_of_reference: String,
    pub(super) modality: String,
}

struct Slice {
    frame: usize,
    place: Place,
    slope: f64,
    intercept: f64,
    thickness: Option<f64>,
    marks: Marks,
}

enum Place {
    Patient(Placement),
    /// A picture: the distance of columns and of rows, mm.
    Nowhere([f64; 2]),
}

/// Reads one file: a slice, a picture, or a multi-frame volume.
pub(crate) fn read_file(path: &Path) -> Result<Volume, ImagingError> {
    let part = Part::of(file::open(path)?, None)?;
    volume(path, &[part])
}

/// Reads one frame of a file as a picture or slice. Frames count from 0.
pub(crate) fn read_frame(path: &Path, frame: usize) -> Result<Volume, ImagingError> {
    let part = Part::of(file::open(path)?, Some(frame))?;
    volume(path, &[part])
}

/// Reads the one series of a folder, or the one that is named.
pub(crate) fn read_folder(folder: &Path, series: Option<&str>) -> Result<Volume, ImagingError> {
    let mut found: BTreeMap<Identity, Vec<PathBuf>> = BTreeMap::new();
    for path in files(folder)? {
        let file = match file::open(&path) {
            Err(ImagingError::Format { .. }) => continue,
            file => file?,
        };
        let identity = Identity::of(&file.root);
        if is_image(&file) && series.is_none_or(|wanted| wanted == identity.series) {
            found.entry(Identity { frame_of_reference: String::new(), ..identity }).or_default().push(path);
        }
    }
    if found.len() > 1 {
        return Err(several(&found).at(folder));
    }
    let Some((_, files)) = found.pop_first() else {
        let remedy = match series {
            Some(uid) => format!("no series {uid} is in it"),
            None => "name the folder with the files of the series".to_owned(),
        };
        return Err(DicomFault::NoImage { remedy }.at(folder));
    };
    let parts: Vec<Part> =
        files.iter().map(|path| Part::of(file::open(path)?, None)).collect::<Result<_, _>>()?;
    volume(folder, &parts)
}

/// The files of a folder, by name.
pub(crate) fn files(folder: &Path) -> Result<Vec<PathBuf>, ImagingError> {
    let unreadable = |source| ImagingError::Unreadable { file: folder.to_owned(), source };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.is_file() {
            files.push(path);
        }
        if files.len() > MOST_FILES {
            let remedy = format!("it has more than {MOST_FILES} files; give each series its own folder");
            return Err(DicomFault::NoImage { remedy }.at(folder));
        }
    }
    files.sort();
    Ok(files)
}

/// Whether a file holds an image of the patient.
pub(super) fn is_image(file: &DicomFile) -> bool {
    let modality = file.root.text(tags::MODALITY).unwrap_or_default();
    file.pixels.is_some() && !NOT_IMAGES.contains(&modality.as_str())
}

fn several(found: &BTreeMap<Identity, Vec<PathBuf>>) -> DicomFault {
    let describe = |(series, files): (&Identity, &Vec<PathBuf>)| {
        format!("{}, {} files: {}", series.modality, files.len(), series.series)
    };
    let list: Vec<String> = found.iter().take(SHOWN_SERIES).map(describe).collect();
    DicomFault::SeveralSeries { count: found.len(), list: list.join("; ") }
}

impl Identity {
    pub(super) fn of(root: &Tree) -> Self {
        let text = |tag| root.text(tag).unwrap_or_default();
        Self {
            series: text(tags::SERIES_INSTANCE_UID),
            frame_of_reference: text(tags::FRAME_OF_REFERENCE_UID),
            modality: text(tags::MODALITY),
        }
    }
}

impl Part {
    /// Reads what is said about every frame, or the one that is named, and lets go of the header.
    fn of(mut file: DicomFile, only: Option<usize>) -> Result<Self, ImagingError> {
        if !is_image(&file) {
            let remedy = "it is another kind of object; name the image's file or folder".to_owned();
            return Err(file.fault(DicomFault::NoImage { remedy }));
        }
        let format = Format::of(&file)?;
        Frames::of(&file, &format)?;
        let identity = Identity::of(&file.root);
        let frames = match only {
            Some(frame) if frame >= format.frames => {
                let remedy = format!("it has {} frames; frame {} was asked for", format.frames, frame + 1);
                return Err(file.fault(DicomFault::NoImage { remedy }));
            }
            Some(frame) => frame..frame + 1,
            None => 0..format.frames,
        };
        let slices = frames.map(|number| Slice::of(&Frame::of(&file, number), &identity.modality));
        let slices = slices.collect::<Result<_, _>>()?;
        file.root = Tree::default();
        Ok(Self { file, format, identity, slices })
    }
}

impl Slice {
    fn of(frame: &Frame<'_>, modality: &str) -> Result<Self, ImagingError> {
        let (slope, intercept) = scale(frame, modality)?;
        let has_place = frame.group(tags::PLANE_POSITION_SEQUENCE).is_some()
            || frame.file.root.get(tags::IMAGE_POSITION_PATIENT).is_some();
        let is_picture = PICTURES.contains(&modality) && !has_place;
        let place = if is_picture {
            let scale = ultrasound::spacing(&frame.file.root);
            Place::Nowhere(scale.map_err(|fault| frame.file.fault(fault))?)
        } else {
            Place::Patient(frame.placement()?)
        };
        Ok(Self {
            frame: frame.number,
            place,
            slope,
            intercept,
            thickness: frame.thickness()?,
            marks: frame.marks(),
        })
    }
}

/// Slope and intercept from stored values to the image's unit.
fn scale(frame: &Frame<'_>, modality: &str) -> Result<(f64, f64), ImagingError> {
    let root = &frame.file.root;
    let mapping = frame.group(tags::REAL_WORLD_VALUE_MAPPING_SEQUENCE);
    match mapping.filter(|_| modality == "PT" && root.get(tags::UNITS).is_none()) {
        Some(mapping) => suv::enhanced(root, mapping).map_err(|fault| frame.file.fault(fault)),
        None if modality == "PT" => {
            let (slope, intercept) = frame.rescale(modality)?;
            let factor = suv::factor(root).map_err(|fault| frame.file.fault(fault))?;
            Ok((slope * factor, intercept * factor))
        }
        None => frame.rescale(modality),
    }
}

/// Stacks the slices of all parts.
fn volume(place: &Path, parts: &[Part]) -> Result<Volume, ImagingError> {
    let first = &parts[0];
    for part in parts {
        alike(first, part).map_err(|fault| fault.at(&part.file.path))?;
    }
    let slices: Vec<(&Part, &Slice)> =
        parts.iter().flat_map(|part| part.slices.iter().map(move |slice| (part, slice))).collect();
    let voxels = slices.len() as u128 * first.format.pixels() as u128;
    if voxels > MOST_VOXELS as u128 {
        return Err(ImagingError::TooLarge { file: place.to_owned(), voxels, limit: MOST_VOXELS });
    }
    let size = [first.format.columns, first.format.rows];
    let Stack { order, grid } = stack(&slices, size).map_err(|fault| fault.at(place))?;
    let ordered: Vec<(&Part, &Slice)> = order.into_iter().map(|i| slices[i]).collect();
    Volume::new(grid, voxels_of(&ordered)?)
}

fn alike(first: &Part, part: &Part) -> Result<(), DicomFault> {
    let size = |part: &Part| format!("{} x {}", part.format.columns, part.format.rows);
    DicomFault::unless_equal("image size", &size(first), &size(part))?;
    let (a, b) = (&first.identity, &part.identity);
    DicomFault::unless_equal("frame of reference", &a.frame_of_reference, &b.frame_of_reference)?;
    DicomFault::unless_equal("modality", &a.modality, &b.modality)
}

fn stack(slices: &[(&Part, &Slice)], size: [usize; 2]) -> Result<Stack, DicomFault> {
    let placement = |(_, slice): &(&Part, &Slice)| match slice.place {
        Place::Patient(placement) => Some(placement),
        Place::Nowhere(_) => None,
    };
    if let Some(placements) = slices.iter().map(placement).collect::<Option<Vec<_>>>() {
        let apart = |a: usize, b: usize| frames::told_apart(&slices[a].1.marks, &slices[b].1.marks);
        return geometry::stack(&placements, size, slices[0].1.thickness, apart);
    }
    if let [(_, Slice { place: Place::Nowhere([x, y]), .. })] = slices {
        let grid = Grid::axis_aligned([size[0], size[1], 1], [*x, *y, 1.0]);
        return Ok(Stack { order: vec![0], grid });
    }
    let remedy = format!("its {} pictures are a film, no volume; name one frame", slices.len());
    Err(DicomFault::NoImage { remedy })
}

/// Decodes and rescales the slices one after the other.
fn voxels_of(slices: &[(&Part, &Slice)]) -> Result<Vec<f64>, ImagingError> {
    let mut voxels = Vec::new();
    let mut open: Option<(&Part, Frames<'_>)> = None;
    for (number, (part, slice)) in slices.iter().enumerate() {
        let frames = match &mut open {
            Some((last, frames)) if std::ptr::eq(*last, *part) => frames,
            _ => &mut open.insert((part, Frames::of(&part.file, &part.format)?)).1,
        };
        let stored = frames.read(slice.frame, &part.format)?;
        if number == 0 {
            voxels.reserve_exact(stored.len() * slices.len());
        }
        voxels.extend(stored.into_iter().map(|value| value * slice.slope + slice.intercept));
    }
    Ok(voxels)
}

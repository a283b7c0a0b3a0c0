//! Images and masks by patient: `PATIENT/{INPUT}[_{PHASE}]_{image,mask}` with an ending of [`ENDINGS`], in any case; a folder of
//! that name is a DICOM series.
//!
//! Folders are listed and compared by name; a patient's key is never joined to a path, so it cannot lead out.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{DataFault, Patient};

/// NIfTI, NRRD, and DICOM: an image, a segmentation or an RTSTRUCT.
const ENDINGS: [&str; 5] = [".nii.gz", ".nii", ".nrrd", ".nhdr", ".dcm"];

/// An image with its mask.
pub struct ImagePair {
    pub(crate) image: PathBuf,
    pub(crate) mask: PathBuf,
}

impl std::fmt::Debug for ImagePair {
    /// Shows nothing: the paths hold a patient's key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ImagePair")
    }
}

/// What there is of one input of one patient.
#[derive(Debug)]
pub enum Pairing {
    /// Neither image nor mask.
    None,
    /// Both.
    Pair(ImagePair),
}

/// All patients' folders.
pub struct ImageFolder {
    /// Folder name to its files, by lower-case name.
    patients: BTreeMap<String, BTreeMap<String, Vec<PathBuf>>>,
}

impl std::fmt::Debug for ImageFolder {
    /// Shows the size only.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ImageFolder({} patients)", self.patients.len())
    }
}

impl ImageFolder {
    /// Lists `images/` of a data folder, or the data folder itself where there is none.
    pub fn list(data: &Path) -> Result<Self, DataFault> {
        let images = data.join("images");
        let root = if images.is_dir() { images.as_path() } else { data };
        let mut patients = BTreeMap::new();
        for path in entries(root)?.into_iter().filter(|path| path.is_dir()) {
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
            patients.insert(name.to_owned(), files(&path)?);
        }
        Ok(Self { patients })
    }

    /// Names of folders, for comparison with the clinical table.
    pub(crate) fn folders(&self) -> impl Iterator<Item = &str> {
        self.patients.keys().map(String::as_str)
    }

    /// The image and mask of a patient for an input such as `pet` and, where the plan has phases, a phase.
    pub fn pair(&self, patient: &Patient, input: &str, phase: Option<&str>) -> Result<Pairing, DataFault> {
        let Some(files) = self.patients.get(patient.reveal()) else { return Ok(Pairing::None) };
        let stem = stem(input, phase);
        let (image, mask) = (one(files, &format!("{stem}_image"))?, one(files, &format!("{stem}_mask"))?);
        let unpaired = |present: PathBuf, missing: &str| {
            Err(DataFault::Unpaired { present, missing: format!("{stem}_{missing}.nii.gz") })
        };
        match (image, mask) {
            (None, None) => Ok(Pairing::None),
            (Some(image), Some(mask)) => Ok(Pairing::Pair(ImagePair { image, mask })),
            (Some(image), None) => unpaired(image, "mask"),
            (None, Some(mask)) => unpaired(mask, "image"),
        }
    }

    /// The same image with a second reader's mask, `INPUT[_PHASE]_mask2`, where there is one.
    pub(crate) fn second(
        &self,
        patient: &Patient,
        input: &str,
        phase: Option<&str>,
        first: &ImagePair,
    ) -> Result<Option<ImagePair>, DataFault> {
        let Some(files) = self.patients.get(patient.reveal()) else { return Ok(None) };
        let mask = one(files, &format!("{}_mask2", stem(input, phase)))?;
        Ok(mask.map(|mask| ImagePair { image: first.image.clone(), mask }))
    }
}

/// What the files of an input begin with, in lower case.
fn stem(input: &str, phase: Option<&str>) -> String {
    phase.map_or_else(|| input.to_owned(), |phase| format!("{input}_{phase}")).to_lowercase()
}

/// The file with this stem, if there is exactly one.
fn one(files: &BTreeMap<String, Vec<PathBuf>>, stem: &str) -> Result<Option<PathBuf>, DataFault> {
    match files.get(stem).map_or(&[][..], Vec::as_slice) {
        [] => Ok(None),
        [file] => Ok(Some(file.clone())),
        [first, second, ..] => Err(DataFault::Twice { first: first.clone(), second: second.clone() }),
    }
}

/// Images, masks and series of a folder by lower-case stem.
fn files(folder: &Path) -> Result<BTreeMap<String, Vec<PathBuf>>, DataFault> {
    let mut files: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for path in entries(folder)? {
        let Some(name) = path.file_name().and_then(|name| name.to_str()).map(str::to_lowercase) else {
            continue;
        };
        let stem = ENDINGS.iter().find_map(|ending| name.strip_suffix(ending));
        if let Some(stem) = stem.or_else(|| path.is_dir().then_some(name.as_str())) {
            files.entry(stem.to_owned()).or_default().push(path);
        }
    }
    Ok(files)
}

/// A folder's entries in the order of their names.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, DataFault> {
    let unreadable =
        |e: std::io::Error| DataFault::Unreadable { file: folder.to_owned(), why: e.to_string() };
    let entries = std::fs::read_dir(folder).map_err(unreadable)?;
    let mut paths =
        entries.map(|e| e.map(|e| e.path())).collect::<Result<Vec<_>, _>>().map_err(unreadable)?;
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        folder
    }

    #[test]
    fn pairs_are_found_in_any_case_and_by_phase() {
        let data = folder(&[
            "images/P1/pet_IMAGE.nii",
            "images/P1/PET_mask.nii.gz",
            "images/P2/CT_art_image.nii.gz",
            "images/P3/MR_image/slice1.dcm",
            "images/P3/MR_mask.dcm",
            "images/P4/US_image.nrrd",
            "images/P4/US_mask.nhdr",
        ]);
        let images = ImageFolder::list(data.path()).unwrap();
        let pair = |patient: &str, input, phase| images.pair(&Patient::new(patient), input, phase);
        assert!(matches!(pair("P1", "pet", None), Ok(Pairing::Pair(_))));
        assert!(matches!(pair("P1", "ct", None), Ok(Pairing::None)));
        assert!(matches!(pair("P2", "ct", Some("ART")), Err(DataFault::Unpaired { .. })));
        assert!(matches!(pair("P3", "mr", None), Ok(Pairing::Pair(_))), "a folder is a series");
        assert!(matches!(pair("P4", "us", None), Ok(Pairing::Pair(_))));
        assert!(matches!(pair("../P1", "pet", None), Ok(Pairing::None)));
    }

    #[test]
    fn an_image_that_is_there_twice_is_refused() {
        let data = folder(&["P1/PET_image.nii", "P1/PET_image.nii.gz", "P1/PET_mask.nii"]);
        let images = ImageFolder::list(data.path()).unwrap();
        assert_eq!(images.pair(&Patient::new("P1"), "pet", None).unwrap_err().code(), "CNS-D-0308");
    }
}

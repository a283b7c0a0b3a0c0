//! From a patient's image and mask to features: read, check, extract, remember.
//!
//! What is remembered is keyed by the files' content, the parameters and the extractor's version, so that a changed
//! contour or a new version is never answered from memory. Never: a patient's key in the cache.

mod cache;
mod self_test;
mod settings;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use consilium_imaging::{
    Choice, Format, Grid, RoiMask, files, format, read_image, read_mask, read_region_of, same_grid,
};
use consilium_radiomics::{Settings, extract};
use consilium_types::StudyPlan;
use rayon::prelude::*;

pub use cache::Cache;
pub(crate) use self_test::SelfTest;
pub use settings::{Input, inputs};

use crate::catalogue::{DataFault, ImageFolder, ImagePair, Pairing, Patient};

/// Fewest voxels of a mask: one voxel has neither shape nor texture.
const FEWEST_VOXELS: usize = 2;

/// Told how far an extraction is.
pub trait Progress: Sync {
    /// `patients` are to be looked at.
    fn begin(&self, patients: usize);
    /// One of them is done; whether its features were in the cache.
    fn advance(&self, cached: bool);
}

/// Tells nobody.
impl Progress for () {
    fn begin(&self, _patients: usize) {}
    fn advance(&self, _cached: bool) {}
}

/// One patient's features over all image inputs of a plan.
pub enum Extracted {
    /// In the order of [`Extractor::columns`]; NaN where a feature is not defined.
    Values(Vec<f64>),
    /// Some input is not there.
    Missing,
    /// Some file cannot be used.
    Unfit(DataFault),
}

impl std::fmt::Debug for Extracted {
    /// Shows no value.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Extracted")
    }
}

/// Extracts what a plan asks for.
#[derive(Debug)]
pub struct Extractor<'a> {
    /// What a patient must have, and how it is measured.
    inputs: Vec<(Input, Settings)>,
    images: ImageFolder,
    cache: &'a Cache,
}

impl<'a> Extractor<'a> {
    /// An extractor over a data folder; nothing when the plan has no image.
    pub fn new(plan: &StudyPlan, data: &Path, cache: &'a Cache) -> Result<Option<Self>, DataFault> {
        let inputs = inputs(plan);
        if inputs.is_empty() {
            return Ok(None);
        }
        let features = plan.features.clone().unwrap_or_default();
        let measured = |input: Input| (input.clone(), settings::of(&features, &input));
        let inputs = inputs.into_iter().map(measured).collect();
        Ok(Some(Self { inputs, images: ImageFolder::list(data)?, cache }))
    }

    /// Names of the columns: `pet_stat_mean`, `ct_arterial_cm_contrast_3D_avg`.
    #[must_use]
    pub fn columns(&self) -> Vec<String> {
        let of_input = |(input, settings): &(Input, Settings)| {
            let prefix = input.prefix();
            settings.tags().into_iter().map(move |tag| format!("{prefix}_{tag}")).collect::<Vec<_>>()
        };
        self.inputs.iter().flat_map(of_input).collect()
    }

    /// Features of all patients, in their order, whatever the number of threads.
    pub fn extract(&self, patients: &[&Patient], progress: &dyn Progress) -> Vec<Extracted> {
        progress.begin(patients.len());
        let one = |patient: &&Patient| {
            let cached = AtomicUsize::new(0);
            let extracted = self.patient(patient, &cached);
            progress.advance(cached.load(Ordering::Relaxed) == self.inputs.len());
            extracted
        };
        patients.par_iter().map(one).collect()
    }

    fn patient(&self, patient: &Patient, cached: &AtomicUsize) -> Extracted {
        let mut values = Vec::new();
        for (input, settings) in &self.inputs {
            let pair = match self.images.pair(patient, &input.name, input.phase.as_deref()) {
                Ok(Pairing::Pair(pair)) => pair,
                Ok(Pairing::None) => return Extracted::Missing,
                Err(fault) => return Extracted::Unfit(fault),
            };
            match self.pair(&pair, settings, cached) {
                Ok(found) => values.extend(found),
                Err(fault) => return Extracted::Unfit(fault),
            }
        }
        Extracted::Values(values)
    }

    fn pair(
        &self,
        pair: &ImagePair,
        settings: &Settings,
        cached: &AtomicUsize,
    ) -> Result<Vec<f64>, DataFault> {
        let key = cache::key(pair, settings)?;
        let tags = settings.tags();
        if let Some(known) = self.cache.get(&key, &tags) {
            cached.fetch_add(1, Ordering::Relaxed);
            return Ok(known);
        }
        let values = measure(pair, settings)?;
        self.cache.put(&key, &tags, &values);
        Ok(values)
    }
}

fn measure(pair: &ImagePair, settings: &Settings) -> Result<Vec<f64>, DataFault> {
    let image = read_image(&pair.image)?;
    let mask = region(pair, image.grid())?;
    let elsewhere = |difference| DataFault::Geometry { mask: pair.mask.clone(), difference };
    same_grid(image.grid(), mask.grid()).map_err(elsewhere)?;
    if mask.count() < FEWEST_VOXELS {
        return Err(DataFault::TooFewVoxels { mask: pair.mask.clone(), voxels: mask.count() });
    }
    let unusable = |fault| DataFault::Features { image: PathBuf::clone(&pair.image), fault };
    let features = extract(&image, &mask, settings).map_err(unusable)?;
    Ok(features.iter().map(|(_, value)| value).collect())
}

/// A DICOM region has no grid of its own, and must have been drawn on the image's series.
fn region(pair: &ImagePair, grid: &Grid) -> Result<RoiMask, DataFault> {
    if format(&pair.mask)? != Format::Dicom {
        return Ok(read_mask(&pair.mask)?);
    }
    let slice = files(&pair.image)?.into_iter().next().unwrap_or_else(|| pair.image.clone());
    Ok(read_region_of(&pair.mask, Choice::Only, grid, &slice)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The DICOM copies of public patients give the features of their NIfTI copies.
    #[test]
    fn dicom_and_nifti_give_the_same_patient() {
        let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/sts-ibsi/full");
        if !shared.is_dir() {
            println!("skipped: no ../shared/data/sts-ibsi/full beside the repository");
            return;
        }
        let (dicom, nifti) = (shared.join("dicom/STS_008/CT"), shared.join("nifti/STS_008"));
        let as_dicom = ImagePair { image: dicom.join("image"), mask: dicom.join("mask/RS.dcm") };
        let as_nifti = ImagePair { image: nifti.join("CT_image.nii.gz"), mask: nifti.join("CT_mask.nii.gz") };
        let settings = Settings::default();
        let [of_dicom, of_nifti] = [as_dicom, as_nifti].map(|pair| measure(&pair, &settings).unwrap());
        let at = |tag: &str| settings.tags().iter().position(|known| known == tag).unwrap();
        for (tag, tolerance) in [("stat_mean", 0.01), ("morph_volume", 0.01), ("cm_joint_entr_3D_avg", 0.01)]
        {
            let (a, b) = (of_dicom[at(tag)], of_nifti[at(tag)]);
            assert!((a - b).abs() <= tolerance * b.abs(), "{tag}: {a} from DICOM, {b} from NIfTI");
        }
    }
}

//! From a patient's image and mask to features: read, check, extract, remember.
//!
//! What is remembered is keyed by the files' content, the parameters and the extractor's version, so that a changed
//! contour or a new version is never answered from memory. Never: a patient's key in the cache.

mod cache;
mod confined;
mod measuring;
mod self_test;
mod settings;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use consilium_radiomics::Settings;
use consilium_types::StudyPlan;
use consilium_types::plan::Require;
use rayon::prelude::*;

pub use cache::Cache;
use confined::Readers;
pub(crate) use confined::{is_reader, read_case, try_bounds};
use measuring::measure;
pub(crate) use self_test::SelfTest;
pub use settings::{Input, inputs};

use crate::catalogue::{DataFault, ImageFolder, ImagePair, Pairing, Patient};

/// Which process reads images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// This one.
    Here,
    /// One for each case, which can do nothing else. The program must begin [`crate::cli::run`] with its own command line.
    Confined,
}

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
    /// Both readings.
    Values(Readings),
    /// Some input is not there.
    Missing,
    /// Some file cannot be used.
    Unfit(DataFault),
}

/// Features in the order of [`Extractor::columns`]; NaN where one is not defined, or its image or mask is not there.
#[derive(Clone, Default)]
pub struct Readings {
    /// With the mask.
    pub(crate) first: Vec<f64>,
    /// With a second reader's mask.
    pub(crate) second: Vec<f64>,
}

impl std::fmt::Debug for Readings {
    /// Shows no value.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Readings")
    }
}

/// One image input, and how it is measured.
#[derive(Debug)]
struct Measured {
    input: Input,
    settings: Settings,
    require: Require,
    reread: bool,
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
    inputs: Vec<Measured>,
    images: ImageFolder,
    cache: &'a Cache,
    /// Nothing where this process reads images.
    readers: Option<Readers>,
}

impl<'a> Extractor<'a> {
    /// An extractor over a data folder; nothing when the plan has no image.
    pub fn new(
        plan: &StudyPlan,
        data: &Path,
        cache: &'a Cache,
        reader: Reader,
    ) -> Result<Option<Self>, DataFault> {
        let inputs = inputs(plan);
        if inputs.is_empty() {
            return Ok(None);
        }
        let features = plan.features.clone().unwrap_or_default();
        let measured = |input: Input| {
            let image = plan.inputs.images().find(|(name, _)| *name == input.name).map(|(_, image)| image);
            let (require, reread) = image.map(|image| (image.require, image.reread)).unwrap_or_default();
            Measured { settings: settings::of(&features, &input), input, require, reread }
        };
        let inputs = inputs.into_iter().map(measured).collect();
        let readers = (reader == Reader::Confined).then(|| Readers::of(plan));
        Ok(Some(Self { inputs, images: ImageFolder::list(data)?, cache, readers }))
    }

    /// Names of the columns: `pet_stat_mean`, `ct_arterial_cm_contrast_3D_avg`.
    #[must_use]
    pub fn columns(&self) -> Vec<String> {
        let of_input = |Measured { input, settings, .. }: &Measured| {
            let prefix = input.prefix();
            settings.tags().into_iter().map(move |tag| format!("{prefix}_{tag}")).collect::<Vec<_>>()
        };
        self.inputs.iter().flat_map(of_input).collect()
    }

    /// Features of all patients, in their order, whatever the number of threads.
    pub fn extract(&self, patients: &[&Patient], progress: &dyn Progress) -> Vec<Extracted> {
        progress.begin(patients.len());
        let one = |patient: &&Patient| {
            let fresh = AtomicUsize::new(0);
            let extracted = self.patient(patient, &fresh);
            let is_known = matches!(extracted, Extracted::Values(_));
            progress.advance(is_known && fresh.load(Ordering::Relaxed) == 0);
            extracted
        };
        patients.par_iter().map(one).collect()
    }

    fn patient(&self, patient: &Patient, fresh: &AtomicUsize) -> Extracted {
        match self.readings(patient, fresh) {
            Ok(Some(readings)) => Extracted::Values(readings),
            Ok(None) => Extracted::Missing,
            Err(fault) => Extracted::Unfit(fault),
        }
    }

    /// Nothing when an input that the patient needs is not there.
    fn readings(&self, patient: &Patient, fresh: &AtomicUsize) -> Result<Option<Readings>, DataFault> {
        let mut readings = Readings::default();
        // of the input's phases: whether one was found
        let mut found: BTreeMap<&str, bool> = BTreeMap::new();
        for measured in &self.inputs {
            let Measured { input, settings, require, reread } = measured;
            let (name, phase) = (input.name.as_str(), input.phase.as_deref());
            let undefined = || vec![f64::NAN; settings.tags().len()];
            let Pairing::Pair(pair) = self.images.pair(patient, name, phase)? else {
                if *require == Require::All {
                    return Ok(None);
                }
                found.entry(name).or_default();
                readings.first.extend(undefined());
                readings.second.extend(undefined());
                continue;
            };
            found.insert(name, true);
            readings.first.extend(self.pair(&pair, measured, fresh)?);
            let again = if *reread { self.images.second(patient, name, phase, &pair)? } else { None };
            let again = again.map(|pair| self.pair(&pair, measured, fresh)).transpose()?;
            readings.second.extend(again.unwrap_or_else(undefined));
        }
        Ok(found.values().all(|any| *any).then_some(readings))
    }

    fn pair(
        &self,
        pair: &ImagePair,
        Measured { input, settings, .. }: &Measured,
        fresh: &AtomicUsize,
    ) -> Result<Vec<f64>, DataFault> {
        let key = cache::key(pair, settings)?;
        let tags = settings.tags();
        if let Some(known) = self.cache.get(&key, &tags) {
            return Ok(known);
        }
        fresh.fetch_add(1, Ordering::Relaxed);
        let values = match &self.readers {
            Some(readers) => readers.measure(pair, input, tags.len())?,
            None => measure(pair, settings)?,
        };
        self.cache.put(&key, &tags, &values);
        Ok(values)
    }
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

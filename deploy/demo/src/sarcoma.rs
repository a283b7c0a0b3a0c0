//! The cohort of `cargo demo -- --cohort sarcoma`: 51 patients with soft-tissue sarcoma, dealt to four invented hospitals.
//!
//! A patient's hospital follows from a hash of the identifier, so every machine deals alike. Shares are unequal
//! on purpose. Data and licence: tests/data/sts/SOURCES.md.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use sha2::{Digest as _, Sha256};

/// The study all hospitals accept.
pub(crate) const PLAN: &str = include_str!("../sarcoma.toml");

/// Site ids, with the percentage below which a patient's hash falls to them.
const SHARES: [(&str, u64); 4] =
    [("hospital-a", 36), ("hospital-b", 62), ("hospital-c", 82), ("hospital-d", 100)];

/// One patient as the outcome table has it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Patient {
    id: String,
    outcome: String,
}

/// A hospital and its patients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hospital {
    /// Site id.
    pub(crate) site: &'static str,
    patients: Vec<Patient>,
}

/// Deals the patients of the outcome table in `source` to the hospitals.
pub(crate) fn hospitals(source: &Path) -> Result<Vec<Hospital>> {
    let file = source.join("sts_lung_metastasis.csv");
    let mut reader = csv::Reader::from_path(&file).with_context(|| {
        format!(
            "reading {}; run the demo from the repository, or name the folder with --data",
            file.display()
        )
    })?;
    let mut hospitals = SHARES.map(|(site, _)| Hospital { site, patients: Vec::new() });
    for record in reader.records() {
        let record = record.with_context(|| format!("reading {}", file.display()))?;
        ensure!(record.len() == 2, "{}: expected the columns patient, lung_metastasis", file.display());
        let patient = Patient { id: record[0].to_owned(), outcome: record[1].to_owned() };
        hospitals[share(&patient.id)].patients.push(patient);
    }
    Ok(hospitals.to_vec())
}

impl Hospital {
    /// Writes the folder a node reads: `clinical.csv` and `images/`.
    pub(crate) fn write(&self, source: &Path, folder: &Path) -> Result<()> {
        fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
        let mut clinical = String::from("patient,lung_metastasis\n");
        for patient in &self.patients {
            writeln!(clinical, "{},{}", patient.id, patient.outcome)?;
            copy_images(&source.join("pet").join(&patient.id), &folder.join("images").join(&patient.id))?;
        }
        let file = folder.join("clinical.csv");
        fs::write(&file, clinical).with_context(|| format!("writing {}", file.display()))
    }
}

/// Where the repository keeps the cohort, seen from where the demo is run.
pub(crate) fn source() -> PathBuf {
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let root = manifest.map_or_else(PathBuf::new, |folder| folder.join("../.."));
    root.join("tests/data/sts")
}

fn share(patient: &str) -> usize {
    let hash = Sha256::digest(format!("consilium/demo/sarcoma/{patient}"));
    let start = hash.iter().take(8).rev().fold(0, |word: u64, byte| word << 8 | u64::from(*byte));
    let last = SHARES.len() - 1;
    SHARES.iter().position(|(_, below)| start % 100 < *below).unwrap_or(last)
}

fn copy_images(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("making {}", to.display()))?;
    for name in ["PET_image.nii.gz", "PET_mask.nii.gz"] {
        fs::copy(from.join(name), to.join(name))
            .with_context(|| format!("copying {}", from.join(name).display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use consilium_types::StudyPlan;

    #[test]
    fn the_patients_are_dealt_unequally_with_cases_everywhere() {
        let hospitals = hospitals(&source()).unwrap();
        let count = |h: &Hospital| (h.patients.len(), h.patients.iter().filter(|p| p.outcome == "1").count());
        let counts: Vec<_> = hospitals.iter().map(count).collect();
        // python: int.from_bytes(sha256(b"consilium/demo/sarcoma/" + id).digest()[:8], "little") % 100
        assert_eq!(counts, [(21, 8), (11, 4), (6, 2), (13, 5)]);
    }

    #[test]
    fn the_plan_is_valid() {
        let plan = StudyPlan::from_toml(PLAN, "sarcoma.toml").unwrap();
        assert!(plan.study.sites.min as usize <= SHARES.len());
    }
}

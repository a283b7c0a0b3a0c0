//! A data folder at a glance: counts only.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::{ClinicalTable, DataFault, ImageFolder, Pairing};

/// Names an image may have before `_image` and `_mask`.
const INPUTS: [&str; 4] = ["ct", "pet", "mr", "us"];

/// What the folder holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Rows of the clinical table.
    pub patients: usize,
    /// Its columns, with the number of patients whose cell is filled.
    pub columns: BTreeMap<String, usize>,
    /// Patients with image and mask, by input. Images with phases are counted when a plan names the phases.
    pub pairs: BTreeMap<&'static str, usize>,
    /// Folders of images whose name no row of the clinical table has.
    pub folders_without_row: usize,
    /// Tables of features.
    pub tables: Vec<String>,
    /// What is wrong with single patients' files.
    pub problems: Vec<String>,
}

impl Summary {
    /// Looks through a data folder without opening an image.
    pub fn of(data: &Path) -> Result<Self, DataFault> {
        let clinical = ClinicalTable::read(&data.join("clinical.csv"))?;
        let images = ImageFolder::list(data)?;
        let filled =
            |column: usize| (0..clinical.len()).filter(|row| !clinical.cell(*row, column).is_empty()).count();
        let columns = clinical.columns().iter().enumerate();
        let mut summary = Self {
            patients: clinical.len(),
            columns: columns.map(|(column, name)| (name.clone(), filled(column))).collect(),
            pairs: BTreeMap::new(),
            folders_without_row: strangers(&clinical, &images),
            tables: tables(data),
            problems: Vec::new(),
        };
        for input in INPUTS {
            summary.count_pairs(&clinical, &images, input);
        }
        Ok(summary)
    }

    fn count_pairs(&mut self, clinical: &ClinicalTable, images: &ImageFolder, input: &'static str) {
        for row in 0..clinical.len() {
            match images.pair(clinical.patient(row), input, None) {
                Ok(Pairing::Pair(_)) => *self.pairs.entry(input).or_default() += 1,
                Ok(Pairing::None) => {}
                Err(fault) => self.problems.push(format!("{fault} [{}]", fault.code())),
            }
        }
    }
}

fn strangers(clinical: &ClinicalTable, images: &ImageFolder) -> usize {
    let known = |folder: &str| (0..clinical.len()).any(|row| clinical.patient(row).reveal() == folder);
    images.folders().filter(|folder| !known(folder)).count()
}

fn tables(data: &Path) -> Vec<String> {
    let names = ["features.csv", "features.parquet"];
    names.into_iter().filter(|name| data.join(name).is_file()).map(str::to_owned).collect()
}

//! IBSI 1: the digital phantom, which the program carries, and the configurations A to E of the CT phantom, which it reads.
//!
//! Never here: tolerance of our own. A value agrees when, rounded to three significant digits as the manual prints it, it is
//! within the manual's tolerance. Specification: IBSI reference manual, chapter 5; DOI 10.1148/radiol.2020191145.

use std::path::Path;

use consilium_imaging::{RoiMask, Volume, read_image, read_mask};

use super::{ConformanceError, Verdict};
use crate::{
    Aggregation, Discretisation, Features, Interpolation, Resampling, Settings, VolumeHistogram, extract,
};

const IN_SLICES: [Aggregation; 4] = [
    Aggregation::Averaged2d,
    Aggregation::SliceMerged2d,
    Aggregation::DirectionMerged25d,
    Aggregation::Merged25d,
];
const IN_SPACE: [Aggregation; 2] = [Aggregation::Averaged3d, Aggregation::Merged3d];

/// The name of the digital phantom in the reference table.
pub const DIGITAL_PHANTOM: &str = "digital_phantom";
/// The configurations of the CT phantom in the reference table.
pub const CONFIGURATIONS: [&str; 5] = ["config_A", "config_B", "config_C", "config_D", "config_E"];

/// Reference rows of the digital phantom; columns as in IBSI's tables.
const BUILT_IN: &str = include_str!("../../../../tests/data/ibsi/digital_phantom_reference.csv");
/// The columns of data set and tag.
const COLUMNS: [&str; 2] = ["dataset", "tag"];
/// Relative difference of two decimal numbers that mean the same.
const SAME: f64 = 1e-9;

/// One reference value.
#[derive(Debug, Clone)]
pub(super) struct Reference {
    pub(super) dataset: String,
    pub(super) tag: String,
    value: f64,
    tolerance: f64,
}

/// Checks the digital phantom, which needs no file.
pub fn digital_phantom() -> Result<Vec<Verdict>, ConformanceError> {
    phantom_measured().map(|(_, verdicts)| verdicts)
}

/// The digital phantom's features, and what the reference says of them.
pub(super) fn phantom_measured() -> Result<(Features, Vec<Verdict>), ConformanceError> {
    let references = references(Path::new("built-in"), BUILT_IN, COLUMNS)?;
    let (image, mask) = super::phantom::digital();
    let features = features(&image, &mask, DIGITAL_PHANTOM)?;
    let verdicts = verdicts(&features, DIGITAL_PHANTOM, &references);
    Ok((features, verdicts))
}

/// Checks one data set of a folder that holds IBSI's reference table and phantoms.
pub fn data_set(folder: &Path, name: &str) -> Result<Vec<Verdict>, ConformanceError> {
    let references = read(&folder.join("ibsi1_reference.csv"), COLUMNS)?;
    let phantom = if name == DIGITAL_PHANTOM { "digital_phantom" } else { "ct_radiomics_phantom" };
    let phantom = folder.join("ibsi1").join(phantom);
    let image = read_image(&phantom.join("image.nii.gz"))?;
    let mask = read_mask(&phantom.join("mask.nii.gz"))?;
    Ok(verdicts(&features(&image, &mask, name)?, name, &references))
}

/// The processing of a data set, as the manual fixes it.
#[must_use]
pub fn settings(dataset: &str) -> Settings {
    let resampling = |spacing, image| Resampling { image, round: true, ..Resampling::to(spacing) };
    let (axial, cube) = ([Some(2.0), Some(2.0), None], [Some(2.0); 3]);
    let base = Settings { volume_histogram: VolumeHistogram::Calibrated, ..Settings::default() };
    match dataset {
        "config_A" => Settings {
            aggregations: IN_SLICES.to_vec(),
            discretisation: Discretisation::BinWidth(25.0),
            window: Some([-500.0, 400.0]),
            ..base
        },
        "config_B" => Settings {
            resampling: Some(resampling(axial, Interpolation::Linear)),
            aggregations: IN_SLICES.to_vec(),
            window: Some([-500.0, 400.0]),
            ..base
        },
        "config_C" => Settings {
            resampling: Some(resampling(cube, Interpolation::Linear)),
            aggregations: IN_SPACE.to_vec(),
            discretisation: Discretisation::BinWidth(25.0),
            volume_histogram: VolumeHistogram::BinWidth(2.5),
            window: Some([-1000.0, 400.0]),
            ..base
        },
        "config_D" => Settings {
            resampling: Some(resampling(cube, Interpolation::Linear)),
            aggregations: IN_SPACE.to_vec(),
            outliers: Some(3.0),
            ..base
        },
        "config_E" => Settings {
            resampling: Some(resampling(cube, Interpolation::Cubic)),
            aggregations: IN_SPACE.to_vec(),
            volume_histogram: VolumeHistogram::BinCount(1000),
            window: Some([-1000.0, 400.0]),
            outliers: Some(3.0),
            ..base
        },
        // its intensities are grey levels already: bins of 1 from 1
        _ => Settings {
            aggregations: Aggregation::ALL.to_vec(),
            discretisation: Discretisation::BinWidth(1.0),
            ..base
        },
    }
}

fn features(image: &Volume, mask: &RoiMask, dataset: &str) -> Result<Features, ConformanceError> {
    extract(image, mask, &settings(dataset))
        .map_err(|fault| ConformanceError::Features { dataset: dataset.to_owned(), fault })
}

fn verdicts(features: &Features, dataset: &str, references: &[Reference]) -> Vec<Verdict> {
    let of_set = references.iter().filter(|reference| reference.dataset == dataset);
    let found = |reference: &Reference| features.get(&reference.tag).unwrap_or(f64::NAN);
    of_set.map(|reference| reference.verdict(found(reference))).collect()
}

impl Reference {
    pub(super) fn verdict(&self, found: f64) -> Verdict {
        let off = (rounded(found) - self.value).abs();
        Verdict {
            set: self.dataset.clone(),
            what: self.tag.clone(),
            found,
            reference: self.value,
            tolerance: self.tolerance,
            is_matched: off <= self.tolerance + SAME * self.value.abs(),
        }
    }
}

/// To three significant digits.
fn rounded(value: f64) -> f64 {
    format!("{value:.2e}").parse().unwrap_or(f64::NAN)
}

/// The rows of a table; `columns` are those of data set and tag.
pub(super) fn read(file: &Path, columns: [&str; 2]) -> Result<Vec<Reference>, ConformanceError> {
    let text = std::fs::read_to_string(file)
        .map_err(|source| ConformanceError::Unreadable { file: file.to_owned(), source })?;
    references(file, &text, columns)
}

fn references(file: &Path, text: &str, columns: [&str; 2]) -> Result<Vec<Reference>, ConformanceError> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let damaged = |why: String| ConformanceError::Table { file: file.to_owned(), why };
    let headers = reader.headers().map_err(|error| damaged(error.to_string()))?.clone();
    let column = |name: &str| {
        headers.iter().position(|header| header == name).ok_or_else(|| damaged(format!("no column {name}")))
    };
    let [dataset, tag] = [column(columns[0])?, column(columns[1])?];
    let [value, tolerance] = [column("value")?, column("tolerance")?];
    let mut references = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| damaged(error.to_string()))?;
        // a row without a value is one without consensus: IBSI 2 has one, 8.B stat_qcod
        if record[value].is_empty() {
            continue;
        }
        let number = |column: usize| {
            record[column]
                .parse()
                .map_err(|_| damaged(format!("{}: {} is no number", &record[tag], &record[column])))
        };
        references.push(Reference {
            dataset: record[dataset].to_owned(),
            tag: record[tag].to_owned(),
            value: number(value)?,
            tolerance: number(tolerance)?,
        });
    }
    Ok(references)
}

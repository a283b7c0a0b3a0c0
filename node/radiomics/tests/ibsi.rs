//! The IBSI digital phantom: every reference value of the families that exist, and no feature without one.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeSet;
use std::path::PathBuf;

use consilium_imaging::{RoiMask, Volume, read_image, read_mask};
use consilium_radiomics::{Aggregation, Discretisation, Family, Settings, extract, registry};

const FAMILIES: [Family; 4] =
    [Family::Morphology, Family::IntensityStatistics, Family::IntensityHistogram, Family::Glcm];

struct Reference {
    tag: String,
    code: String,
    aggregation: String,
    value: f64,
    tolerance: f64,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/ibsi")
}

fn references() -> Vec<Reference> {
    let mut reader = csv::Reader::from_path(folder().join("digital_phantom_reference.csv")).unwrap();
    let reference = |record: csv::StringRecord| Reference {
        code: record[2].to_owned(),
        aggregation: record[3].to_owned(),
        value: record[4].parse().unwrap(),
        tolerance: record[5].parse().unwrap(),
        tag: record[6].to_owned(),
    };
    reader.records().map(|record| reference(record.unwrap())).collect()
}

fn phantom() -> (Volume, RoiMask) {
    let read = |name: &str| folder().join(name);
    (read_image(&read("image.nii.gz")).unwrap(), read_mask(&read("mask.nii.gz")).unwrap())
}

fn settings(aggregation: Aggregation) -> Settings {
    // the phantom's intensities are grey levels already: bins of 1 from 1
    let discretisation = Discretisation::BinWidth(1.0);
    Settings { families: FAMILIES.to_vec(), aggregation, discretisation, window: None }
}

/// The value as the manual prints it: three significant digits.
fn rounded(value: f64) -> f64 {
    format!("{value:.2e}").parse().unwrap()
}

#[test]
fn every_reference_value_of_the_digital_phantom() {
    let (image, mask) = phantom();
    let averaged = extract(&image, &mask, &settings(Aggregation::Averaged3d)).unwrap();
    let merged = extract(&image, &mask, &settings(Aggregation::Merged3d)).unwrap();
    let mut missed = Vec::new();
    let references = references();
    for reference in &references {
        let features = if reference.aggregation == "3D, merged" { &merged } else { &averaged };
        let found = features.get(&reference.tag).unwrap_or_else(|| panic!("no feature {}", reference.tag));
        let off = (rounded(found) - reference.value).abs();
        if off > reference.tolerance + 1e-9 * reference.value.abs() {
            missed.push(format!("{}: {found}, the manual says {}", reference.tag, reference.value));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
    println!("{} of {} reference values", references.len() - missed.len(), references.len());
}

#[test]
fn the_registry_is_the_reference_and_the_reference_is_the_registry() {
    let referenced: BTreeSet<(String, String)> =
        references().into_iter().map(|reference| (reference.tag, reference.code)).collect();
    let registered: BTreeSet<(String, String)> = [Aggregation::Averaged3d, Aggregation::Merged3d]
        .into_iter()
        .flat_map(|way| registry().iter().map(move |known| (known.column(way), known.code.to_owned())))
        .collect();
    assert_eq!(registered, referenced);
    let columns = settings(Aggregation::Averaged3d).tags();
    assert_eq!(columns.iter().collect::<BTreeSet<_>>().len(), columns.len(), "a column occurs twice");
    println!("{} features", columns.len());
}

//! The IBSI CT phantom, configuration A: the families whose values do not depend on slice-wise texture.
//!
//! The phantom's licence (CC BY-NC) keeps it out of the repository: without ../shared/ibsi beside it, this test is skipped.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::path::PathBuf;

use consilium_imaging::{read_image, read_mask};
use consilium_radiomics::{Aggregation, Discretisation, Family, Settings, extract};

#[test]
fn configuration_a_without_texture() {
    let shared = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/ibsi");
    let folder = shared.join("ibsi1/ct_radiomics_phantom");
    if !folder.is_dir() {
        println!("skipped: no ../shared/ibsi beside the repository");
        return;
    }
    let image = read_image(&folder.join("image.nii.gz")).unwrap();
    let mask = read_mask(&folder.join("mask.nii.gz")).unwrap();
    let settings = Settings {
        families: vec![Family::Morphology, Family::IntensityStatistics, Family::IntensityHistogram],
        aggregation: Aggregation::Averaged3d,
        discretisation: Discretisation::BinWidth(25.0),
        window: Some([-500.0, 400.0]),
    };
    let features = extract(&image, &mask, &settings).unwrap();
    let (mut compared, mut missed) = (0, Vec::new());
    for record in csv::Reader::from_path(shared.join("ibsi1_reference.csv")).unwrap().records() {
        let record = record.unwrap();
        let Some(found) = features.get(&record[8]).filter(|_| record[3].to_lowercase().ends_with('a')) else {
            continue;
        };
        let (value, tolerance): (f64, f64) = (record[5].parse().unwrap(), record[6].parse().unwrap());
        let rounded: f64 = format!("{found:.2e}").parse().unwrap();
        compared += 1;
        if (rounded - value).abs() > tolerance + 1e-9 * value.abs() {
            missed.push(format!("{}: {found}, the manual says {value} +- {tolerance}", &record[8]));
        }
    }
    assert!(missed.is_empty(), "{} of {compared} missed:\n{}", missed.len(), missed.join("\n"));
    println!("{compared} of {compared} reference values");
    assert_eq!(compared, 66);
}

//! Every 3D matrix of the digital phantom, count by count.

use std::collections::BTreeMap;
use std::path::PathBuf;

use consilium_imaging::{read_image, read_mask};

use super::*;
use crate::discretise::discretise;
use crate::{Discretisation, Family, Settings};

#[test]
fn the_matrices_of_the_digital_phantom_are_ibsi_s() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/ibsi");
    let image = read_image(&folder.join("image.nii.gz")).unwrap();
    let mask = read_mask(&folder.join("mask.nii.gz")).unwrap();
    let settings = Settings {
        families: vec![Family::Glcm],
        aggregation: Aggregation::Averaged3d,
        discretisation: Discretisation::BinWidth(1.0),
        window: None,
    };
    let roi = Roi::new(&image, &mask, &settings).unwrap();
    let levels = discretise(&roi, &settings).unwrap();
    let mut expected: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for record in csv::Reader::from_path(folder.join("digital_phantom_glcm_3d.csv")).unwrap().records() {
        let record = record.unwrap();
        let number = |field: usize| record[field].parse::<usize>().unwrap();
        let matrix = expected.entry(record[1].to_owned()).or_insert_with(|| vec![0; 36]);
        matrix[(number(2) - 1) * 6 + number(3) - 1] = u32::try_from(number(4)).unwrap();
    }
    // the manual's matrices are compared as a set: its labels write a direction as z y x or its opposite
    let neighbours = Neighbours::new(&roi, &levels);
    let mut found: Vec<Vec<u32>> =
        DIRECTIONS.chunks(1).map(|direction| neighbours.count(direction)).collect();
    found.push(neighbours.count(&DIRECTIONS));
    let mut expected: Vec<Vec<u32>> = expected.into_values().collect();
    found.sort();
    expected.sort();
    assert_eq!(expected.len(), 14);
    assert_eq!(found, expected);
}

//! IBSI 2 against its reference data: the smaller maps are in the repository; without ../shared/ibsi beside it, the tests of
//! all maps and of the CT phantom, whose licence (CC BY-NC) keeps it out, are skipped.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test")]

use std::collections::HashMap;
use std::path::PathBuf;

use consilium_imaging::{Volume, read_image};
use consilium_radiomics::conformance::{Verdict, ibsi2};

fn shared() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/ibsi");
    let is_there = folder.is_dir();
    if !is_there {
        println!("skipped: no ../shared/ibsi beside the repository");
    }
    is_there.then_some(folder)
}

fn assert_matched(verdicts: &[Verdict], count: usize) {
    let line =
        |v: &Verdict| format!("{} {}: {} ({} +- {})", v.set, v.what, v.found, v.reference, v.tolerance);
    verdicts.iter().for_each(|verdict| println!("{}", line(verdict)));
    let missed: Vec<String> = verdicts.iter().filter(|verdict| !verdict.is_matched).map(line).collect();
    assert!(missed.is_empty(), "{} of {count} missed:\n{}", missed.len(), missed.join("\n"));
    assert_eq!(verdicts.len(), count);
}

/// The reference data in the repository.
fn committed() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/data")
}

#[test]
fn the_response_maps_in_the_repository() {
    let there = |test: &&str| {
        let name = format!("ibsi2/response_maps/{}-ValidCRM.nii.gz", test.replace('.', "_"));
        committed().join(name).is_file()
    };
    let verdicts: Vec<Verdict> = ibsi2::phase1_tests()
        .filter(there)
        .map(|test| ibsi2::response_map(&committed(), test).unwrap().unwrap())
        .collect();
    assert_matched(&verdicts, 15);
}

#[test]
fn samples_of_the_riesz_maps() {
    let folder = committed().join("ibsi2");
    let mut maps: HashMap<String, Volume> = HashMap::new();
    let mut compared = 0;
    for record in csv::Reader::from_path(folder.join("riesz_samples.csv")).unwrap().records() {
        let record = record.unwrap();
        let response = maps.entry(record[0].to_owned()).or_insert_with(|| {
            let phantom = match &record[0] {
                "9.a" => "impulse",
                "9.b.1" => "sphere",
                _ => "pattern_1",
            };
            let image = read_image(&folder.join(format!("phantoms/{phantom}.nii.gz"))).unwrap();
            ibsi2::filter(&record[0]).unwrap().apply(&image).unwrap()
        });
        let [x, y, z]: [usize; 3] = [1, 2, 3].map(|column| record[column].parse().unwrap());
        let [value, range]: [f64; 2] = [4, 5].map(|column| record[column].parse().unwrap());
        let found = response.voxels()[(z * 64 + y) * 64 + x];
        assert!((found - value).abs() <= 0.01 * range, "{record:?}: {found}");
        compared += 1;
    }
    assert_eq!(compared, 1_458);
}

#[test]
fn every_response_map() {
    let Some(folder) = shared() else { return };
    assert_matched(&ibsi2::phase1(&folder).unwrap(), 33);
}

#[test]
fn every_value_of_the_ct_phantom_s_response_maps() {
    let Some(folder) = shared() else { return };
    assert_matched(&ibsi2::phase2(&folder).unwrap(), 323);
}

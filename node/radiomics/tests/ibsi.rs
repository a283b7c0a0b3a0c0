//! IBSI 1: every reference value of the digital phantom and of the CT phantom, and no feature without one.
//!
//! The CT phantom's licence (CC BY-NC) keeps it out of the repository: without ../shared/ibsi beside it, its configurations are
//! skipped.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use consilium_radiomics::conformance::{Verdict, ibsi1};
use consilium_radiomics::registry;

fn passes(name: &str, verdicts: &[Verdict]) {
    let missed: Vec<&Verdict> = verdicts.iter().filter(|verdict| !verdict.is_matched).collect();
    println!("{name}: {} of {} reference values", verdicts.len() - missed.len(), verdicts.len());
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn every_reference_value_of_the_digital_phantom() {
    let verdicts = ibsi1::digital_phantom().unwrap();
    assert_eq!(verdicts.len(), 482);
    passes(ibsi1::DIGITAL_PHANTOM, &verdicts);
}

#[test]
fn every_reference_value_of_the_ct_phantom() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/ibsi");
    if !shared.is_dir() {
        println!("skipped: no ../shared/ibsi beside the repository");
        return;
    }
    for (configuration, rows) in ibsi1::CONFIGURATIONS.into_iter().zip([346, 346, 210, 210, 210]) {
        let verdicts = ibsi1::data_set(&shared, configuration).unwrap();
        assert_eq!(verdicts.len(), rows);
        passes(configuration, &verdicts);
    }
}

#[test]
fn the_registry_is_ibsi_s_list_and_the_list_is_the_registry() {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/ibsi/features.csv");
    let listed: BTreeSet<(String, String)> = csv::Reader::from_path(file)
        .unwrap()
        .records()
        .map(|record| record.map(|record| (record[3].to_owned(), record[2].to_owned())).unwrap())
        .collect();
    let registered: BTreeSet<(String, String)> =
        registry().iter().map(|known| (known.tag.to_owned(), known.code.to_owned())).collect();
    assert_eq!(registered, listed);
    assert_eq!(registry().len(), listed.len(), "a feature is registered twice");
    let families: Vec<_> =
        registry().chunk_by(|a, b| a.family == b.family).map(|rows| rows[0].family).collect();
    assert!(families.is_sorted(), "families lie apart");
}

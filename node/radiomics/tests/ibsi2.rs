//! IBSI 2 against its reference data, which stay beside the repository: without ../shared/ibsi the tests are skipped.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::path::PathBuf;

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

#[test]
fn every_response_map() {
    let Some(folder) = shared() else { return };
    assert_matched(&ibsi2::phase1(&folder).unwrap(), 33);
}

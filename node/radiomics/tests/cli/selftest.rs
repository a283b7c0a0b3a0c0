//! `selftest`: passes on the references, and fails on a changed one.

use std::fs;
use std::path::PathBuf;

use crate::{done, refused, root};

#[test]
fn the_built_in_phantom_passes_and_its_digest_is_the_library_s() {
    let said = done(["selftest"]);
    assert!(said.contains("digital_phantom         482      482       0"), "{said}");
    let tested = consilium_radiomics::conformance::selftest().unwrap();
    assert!(tested.is_passed() && tested.rows == 482);
    assert!(said.contains(&tested.digest), "{said}");
}

#[test]
fn a_reference_that_is_not_met_is_named_and_fails() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for phantom in ["digital_phantom", "ct_radiomics_phantom"] {
        fs::create_dir_all(at("ibsi1").join(phantom)).unwrap();
        for name in ["image.nii.gz", "mask.nii.gz"] {
            fs::copy(crate::phantom(name), at("ibsi1").join(phantom).join(name)).unwrap();
        }
    }
    let table = fs::read_to_string(crate::phantom("digital_phantom_reference.csv")).unwrap();
    let row = table.lines().find(|line| line.contains(",YEKZ,")).unwrap();
    let changed = table.replace(row, &row.replace(",592,", ",692,"));
    assert_ne!(changed, table);
    fs::write(at("ibsi1_reference.csv"), &table).unwrap();
    let text = refused("CNS-D-0266", ["selftest", "--reference", folder.path().to_str().unwrap()]);
    assert!(text.contains("config_A, config_B"), "{text}");
    fs::write(at("ibsi1_reference.csv"), changed).unwrap();
    let text = refused("CNS-D-0260", ["selftest", "--reference", folder.path().to_str().unwrap()]);
    assert!(text.contains("1 of 482 reference values missed"), "{text}");
    fs::remove_file(at("ibsi1_reference.csv")).unwrap();
    refused("CNS-D-0208", ["selftest", "--reference", folder.path().to_str().unwrap()]);
}

#[test]
fn all_of_ibsi_1_and_what_is_not_there_is_said() {
    let shared: PathBuf = root().join("../shared/ibsi");
    if !shared.is_dir() {
        println!("skipped: no ../shared/ibsi beside the repository");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let copy = |name: &str| fs::copy(shared.join(name), folder.path().join(name)).unwrap();
    copy("ibsi1_reference.csv");
    for phantom in ["ibsi1/digital_phantom", "ibsi1/ct_radiomics_phantom"] {
        fs::create_dir_all(folder.path().join(phantom)).unwrap();
        for name in ["image.nii.gz", "mask.nii.gz"] {
            copy(&format!("{phantom}/{name}"));
        }
    }
    let said = done(["selftest", "--reference", folder.path().to_str().unwrap()]);
    assert!(said.lines().any(|line| line.split_whitespace().eq(["all", "1804", "1804", "0"])), "{said}");
    assert!(said.contains("IBSI 2 are left out"), "{said}");
    fs::create_dir(folder.path().join("ibsi2")).unwrap();
    refused("CNS-D-0101", ["selftest", "--reference", folder.path().to_str().unwrap()]);
}

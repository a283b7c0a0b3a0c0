//! A hospital's files, damaged one by one.

use std::fs;
use std::path::Path;
use std::process::Command;

use consilium_tests::{Party, plans, sites};

use crate::PROGRAM;

struct Hospital(tempfile::TempDir);

impl Hospital {
    fn with_images() -> Self {
        let hospital = Self(tempfile::tempdir().unwrap());
        sites::images(&hospital.data(), "east", 8).unwrap();
        fs::write(hospital.0.path().join("plan.toml"), plans::IMAGES).unwrap();
        hospital
    }

    fn with_table() -> Self {
        let hospital = Self(tempfile::tempdir().unwrap());
        sites::feature_table(&hospital.data(), "east", 8).unwrap();
        fs::write(hospital.0.path().join("plan.toml"), plans::TABLE).unwrap();
        hospital
    }

    fn data(&self) -> std::path::PathBuf {
        self.0.path().join("data")
    }

    fn extract(&self, node: &str) -> consilium_tests::Ended {
        let mut command = Command::new(PROGRAM);
        let folder = self.0.path();
        command.arg("node").arg("--dir").arg(folder.join(node)).arg("extract").arg(folder.join("plan.toml"));
        Party::start("node", command.arg("--data").arg(self.data())).unwrap().ended().unwrap()
    }

    /// Changes a file of the third patient or of the folder, and gives the refusal.
    fn after(&self, file: &str, change: impl FnOnce(&mut Vec<u8>)) -> String {
        let path = self.data().join(file);
        let before = fs::read(&path).unwrap();
        let mut bytes = before.clone();
        change(&mut bytes);
        fs::write(&path, &bytes).unwrap();
        let text = self.extract("node").refused().unwrap();
        fs::write(&path, before).unwrap();
        text
    }

    fn table_after(&self, file: &str, from: &str, to: &str) -> String {
        self.after(file, |bytes| {
            let text = String::from_utf8(bytes.clone()).unwrap();
            assert!(text.contains(from), "{file} holds {from}");
            *bytes = text.replacen(from, to, 1).into_bytes();
        })
    }
}

const IMAGE: &str = "images/east-002/PET_image.nii";
const MASK: &str = "images/east-002/PET_mask.nii";
/// Where voxels begin in the test images.
const VOXELS: usize = 352;

fn assert_says(text: &str, code: &str, file: &str, words: &str) {
    let name = Path::new(file).file_name().unwrap().to_str().unwrap();
    assert!(text.contains(code) && text.contains(name) && text.contains(words), "{text}");
}

#[test]
fn images_and_masks_are_refused_by_file_and_reason() {
    let hospital = Hospital::with_images();
    hospital.extract("node").succeeded().unwrap();
    let spacing = |bytes: &mut Vec<u8>| {
        bytes[88..92].copy_from_slice(&5_f32.to_le_bytes());
        bytes[320..324].copy_from_slice(&5_f32.to_le_bytes());
    };
    let text = hospital.after(MASK, spacing);
    assert_says(
        &text,
        "CNS-D-0108",
        MASK,
        "spacing along z differs by 1.0000 mm (image 4.0000, mask 5.0000)",
    );
    let text = hospital.after(MASK, |bytes| bytes[VOXELS..].fill(0));
    assert_says(&text, "CNS-D-0309", MASK, "the mask has 0 voxels");
    let one = |bytes: &mut Vec<u8>| {
        bytes[VOXELS..].fill(0);
        bytes[VOXELS + 4 * 500..VOXELS + 4 * 501].copy_from_slice(&1_f32.to_le_bytes());
    };
    assert_says(&hospital.after(MASK, one), "CNS-D-0309", MASK, "the mask has 1 voxels");
    let nan = |bytes: &mut Vec<u8>| {
        bytes[VOXELS..].chunks_exact_mut(4).for_each(|voxel| voxel.copy_from_slice(&f32::NAN.to_le_bytes()));
    };
    assert_says(&hospital.after(IMAGE, nan), "CNS-D-0202", IMAGE, "not finite");
    let text = hospital.after(IMAGE, |bytes| bytes.truncate(2_000));
    assert_says(&text, "CNS-D-0103", IMAGE, "truncated");
    assert!(text.contains("1 of 8 patients") && text.contains("unfit = \"exclude\""), "{text}");
    hospital.extract("node").succeeded().unwrap();
}

#[test]
fn claims_that_no_file_pays_for_cost_one_patient_and_little_memory() {
    let hospital = Hospital::with_images();
    let huge = |bytes: &mut Vec<u8>| {
        (1..4).for_each(|axis| bytes[40 + 2 * axis..42 + 2 * axis].copy_from_slice(&i16::MAX.to_le_bytes()));
    };
    let text = hospital.after(IMAGE, huge);
    assert!(text.contains("CNS-D-01") && text.contains("1 of 8 patients"), "{text}");
    let nest = |bytes: &mut Vec<u8>| {
        *bytes =
            [vec![0; 128], b"DICM".to_vec(), vec![8, 0, 0x15, 0x11, b'S', b'Q', 0, 0, 255, 255, 255, 255]]
                .concat();
        bytes.extend(
            [0xfe, 0xff, 0, 0xe0, 255, 255, 255, 255, 8, 0, 0x15, 0x11, b'S', b'Q', 0, 0, 255, 255, 255, 255]
                .repeat(200_000),
        );
    };
    let text = hospital.after(IMAGE, nest);
    assert!(
        text.contains("CNS-D-") && !text.contains("CNS-D-0313") && text.contains("1 of 8 patients"),
        "{text}"
    );
}

#[test]
fn a_policy_may_leave_unfit_patients_out_and_the_flow_says_so() {
    let hospital = Hospital::with_images();
    fs::create_dir_all(hospital.0.path().join("lenient")).unwrap();
    fs::write(hospital.0.path().join("lenient/policy.toml"), "unfit = \"exclude\"\n").unwrap();
    fs::write(hospital.data().join(IMAGE), b"").unwrap();
    let text = hospital.extract("lenient").succeeded().unwrap();
    assert!(text.contains("7  radiomic data usable") && text.contains("left out: "), "{text}");
    fs::remove_file(hospital.data().join(IMAGE)).unwrap();
    let text = hospital.extract("lenient").succeeded().unwrap();
    assert!(text.contains("there is no pet_image.nii.gz beside it"), "{text}");
}

#[test]
fn tables_are_refused_by_line_and_column() {
    let hospital = Hospital::with_table();
    hospital.extract("node").succeeded().unwrap();
    let clinical = |from: &str, to: &str| hospital.table_after("clinical.csv", from, to);
    assert_says(
        &clinical("relapse", "relaps"),
        "CNS-D-0303",
        "clinical.csv",
        "no column `relapse`; it has: patient",
    );
    assert_says(
        &clinical("east-003", "east-001"),
        "CNS-D-0304",
        "clinical.csv",
        "line 5 repeats the patient of line 3",
    );
    let level = clinical(",M,", ",male,");
    assert_says(&level, "CNS-D-0306", "clinical.csv", "column `sex`");
    assert!(level.contains("F, M"), "{level}");
    let features = |from: &str, to: &str| hospital.table_after("features.csv", from, to);
    assert_says(
        &features("east-001,", "east-001,inf"),
        "CNS-D-0305",
        "features.csv",
        "line 3, column `volume`",
    );
    assert_says(&features("patient", "id"), "CNS-D-0303", "features.csv", "no column `patient`");
    for text in [level, clinical("east-003", "east-001")] {
        assert!(!text.contains("east-00"), "a message names no patient: {text}");
    }
}

#[test]
fn a_catalogue_counts_and_names_no_patient() {
    let hospital = Hospital::with_images();
    fs::remove_file(hospital.data().join(MASK)).unwrap();
    let mut command = Command::new(PROGRAM);
    let catalogue = Party::start("node", command.args(["node", "catalogue"]).arg(hospital.data())).unwrap();
    let text = catalogue.ended().unwrap().succeeded().unwrap();
    assert!(
        text.contains("8 patients in clinical.csv") && text.contains("7 patients with image and mask"),
        "{text}"
    );
    assert!(text.contains("CNS-D-0307"), "{text}");
}

//! Three plans of docs/studies from images: invented volumes as NIfTI and DICOM, extraction, study.
//!
//! Fewer children and coarser voxels than a study would have, so that extraction takes a minute and not an hour.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A template, what its `[inputs.table]` becomes, and the children it is tried on.
struct Case {
    template: &'static str,
    inputs: &'static str,
    synth: &'static [&'static str],
    /// Cached extractions of a child: images by readers, where both read every child.
    most: usize,
}

const CASES: [Case; 3] = [
    Case {
        template: "mycn-ct",
        inputs: "[inputs.ct]\nphases = [\"plain\", \"arterial\", \"venous\"]\nrequire = \"any\"\nreread = true\n\n\
                 [features]\nspacing = [3, 3, 3]\nbins = { width = 25 }\nwindow = [-200, 400]\n",
        synth: &["--preset", "mycn", "--modality", "ct"],
        most: 6,
    },
    Case {
        template: "inpc-petct",
        inputs: "[inputs.pet]\nreread = true\n\n[inputs.ct]\nphases = [\"plain\"]\nreread = true\n\n[features]\nspacing = [4, 4, 4]\n\
                 bins = { pet = { width = 0.25 }, ct = { width = 25 } }\nwindow = { ct = [-200, 400] }\n",
        synth: &["--preset", "inpc", "--modality", "petct", "--format", "dicom"],
        most: 4,
    },
    Case {
        template: "risk-us",
        inputs: "[inputs.us]\nreread = true\n\n[features]\naggregation = \"2d-averaged\"\nbins = { count = 32 }\n",
        synth: &["--preset", "risk", "--modality", "us"],
        most: 2,
    },
];

/// Children of the five hospitals; every one is read twice.
const CHILDREN: usize = 50;

fn demo(arguments: &[&str]) {
    let output = Command::new(env!("CARGO_BIN_EXE_consilium-demo")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}\n{}", String::from_utf8_lossy(&output.stderr));
}

/// The template with images for its table, as its header says.
fn plan(case: &Case) -> String {
    let file = format!("{}/../../docs/studies/{}.toml", env!("CARGO_MANIFEST_DIR"), case.template);
    let text = fs::read_to_string(file).unwrap();
    let table = "[inputs.table]\nreread = \"features_reader2.csv\"\n";
    assert!(text.contains(table), "{}", case.template);
    // a fifth of the children that the template is for
    let few = "limits = { cell = 1, per_model = 1 }";
    let text = text.replace(table, case.inputs);
    match text.lines().find(|line| line.starts_with("limits = ")) {
        Some(limits) => text.replace(limits, few),
        None => format!("{text}\n[privacy]\n{few}\n"),
    }
}

struct Ran {
    document: serde_json::Value,
    place: tempfile::TempDir,
}

fn run(case: &Case) -> Ran {
    let place = tempfile::tempdir().unwrap();
    let path = |name: &str| place.path().join(name).to_str().unwrap().to_owned();
    let (children, file, out) = (path("children"), path("plan.toml"), path("out"));
    let n = CHILDREN.to_string();
    demo(&[&["synth", &children, "--level", "volumes", "--children", &n], case.synth].concat());
    fs::write(&file, plan(case)).unwrap();
    let sites: Vec<String> = "abcde".chars().map(|s| format!("{children}/hospital-{s}")).collect();
    let sites: Vec<&str> = sites.iter().map(String::as_str).collect();
    demo(&[&["run", &file, "--out", &out], sites.as_slice()].concat());
    let json = fs::read_to_string(Path::new(&out).join("run.json")).unwrap();
    Ran { document: serde_json::from_str(&json).unwrap(), place }
}

/// Every number that extraction gave, by file: `TAG BITS` a line.
fn extracted(ran: &Ran) -> Vec<Vec<f64>> {
    let files = fs::read_dir(ran.place.path().join("out/cache")).unwrap();
    let number =
        |line: &str| f64::from_bits(u64::from_str_radix(line.split(' ').nth(1).unwrap(), 16).unwrap());
    let of = |file: PathBuf| fs::read_to_string(file).unwrap().lines().map(number).collect();
    files.map(|file| of(file.unwrap().path())).collect()
}

/// With its interval.
fn auc(ran: &Ran, family: &str) -> [f64; 3] {
    let models = ran.document["federated"]["models"].as_array().unwrap();
    let model = models.iter().find(|model| model["family"] == family).unwrap();
    let auc = &model["evaluation"]["binary"]["auc"];
    ["auc", "lower", "upper"].map(|key| auc[key].as_f64().unwrap())
}

fn works(case: &Case) -> Ran {
    let ran = run(case);
    let cohort = ran.document["federated"]["cohort"]["n"].as_u64().unwrap();
    assert!(usize::try_from(cohort).unwrap() >= CHILDREN - 5, "a few were treated before the scan: {cohort}");
    let values = extracted(&ran);
    // a child treated before the scan is not read, a phase may be missing
    let images = values.len();
    assert!(images <= case.most * CHILDREN && images >= 3 * case.most * CHILDREN / 4, "{images} extractions");
    assert!(values.iter().all(|image| image.len() > 50), "{:?}", values.iter().map(Vec::len).min());
    // a feature that a small region does not have is a hole
    let (odd, all) =
        (values.iter().flatten().filter(|v| !v.is_finite()).count(), values.iter().flatten().count());
    assert!(50 * odd <= all, "{odd} of {all} values are not finite");
    let columns = ran.document["schema"]["columns"].as_array().unwrap();
    assert!(columns.iter().filter(|column| column["kind"] == "radiomic").count() > 50);
    let selected = ran.document["federated"]["selections"][0]["columns"].as_array().unwrap();
    assert!(!selected.is_empty(), "{}", ran.document["federated"]["selections"]);
    ran
}

#[test]
fn three_phases_of_ct_as_nifti() {
    let ran = works(&CASES[0]);
    // ten amplified tumours do not tell a good model from none: only what the children are made for is not ruled out
    let [combined, _, upper] = auc(&ran, "combined");
    println!("{:?}", ["clinical", "radiomics", "combined"].map(|family| auc(&ran, family)));
    assert!(upper > 0.65, "{combined} to {upper}");
}

#[test]
fn pet_and_ct_as_dicom() {
    let ran = works(&CASES[1]);
    println!("{:?}", ["clinical", "radiomics", "combined"].map(|family| auc(&ran, family)));
    let [combined, ..] = auc(&ran, "combined");
    assert!(combined > 0.6, "{combined}");
}

#[test]
fn ultrasound_in_two_dimensions() {
    let ran = works(&CASES[2]);
    println!("{:?}", ["clinical", "radiomics", "combined"].map(|family| auc(&ran, family)));
    let [combined, ..] = auc(&ran, "combined");
    assert!(combined > 0.6, "{combined}");
}

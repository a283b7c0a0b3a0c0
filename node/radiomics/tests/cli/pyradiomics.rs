//! The PyRadiomics profile from the command line: its parameter files, its names in its order, its numbers.
//!
//! Reference values: tests/data/pyradiomics/SOURCES.md.

use std::collections::BTreeMap;
use std::fs::File;

use crate::{Bench, done, phantom, refused, root, run, stderr, stdout};

/// Pairs of the reference, and the parameter files that are tried from here.
const TRIED: [(&str, &str, &[&str]); 3] = [
    (
        "ibsi-phantom",
        "ibsi/image.nii.gz",
        &["default", "images-bincount", "force2d", "resample-bspline", "by-name"],
    ),
    (
        "pet-001",
        "sts/pet/STS_001/PET_image.nii.gz",
        &["default", "normalize-resample", "force2d-all", "images-1130"],
    ),
    ("pet-002", "sts/pet/STS_002/PET_image.nii.gz", &["images-lbp", "images-1316"]),
];

type Reference = BTreeMap<(String, String), Vec<(String, String)>>;

fn reference() -> Reference {
    let file = File::open(root().join("tests/data/pyradiomics/reference.csv.gz")).unwrap();
    let mut reference = Reference::new();
    for record in csv::Reader::from_reader(flate2::read::GzDecoder::new(file)).records() {
        let record = record.unwrap();
        let case = reference.entry((record[0].to_owned(), record[1].to_owned())).or_default();
        if !record[2].starts_with("diagnostics_") {
            case.push((record[2].to_owned(), record[3].to_owned()));
        }
    }
    reference
}

#[test]
fn names_and_numbers_are_pyradiomics_s() {
    let (reference, mut compared) = (reference(), 0);
    for (pair, image, tried) in TRIED {
        let image = root().join("tests/data").join(image).display().to_string();
        for params in tried {
            let expected = &reference[&(pair.to_owned(), (*params).to_owned())];
            let file =
                root().join(format!("tests/data/pyradiomics/params/{params}.yaml")).display().to_string();
            let mask = image.replace("image.nii", "mask.nii");
            let output = run(["extract", &image, &mask, "--params", &file, "--format", "csv"]);
            if expected[0].0 == "refused" {
                assert_eq!(output.status.code(), Some(1), "{pair}, {params}: PyRadiomics refuses this");
                continue;
            }
            assert!(output.status.success(), "{pair}, {params}: {}", stderr(&output));
            let text = stdout(&output);
            let mut reader = csv::Reader::from_reader(text.as_bytes());
            let names: Vec<String> = reader.headers().unwrap().iter().skip(7).map(str::to_owned).collect();
            let values = reader.records().next().unwrap().unwrap();
            assert_eq!(&values[4], "pyradiomics");
            let expected_names: Vec<&String> = expected.iter().map(|(name, _)| name).collect();
            assert_eq!(names.iter().collect::<Vec<_>>(), expected_names, "{pair}, {params}");
            for ((name, expected), found) in expected.iter().zip(values.iter().skip(7)) {
                let expected: f64 = expected.parse().unwrap();
                let found: f64 = if found.is_empty() { f64::NAN } else { found.parse().unwrap() };
                let is_equal = (found - expected).abs() <= 1e-6 * expected.abs() + 1e-10;
                assert!(
                    is_equal || (!found.is_finite() && !expected.is_finite()),
                    "{pair}, {params}, {name}: {found}, PyRadiomics {expected}"
                );
                compared += 1;
            }
        }
    }
    println!("{compared} of {compared} values");
    assert!(compared > 5000);
}

#[test]
fn presets_have_as_many_columns_as_their_names_say() {
    let [image, mask] = ["image.nii.gz", "mask.nii.gz"].map(|name| phantom(name).display().to_string());
    for (preset, columns) in
        [("pyradiomics-107", 107), ("pyradiomics-1130", 1130), ("pyradiomics-1316", 1316)]
    {
        let out = done(["extract", &image, &mask, "--preset", preset, "--format", "csv"]);
        assert_eq!(out.lines().next().unwrap().split(',').count() - 7, columns, "{preset}");
    }
    let listed = done(["list", "--profile", "pyradiomics", "--format", "csv"]);
    assert!(listed.starts_with("family,tag,ibsi,name,unit\n"), "{listed}");
    assert!(listed.contains("\nglcm,Contrast,ACUI,"), "{listed}");
}

#[test]
fn pyradiomics_batch_file_and_parameters_are_taken_as_they_are() {
    let bench = Bench::new(3);
    let table = bench.read("cases.csv").replace("id,image,mask,centre", "ID,Image,Mask,centre");
    bench.write("cases.csv", &table);
    bench.write(
        "Params.yaml",
        "setting:\n  binCount: 16\nfeatureClass:\n  firstorder: [Mean]\n  glcm: [Contrast]\n",
    );
    let parameters = bench.at("Params.yaml").display().to_string();
    done(bench.batch("f", &["--params", &parameters]));
    let text = bench.read("f/features.csv");
    let columns: Vec<&str> = text.lines().next().unwrap().split(',').skip(8).collect();
    assert_eq!(columns, ["original_firstorder_Mean", "original_glcm_Contrast"]);
    assert!(bench.read("f/features.json").contains("\"profile\": \"pyradiomics\""));
}

#[test]
fn what_cannot_be_used_is_said() {
    let bench = Bench::new(0);
    let [image, mask] = ["image.nii.gz", "mask.nii.gz"].map(|name| phantom(name).display().to_string());
    let parameters = bench.at("p.yaml").display().to_string();
    bench.write("p.yaml", "setting:\n  binWith: 25\n");
    let text = refused("CNS-D-0231", ["extract", &image, &mask, "--params", &parameters]);
    assert!(text.contains("p.yaml") && text.contains("line 2") && text.contains("binWidth"), "{text}");
    bench.write("p.yaml", "setting:\n  label: 7\n");
    let text = refused("CNS-D-0267", ["extract", &image, &mask, "--params", &parameters]);
    assert!(text.contains("label 7"), "{text}");
    refused(
        "CNS-D-0263",
        ["extract", &image, &mask, "--params", &parameters, "--profile", "ibsi"].map(String::from),
    );
    let maps = [
        "maps",
        &image,
        &mask,
        "--params",
        &parameters,
        "--feature",
        "x",
        "--out",
        "/nowhere",
        "--label",
        "1",
    ];
    refused("CNS-D-0263", maps);
    bench.write("p.txt", "");
    let unknown = bench.at("p.txt").display().to_string();
    let text = refused("CNS-D-0250", ["extract", &image, &mask, "--params", &unknown]);
    assert!(text.contains("--profile"), "{text}");
}

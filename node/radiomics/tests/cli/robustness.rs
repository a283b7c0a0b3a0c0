//! `perturb`, `agree`, `maps` and `preview`.

use std::fmt::Write as _;
use std::fs;

use consilium_imaging::{read_image, read_mask};

use crate::{Bench, done, phantom, refused};

#[test]
fn perturbed_cases_are_rows_and_agreement_reads_them() {
    let bench = Bench::new(4);
    let perturbed = |out: &str, more: &[&str]| {
        let mut arguments = bench.batch(out, more);
        arguments[0] = "perturb".to_owned();
        arguments.extend(
            ["none", "rotate:6", "noise:0+volume:0.1"].iter().flat_map(|c| ["--chain".into(), (*c).into()]),
        );
        arguments
    };
    assert!(done(perturbed("p", &[])).starts_with("12 of 12 cases have features"));
    let table = bench.read("p/features.csv");
    let cell = |line: usize| table.lines().nth(line).unwrap().split(',').nth(8).unwrap().to_owned();
    assert_eq!([0, 1, 2, 3, 4].map(cell), ["perturbation", "none", "rotate:6", "noise:0+volume:0.1", "none"]);
    assert!(bench.read("p/features.json").contains("perturbation-seed=0"));

    // without change, the values are those of the batch; the seed decides the rest, threads do not
    done(bench.batch("f", &[]));
    let plain = bench.read("f/features.csv");
    let values = |line: &str, skip: usize| line.split(',').skip(skip).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(values(plain.lines().nth(1).unwrap(), 8), values(table.lines().nth(1).unwrap(), 9));
    done(perturbed("again", &["--threads", "7"]));
    assert_eq!(bench.read("again/features.csv"), table);
    done(perturbed("other", &["--seed", "1"]));
    let other = bench.read("other/features.csv");
    assert_eq!(other.lines().nth(1), table.lines().nth(1));
    assert_ne!(other.lines().nth(3), table.lines().nth(3));
    refused("CNS-D-0253", perturbed("p", &["--seed", "1"]));

    let features = bench.at("p/features.csv").display().to_string();
    let icc = done(["agree", &features]);
    let line = icc.lines().find(|line| line.starts_with("stat_max,")).unwrap();
    let cells: Vec<&str> = line.split(',').collect();
    assert_eq!(cells[..3], ["stat_max", "4", "3"]);
    let value: f64 = cells[3].parse().unwrap();
    assert!((0.5..=1.0).contains(&value), "{line}");
    assert_eq!(icc.lines().count() - 1, plain.lines().next().unwrap().split(',').count() - 8);
}

#[test]
fn agreement_is_that_of_the_textbook_and_other_columns_are_left_out() {
    // Shrout and Fleiss (1979), table 2; their coefficients: 0.17, 0.29, 0.71
    let bench = Bench::new(0);
    let rows = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]];
    let mut table = "id,reader,score,comment\n".to_owned();
    for (case, row) in rows.iter().enumerate() {
        for (reader, score) in row.iter().enumerate() {
            writeln!(table, "{case},{reader},{score},fine").unwrap();
        }
    }
    bench.write("t.csv", &table);
    let [file, out] = ["t.csv", "icc.csv"].map(|name| bench.at(name).display().to_string());
    done(["agree", &file, "--rater", "reader", "--out", &out]);
    let icc = bench.read("icc.csv");
    let cells: Vec<&str> = icc.lines().nth(1).unwrap().split(',').collect();
    assert_eq!((icc.lines().count(), cells[0]), (2, "score"));
    for (at, expected) in [(3, 0.17), (6, 0.29), (9, 0.71)] {
        assert!((cells[at].parse::<f64>().unwrap() - expected).abs() < 0.005, "{icc}");
    }
    let text = refused("CNS-D-0251", ["agree", &file]);
    assert!(text.contains("no column `perturbation`"), "{text}");
    bench.write("t.csv", &(table + "0,0,9,twice\n"));
    let text = refused("CNS-D-0276", ["agree", &file, "--rater", "reader"]);
    assert!(text.contains("t.csv"), "{text}");
}

#[test]
fn a_patient_s_images_are_cases_of_their_own_and_passed_columns_are_no_features() {
    let bench = Bench::new(0);
    let mut table = "id,image,mask,roi,date,perturbation,stat_mean\n".to_owned();
    for (image, mean) in [("ct", 1.0), ("pet", 2.0), ("mr", 4.0)] {
        for turn in 0..2 {
            writeln!(table, "P1,{image},m,,20010902,rotate:{turn},{}", mean + 0.1 * f64::from(turn)).unwrap();
        }
    }
    bench.write("t.csv", &table);
    bench.write("t.json", r#"{"passed_through": ["date"]}"#);
    let icc = done(["agree", &bench.at("t.csv").display().to_string()]);
    assert_eq!(icc.lines().count(), 2, "{icc}");
    assert!(icc.lines().nth(1).unwrap().starts_with("stat_mean,3,2,"), "{icc}");
}

#[test]
fn a_chain_that_is_none_is_said() {
    let output = crate::run(["perturb", "cases.csv", "--out", "x", "--chain", "spin:3"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(crate::stderr(&output).contains("spin:3"), "{}", crate::stderr(&output));
}

#[test]
fn a_map_is_an_image_on_the_image_s_grid() {
    let bench = Bench::new(0);
    let out = bench.at("maps").display().to_string();
    let [image, mask] = ["image.nii.gz", "mask.nii.gz"].map(|name| phantom(name).display().to_string());
    let feature = ["--feature", "stat_mean,cm_contrast_3D_avg", "--outside", "-1"];
    done(["maps", &image, &mask, "--out", &out].iter().chain(&feature));
    let (volume, region) =
        (read_image(&phantom("image.nii.gz")).unwrap(), read_mask(&phantom("mask.nii.gz")).unwrap());
    let map = read_image(&bench.at("maps/stat_mean.nii.gz")).unwrap();
    assert_eq!(map.grid(), volume.grid());
    for (value, inside) in map.voxels().iter().zip(region.inside()) {
        assert_eq!(*value < 0.0, !inside);
    }
    assert!(bench.at("maps/cm_contrast_3D_avg.nii.gz").is_file());
    let about: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(bench.at("maps/maps.json")).unwrap()).unwrap();
    assert_eq!((about["voxels"].as_u64(), about["kernel"]["radius"].as_u64()), (Some(74), Some(1)));
    let text = refused("CNS-D-0278", ["maps", &image, &mask, "--out", &out, "--feature", "stat_meen"]);
    assert!(text.contains("stat_meen"), "{text}");
}

#[test]
fn a_preview_is_a_picture_that_a_map_changes() {
    let bench = Bench::new(0);
    let [image, mask] = ["image.nii.gz", "mask.nii.gz"].map(|name| phantom(name).display().to_string());
    let picture = |name: &str, more: &[&str]| {
        let out = bench.at(name).display().to_string();
        done(["preview", &image, &mask, "--out", &out].iter().chain(more));
        fs::read(bench.at(name)).unwrap()
    };
    let plain = picture("a.png", &[]);
    assert!(plain.starts_with(b"\x89PNG"));
    assert_eq!(picture("b.png", &[]), plain);
    assert_ne!(picture("c.png", &["--window", "-3", "4"]), plain);
    assert_ne!(picture("d.png", &["--map", "stat_mean", "--radius", "2"]), plain);
    let out = bench.at("e.png").display().to_string();
    refused("CNS-D-0282", ["preview", &image, &mask, "--out", &out, "--window", "4", "4"]);
    refused("CNS-D-0278", ["preview", &image, &mask, "--out", &out, "--map", "stat_meen"]);
    assert!(!bench.at("e.png").exists());
}

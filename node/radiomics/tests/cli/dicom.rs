//! What an archive dumps: series folders, RTSTRUCT, SEG. The data are beside the repository; without them, skipped.

use std::fs;
use std::path::PathBuf;

use crate::{Bench, done, refused, root, run, stderr, stdout};

fn shared(name: &str) -> Option<PathBuf> {
    Some(root().join("../shared/data").join(name)).filter(|found| found.is_dir())
}

fn value(table: &str, column: &str, row: usize) -> f64 {
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let at = reader.headers().unwrap().iter().position(|name| name == column).unwrap();
    reader.records().nth(row).unwrap().unwrap()[at].parse().unwrap()
}

#[test]
fn a_dump_is_indexed_looked_at_and_extracted() {
    let Some(data) = shared("sts-ibsi/full") else {
        println!("skipped: no ../shared/data beside the repository");
        return;
    };
    let bench = Bench::new(0);
    let dump = data.join("dicom/STS_008/PET").display().to_string();
    let table = bench.at("cases.csv").display().to_string();
    assert!(done(["index", &dump, "--roi", "gtv*", "--out", &table]).contains(" cases"));
    let cases = bench.read("cases.csv");
    assert!(cases.starts_with("id,image,mask,label,roi,series,date,modality,phase,"), "{cases}");
    assert!(cases.lines().skip(1).all(|row| row.to_lowercase().contains(",gtv")), "{cases}");

    // the table, the folder, and the NIfTI files that the cohort's authors made agree
    done(bench.batch("by-table", &[]));
    let folder = bench.at("by-folder").display().to_string();
    done(["batch", &dump, "--roi", "gtv*", "--out", &folder]);
    let (one, other) = (bench.read("by-table/features.csv"), bench.read("by-folder/features.csv"));
    let nifti = ["PET_image.nii.gz", "PET_mask.nii.gz"].map(|name| data.join("nifti/STS_008").join(name));
    let [image, mask] = nifti.map(|path| path.display().to_string());
    let theirs = done(["extract", &image, &mask, "--format", "csv"]);
    for column in ["morph_vol_approx", "stat_mean", "stat_max"] {
        let (table, folder, nifti) =
            (value(&one, column, 0), value(&other, column, 0), value(&theirs, column, 0));
        assert_eq!(table.to_bits(), folder.to_bits(), "{column}");
        assert!((table - nifti).abs() < 0.02 * nifti.abs(), "{column}: {table}, from NIfTI {nifti}");
    }
    let again = done(["batch", &dump, "--roi", "gtv*", "--out", &folder]);
    assert!(!again.contains(" 0 of them from earlier runs"), "{again}");
    let text = refused("CNS-D-0251", ["batch", &dump, "--roi", "liver", "--out", &folder]);
    assert!(text.contains("no region"), "{text}");
}

#[test]
fn a_structure_set_is_asked_by_name() {
    let Some(data) = shared("sts-ibsi/full/dicom/STS_008/PET") else {
        println!("skipped: no ../shared/data beside the repository");
        return;
    };
    let image = data.join("image").display().to_string();
    let mask = fs::read_dir(data.join("mask")).unwrap().next().unwrap().unwrap().path().display().to_string();
    let regions = done(["regions", &mask]);
    let gtv = regions.lines().find(|line| line.contains("GTV")).unwrap_or_else(|| panic!("{regions}"));
    let name = gtv.split_whitespace().nth(1).unwrap();
    let output = run(["extract", &image, &mask, "--roi", name, "--format", "csv"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(value(&stdout(&output), "morph_vol_approx", 0) > 1000.0);
    let text = refused("CNS-D-0124", ["extract", &image, &mask, "--roi", "liver"]);
    assert!(text.contains(name), "{text}");
}

#[test]
fn a_segmentation_is_its_label_map() {
    let Some(data) = shared("dicom-seg/dcmqi") else {
        println!("skipped: no ../shared/data beside the repository");
        return;
    };
    let path = |name: &str| data.join(name).display().to_string();
    let extract = |mask: &str, label: &str| {
        let out = done(["extract", &path("ct-3slice"), &path(mask), "--label", label, "--format", "csv"]);
        out.lines().nth(1).unwrap().split(',').skip(7).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(extract("liver.dcm", "1"), extract("liver_seg.nrrd", "1"));
}

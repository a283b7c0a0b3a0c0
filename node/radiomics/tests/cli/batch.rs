//! `batch`: what a table may be, what comes out, what a second run does.

use std::fs;

use crate::{Bench, done, refused, run, stderr};

#[test]
fn a_batch_goes_on_where_it_was_and_leaves_the_same_table() {
    let bench = Bench::new(6);
    assert!(
        done(bench.batch("f", &[])).starts_with("6 of 6 cases have features, 0 of them from earlier runs")
    );
    let table = bench.read("f/features.csv");
    assert_eq!(table.lines().count(), 7);
    assert!(
        table
            .lines()
            .next()
            .unwrap()
            .starts_with("id,image,mask,roi,profile,image_sha256,mask_sha256,centre,")
    );
    let again = done(bench.batch("f", &["--threads", "1"]));
    assert!(again.starts_with("6 of 6 cases have features, 6 of them from earlier runs"), "{again}");
    assert_eq!(bench.read("f/features.csv"), table);
    done(bench.batch("g", &["--threads", "8", "--jobs", "3"]));
    assert_eq!(bench.read("g/features.csv"), table, "threads leave no trace");
}

#[test]
fn a_changed_image_is_computed_again_and_changed_parameters_are_refused() {
    let bench = Bench::new(2);
    for name in ["image.nii.gz", "mask.nii.gz"] {
        fs::copy(crate::phantom(name), bench.at(name)).unwrap();
    }
    bench.write("cases.csv", "image,mask\nimage.nii.gz,mask.nii.gz\n");
    done(bench.batch("f", &[]));
    let before = bench.read("f/features.csv");
    // the same mask as image: other bytes under the same name
    fs::copy(bench.at("mask.nii.gz"), bench.at("image.nii.gz")).unwrap();
    assert!(done(bench.batch("f", &[])).contains(" 0 of them from earlier runs"));
    assert_ne!(bench.read("f/features.csv"), before);
    bench.write("p.toml", "bins = { count = 16 }\n");
    let text = refused("CNS-D-0253", bench.batch("f", &["--params", bench.at("p.toml").to_str().unwrap()]));
    assert!(text.contains("--out") && text.contains("profile ibsi"), "{text}");
}

#[test]
fn a_bad_case_is_listed_and_does_not_stop_the_others() {
    let bench = Bench::new(3);
    let table = bench.read("cases.csv") + "gone,/nowhere/i.nii,/nowhere/m.nii,B\n";
    bench.write("cases.csv", &table);
    let output = run(bench.batch("f", &[]));
    assert!(output.status.success(), "without --strict a bad case is no failure");
    assert!(stderr(&output).contains("case gone: /nowhere/i.nii"), "{}", stderr(&output));
    let faults = bench.read("f/faults.csv");
    let row = faults.lines().nth(1).unwrap();
    assert!(row.starts_with("gone,/nowhere/i.nii,/nowhere/m.nii,,CNS-D-0101,"), "{faults}");
    assert_eq!(bench.read("f/features.csv").lines().count(), 4);
    refused("CNS-D-0259", bench.batch("f", &["--strict"]));
    bench.write("cases.csv", "image,mask\n/nowhere/i.nii,/nowhere/m.nii\n");
    let text = refused("CNS-D-0258", bench.batch("g", &[]));
    assert!(text.contains("none of 1 cases") && text.contains("[CNS-D-0101]"), "{text}");
}

#[test]
fn an_image_larger_than_the_memory_is_refused_before_it_is_read() {
    let bench = Bench::new(1);
    let text = refused("CNS-D-0258", bench.batch("f", &["--memory", "4K"]));
    assert!(text.contains("[CNS-D-0261]") && text.contains("--memory"), "{text}");
    assert!(bench.read("f/faults.csv").contains("CNS-D-0261"));
    assert!(done(bench.batch("f", &["--memory", "4G", "--jobs", "2"])).starts_with("1 of 1"));
}

#[test]
fn tables_are_read_as_people_write_them() {
    let bench = Bench::new(2);
    done(bench.batch("f", &[]));
    let values = |folder: &str| {
        let text = bench.read(&format!("{folder}/features.csv"));
        let cells = |line: &str| line.split(',').skip(8).map(str::to_owned).collect::<Vec<_>>();
        text.lines().map(cells).collect::<Vec<_>>()
    };
    // a German spreadsheet's CSV, with a PyRadiomics header and a byte order mark
    let table = bench
        .read("cases.csv")
        .replace("id,image,mask,centre", "\u{feff}ID,Image,Mask,centre")
        .replace(',', ";");
    bench.write("cases.csv", &table);
    done(bench.batch("g", &[]));
    assert_eq!(values("f"), values("g"));
}

#[test]
fn a_table_that_cannot_be_used_is_refused_with_the_row() {
    let bench = Bench::new(0);
    let says = |table: &[u8], part: &str| {
        fs::write(bench.at("cases.csv"), table).unwrap();
        let text = refused("CNS-D-0251", bench.batch("f", &[]));
        assert!(text.contains("cases.csv") && text.contains(part), "{text}");
    };
    says(b"picture,mask\na,b\n", "no column `image` among picture, mask");
    says(b"image,mask\n", "no case");
    says(b"image,mask\na,\n", "row 1: no mask");
    says(b"image,mask,label\na,b,x\n", "label `x`");
    says(b"id,image,mask\n1,a,b\n1,a,b\n", "rows 1 and 2");
    says(b"image,mask,stat_mean\na,b,c\n", "`stat_mean`");
    says(b"image,mask,profile\na,b,c\n", "`profile`");
    says(b"image,mask\na,b,c\n", "record");
    says(b"image,mask\n\xe4,b\n", "UTF-8");
}

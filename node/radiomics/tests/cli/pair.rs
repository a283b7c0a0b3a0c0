//! `extract`: one pair, on the screen and in files.

use std::fs;

use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::Field;

use crate::{Bench, done, phantom, program, refused, stderr};

/// The phantom's intensities are grey levels already: bins of 1 from 1.
const BY_ONE: &str = "bins = { width = 1.0 }\n";

fn pair() -> [String; 3] {
    let path = |name: &str| phantom(name).display().to_string();
    ["extract".to_owned(), path("image.nii.gz"), path("mask.nii.gz")]
}

fn with<'a>(more: &'a [&'a str]) -> Vec<String> {
    pair().into_iter().chain(more.iter().map(|text| (*text).to_owned())).collect()
}

#[test]
fn a_pair_is_shown_with_units_and_how_it_was_made() {
    let bench = Bench::new(0);
    bench.write("p.toml", BY_ONE);
    let shown = done(with(&["--params", bench.at("p.toml").to_str().unwrap()]));
    let line = |tag: &str| {
        shown.lines().find(|line| line.split_whitespace().next() == Some(tag)).unwrap().to_owned()
    };
    // IBSI digital phantom: 592 mm^3 and a mean of 2.15
    assert!(line("morph_vol_approx").ends_with(" 592.0 mm^3"), "{shown}");
    assert!(line("stat_mean").contains(" 2.14864"), "{shown}");
    assert!(shown.contains("# consilium-radiomics ") && shown.contains("bins=width:1.0"), "{shown}");
    let image_sha256 = "83773ac2a288aa93cf819a98eaf301c18d35d5876182ec9c18733184e2b7a83a";
    assert!(shown.contains(image_sha256), "{shown}");
}

#[test]
fn three_formats_hold_the_same_bits() {
    let bench = Bench::new(0);
    for name in ["f.csv", "f.json", "f.parquet"] {
        // JSON after CSV would overwrite what is beside the CSV
        let name = name.replace("f.json", "g.json");
        done(with(&["--out", bench.at(&name).to_str().unwrap()]));
    }
    let mut reader = csv::Reader::from_path(bench.at("f.csv")).unwrap();
    let header = reader.headers().unwrap().clone();
    let record = reader.records().next().unwrap().unwrap();
    let json: serde_json::Value = serde_json::from_str(&bench.read("g.json")).unwrap();
    let parquet = SerializedFileReader::new(fs::File::open(bench.at("f.parquet")).unwrap()).unwrap();
    let row = parquet.get_row_iter(None).unwrap().next().unwrap().unwrap();
    assert_eq!(header.iter().take(5).collect::<Vec<_>>(), ["id", "image", "mask", "roi", "profile"]);
    let mut compared = 0;
    for ((name, cell), (column, field)) in header.iter().zip(&record).zip(row.get_column_iter()) {
        assert_eq!(name, column);
        let in_json = &json["cases"][0][name];
        match field {
            Field::Str(text) => assert_eq!((cell, in_json.as_str()), (text.as_str(), Some(text.as_str()))),
            Field::Double(value) => {
                assert_eq!(cell.parse::<f64>().unwrap().to_bits(), value.to_bits(), "{name}");
                assert_eq!(in_json.as_f64().unwrap().to_bits(), value.to_bits(), "{name}");
                compared += 1;
            }
            Field::Null => assert!(cell.is_empty() && in_json.is_null(), "{name}"),
            other => panic!("{name}: {other:?}"),
        }
    }
    assert!(compared > 80, "{compared}");
    let beside: serde_json::Value = serde_json::from_str(&bench.read("f.json")).unwrap();
    assert_eq!(beside["parameters"], json["parameters"]);
    assert_eq!(beside["features"].as_array().unwrap().len(), header.len() - 7);
    let metadata = parquet.metadata().file_metadata().key_value_metadata().unwrap();
    let parameters = metadata.iter().find(|pair| pair.key == "consilium.parameters").unwrap();
    assert_eq!(parameters.value.as_deref(), json["parameters"].as_str());
}

#[test]
fn a_label_selects_and_a_missing_one_is_named() {
    let one = done(with(&["--label", "1", "--format", "csv"]));
    let any = done(with(&["--format", "csv"]));
    let values =
        |text: &str| text.lines().nth(1).unwrap().split(',').skip(7).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(values(&one), values(&any));
    let text = refused("CNS-D-0124", with(&["--label", "3"]));
    assert!(text.contains("no region `3`") && text.contains("it has: 1"), "{text}");
    assert_eq!(
        values(&done(with(&["--roi", "GTV", "--format", "csv"]))),
        values(&any),
        "NIfTI has no names: a word of ours"
    );
    assert_eq!(done(["regions", &pair()[2]]).trim(), "1");
}

#[test]
fn what_cannot_be_done_is_said_with_the_key_and_the_remedy() {
    let bench = Bench::new(0);
    let says = |toml: &str, code: &str, parts: &[&str]| {
        bench.write("p.toml", toml);
        let text = refused(code, with(&["--params", bench.at("p.toml").to_str().unwrap()]));
        parts.iter().for_each(|part| assert!(text.contains(part), "{text}"));
    };
    says("window = [0, 1]\nbin = 3\n", "CNS-D-0250", &["p.toml", "line 2", "`bin`", "`bins`"]);
    says("families = [\"glcn\"]\n", "CNS-D-0250", &["line 1", "`glcn`", "`glcm`"]);
    says("bins = { width = -1.0 }\n", "CNS-D-0250", &["p.toml", "above zero"]);
    says("window = [5e4, 6e4]\n", "CNS-D-0204", &["image.nii.gz", "50000"]);
    says("[[filters]]\nlog = { sigma = 1, sigma2 = 2 }\n", "CNS-D-0250", &["line 2", "`sigma2`", "`cutoff`"]);
    says("[[filters]]\nriesz = { order = [1, 0, 0] }\n", "CNS-D-0250", &["`riesz`", "`simoncelli`"]);
    says("[resample]\nspacing = [1, 1, \"hold\"]\n", "CNS-D-0250", &["line 2", "hold", "keep"]);
    let text = refused("CNS-D-0263", with(&["--out", "features.xls"]));
    assert!(text.contains("features.xls") && text.contains(".csv"), "{text}");
    let text = refused("CNS-D-0101", ["extract", "nowhere.nii", "mask.nii"]);
    assert!(text.contains("nowhere.nii"), "{text}");
    let text = refused("CNS-D-0252", with(&["--out", bench.at("no/such/folder/f.csv").to_str().unwrap()]));
    assert!(text.contains("no/such/folder"), "{text}");
}

#[test]
fn a_command_line_that_is_none_ends_with_two() {
    let output = program().args(["batch", "cases.csv", "--out", "x", "--shard", "3/3"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("0/3, 1/3 and 2/3"), "{}", stderr(&output));
}

#[test]
fn filters_give_columns_of_their_own_with_their_names() {
    let bench = Bench::new(0);
    let filters = "families = [\"morphology\", \"intensity-statistics\"]\n[[filters]]\nlog = { sigma = [2, 3] }\n\
                   [[filters]]\nmean = { support = 3, over = \"slices\" }\n";
    bench.write("p.toml", filters);
    let out = bench.at("f.csv").display().to_string();
    done(with(&["--params", bench.at("p.toml").to_str().unwrap(), "--out", &out]));
    let header = bench.read("f.csv").lines().next().unwrap().to_owned();
    let columns: Vec<&str> = header.split(',').skip(7).collect();
    let means: Vec<&str> = columns.iter().copied().filter(|column| column.ends_with("stat_mean")).collect();
    assert_eq!(means, ["stat_mean", "log_s_2.0_stat_mean", "log_s_3.0_stat_mean", "mean_d_3_2d_stat_mean"]);
    assert_eq!(
        columns.iter().filter(|column| column.contains("morph_")).count(),
        29,
        "a response has no shape"
    );
    let about: serde_json::Value = serde_json::from_str(&bench.read("f.json")).unwrap();
    let described = about["features"].as_array().unwrap();
    let names: Vec<&str> = described.iter().map(|column| column["name"].as_str().unwrap()).collect();
    assert_eq!(names, columns);
    let of = |name: &str| &described[names.iter().position(|known| *known == name).unwrap()];
    assert_eq!(of("log_s_3.0_stat_mean")["filter"], "log_s_3.0");
    assert_eq!(of("log_s_3.0_stat_mean")["ibsi"], "Q4LE");
    assert!(about["parameters"].as_str().unwrap().contains("sigma=3.0"));
}

//! `consilium-demo run` as a person calls it: any plan over any folders.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use consilium_tests::{plans, sites};

struct Place(tempfile::TempDir);

impl Place {
    fn with_tables(names: &[&str]) -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        for name in names {
            sites::feature_table(&place.path(name), name, 24).unwrap();
        }
        fs::write(place.path("plan.toml"), plans::TABLE).unwrap();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, names: &[&str], json: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_consilium-demo"));
        command.arg("run").arg(self.path("plan.toml")).args(names.iter().map(|name| self.path(name)));
        command.arg("--json").arg(self.path(json)).output().unwrap()
    }

    fn refusal(&self, names: &[&str]) -> String {
        let output = self.run(names, "none.json");
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    }
}

fn document(file: &Path) -> serde_json::Value {
    serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()
}

#[test]
fn two_runs_in_any_order_write_the_same_bytes_and_equal_the_pooled_analysis() {
    let place = Place::with_tables(&["East", "north", "south"]);
    let output = place.run(&["East", "north", "south"], "one.json");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8(output.stdout).unwrap().contains("east alone"));
    assert!(place.run(&["south", "East", "north"], "two.json").status.success());
    let read = |name: &str| fs::read(place.path(name)).unwrap();
    assert_eq!(read("one.json"), read("two.json"));
    let document = document(&place.path("one.json"));
    for family in ["clinical", "combined"] {
        let difference = &document["difference"][family];
        assert_eq!(difference["same_model"], true, "{difference}");
        assert!(difference["coefficient"].as_f64().unwrap() < 1e-7, "{difference}");
        assert!(difference["auc"].as_f64().unwrap() < 1e-12, "{difference}");
    }
}

#[test]
fn images_and_clinical_columns_can_be_mixed() {
    let place = Place(tempfile::tempdir().unwrap());
    for name in ["east", "north"] {
        sites::images(&place.path(name), name, 16).unwrap();
    }
    let plan = plans::IMAGES
        .replace("[features]", "[inputs.clinical]\nnumeric = [\"age\"]\nmissing = \"impute\"\n\n[features]");
    fs::write(place.path("plan.toml"), plan).unwrap();
    let output = place.run(&["east", "north"], "mixed.json");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let document = document(&place.path("mixed.json"));
    let columns = document["schema"]["columns"].as_array().unwrap();
    assert_eq!(columns.last().unwrap()["name"], "age");
    assert!(columns[0]["name"].as_str().unwrap().starts_with("pet_morph_"));
    assert!(document["difference"]["combined"]["coefficient"].as_f64().unwrap() < 1e-7);
}

#[test]
fn folders_that_cannot_be_one_study_are_refused_in_words() {
    let place = Place::with_tables(&["east", "north"]);
    assert!(place.refusal(&["east"]).contains("at least 2 hospitals"));
    assert!(place.refusal(&["east", "nowhere"]).contains("nowhere"));
    assert!(place.refusal(&["east", "east"]).contains("two folders are called east"));
    let table = place.path("north").join("features.csv");
    let text = fs::read_to_string(&table).unwrap();
    fs::write(&table, text.replace("entropy", "entropie")).unwrap();
    assert!(place.refusal(&["east", "north"]).contains("different columns: entropy, entropie"));
}

#[test]
fn words_after_two_dashes_are_read_as_without() {
    let said =
        |words: &[&str]| Command::new(env!("CARGO_BIN_EXE_consilium-demo")).args(words).output().unwrap();
    let (with, without) = (said(&["--", "--help"]), said(&["--help"]));
    assert!(with.status.success());
    assert_eq!(with.stdout, without.stdout);
}

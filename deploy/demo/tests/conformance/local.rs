//! Tables that are not in the repository: Keek 2020 and TARGET neuroblastoma, read from `shared/data` beside it.
//!
//! Where they are not there, the tests say so and end.

use std::fs::File;
use std::io::Read as _;
use std::path::PathBuf;

use flate2::read::GzDecoder;

use crate::harmonised::{combat, model_of};
use crate::ledger::Within::{Absolute, Relative};
use crate::ledger::compare;
use crate::place::{Place, Table, answers, plan, repository};
use crate::read::{model, number, numbers, terms, version, words};
use crate::survival::followed;

fn there(name: &str) -> Option<PathBuf> {
    let file = repository("../shared/data").join(name);
    let found = file.is_file();
    if !found {
        println!("skipped: {name} is not in ../shared/data");
    }
    found.then_some(file)
}

#[test]
fn keek_2020_of_four_real_hospitals() {
    let Some(file) = there("keek2020/keek2020.csv.gz") else { return };
    let mut text = String::new();
    GzDecoder::new(File::open(file).unwrap()).read_to_string(&mut text).unwrap();
    let table = Table::of(&text, ',').with("site", |row, table| table.cell(row, "center").to_owned());
    let answers = answers("conformance/keek.json");
    let columns = words(&answers["columns"]);
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let place = Place::by_site(&table, &["Target"], &columns);
    assert_eq!(place.sites.len(), 4);
    let inputs = "[inputs.table]\n[outcome]\nlabel = \"Target\"\npositive = \"1\"\n";
    let result = place.run(&plan(inputs, "[model]\npenalty = { ridge = 1.0 }"));
    let (found, wanted) = (model(&result, "radiomics/logistic"), &answers["ridge"]);
    let (set, fit) = ("Keek 2020", &found["fit"]["logistic"]);
    let library = format!("scikit-learn {}", version(&answers, "sklearn"));
    for (key, answer) in [("estimate", "coef"), ("se", "errors")] {
        let slopes = terms(fit, &columns, &format!("standardised.{key}"));
        let found = [vec![number(&fit["intercept"][key])], slopes].concat();
        compare(
            set,
            &format!("ridge, {answer}"),
            &library,
            Relative(1e-6),
            &found,
            &numbers(&wanted[answer]),
        );
    }
    let auc = ["auc", "se"].map(|key| number(&found["evaluation"]["binary"]["auc"][key]));
    let expected = ["auc", "se"].map(|key| number(&wanted[key]));
    compare(
        set,
        "ridge, AUC and DeLong's error",
        "plain formula, all pairs",
        Absolute(1e-9),
        &auc,
        &expected,
    );
    for shrink in ["none", "parametric"] {
        let result = place.run(&plan(inputs, &model_of(shrink)));
        combat(set, shrink, &result, &columns, &answers["combat"][shrink]);
    }
}

#[test]
fn target_neuroblastoma_dealt_to_four_hospitals() {
    let Some(file) = there("target-nbl/data_clinical_patient.txt") else { return };
    let text = std::fs::read_to_string(file).unwrap();
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let table = Table::of(&lines.join("\n"), '\t').with("site", |row, _| (row % 4).to_string());
    overall_survival(&table);
    let clinical = ["AGE_IN_DAYS", "INSS_STAGE", "SEX", "TUMOR_SAMPLE_HISTOLOGY"];
    let place = Place::by_site(&table, &clinical, &[]);
    let inputs = "[cohort]\ninclude = \"SEX in ['Male', 'Female'] and INSS_STAGE in ['Stage 1', 'Stage 2a', 'Stage 2b', 'Stage 3', 'Stage 4', 'Stage 4s']\"\n\
        [inputs.clinical]\nnumeric = [\"AGE_IN_DAYS\"]\ncategorical = { SEX = [\"Female\", \"Male\"] }\n\
        [outcome]\nlabel = \"TUMOR_SAMPLE_HISTOLOGY\"\npositive = \"Unfavorable\"\nnegative = \"Favorable\"\n";
    let result = place.run(&plan(inputs, "[model]\npenalty = { ridge = 0.0 }"));
    let answers = answers("conformance/target.json");
    assert_eq!(result["cohort"]["n"], answers["n"]);
    let (set, found) = ("TARGET neuroblastoma", model(&result, "clinical/logistic"));
    let fit = &found["fit"]["logistic"];
    let statsmodels = format!("statsmodels {}", version(&answers, "statsmodels"));
    for (name, key, answer) in [("coefficients", "estimate", "coef"), ("standard errors", "se", "errors")] {
        let slopes = terms(fit, &["AGE_IN_DAYS", "SEX=Male"], &format!("raw.{key}"));
        let found = [vec![number(&fit["intercept_raw"][key])], slopes].concat();
        compare(
            set,
            &format!("logistic, {name}"),
            &statsmodels,
            Relative(1e-6),
            &found,
            &numbers(&answers[answer]),
        );
    }
    let auc = ["auc", "se"].map(|key| number(&found["evaluation"]["binary"]["auc"][key]));
    let expected = ["auc", "se"].map(|key| number(&answers[key]));
    compare(
        set,
        "logistic, AUC and DeLong's error",
        "plain formula, all pairs",
        Absolute(1e-9),
        &auc,
        &expected,
    );
}

fn overall_survival(table: &Table) {
    let table = table.clone();
    let is =
        |of: &str, word: &str| if of.is_empty() { String::new() } else { u8::from(of == word).to_string() };
    let table = table.with("male", |row, table| match table.cell(row, "SEX") {
        "Male" => "1".to_owned(),
        "Female" => "0".to_owned(),
        _ => String::new(),
    });
    let table = table.with("time", |row, table| table.cell(row, "OS_DAYS").to_owned());
    let mut table = table.with("event", |row, table| is(table.cell(row, "OS_STATUS"), "1:DECEASED"));
    let time = table.column("time");
    table.rows.retain(|row| !row[time].is_empty());
    let columns = ["AGE_IN_DAYS", "male"];
    let place = Place::by_site(&table, &[&columns[..], &["time", "event"]].concat(), &[]);
    let answers = answers("conformance/target_r.json");
    followed("TARGET neuroblastoma", &place, &columns, "4000d", &answers["survival"], &answers);
}

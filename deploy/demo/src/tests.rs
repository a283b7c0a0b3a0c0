//! The federated and the pooled analysis of the same invented patients.

use std::collections::BTreeMap;

use consilium_learn::Perceptrons;
use consilium_stats::Rows;
use consilium_types::plan::ModelFamily;
use consilium_types::{Column, ColumnKind, Schema, SiteId, StudyPlan};

use crate::comparison::{Comparison, Estimate, SiteTable};
use crate::document::{Document, SiteRecord};
use crate::federation::{self, Told};
use crate::reference::Table;
use crate::report;

const PLAN: &str = r#"
[study]
id = "agreement"
title = "Federated equals pooled"
seed = 11
[inputs.table]
[inputs.clinical]
numeric = ["age"]
missing = "impute"
[select]
max = 3
[outcome]
label = "relapse"
positive = "yes"
[model]
compare = ["mlp"]
network = { hidden = [4], rounds = 2 }
[evaluate]
folds = 4
[privacy]
limits = { cell = 1 }
"#;

const RADIOMIC: usize = 12;

impl Rows for Table {
    fn len(&self) -> usize {
        self.rows.len()
    }

    fn width(&self) -> usize {
        RADIOMIC + 1
    }

    fn value(&self, row: usize, column: usize) -> f64 {
        self.rows[row][column]
    }

    fn draw(&self, row: usize, _: &str) -> u64 {
        row as u64
    }

    fn label(&self, row: usize, _: usize) -> Option<u32> {
        Some(u32::from(self.cases[row]))
    }

    fn cell(&self, row: usize) -> usize {
        self.cells[row]
    }

    fn flow(&self) -> &[u64] {
        // table, outcome known, radiomic data usable
        [[40; 3], [30; 3], [2; 3]].iter().find(|flow| flow[0] == self.rows.len() as u64).unwrap()
    }
}

/// splitmix64 (Steele, Lea and Flood 2014) in [0, 1).
fn draws(mut state: u64) -> impl FnMut() -> f64 {
    move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let a = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let b = (a ^ (a >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((b ^ (b >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Two related features and ten that mean nothing, far from zero, in different units; some ages are missing.
fn table(patients: usize, seed: u64) -> Table {
    let mut draw = draws(seed);
    let mut table = Table::default();
    for patient in 0..patients {
        let (volume, entropy) = (draw(), draw());
        let noise = (2..RADIOMIC).map(|column| 1e3 * column as f64 + draw());
        let mut row: Vec<f64> = [1e5 * volume, entropy].into_iter().chain(noise).collect();
        row.push(if patient % 7 == 3 { f64::NAN } else { 20.0 + 100.0 * draw() });
        table.cases.push(volume - entropy + draw() - 0.5 > 0.0);
        table.cells.push(patient % 4);
        table.batches.push(usize::try_from(seed).unwrap());
        table.rows.push(row);
    }
    table
}

fn schema() -> Schema {
    let radiomic = (0..RADIOMIC).map(|n| Column { name: format!("f{n}"), kind: ColumnKind::Radiomic });
    let age = Column { name: "age".to_owned(), kind: ColumnKind::Clinical };
    Schema { columns: radiomic.chain([age]).collect(), extractor: String::new() }
}

fn sites() -> Vec<SiteTable> {
    let site = |(name, patients): (&str, usize)| SiteTable {
        site: name.parse().unwrap(),
        table: table(patients, patients as u64),
    };
    [("east", 40), ("south", 30), ("tiny", 2)].into_iter().map(site).collect()
}

fn document() -> Document {
    let plan = StudyPlan::from_toml(PLAN, "plan.toml").unwrap_or_else(|errors| panic!("{errors}"));
    let (schema, sites) = (schema(), sites());
    let asked: Vec<_> =
        sites.iter().map(|s| federation::Site { id: s.site.clone(), rows: &s.table }).collect();
    let mut questions = 0;
    let finished = federation::run(&plan, &schema, &asked, &Perceptrons, |told| {
        questions += u32::from(matches!(told, Told::Question(_)));
    })
    .unwrap();
    assert_eq!(questions, finished.result.effort.exchanges);
    let record = |s: &SiteTable| SiteRecord {
        flow: s.table.flow().to_vec(),
        counts: (s.table.rows.len(), s.table.cases.iter().filter(|case| **case).count()),
        left: finished.left.clone(),
    };
    let records: BTreeMap<SiteId, SiteRecord> = sites.iter().map(|s| (s.site.clone(), record(s))).collect();
    let comparison = Comparison::of(&plan, &schema, &sites);
    Document::new(&plan, &schema, finished.result, comparison, None, records).unwrap()
}

#[test]
fn federated_equals_pooled_in_every_family() {
    let document = document();
    for family in [ModelFamily::Clinical, ModelFamily::Radiomics, ModelFamily::Combined] {
        let difference = document.difference[&family];
        assert!(difference.same_model, "{family:?}: {difference:?}");
        assert!(difference.coefficient < 1e-7, "{family:?}: {difference:?}");
        assert!(difference.standard_error < 1e-7, "{family:?}: {difference:?}");
        assert!(difference.auc < 1e-12 && difference.interval < 1e-9, "{family:?}: {difference:?}");
    }
}

#[test]
fn two_runs_write_the_same_bytes() {
    assert_eq!(document().to_json().unwrap(), document().to_json().unwrap());
}

#[test]
fn a_hospital_with_two_patients_gets_words_and_no_number() {
    let document = document();
    let alone = &document.sites[&"tiny".parse::<SiteId>().unwrap()].alone[&ModelFamily::Radiomics];
    assert!(matches!(alone.own, Estimate::NotEstimable(_)), "{alone:?}");
    let plan = StudyPlan::from_toml(PLAN, "plan.toml").unwrap();
    let text = report::text(&plan, &document);
    assert!(text.contains("tiny alone            not estimable: "), "{text}");
    assert!(text.contains("With 72 patients"), "{text}");
    assert!(text.contains("of n linear fits"), "{text}");
}

#[test]
fn the_reference_page_names_every_field() {
    let page = include_str!("../../../docs/reference/results.md");
    let value: serde_json::Value = serde_json::from_str(&document().to_json().unwrap()).unwrap();
    let top = value.as_object().unwrap().keys();
    let site = value["sites"]["east"].as_object().unwrap().keys();
    let difference = value["difference"]["combined"].as_object().unwrap().keys();
    let result = value["federated"].as_object().unwrap().keys();
    let model = value["federated"]["models"][0]["evaluation"].as_object().unwrap().keys();
    for key in top.chain(site).chain(difference).chain(result).chain(model) {
        assert!(page.contains(key.as_str()), "results.md does not name {key}");
    }
}

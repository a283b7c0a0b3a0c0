//! New patients by hand: values from every file, what is missing or far, and every refusal.

use std::fs;

use consilium_model::{FORMAT, Input, Link, ModelFile, Node, Predictor, Tree};
use consilium_types::StudyPlan;

use super::{NewPatients, harmonised, of, write};
use crate::errors::Fault;
use crate::extraction::{Cache, Reader};

const PLAN: &str = "[study]\nid = \"s\"\ntitle = \"t\"\nseed = 5\n[inputs.table]\n[inputs.clinical]\nnumeric = [\"age\"]\n\
                    categorical = { sex = [\"F\", \"M\"] }\n[outcome]\nlabel = \"relapse\"\npositive = \"yes\"\n";

fn plan(more: &str) -> StudyPlan {
    StudyPlan::from_toml(&format!("{PLAN}{more}"), "plan.toml").unwrap()
}

fn input(name: &str, mean: f64, sd: f64) -> Input {
    let indicator = name.contains('=') || name.ends_with("?missing");
    Input { name: name.to_owned(), unit: String::new(), mean, sd, range: [0.0, 1.0], indicator }
}

fn model(names: &[(&str, f64, f64)], predictor: Predictor) -> ModelFile {
    ModelFile {
        format: FORMAT.to_owned(),
        study: "s".to_owned(),
        plan_hash: plan("").hash().to_string(),
        name: "combined/logistic".to_owned(),
        outcome: "relapse = yes".to_owned(),
        inputs: names.iter().map(|(name, mean, sd)| input(name, *mean, *sd)).collect(),
        predictor,
    }
}

fn logistic() -> ModelFile {
    let inputs = [("age", 60.0, 12.0), ("sex=M", 0.5, 0.5), ("volume", 1.0, 2.0)];
    model(&inputs, Predictor::Logistic { intercept: 0.4, coefficients: vec![1.0, -2.0, 0.5] })
}

const CLINICAL: &str = "patient,age,sex\nP1,72,M\nP2,,F\nP3,180,F\nP4,60,M\n";
const FEATURES: &str = "patient,volume,texture\nP1,3,9\nP2,1,9\nP3,,9\n";

fn predicted(
    model: &ModelFile,
    files: [&str; 2],
    plan: Option<&StudyPlan>,
    threshold: Option<f64>,
) -> Result<Vec<Vec<String>>, Fault> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in ["clinical.csv", "features.csv"].into_iter().zip(files) {
        if !text.is_empty() {
            fs::write(folder.path().join(name), text).unwrap();
        }
    }
    let from = NewPatients { data: folder.path(), plan, cache: &Cache::none(), reader: Reader::Here };
    let table = write(model, &of(model, from, &())?, threshold)?;
    let mut rows = csv::ReaderBuilder::new().has_headers(false).from_reader(table.as_bytes());
    Ok(rows.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect())
}

fn refusal(model: &ModelFile, files: [&str; 2], plan: Option<&StudyPlan>) -> (String, &'static str) {
    let fault = predicted(model, files, plan, None).unwrap_err();
    (fault.to_string(), fault.code())
}

#[test]
fn every_patient_has_a_row_with_what_is_missing_and_what_is_far() {
    let rows = predicted(&logistic(), [CLINICAL, FEATURES], Some(&plan("")), Some(0.5)).unwrap();
    assert_eq!(rows[0], ["patient", "probability", "decision", "missing", "out_of_range", "note"]);
    let close = |row: &[String], wanted: f64| {
        let found: f64 = row[1].parse().unwrap();
        assert!((found - wanted).abs() < 1e-15, "{found} {wanted}");
    };
    // logit 0.4 + 1 - 2 + 0.5, and 0.4 + 0 + 2 + 0; 1 / (1 + exp(-x)) by Python's math
    close(&rows[1], 0.475_020_812_521_06);
    close(&rows[2], 0.916_827_303_506_077_7);
    assert_eq!(rows[1][2..], ["negative", "", "", ""]);
    assert_eq!(rows[2][2..], ["positive", "age", "", ""]);
    assert_eq!(rows[3][2..], ["positive", "volume", "age (+10.0 SD)", ""]);
    assert_eq!(rows[4], ["P4", "", "", "volume", "", "not in the table of features"]);
}

#[test]
fn a_missing_cell_can_be_an_input_of_its_own() {
    let inputs = [("age", 60.0, 12.0), ("age?missing", 0.1, 0.3)];
    let model = model(&inputs, Predictor::Margin { intercept: 0.0, coefficients: vec![0.0, 0.3] });
    let rows = predicted(&model, [CLINICAL, ""], None, None).unwrap();
    assert_eq!(rows[0][1], "score");
    let scores: Vec<f64> = rows[1..].iter().map(|row| row[1].parse().unwrap()).collect();
    assert!((scores[0] + 0.1).abs() < 1e-15 && (scores[1] - 0.9).abs() < 1e-15, "{scores:?}");
    assert_eq!(rows[2][2], "age");
}

#[test]
fn forests_of_several_classes_and_survival_have_columns_of_their_own() {
    let split = Node::Split { column: 0, threshold: 70.0, left: 1, right: 2, missing_left: true };
    let leaves = [vec![0.7, 0.2, 0.1], vec![0.1, 0.1, 0.8]].map(Node::Leaf);
    let [left, right] = leaves;
    let trees = vec![Tree { nodes: vec![split, left, right] }];
    let classes = ["low", "middle", "high"].map(str::to_owned).to_vec();
    let forest = Predictor::Trees { classes, link: Link::Mean, base: vec![0.0; 3], trees };
    let rows = predicted(&model(&[("age", 60.0, 12.0)], forest), [CLINICAL, ""], None, None).unwrap();
    assert_eq!(rows[0][1..4], ["probability of low", "probability of middle", "probability of high"]);
    assert_eq!(rows[1][1..4], ["0.1", "0.1", "0.8"]);
    assert_eq!(rows[2][1..5], ["0.7", "0.2", "0.1", "age"], "a missing value goes left");
    let (baseline, horizons) = (vec![[1.0, 0.1], [3.0, 0.3]], vec![1.0, 3.0]);
    let cox = Predictor::Cox { coefficients: vec![0.5], unit: "years".to_owned(), baseline, horizons };
    let rows = predicted(&model(&[("age", 60.0, 12.0)], cox), [CLINICAL, ""], None, None).unwrap();
    assert_eq!(rows[0][1..4], ["log relative hazard", "survival at 1 years", "survival at 3 years"]);
    // exp(-0.3 exp(0.5)) by Python's math
    let survival: f64 = rows[1][3].parse().unwrap();
    assert!((survival - 0.609_804_795_009_154_4).abs() < 1e-15, "{survival}");
}

#[test]
fn what_cannot_be_predicted_says_why() {
    let model_of = |name: &str| {
        model(&[(name, 0.0, 1.0)], Predictor::Logistic { intercept: 0.0, coefficients: vec![1.0] })
    };
    let (text, code) = refusal(&model_of("ct_stat_mean"), [CLINICAL, FEATURES], None);
    assert!(code == "CNS-N-0501" && text.contains("`ct_stat_mean`") && text.contains("--plan"), "{text}");
    let both = "patient,age\nP1,3\n";
    assert_eq!(refusal(&model_of("age"), [CLINICAL, both], None).1, "CNS-N-0502");
    let other = plan("[evaluate]\nfolds = 3\n");
    assert_eq!(refusal(&logistic(), [CLINICAL, FEATURES], Some(&other)).1, "CNS-N-0503");
    let (text, code) = refusal(&logistic(), [&CLINICAL.replace(",F", ",W"), FEATURES], Some(&plan("")));
    assert!(code == "CNS-N-0504" && text.contains("line 3") && !text.contains("P2"), "{text}");
    assert_eq!(refusal(&logistic(), ["", FEATURES], None).1, "CNS-D-0301");
    let margin = model(&[("age", 60.0, 12.0)], Predictor::Margin { intercept: 0.0, coefficients: vec![1.0] });
    let fault = predicted(&margin, [CLINICAL, ""], None, Some(0.5)).unwrap_err();
    assert_eq!(fault.code(), "CNS-N-0505");
    let damaged = model(&[("age", 60.0, 12.0)], Predictor::Logistic { intercept: 0.0, coefficients: vec![] });
    assert_eq!(refusal(&damaged, [CLINICAL, ""], None).1, "CNS-M-0103");
}

#[test]
fn harmonisation_is_said_plainly() {
    assert!(harmonised(None).contains("was not given"));
    assert!(harmonised(Some(&plan(""))).contains("did not harmonise"));
    let combat = plan("[harmonise]\nmethod = \"combat\"\n");
    assert!(harmonised(Some(&combat)).contains("(combat)") && harmonised(Some(&combat)).contains("scanners"));
}

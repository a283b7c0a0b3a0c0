//! Our ONNX export, run by onnxruntime, predicts what the model file predicts.
//!
//! tests/data/pooled/onnx holds the model files and onnxruntime's answers for the very bytes this build writes.

use std::collections::BTreeMap;

use consilium_model::{ModelFile, Prediction, predict};
use serde::Deserialize;
use sha2::{Digest, Sha256};

#[derive(Deserialize)]
struct Recorded {
    answers: BTreeMap<String, Answer>,
}

#[derive(Deserialize)]
struct Answer {
    tolerance: f64,
    sha256: String,
    columns: Vec<Vec<Option<f64>>>,
    outputs: BTreeMap<String, Vec<Vec<f64>>>,
}

fn data<T: for<'de> Deserialize<'de>>(name: &str) -> T {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/pooled/onnx");
    let text = std::fs::read_to_string(format!("{folder}/{name}")).expect("recorded data");
    serde_json::from_str(&text).expect("the recorded form")
}

/// The numbers of a prediction by output of the graph.
fn expected(file: &ModelFile, values: &[Option<f64>]) -> BTreeMap<&'static str, Vec<f64>> {
    match predict(file, values).expect("a prediction") {
        Prediction::Risk(risk) => {
            BTreeMap::from([("risk", vec![risk]), ("probabilities", vec![1.0 - risk, risk])])
        }
        Prediction::Classes(classes) => {
            BTreeMap::from([("probabilities", classes.into_iter().map(|(_, share)| share).collect())])
        }
        Prediction::Score(score) => BTreeMap::from([("scores", vec![score])]),
        Prediction::Survival { score, survival } => {
            let survival = survival.into_iter().map(|[_, share]| share).collect();
            BTreeMap::from([("scores", vec![score]), ("survival", survival)])
        }
    }
}

#[test]
fn onnxruntime_predicts_what_the_model_file_predicts() {
    let models: BTreeMap<String, ModelFile> = data("models.json");
    let recorded: Recorded = data("answers.json");
    let mut compared = 0;
    for (name, file) in &models {
        let answer = &recorded.answers[name];
        for (row, values) in answer.columns.iter().enumerate() {
            let expected = expected(file, values);
            for (output, rows) in &answer.outputs {
                let ours = &expected[output.as_str()];
                assert_eq!(ours.len(), rows[row].len(), "{name} {output}");
                for (a, b) in ours.iter().zip(&rows[row]) {
                    assert!((a - b).abs() <= answer.tolerance, "{name} {output} row {row}: {a} {b}");
                    compared += 1;
                }
            }
        }
    }
    assert!(models.len() == 9 && compared >= 9 * 12);
}

#[test]
fn the_recorded_answers_are_about_the_bytes_this_build_writes() {
    let models: BTreeMap<String, ModelFile> = data("models.json");
    let recorded: Recorded = data("answers.json");
    for (name, file) in &models {
        let digest = Sha256::digest(consilium_report::onnx(file));
        let hex = digest.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
        assert_eq!(hex, recorded.answers[name].sha256, "{name}: run tests/data/pooled/onnx/make.py again");
    }
}

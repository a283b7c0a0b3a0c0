//! A model as ONNX (opset 17, `ai.onnx.ml` 3), for other people's programs.
//!
//! One input, `columns`: a row of 64-bit floats a patient, in the model file's order and own units, NaN where missing.
//! Harmonisation is the caller's. Outputs: `risk`, `probabilities`, `scores` or `survival`.
//! Checked against onnxruntime: tests/data/pooled/onnx.

mod graph;
mod linear;
mod messages;
mod trees;

use consilium_model::ModelFile;
use prost::Message;

use graph::Graph;
use messages::{ModelProto, OperatorSetIdProto, StringStringEntryProto};

/// The domain of operators for classical machine learning.
const ML: &str = "ai.onnx.ml";

/// The bytes of the `.onnx` file.
#[must_use]
pub fn onnx(file: &ModelFile) -> Vec<u8> {
    let mut graph = Graph::default();
    if !linear::add(&mut graph, &file.inputs, &file.predictor) {
        trees::add(&mut graph, &file.predictor);
    }
    let names: Vec<&str> = file.inputs.iter().map(|input| input.name.as_str()).collect();
    let set = |domain: &str, version| OperatorSetIdProto { domain: domain.to_owned(), version };
    let entry =
        |key: &str, value: &str| StringStringEntryProto { key: key.to_owned(), value: value.to_owned() };
    let model = ModelProto {
        ir_version: 8,
        producer_name: "consilium".to_owned(),
        producer_version: file.format.clone(),
        domain: String::new(),
        model_version: 1,
        doc_string: format!("{} of study {}. Not for clinical use.", file.name, file.study),
        graph: Some(graph.finish(&file.name, "columns", names.len(), &names.join(", "))),
        opset_import: vec![set("", 17), set(ML, 3)],
        metadata_props: vec![entry("plan_hash", &file.plan_hash), entry("outcome", &file.outcome)],
    };
    model.encode_to_vec()
}

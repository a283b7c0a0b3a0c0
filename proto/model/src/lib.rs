//! A fitted model as a file, and what it predicts for one patient.
//!
//! Never: a patient, a path, a clock. A file that is read was checked: lengths agree, numbers are finite, trees end.
//! Spec: docs/reference/report.md, "model.json".

mod check;
mod file;
mod predict;
mod tree;

pub use check::Fault;
pub use file::{FORMAT, Input, Link, ModelFile, Predictor};
pub use predict::{Prediction, predict};
pub use tree::{Node, Tree};

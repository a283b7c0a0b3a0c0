//! A study's report: charts, one self-contained page, checklists, a calculator, and the model as JSON and ONNX.
//!
//! Never: a patient's own value (only a study's result comes in), a resource from elsewhere, a clock. Equal input gives
//! equal bytes. Spec: docs/reference/report.md.

mod adapter;
mod calculator;
pub mod chart;
pub mod checklist;
pub mod content;
mod files;
mod html;
mod onnx;
pub mod text;

pub use adapter::{model_files, report};
pub use calculator::calculator;
pub use content::Report;
pub use files::{OutFile, files};
pub use html::html;
pub use onnx::onnx;

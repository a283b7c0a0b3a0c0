//! `export MODEL.json FOLDER`: the model as ONNX and as a calculator page.

use std::path::Path;

use consilium_model::ModelFile;
use consilium_report::{calculator, onnx};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, model, folder] = arguments.as_slice() else {
        return Err("usage: export MODEL.json FOLDER".into());
    };
    let file = ModelFile::from_json(&std::fs::read_to_string(model)?)?;
    let folder = Path::new(folder);
    std::fs::write(folder.join("model.onnx"), onnx(&file))?;
    if let Some(page) = calculator(&file) {
        std::fs::write(folder.join("calculator.html"), page)?;
    }
    Ok(())
}

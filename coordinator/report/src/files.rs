//! Everything a study leaves behind beside its result: the page, its JSON, models as JSON and ONNX, calculators.
//!
//! In memory; who runs a study writes them. Never: a clock. Equal results give equal bytes.

use consilium_model::ModelFile;
use consilium_rounds::result::StudyResult;
use consilium_types::StudyPlan;

use crate::{calculator, html, model_files, onnx, report};

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutFile {
    /// Where it lies, relative to the folder of the result, with `/` between folders.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// All files, in a fixed order: `report.html`, `report.json`, then those of each model.
#[must_use]
pub fn files(plan: &StudyPlan, result: &StudyResult) -> Vec<OutFile> {
    let report = report(plan, result);
    let file = |path: String, bytes: Vec<u8>| OutFile { path, bytes };
    let mut all = vec![
        file("report.html".to_owned(), html(&report).into_bytes()),
        file("report.json".to_owned(), report.to_json().into_bytes()),
    ];
    let models = model_files(plan, result);
    for (model, name) in models.iter().zip(names(&models)) {
        all.push(file(format!("models/{name}.json"), model.to_json().into_bytes()));
        all.push(file(format!("models/{name}.onnx"), onnx(model)));
        if let Some(page) = calculator(model) {
            all.push(file(format!("calculator-{name}.html"), page.into_bytes()));
        }
    }
    all
}

/// Names of the models as parts of file names, each once.
pub(crate) fn names(models: &[ModelFile]) -> Vec<String> {
    let mut taken: Vec<String> = Vec::new();
    for model in models {
        let plain = plain(&model.name);
        let numbered = (2..).map(|i| format!("{plain}-{i}"));
        let free = std::iter::once(plain.clone()).chain(numbered).find(|name| !taken.contains(name));
        taken.push(free.unwrap_or(plain));
    }
    taken
}

/// Letters, digits and single hyphens, whatever a plan calls its labels.
fn plain(name: &str) -> String {
    let spaced: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { ' ' }).collect();
    let words: Vec<&str> = spaced.split_whitespace().collect();
    if words.is_empty() { "model".to_owned() } else { words.join("-").chars().take(80).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_within_its_folder() {
        assert_eq!(plain("combined/logistic"), "combined-logistic");
        assert_eq!(plain("../../etc/passwd"), "etc-passwd");
        assert_eq!(plain("../."), "model");
        assert_eq!(plain(&"a".repeat(300)).len(), 80);
    }
}

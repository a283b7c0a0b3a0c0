//! Numbers out of result files and answers.

use serde_json::Value;

/// All numbers of a value, depth first.
pub(crate) fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(values) => values.iter().flat_map(numbers).collect(),
        number => vec![number.as_f64().unwrap_or_else(|| panic!("{number} is no number"))],
    }
}

/// One number.
pub(crate) fn number(value: &Value) -> f64 {
    numbers(value)[0]
}

pub(crate) fn words(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect()
}

/// The model of this name.
pub(crate) fn model<'a>(result: &'a Value, name: &str) -> &'a Value {
    let models = result["models"].as_array().unwrap();
    models.iter().find(|model| model["name"] == name).unwrap_or_else(|| panic!("no model {name}"))
}

/// A number of each term, in the order of `columns`: `raw.se`, `standardised.estimate`, `mean`.
pub(crate) fn terms(fit: &Value, columns: &[&str], path: &str) -> Vec<f64> {
    let terms = fit["terms"].as_array().unwrap();
    let of = |column: &&str| {
        let term = terms.iter().find(|term| term["column"] == *column);
        let term = term.unwrap_or_else(|| panic!("no term {column}"));
        number(path.split('.').fold(term, |value, key| &value[key]))
    };
    columns.iter().map(of).collect()
}

/// The version of a library as the answers have it.
pub(crate) fn version(answers: &Value, library: &str) -> String {
    let found = answers["versions"][library].as_str().unwrap();
    // R tells its date, too
    found.split(" (").next().unwrap().trim_start_matches("R version ").to_owned()
}

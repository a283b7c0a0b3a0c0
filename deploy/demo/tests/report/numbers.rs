//! Numbers of a page against the numbers of its JSON.

use std::collections::BTreeSet;

use serde_json::Value;

/// What a JSON document holds: its numbers, and the digits in its texts.
pub(crate) struct Held {
    numbers: Vec<f64>,
    texts: BTreeSet<String>,
}

pub(crate) fn held(document: &Value) -> Held {
    let mut held = Held { numbers: Vec::new(), texts: BTreeSet::new() };
    collect(document, &mut held);
    held
}

fn collect(value: &Value, held: &mut Held) {
    match value {
        Value::Number(number) => held.numbers.extend(number.as_f64()),
        Value::String(text) => held.texts.extend(tokens(text)),
        Value::Array(values) => values.iter().for_each(|value| collect(value, held)),
        Value::Object(entries) => entries.values().for_each(|value| collect(value, held)),
        Value::Null | Value::Bool(_) => {}
    }
}

impl Held {
    /// Whether a number with decimals is one of the document's, rounded. A ratio of a coefficient without a standard error is
    /// its exponential.
    pub(crate) fn hold(&self, text: &str) -> bool {
        let decimals = text.split('.').nth(1).map_or(0, str::len);
        let Ok(shown) = text.parse::<f64>() else { return false };
        let near = |value: f64| {
            (value - shown).abs() <= 0.500_001 * 10f64.powi(-i32::try_from(decimals).unwrap_or(0))
        };
        self.texts.contains(text) || self.numbers.iter().any(|value| near(*value) || near(value.exp()))
    }
}

/// Numbers with decimals in the cells of numbers, but for shares in per cent and p values below 0.001.
pub(crate) fn shown(page: &str) -> Vec<String> {
    let cells = page.split("<td class=\"n\">").skip(1).filter_map(|rest| rest.split("</td>").next());
    cells.filter(|cell| !cell.contains('%') && !cell.contains("&lt;")).flat_map(tokens).collect()
}

fn tokens(text: &str) -> Vec<String> {
    let plain = text.replace('\u{2212}', "-").replace('\u{2013}', " ");
    let parts = plain.split(|c: char| !(c.is_ascii_digit() || c == '.' || c == '-'));
    parts.map(|part| part.trim_matches(|c| c == '.').to_owned()).filter(|part| decimal(part)).collect()
}

fn decimal(part: &str) -> bool {
    part.contains('.') && part.parse::<f64>().is_ok()
}

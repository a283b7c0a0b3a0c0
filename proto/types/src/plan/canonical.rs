//! The canonical form: JSON, keys sorted, no spaces, defaults written out.

use serde_json::Value;

use super::StudyPlan;

pub(super) fn write(plan: &StudyPlan) -> String {
    let value = serde_json::to_value(plan).expect("a plan holds finite numbers, text and lists");
    let mut text = String::new();
    append(&value, &mut text);
    text
}

/// Sorts keys itself: whether `serde_json` keeps them sorted depends on who else uses it.
fn append(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by(|a, b| a.0.cmp(b.0));
            out.push('{');
            for (i, (key, value)) in entries.into_iter().enumerate() {
                separate(i, out);
                append(&Value::String(key.clone()), out);
                out.push(':');
                append(value, out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                separate(i, out);
                append(item, out);
            }
            out.push(']');
        }
        leaf => out.push_str(&leaf.to_string()),
    }
}

fn separate(i: usize, out: &mut String) {
    if i > 0 {
        out.push(',');
    }
}

//! docs/reference/plan.md says what the program does.

use std::collections::BTreeSet;

use super::super::later;
use super::super::reader::Word;
use super::{CAPPED, GUARDED, LONG, MULTILABEL, ORDINAL, PRIVATE, SURVIVAL, read};
use crate::plan::Learner;
use crate::plan::errors::Fault;

#[test]
fn the_reference_page_is_true() {
    let page = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/plan.md"));
    let example = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next());
    read(example.expect("the page shows a full example"));
    for (path, instead) in later::KEYS {
        assert!(page.contains(&format!("| `{path}` | {instead} |")), "the page lacks {path}");
    }
    for fault in Fault::ALL {
        assert!(page.contains(&format!("| `{}` |", fault.code())), "the page lacks {}", fault.code());
    }
    for word in Learner::LATER {
        assert!(page.contains(&format!("`\"{word}\"`")), "the page lacks {word}");
    }
    let mut described = BTreeSet::new();
    for text in [LONG, SURVIVAL, MULTILABEL, ORDINAL, PRIVATE, GUARDED, CAPPED] {
        keys_of("", &serde_json::from_str(&read(text).canonical()).expect("JSON"), &mut described);
    }
    for key in described {
        assert!(page.contains(&format!("| `{key}` |")), "the page lacks {key}");
    }
}

/// Tables whose keys are the writer's own.
const FREE: [&str; 3] = ["inputs.clinical.categorical", "outcome.labels", "outcome.composite"];

/// Paths of all leaves.
fn keys_of(path: &str, value: &serde_json::Value, into: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::Object(map) if !FREE.contains(&path) => {
            for (key, value) in map {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                keys_of(&path, value, into);
            }
        }
        _ => drop(into.insert(path.to_owned())),
    }
}

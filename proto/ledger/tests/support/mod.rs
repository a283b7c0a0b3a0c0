//! Recorded files, and the log of invented entries they are about.

#![allow(dead_code, reason = "each test uses its part")]

use consilium_ledger::Tree;

pub(crate) fn data(name: &str) -> String {
    format!("{}/../../tests/data/tlog/{name}", env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn text(name: &str) -> String {
    std::fs::read_to_string(data(name)).unwrap_or_else(|fault| panic!("{name}: {fault}"))
}

pub(crate) fn json(name: &str) -> serde_json::Value {
    serde_json::from_str(&text(name)).unwrap_or_else(|fault| panic!("{name}: {fault}"))
}

/// Entry i is `{"seq":i,"type":"test"}`.
pub(crate) fn synthetic(entries: u64) -> (Tree, Vec<Vec<u8>>) {
    let entries: Vec<Vec<u8>> =
        (0..entries).map(|i| format!(r#"{{"seq":{i},"type":"test"}}"#).into_bytes()).collect();
    let mut tree = Tree::default();
    entries.iter().for_each(|entry| tree.append(entry));
    (tree, entries)
}

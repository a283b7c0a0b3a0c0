//! The layout is the privacy argument, so a test holds it: which crate links what, which file names the
//! network, which type can be printed, and that every refusal code is explained.
//!
//! Each rule first proves that it can fail: what it forbids somewhere must exist elsewhere. Spec: ADR-0001.

mod codes;
mod edges;
mod sources;
mod supply;

use std::path::{Path, PathBuf};
use std::process::Command;

/// The workspace's folder.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the workspace")
}

/// What `cargo tree` prints, one crate a line, without the network.
fn cargo_tree(arguments: &[&str]) -> String {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .current_dir(root())
        .args(["tree", "--locked", "--offline", "--prefix", "none"])
        .args(arguments)
        .output()
        .expect("the cargo that runs this test can be started again");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("names of crates and licences are ASCII")
}

/// All `.rs` files below a folder of the workspace, with their text, in order of their paths.
/// Paths are relative to the workspace.
fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut open = vec![root().join(folder)];
    while let Some(folder) = open.pop() {
        let entries = std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
        for path in entries.map(|entry| entry.expect("a readable folder").path()) {
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = std::fs::read_to_string(&path).expect("sources are UTF-8");
                found.push((path.strip_prefix(root()).expect("below the root").to_owned(), text));
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "no source below {folder}: has it moved?");
    found
}

/// The part of a file that ships: nothing of a file of tests, and no `mod tests` at the end.
fn shipped<'a>(path: &Path, text: &'a str) -> &'a str {
    if path.components().any(|part| Path::new(&part).with_extension("").as_os_str() == "tests") {
        return "";
    }
    text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default()
}

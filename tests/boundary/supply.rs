//! What is built in comes from the registry, with its checksum, under a licence that `.deny.toml` allows.
//!
//! `cargo deny` says the same of all platforms and needs to be installed; this holds on every machine.

use std::collections::BTreeSet;
use std::fs;

use spdx::{Expression, LicenseReq, Licensee, ParseMode};
use toml::{Table, Value};

use crate::{cargo_tree, root};

const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// `.deny.toml`.
struct Rules {
    allowed: Vec<Licensee>,
    /// For one crate alone.
    exceptions: Vec<(String, Vec<Licensee>)>,
    banned: Vec<String>,
}

impl Rules {
    fn read() -> Self {
        let rules = file(".deny.toml");
        let licenses = rules["licenses"].as_table().expect("a table");
        let exception = |rule: &Value| (text(&rule["crate"]), licensees(&rule["allow"]));
        Self {
            allowed: licensees(&licenses["allow"]),
            exceptions: list(&licenses["exceptions"]).map(exception).collect(),
            banned: list(&rules["bans"]["deny"]).map(|rule| text(&rule["crate"])).collect(),
        }
    }

    fn allow(&self, krate: &str, license: &str) -> bool {
        let of_crate = self.exceptions.iter().filter(|(name, _)| name == krate).flat_map(|(_, more)| more);
        let allowed: Vec<_> = self.allowed.iter().chain(of_crate).collect();
        let is_allowed = |wanted: &LicenseReq| allowed.iter().any(|license| license.satisfies(wanted));
        Expression::parse_mode(license, ParseMode::LAX).is_ok_and(|license| license.evaluate(is_allowed))
    }
}

fn file(name: &str) -> Table {
    let text = fs::read_to_string(root().join(name)).expect("a file of the workspace");
    text.parse().unwrap_or_else(|e| panic!("{name}: {e}"))
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().expect("a list").iter()
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn licensees(value: &Value) -> Vec<Licensee> {
    let known = |name: String| Licensee::parse(&name).unwrap_or_else(|e| panic!("{name}: {e}"));
    list(value).map(text).map(known).collect()
}

#[test]
fn every_crate_has_a_licence_that_is_allowed() {
    let rules = Rules::read();
    let tree = cargo_tree(&["--workspace", "--edges", "normal,build,dev", "--format", "{p}\t{l}"]);
    let crates: BTreeSet<(&str, &str)> =
        tree.lines().filter_map(|line| line.trim_end_matches(" (*)").split_once('\t')).collect();
    assert!(crates.len() > 100, "{} crates", crates.len());
    let name = |krate: &str| krate.split(' ').next().unwrap_or_default().to_owned();
    let refused: Vec<_> =
        crates.iter().filter(|(krate, license)| !rules.allow(&name(krate), license)).collect();
    assert!(refused.is_empty(), "not in .deny.toml: {refused:?}");
}

#[test]
fn copyleft_and_no_licence_are_refused() {
    let rules = Rules::read();
    for license in ["GPL-3.0-only", "MIT AND AGPL-3.0-only", "SSPL-1.0", "MPL-2.0", ""] {
        assert!(!rules.allow("some-crate", license), "{license}");
    }
    assert!(rules.allow("some-crate", "GPL-2.0 OR MIT") && rules.allow("some-crate", "MIT/Apache-2.0"));
}

#[test]
fn every_exception_is_needed_and_nothing_banned_is_linked() {
    let rules = Rules::read();
    let tree = cargo_tree(&["--workspace", "--edges", "normal,build,dev", "--format", "{p}"]);
    let linked: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    for (krate, _) in &rules.exceptions {
        assert!(
            linked.contains(krate.as_str()),
            "nothing links {krate}: take its exception out of .deny.toml"
        );
    }
    for krate in &rules.banned {
        assert!(!linked.contains(krate.as_str()), "{krate} is banned in .deny.toml");
    }
}

#[test]
fn every_crate_comes_from_the_registry_with_its_checksum() {
    let lock = file("Cargo.lock");
    let members = list(&file("Cargo.toml")["workspace"]["members"]).count();
    let (mut own, mut foreign) = (0, 0);
    for package in list(&lock["package"]) {
        let name = text(&package["name"]);
        match package.get("source") {
            None => own += 1,
            Some(source) => {
                assert_eq!(source.as_str(), Some(REGISTRY), "{name} comes from elsewhere");
                let checksum = package.get("checksum").and_then(Value::as_str);
                assert!(checksum.is_some_and(|sum| sum.len() == 64), "{name} has no checksum");
                foreign += 1;
            }
        }
    }
    assert_eq!(own, members, "only members of the workspace have no source");
    assert!(foreign > 100, "{foreign} crates");
}

//! What each crate links, read from `cargo tree`.

use std::collections::BTreeSet;

use crate::cargo_tree;

/// Crates by what they would let a program do. Every name must be linked by something in the workspace, so that
/// a rule cannot outlive the crate it names.
const NETWORKS: &[&str] = &["burn", "burn-core", "burn-flex"];
const IMAGES: &[&str] = &["consilium-imaging", "consilium-radiomics"];
const TABLES: &[&str] = &["csv", "parquet"];
const WIRE: &[&str] = &["tonic", "prost", "hyper", "h2", "rustls"];
const RUNTIME: &[&str] = &["tokio"];
const DATABASE: &[&str] = &["sqlx", "sqlx-sqlite"];
const NODE: &[&str] = &["consilium-node", "consilium-learn"];
const COORDINATOR: &[&str] = &["consilium-coordinator", "consilium-store"];
const LOGIC: &[&str] = &["consilium-stats", "consilium-rounds"];

/// Crate, and what it must never link.
const FORBIDDEN: &[(&str, &[&[&str]])] = &[
    ("consilium-types", &[NETWORKS, IMAGES, TABLES, WIRE, RUNTIME, DATABASE, NODE, COORDINATOR, LOGIC]),
    ("consilium-proto", &[NETWORKS, IMAGES, TABLES, DATABASE, NODE, COORDINATOR, LOGIC]),
    ("consilium-stats", &[NETWORKS, IMAGES, TABLES, WIRE, RUNTIME, DATABASE, NODE, COORDINATOR]),
    ("consilium-rounds", &[NETWORKS, IMAGES, TABLES, WIRE, RUNTIME, DATABASE, NODE, COORDINATOR]),
    ("consilium-privacy", &[NETWORKS, IMAGES, TABLES, WIRE, RUNTIME, DATABASE, NODE, COORDINATOR, LOGIC]),
    ("consilium-crypto", &[NETWORKS, IMAGES, TABLES, WIRE, RUNTIME, DATABASE, NODE, COORDINATOR, LOGIC]),
    ("consilium-ledger", &[NETWORKS, IMAGES, TABLES, WIRE, RUNTIME, DATABASE, NODE, COORDINATOR, LOGIC]),
    ("consilium-auditor", &[NETWORKS, IMAGES, TABLES, WIRE, RUNTIME, DATABASE, NODE, COORDINATOR, LOGIC]),
    ("consilium-model", &[NETWORKS, IMAGES, TABLES, WIRE, RUNTIME, DATABASE, NODE, COORDINATOR, LOGIC]),
    ("consilium-report", &[NETWORKS, IMAGES, TABLES, RUNTIME, DATABASE, NODE, COORDINATOR]),
    ("consilium-imaging", &[NETWORKS, WIRE, RUNTIME, DATABASE, NODE, COORDINATOR, LOGIC]),
    ("consilium-radiomics", &[NETWORKS, WIRE, RUNTIME, DATABASE, NODE, COORDINATOR, LOGIC]),
    ("consilium-learn", &[IMAGES, TABLES, WIRE, RUNTIME, DATABASE, COORDINATOR]),
    ("consilium-node", &[DATABASE, COORDINATOR]),
    ("consilium-store", &[NETWORKS, IMAGES, TABLES, WIRE, NODE, LOGIC]),
    ("consilium-coordinator", &[NETWORKS, IMAGES, TABLES, NODE]),
];

#[test]
fn no_crate_links_what_it_must_not() {
    let mut checked = 0;
    for (krate, groups) in FORBIDDEN {
        let linked = linked_by(krate);
        for name in groups.iter().copied().flatten() {
            assert!(!linked.contains(*name), "{krate} links {name}: see ADR-0001");
            checked += 1;
        }
    }
    println!("{checked} edges checked");
}

#[test]
fn every_forbidden_crate_is_linked_by_some_other() {
    let parties: BTreeSet<String> =
        ["consilium-node", "consilium-coordinator"].iter().flat_map(|party| linked_by(party)).collect();
    for name in FORBIDDEN.iter().flat_map(|(_, groups)| groups.iter().copied().flatten()) {
        assert!(parties.contains(*name), "nothing links {name} any more: the rule that names it is void");
    }
}

#[test]
fn only_learn_names_burn() {
    let users = tree(&["--workspace", "--invert", "burn", "--depth", "1", "--edges", "normal,build,dev"]);
    assert_eq!(users, BTreeSet::from(["burn".to_owned(), "consilium-learn".to_owned()]));
}

/// Names of all crates that `krate` links, itself included.
fn linked_by(krate: &str) -> BTreeSet<String> {
    tree(&["--package", krate, "--edges", "normal"])
}

/// Names of the crates that `cargo tree` prints.
fn tree(arguments: &[&str]) -> BTreeSet<String> {
    let text = cargo_tree(&[&["--format", "{p}"], arguments].concat());
    text.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

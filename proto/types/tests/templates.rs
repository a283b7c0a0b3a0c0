//! The study templates of `docs/studies`: each is a valid plan under its own name, and its page lists them all.
//!
//! Never: what a template computes. Keys are described in `docs/reference/plan.md`, columns in `docs/reference/synth.md`.

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use consilium_types::StudyPlan;

/// What the header of a template tells, one paragraph each.
const HEADER: [&str; 5] = ["# Reproduces: ", "# Source: ", "# Differs: ", "# From images: ", "# Try it: "];

type Outcome = Result<(), Box<dyn Error>>;

fn docs(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name)
}

/// Name and text of every template, sorted.
fn templates() -> Result<Vec<(String, String)>, Box<dyn Error>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(docs("studies"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let name = path.file_stem().ok_or("no name")?.to_string_lossy().into_owned();
            found.push((name, fs::read_to_string(&path)?));
        }
    }
    found.sort();
    Ok(found)
}

#[test]
fn every_template_is_a_plan_of_its_name() -> Outcome {
    let templates = templates()?;
    assert_eq!(templates.len(), 22);
    let mut seeds = BTreeSet::new();
    for (name, text) in &templates {
        let plan = StudyPlan::from_toml(text, &format!("{name}.toml"))?;
        assert_eq!(plan.study.id.as_str(), name);
        assert!(seeds.insert(plan.study.seed), "{name}: the seed of another template");
    }
    Ok(())
}

#[test]
fn every_header_tells_the_same_five_things() -> Outcome {
    for (name, text) in templates()? {
        let header: Vec<&str> = text.lines().take_while(|line| line.starts_with('#')).collect();
        let told: Vec<&str> = header.iter().copied().filter(|line| !line.starts_with("#   ")).collect();
        assert_eq!(told.len(), HEADER.len(), "{name}");
        for (line, begins) in told.iter().zip(HEADER) {
            assert!(line.starts_with(begins) && line.len() > begins.len(), "{name}: {line}");
        }
    }
    Ok(())
}

#[test]
fn the_synthetic_consortium_has_every_column() -> Outcome {
    let page = fs::read_to_string(docs("reference/synth.md"))?;
    // a row of the table begins with its columns: | `ldh`, `nse` | …
    let cells = page.lines().filter_map(|line| line.strip_prefix("| `")?.split(" | ").next());
    let known: BTreeSet<&str> = cells.flat_map(|cell| cell.split(['`', ',', ' '])).collect();
    for (name, text) in templates()? {
        for column in StudyPlan::from_toml(&text, &name)?.clinical_columns() {
            assert!(known.contains(column.as_str()), "{name}: no column `{column}`");
        }
    }
    Ok(())
}

#[test]
fn the_page_lists_exactly_these_files() -> Outcome {
    let page = fs::read_to_string(docs("studies/README.md"))?;
    let mut listed = Vec::new();
    for row in page.lines().filter_map(|line| line.strip_prefix("| [`")) {
        let (name, rest) = row.split_once("`](").ok_or("a row without a link")?;
        assert!(rest.starts_with(&format!("{name}.toml)")), "{name}");
        listed.push(name.to_owned());
    }
    listed.sort();
    let present: Vec<String> = templates()?.into_iter().map(|(name, _)| name).collect();
    assert_eq!(listed, present);
    Ok(())
}

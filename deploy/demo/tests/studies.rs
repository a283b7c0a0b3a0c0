//! Every plan of docs/studies runs over invented children, as its header says.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use consilium_rounds::StudyResult;
use consilium_types::StudyPlan;

#[path = "report/numbers.rs"]
mod numbers;

/// Hospital E tests no aberration, so these plans do without it.
const WITHOUT_E: [&str; 1] = ["sca-ct"];

/// What a study may cost a hospital: questions, and numbers of 16 bytes.
const MOST_EXCHANGES: u64 = 70;
const MOST_MEGABYTES: f64 = 45.0;

fn plans() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/studies");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut plans: Vec<_> = files.filter(|file| file.extension().is_some_and(|e| e == "toml")).collect();
    plans.sort();
    plans
}

fn demo(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_consilium-demo")).args(arguments).output().unwrap()
}

/// The options after OUT in the header's `Try it` line.
fn children(plan: &Path, out: &str) {
    let text = fs::read_to_string(plan).unwrap();
    let line = text.lines().find(|line| line.contains("consilium-demo synth OUT")).unwrap();
    let options = line.split("OUT").nth(1).unwrap().split_whitespace().filter(|word| !word.is_empty());
    let options: Vec<&str> = options.collect();
    let output = demo(&[&["synth", out, "--columns", "40"], options.as_slice()].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn run(plan: &Path, name: &str) {
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("children");
    children(plan, out.to_str().unwrap());
    let sites = if WITHOUT_E.contains(&name) { "abcd" } else { "abcde" };
    let sites: Vec<String> = sites.chars().map(|s| format!("{}/hospital-{s}", out.display())).collect();
    let json = place.path().join("run.json");
    let (plan, json) = (plan.to_str().unwrap(), json.to_str().unwrap());
    let sites: Vec<&str> = sites.iter().map(String::as_str).collect();
    let folder = place.path().join("out");
    let kept = folder.to_str().unwrap();
    let output = demo(&[&["run", plan, "--json", json, "--out", kept], sites.as_slice()].concat());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name}: {said}");
    let document: serde_json::Value = serde_json::from_str(&fs::read_to_string(json).unwrap()).unwrap();
    assert!(!document["federated"]["models"].as_array().unwrap().is_empty(), "{name}");
    reported(Path::new(plan), &folder, name);
    let effort = |what: &str| document["federated"]["effort"][what].as_u64().unwrap();
    let (exchanges, megabytes) = (effort("exchanges"), effort("words") as f64 * 16.0 / 1e6);
    println!("| {name} | {exchanges} | {megabytes:.1} |");
    assert!(
        exchanges <= MOST_EXCHANGES && megabytes <= MOST_MEGABYTES,
        "{name}: {exchanges}, {megabytes} MB"
    );
    if name == "null-control" {
        let models = document["federated"]["models"].as_array().unwrap();
        let auc = |model: &serde_json::Value| model["evaluation"]["binary"]["auc"]["auc"].as_f64().unwrap();
        let mean = models.iter().map(auc).sum::<f64>() / models.len() as f64;
        // one seed of 240 children: its standard error is near 0.05
        assert!((0.35..=0.65).contains(&mean), "permuted labels are predicted with an AUC of {mean}");
    }
}

/// The report beside the result: the same from result.json alone, and no number on it that its JSON does not hold.
fn reported(plan: &Path, folder: &Path, name: &str) {
    let read = |file: &str| fs::read_to_string(folder.join(file)).unwrap();
    let plan = StudyPlan::from_toml(&fs::read_to_string(plan).unwrap(), name).unwrap();
    let result: StudyResult = serde_json::from_str(&read("result.json")).unwrap();
    for file in consilium_report::files(&plan, &result) {
        assert!(fs::read(folder.join(&file.path)).unwrap() == file.bytes, "{name}: {} differs", file.path);
    }
    let (page, json) = (read("report.html"), read("report.json"));
    for model in &result.models {
        assert!(page.contains(model.name.rsplit('/').next().unwrap()), "{name}: {}", model.name);
    }
    let held = numbers::held(&serde_json::from_str(&json).unwrap());
    let shown = numbers::shown(&page);
    assert!(shown.len() > 20, "{name}: only {} numbers", shown.len());
    let lost: Vec<&String> = shown.iter().filter(|text| !held.hold(text)).collect();
    assert!(lost.is_empty(), "{name}: not in report.json: {lost:?}");
}

#[test]
fn every_plan_runs() {
    let plans = plans();
    assert!(plans.len() >= 20);
    for plan in &plans {
        run(plan, plan.file_stem().unwrap().to_str().unwrap());
    }
}

//! A run that is killed loses the cases in progress, nothing else.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use crate::{Bench, done, program, refused};

/// A case that never ends: reading a pipe that nobody writes into.
fn endless(bench: &Bench) -> bool {
    let made = Command::new("mkfifo").arg(bench.at("endless.nii")).status();
    made.is_ok_and(|status| status.success())
}

#[test]
fn a_killed_batch_loses_the_case_in_progress_only() {
    let bench = Bench::new(9);
    let whole = bench.read("cases.csv");
    done(bench.batch("uninterrupted", &[]));
    if !endless(&bench) {
        println!("skipped: no mkfifo on this machine");
        return;
    }
    // the fifth image becomes the pipe; relative paths are looked for beside the table
    let mut rows: Vec<String> = whole.lines().map(str::to_owned).collect();
    let image = rows[5].split(',').nth(1).unwrap().to_owned();
    rows[5] = rows[5].replace(&image, "endless.nii");
    bench.write("cases.csv", &(rows.join("\n") + "\n"));
    let mut child = program()
        .args(bench.batch("killed", &["--jobs", "2"]))
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    // one worker hangs in the pipe, the other does all the rest
    assert!(lines.any(|line| line.unwrap() == "8 of 9 cases"));
    refused("CNS-D-0254", bench.batch("killed", &[]));
    child.kill().unwrap();
    assert!(child.wait().unwrap().code().is_none(), "ended by the signal");
    assert!(!bench.at("killed/features.csv").exists(), "no table from half a batch");

    // a write that the kill cut in the middle
    let journal = bench.at("killed/journal-0-of-1.jsonl");
    let kept = fs::read_to_string(&journal).unwrap();
    assert_eq!(kept.lines().count(), 8);
    fs::write(&journal, kept.clone() + &kept[..200]).unwrap();

    bench.write("cases.csv", &whole);
    let said = done(bench.batch("killed", &[]));
    assert!(said.starts_with("9 of 9 cases have features, 8 of them from earlier runs"), "{said}");
    assert_eq!(bench.read("killed/features.csv"), bench.read("uninterrupted/features.csv"));
}

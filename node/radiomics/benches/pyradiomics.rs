//! The PyRadiomics presets, CPU seconds and peak memory, one thread each in a process of its own, files read included:
//! `cargo bench -p consilium-radiomics --bench pyradiomics`.
//!
//! On the IBSI CT phantom (region of 125,256 voxels), which lies in ../shared. With PYTHON naming an interpreter that has
//! PyRadiomics, the same extraction by PyRadiomics stands beside each row. Specification: proc(5), `VmHWM`.

#![allow(clippy::unwrap_used, reason = "a benchmark")]
#![allow(clippy::print_stdout, reason = "prints a table")]

mod measure;

use std::path::Path;
use std::process::Command;

use consilium_imaging::{read_image, read_mask};
use consilium_radiomics::pyradiomics::{PRESETS, Parameters, Pixel, extract};
use measure::cpu_seconds;

const PHANTOM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/ibsi/ibsi1/ct_radiomics_phantom");
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/pyradiomics/time.py");
const RUNS: usize = 5;
const PRESET: &str = "CONSILIUM_BENCH_PRESET";

fn main() {
    if !Path::new(PHANTOM).is_dir() {
        println!("skipped: no ../shared/ibsi beside the repository");
        return;
    }
    if let Ok(preset) = std::env::var(PRESET) {
        println!("{}", row(&preset));
        return;
    }
    for preset in PRESETS {
        let ours: Vec<Row> = (0..RUNS)
            .map(|_| {
                run(Command::new(std::env::current_exe().unwrap())
                    .env(PRESET, preset)
                    .env("RAYON_NUM_THREADS", "1"))
            })
            .collect();
        print("Consilium", preset, ours);
        if let Ok(python) = std::env::var("PYTHON") {
            let theirs =
                (0..RUNS).map(|_| run(Command::new(&python).args([SCRIPT, preset, PHANTOM]))).collect();
            print("PyRadiomics", preset, theirs);
        }
    }
}

/// Features, CPU seconds, peak MiB.
type Row = [f64; 3];

fn row(preset: &str) -> String {
    let before = cpu_seconds();
    let image = read_image(&Path::new(PHANTOM).join("image.nii.gz")).unwrap();
    let mask = read_mask(&Path::new(PHANTOM).join("mask.nii.gz")).unwrap();
    let features = extract(&image, &mask, Pixel::Single, &Parameters::preset(preset).unwrap()).unwrap();
    format!("{} {} {}", features.iter().count(), cpu_seconds() - before, peak_mib())
}

fn peak_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    line.trim().trim_end_matches(" kB").parse::<f64>().expect("a number") / 1024.0
}

fn run(command: &mut Command) -> Row {
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().last().unwrap_or_default();
    let numbers: Vec<f64> = line.split_whitespace().filter_map(|number| number.parse().ok()).collect();
    numbers
        .try_into()
        .unwrap_or_else(|_| panic!("no row: {text} {}", String::from_utf8_lossy(&output.stderr)))
}

/// The median run by CPU time.
fn print(program: &str, preset: &str, mut rows: Vec<Row>) {
    rows.sort_by(|a, b| a[1].total_cmp(&b[1]));
    let [features, seconds, mib] = rows[rows.len() / 2];
    println!("{program:<12} {preset:<18} {features:>5} features {seconds:>7.3} CPU s {mib:>6.0} MiB peak");
}

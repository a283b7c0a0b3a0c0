//! What it costs to read images in a process of its own: the same patients with and without, in turn.
//! `cargo bench -p consilium-tests --bench readers`.
//!
//! This program is its own reader, as `consilium-node` is.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark")]

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use consilium_node::cohort::{Cohort, Source, Unfit};
use consilium_node::extraction::{Cache, Reader};
use consilium_tests::{plans, sites};
use consilium_types::{SiteId, StudyPlan};

const PATIENTS: u16 = 60;
const RUNS: usize = 7;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    if consilium_node::cli::is_reader(&arguments) {
        return consilium_node::cli::run(arguments);
    }
    let folder = tempfile::tempdir().unwrap();
    sites::images(folder.path(), "east", PATIENTS.into()).unwrap();
    let plan = StudyPlan::from_toml(plans::IMAGES, "plan.toml").unwrap();
    let (mut here, mut confined) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        here.push(milliseconds(&plan, folder.path(), Reader::Here));
        confined.push(milliseconds(&plan, folder.path(), Reader::Confined));
    }
    println!("{PATIENTS} small images, milliseconds of wall time a case, median of {RUNS}:");
    println!("in this process {:.2}, each in a process of its own {:.2}", median(here), median(confined));
    ExitCode::SUCCESS
}

/// Of wall time, for each case.
fn milliseconds(plan: &StudyPlan, data: &Path, reader: Reader) -> f64 {
    let site = "east".parse::<SiteId>().unwrap();
    let from = Source { site: &site, data, cache: &Cache::none(), reader, unfit: Unfit::Refuse };
    let begun = Instant::now();
    Cohort::read(plan, from, &()).unwrap();
    begun.elapsed().as_secs_f64() * 1e3 / f64::from(PATIENTS)
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

//! What a secure sum costs in processor time and memory: a small round of 8 sites, and 10^7 parameters of 10 sites of
//! which 3 are lost after they shared. `cargo bench -p consilium-crypto`; Linux, for its clocks of a thread.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark")]

#[allow(dead_code, reason = "tests use the rest")]
#[path = "../tests/protocol/support.rs"]
mod support;

use std::fs::File;
use std::io::{BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};

use consilium_crypto::{Aggregator, Phase, SiteMessage, Sum, Width, encode_chunk};
use support::{Hospital, context, hospitals, opened, step};

const SMALL: (usize, usize) = (8, 12_500);
const LARGE: (usize, usize, usize) = (10, 10_000_000, 3);
const REPEATS: usize = 20;

fn main() {
    let mut small: Vec<f64> = (0..REPEATS).map(|_| small_round()).collect();
    small.sort_by(f64::total_cmp);
    println!("8 sites, 0.1 MB: {:.3} CPU s, all parties together (median of {REPEATS})", small[REPEATS / 2]);
    let large = large_round();
    println!("10 sites, 10^7 parameters, 3 lost: client {:.2} CPU s", large.client);
    println!(
        "10 sites, 10^7 parameters, 3 lost: coordinator {:.2} CPU s, peak {} MB",
        large.coordinator, large.peak
    );
}

/// Processor seconds of all parties in one round.
fn small_round() -> f64 {
    let (sites, words) = SMALL;
    let mut hospitals = hospitals(sites);
    let clear: Vec<Vec<i64>> = (0..sites).map(|site| vector(site, words)).collect();
    let mut vectors = clear.clone();
    let mut aggregator = Aggregator::new(context(&hospitals, Width::Updates, words as u64));
    let begun = cpu();
    while aggregator.phase() != Phase::Open {
        step(&mut aggregator, &mut hospitals, &mut vectors, |_| true);
        aggregator.close().unwrap();
    }
    let sum = opened(&aggregator, &hospitals, &vectors);
    let spent = cpu() - begun;
    assert!((0..words).all(|j| sum[j] == clear.iter().fold(0, |sum: i64, v| sum.wrapping_add(v[j]))));
    spent
}

struct Large {
    /// Of the site that took most.
    client: f64,
    coordinator: f64,
    /// Megabytes.
    peak: u64,
}

fn large_round() -> Large {
    let (sites, words, lost) = LARGE;
    let folder = tempfile::tempdir().unwrap();
    let mut hospitals = hospitals(sites);
    let mut aggregator = Aggregator::new(context(&hospitals, Width::Updates, words as u64));
    let mut clients = vec![0.0; sites];
    let mut coordinator = 0.0;
    while aggregator.phase() != Phase::Open {
        let there = if aggregator.phase() < Phase::Input { sites } else { sites - lost };
        for site in 0..there {
            let begun = cpu();
            let request = aggregator.request(&hospitals[site].id).unwrap();
            let asked = cpu();
            let message = answer(&mut hospitals[site], &aggregator, &request, site, folder.path());
            let answered = cpu();
            aggregator.receive(&hospitals[site].id, message).unwrap();
            clients[site] += answered - asked;
            coordinator += asked - begun + cpu() - answered;
        }
        let begun = cpu();
        aggregator.close().unwrap();
        coordinator += cpu() - begun;
    }
    forget_peak();
    let begun = cpu();
    let sum = sum_of_files(&aggregator, &hospitals, folder.path());
    coordinator += cpu() - begun;
    let peak = peak_memory();
    check(&sum, sites - lost);
    Large { client: clients.into_iter().fold(0.0, f64::max), coordinator, peak }
}

/// A site's answer; its masked vector goes into a file, as an upload would.
fn answer(
    hospital: &mut Hospital,
    aggregator: &Aggregator,
    request: &consilium_crypto::Request,
    site: usize,
    folder: &Path,
) -> SiteMessage {
    let is_input = aggregator.phase() == Phase::Input;
    let mut words = if is_input { vector(site, LARGE.1) } else { vec![0; 0] };
    let message = hospital.answer(aggregator.context(), request, &mut words).unwrap();
    if is_input {
        let mut file = BufWriter::new(File::create(path(folder, site)).unwrap());
        let mut chunk = Vec::new();
        for index in 0..aggregator.context().chunks() {
            encode_chunk(aggregator.context(), &words, index, &mut chunk);
            file.write_all(&chunk).unwrap();
        }
    }
    message
}

fn sum_of_files(aggregator: &Aggregator, hospitals: &[Hospital], folder: &Path) -> Vec<i64> {
    let context = aggregator.context();
    let mut sum = Sum::<i64>::new(context).unwrap();
    let mut chunk = Vec::new();
    for (site, hospital) in hospitals.iter().enumerate() {
        let Some(input) = aggregator.input(&hospital.id) else { continue };
        let mut file = File::open(path(folder, site)).unwrap();
        for index in 0..context.chunks() {
            chunk.resize(context.chunk_words(index).len() * 8, 0);
            file.read_exact(&mut chunk).unwrap();
            sum.add(&input.check(context, index, &chunk).unwrap()).unwrap();
        }
    }
    sum.open(aggregator.opening().unwrap()).unwrap()
}

fn check(sum: &[i64], sites: usize) {
    let expected = |j: usize| (0..sites).fold(0, |sum: i64, site| sum.wrapping_add(word(site, j)));
    assert!(sum.iter().enumerate().all(|(j, word)| *word == expected(j)));
}

fn path(folder: &Path, site: usize) -> PathBuf {
    folder.join(site.to_string())
}

fn vector(site: usize, words: usize) -> Vec<i64> {
    (0..words).map(|j| word(site, j)).collect()
}

/// Up to 2^51, as a weighted parameter is.
fn word(site: usize, j: usize) -> i64 {
    let mixed = ((site as u64 + 1) << 40 ^ j as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed.cast_signed() >> 12
}

/// Processor seconds of this thread, of which the program has one.
fn cpu() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    let nanoseconds: u64 = text.split_whitespace().next().unwrap().parse().unwrap();
    nanoseconds as f64 * 1e-9
}

fn forget_peak() {
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
}

/// Megabytes of the largest resident memory since it was forgotten.
fn peak_memory() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1000
}

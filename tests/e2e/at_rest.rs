//! A hospital's sums in clear are gone once they were masked: neither its node's folder nor its memory, nor the coordinator, has them.
//!
//! What is searched for are neighbouring words of a sum, as they are added: 2 of a statistic, 4 of a network's update. That
//! words can be found at all is shown in the memory of the test itself.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use consilium_stats::Summary;
use consilium_tests::{Consortium, in_process, memory_of, plans, sites};

use crate::PROGRAM;

const SITES: [&str; 3] = ["east", "north", "south"];
/// Bytes of a needle.
const LENGTH: usize = 32;
/// Words begin at multiples of it.
const STEP: usize = 8;

type Needles = HashSet<[u8; LENGTH]>;

/// Neighbours that occur in this sum alone: no counts, no zeros, none twice.
fn needles(summary: &Summary) -> Vec<[u8; LENGTH]> {
    let bytes = |words: Vec<[u8; 16]>| words.concat().try_into().expect("two words");
    match summary {
        Summary::Statistics(words) => {
            let is_telling =
                |pair: &&[i128]| pair[0] != pair[1] && pair.iter().all(|word| word % (1 << 60) != 0);
            words
                .windows(2)
                .filter(is_telling)
                .map(|pair| bytes(pair.iter().map(|w| w.to_le_bytes()).collect()))
                .collect()
        }
        Summary::Updates(words) => {
            let is_telling =
                |four: &&[i64]| four.iter().all(|word| word % (1 << 32) != 0) && four[0] != four[1];
            let four = |four: &[i64]| four.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>();
            words
                .windows(4)
                .filter(is_telling)
                .map(|words| four(words).try_into().expect("four words"))
                .collect()
        }
    }
}

/// How many needles are in these bytes.
fn found(needles: &Needles, bytes: &[u8]) -> usize {
    let places = bytes.windows(LENGTH).step_by(STEP);
    places.filter_map(|place| place.first_chunk()).filter(|place| needles.contains(*place)).count()
}

fn files(folder: &Path) -> Vec<Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![fs::read(path).unwrap()] })
        .collect()
}

/// At every place, for files have no alignment.
fn found_in_files(needles: &Needles, folder: &Path) -> usize {
    let at_every_place = |file: &Vec<u8>| {
        (0..STEP).map(|from| found(needles, file.get(from..).unwrap_or_default())).sum::<usize>()
    };
    files(folder).iter().map(at_every_place).sum()
}

#[test]
fn sums_in_clear_are_gone_once_they_were_masked() {
    let consortium =
        Consortium::of(PROGRAM, &SITES, |data, site| sites::feature_table(data, site, 20)).unwrap();
    let plan = consortium.agree(&plans::blinded(plans::TABLE), &SITES).unwrap();
    // nodes that do not end with the study
    let running = SITES.map(|site| consortium.start(site, &["run"]).unwrap());
    for party in &running {
        party.wait_for("table-01 finished").unwrap();
    }

    let mut clear = Needles::new();
    let see = |site: &consilium_types::SiteId, summary: &Summary| {
        if site.as_str() == "east" {
            clear.extend(needles(summary));
        }
    };
    let result = in_process::watched(&consortium, &plan, &SITES, see).unwrap();
    assert_eq!(consortium.result(&plan).unwrap(), result, "the same sums");
    assert!(clear.len() > 200, "{} needles", clear.len());
    let own = memory_of(std::process::id()).unwrap();
    assert!(own.iter().map(|region| found(&clear, region)).sum::<usize>() >= clear.len(), "the search finds");
    drop(own);

    let limits = fs::read_to_string(format!("/proc/{}/limits", running[0].id())).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().nth(4), Some("0"), "no dumps: {core}");
    let memory = running[0].memory().unwrap();
    assert!(memory.iter().map(Vec::len).sum::<usize>() > 1 << 20, "the memory of a node");
    assert_eq!(
        memory.iter().map(|region| found(&clear, region)).sum::<usize>(),
        0,
        "in the memory of the node"
    );
    assert_eq!(found_in_files(&clear, &consortium.node_folder("east")), 0, "in the folder of the node");
    assert_eq!(found_in_files(&clear, &consortium.coordinator_folder()), 0, "with the coordinator");
}

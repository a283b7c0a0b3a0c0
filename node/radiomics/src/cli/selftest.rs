//! `selftest`: does this build compute what the standards say? One line a data set, one line a miss.

use std::path::{Path, PathBuf};

use clap::Args;
use consilium_radiomics::conformance::{self, Verdict, ibsi1, ibsi2};

use super::{Fault, say};

const DATA: &str = "\
Without --reference: the digital phantom of IBSI 1, which the program carries (design: A. Zwanenburg, CC BY 4.0).
With --reference: all of IBSI 1 from a folder with ibsi1_reference.csv, ibsi1/digital_phantom/ and
ibsi1/ct_radiomics_phantom/, each with image.nii.gz and mask.nii.gz (github.com/theibsi/data_sets; the CT phantom is
CC BY-NC 3.0), and all of IBSI 2 when it has ibsi2/ with phantoms/, response_maps/ and ibsi2_phase2_reference.csv
(CC0).

Exit code: 0 when every reference value is matched, else 1.";

#[derive(Debug, Args)]
#[command(after_help = DATA)]
pub(crate) struct Arguments {
    /// The folder with IBSI's phantoms and reference values.
    #[arg(long, value_name = "DIR")]
    reference: Option<PathBuf>,
}

pub(crate) fn selftest(arguments: &Arguments) -> Result<(), Fault> {
    let mut table = Table::new();
    match &arguments.reference {
        None => table.add(ibsi1::DIGITAL_PHANTOM, ibsi1::digital_phantom()?),
        Some(folder) => {
            for set in std::iter::once(ibsi1::DIGITAL_PHANTOM).chain(ibsi1::CONFIGURATIONS) {
                table.add(set, ibsi1::data_set(folder, set)?);
            }
            second(&mut table, folder)?;
        }
    }
    table.end()
}

/// IBSI 2, when the folder has it.
fn second(table: &mut Table, folder: &Path) -> Result<(), Fault> {
    if !folder.join("ibsi2").is_dir() {
        say("no ibsi2/ in the folder: the filters of IBSI 2 are left out");
        return Ok(());
    }
    table.add("ibsi2 phase 1", ibsi2::phase1(folder)?);
    let values = ibsi2::phase2(folder)?;
    for set in values.chunk_by(|a, b| a.set == b.set) {
        table.add(&set[0].set, set.to_vec());
    }
    Ok(())
}

/// Counts over data sets, and what was missed.
struct Table {
    rows: usize,
    missed: Vec<Verdict>,
    /// Data sets without a reference value.
    absent: Vec<String>,
}

impl Table {
    fn new() -> Self {
        say(format_args!("{:<20} {:>6} {:>8} {:>7}", "data set", "rows", "matched", "missed"));
        Self { rows: 0, missed: vec![], absent: vec![] }
    }

    fn add(&mut self, set: &str, verdicts: Vec<Verdict>) {
        let rows = verdicts.len();
        let before = self.missed.len();
        self.missed.extend(verdicts.into_iter().filter(|verdict| !verdict.is_matched));
        let missed = self.missed.len() - before;
        say(format_args!("{set:<20} {rows:>6} {:>8} {missed:>7}", rows - missed));
        self.rows += rows;
        if rows == 0 {
            self.absent.push(set.to_owned());
        }
    }

    fn end(self) -> Result<(), Fault> {
        let Self { rows, missed, absent } = self;
        say(format_args!("{:<20} {rows:>6} {:>8} {:>7}", "all", rows - missed.len(), missed.len()));
        for Verdict { set, what, found, reference, tolerance, .. } in &missed {
            say(format_args!(
                "missed: {set} {what}: found {found}, the standard says {reference} +- {tolerance}"
            ));
        }
        let digest = conformance::selftest()?.digest;
        say(format_args!("digest of the digital phantom's features: {digest}"));
        match missed.len() {
            0 if absent.is_empty() => Ok(()),
            0 => Err(Fault::NoReference { sets: absent.join(", ") }),
            missed => Err(Fault::SelfTest { missed, rows }),
        }
    }
}

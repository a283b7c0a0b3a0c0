//! The command line of the extractor.
//!
//! Facts go to standard output, notes and progress to standard error. A refusal ends with its code in brackets. Exit
//! codes: 0 done; 1 refused, nothing succeeded, or a check failed; 2 the command line cannot be understood.

mod agree;
mod archive;
mod batch;
mod case;
mod cases;
mod extract;
mod fault;
mod hash;
mod journal;
mod list;
mod maps;
mod memory;
mod merge;
mod output;
mod pair;
mod parameters;
mod parts;
mod perturb;
mod pixel;
mod preview;
mod progress;
mod recipe;
mod selftest;
mod shard;
mod write;

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub(crate) use fault::Fault;
pub(crate) use shard::Shard;

const CODES: &str = "\
Exit codes: 0 done; 1 refused, nothing succeeded, or a check failed; 2 the command line cannot be understood.
A refusal ends with its code in brackets; docs/reference/codes.md explains each.";

/// Radiomic features from images and masks. Opens no connection, writes only where it is told to.
#[derive(Debug, Parser)]
#[command(name = "consilium-radiomics", version, max_term_width = 100, after_help = CODES)]
struct Arguments {
    /// Threads; by default as many as the machine has. The values do not depend on it.
    #[arg(long, global = true, value_name = "N")]
    threads: Option<std::num::NonZeroUsize>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Features of one image and mask.
    Extract(extract::Arguments),
    /// The cases a folder of DICOM files holds, as a table for `batch`.
    Index(archive::Arguments),
    /// The regions of an RTSTRUCT, a DICOM segmentation or a label map.
    Regions(archive::RegionsArguments),
    /// Features of many cases, resumable.
    Batch(batch::Arguments),
    /// One table from the parts of a sharded batch.
    Merge(merge::Arguments),
    /// Features of many cases under small changes of image and contour.
    Perturb(perturb::Arguments),
    /// How well readers, scans or perturbations agree about each feature.
    Agree(agree::Arguments),
    /// Features voxel by voxel, as images.
    Maps(maps::Arguments),
    /// A picture of image, contour and map.
    Preview(preview::Arguments),
    /// The features there are.
    List(list::Arguments),
    /// Compare this build with the standard's reference values.
    Selftest(selftest::Arguments),
}

/// Runs a command line, the program's name first.
pub(crate) fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(help) => {
            // fails only when the terminal is gone
            let _ = help.print();
            return ExitCode::from(if help.use_stderr() { 2 } else { 0 });
        }
    };
    match command(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            note(format_args!("error: {fault} [{}]", fault.code()));
            ExitCode::FAILURE
        }
    }
}

fn command(Arguments { threads, command }: Arguments) -> Result<(), Fault> {
    let threads = threads.or_else(|| std::thread::available_parallelism().ok()).map_or(1, usize::from);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    pool.expect("the system gives threads, once");
    match command {
        Command::Extract(arguments) => extract::extract(&arguments),
        Command::Index(arguments) => archive::index(&arguments),
        Command::Regions(arguments) => archive::regions(&arguments),
        Command::Batch(arguments) => batch::batch(&arguments, threads),
        Command::Merge(arguments) => merge::merge(&arguments),
        Command::Perturb(arguments) => perturb::perturb(&arguments, threads),
        Command::Agree(arguments) => agree::agree(&arguments),
        Command::Maps(arguments) => maps::maps(&arguments),
        Command::Preview(arguments) => preview::preview(&arguments),
        Command::Selftest(arguments) => selftest::selftest(&arguments),
        Command::List(arguments) => {
            list::list(&arguments);
            Ok(())
        }
    }
}

/// Prints a line of facts.
pub(crate) fn say(text: impl std::fmt::Display) {
    // a closed pipe is the reader's decision
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Prints a line about the work.
pub(crate) fn note(text: impl std::fmt::Display) {
    // fails only when the terminal is gone
    let _ = writeln!(std::io::stderr(), "{text}");
}

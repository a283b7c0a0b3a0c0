//! The command line of a hospital's node.
//!
//! Facts go to standard output, with `--json` as JSON; the log goes to standard error. A refusal ends with its code in
//! brackets.

mod approve;
mod bar;
mod data;
mod enrol;
mod facts;
mod plan;
mod predict;
mod studies;

use std::ffi::OsString;
use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use consilium_types::StudyId;
use tracing_subscriber::EnvFilter;

pub(crate) use bar::Bar;
pub(crate) use enrol::is_invitation;

use crate::errors::Fault;
use crate::folder::Folder;
use crate::{doctor, extraction, run};

/// A hospital's node: reads images and records, answers with sums, opens no port.
#[derive(Debug, Parser)]
#[command(name = "consilium-node", version, about, max_term_width = 100)]
struct Arguments {
    /// The node's own folder.
    #[arg(long, global = true, default_value = "node")]
    dir: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Join a consortium: makes a key, shows its fingerprint, waits for the operator's approval.
    Enrol {
        /// The file the operator sent.
        invitation: PathBuf,
        /// The data folder.
        #[arg(long)]
        data: PathBuf,
    },
    /// Check everything that must work, each with a remedy.
    Doctor {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Count what lies in a data folder.
    Catalogue {
        /// The folder; by default the one given at enrolment.
        data: Option<PathBuf>,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Extract the features of a study, or of a plan in a file, into the cache.
    Extract {
        /// A study that was accepted here, or a plan's file.
        plan: String,
        /// The data folder; by default the one given at enrolment.
        #[arg(long)]
        data: Option<PathBuf>,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// List the studies offered to this hospital.
    Studies {
        /// As JSON, with the whole plans.
        #[arg(long)]
        json: bool,
    },
    /// Take part in a study: over this very plan, which cannot change afterwards.
    Accept {
        /// Which.
        study: StudyId,
    },
    /// Do not take part, or withdraw.
    Refuse {
        /// Which.
        study: StudyId,
    },
    /// Let the questions of a study go that `hold` in policy.toml keeps back.
    Approve {
        /// Which.
        study: StudyId,
        /// Only so many, from the one that waits.
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
        questions: Option<u32>,
    },
    /// Answer questions until stopped.
    Run {
        /// End once every accepted study has ended.
        #[arg(long)]
        until_idle: bool,
    },
    /// Predict for new patients with a study's model; the predictions stay here.
    Predict(predict::Predict),
    /// List what left this hospital.
    Egress(facts::Egress),
}

/// Whether a command line, the program's name first, is that of a process that reads images for a node.
#[must_use]
pub fn is_reader(arguments: &[OsString]) -> bool {
    extraction::is_reader(arguments.get(1).map(OsString::as_os_str))
}

/// Runs a command line, the program's name first.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    if is_reader(&arguments) {
        return extraction::read_case();
    }
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(help) => {
            // fails only when the terminal is gone
            let _ = help.print();
            return ExitCode::from(if help.use_stderr() { 2 } else { 0 });
        }
    };
    log();
    forbid_dumps();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.expect("the system gives threads");
    match runtime.block_on(command(arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            // fails only when the terminal is gone
            let _ = writeln!(std::io::stderr(), "error: {fault} [{}]", fault.code());
            ExitCode::FAILURE
        }
    }
}

/// A crash must not write patients to a disk. Where the system refuses, it does not write dumps either.
fn forbid_dumps() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    }
}

async fn command(Arguments { dir, command }: Arguments) -> Result<(), Fault> {
    let folder = Folder::new(dir);
    match command {
        Command::Enrol { invitation, data } => enrol::enrol(&folder, &invitation, &data).await,
        Command::Doctor { json } => doctor::doctor(&folder, json).await,
        Command::Catalogue { data, json } => data::catalogue(&folder, data, json),
        Command::Extract { plan, data, json } => data::extract(&folder, &plan, data, json),
        Command::Studies { json } => studies::list(&folder, json).await,
        Command::Accept { study } => studies::decide(&folder, &study, true).await,
        Command::Refuse { study } => studies::decide(&folder, &study, false).await,
        Command::Approve { study, questions } => approve::approve(&folder, &study, questions),
        Command::Run { until_idle } => run::run(folder, until_idle).await,
        Command::Predict(arguments) => predict::predict(&folder, &arguments),
        Command::Egress(asked) => facts::egress(&folder, &asked),
    }
}

/// `RUST_LOG` chooses what is logged.
fn log() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    // a second call in one process keeps the first
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .try_init();
}

/// Prints a line of facts.
pub(crate) fn say(text: impl std::fmt::Display) {
    // a closed pipe is the reader's decision
    let _ = writeln!(std::io::stdout(), "{text}");
}

pub(crate) fn say_json(value: &impl serde::Serialize) {
    say(serde_json::to_string_pretty(value).expect("facts always serialise"));
}

//! The command line.
//!
//! Commands act on the coordinator's folder directly, whether or not `serve` runs (ADR-0006). Facts go to standard
//! output, with `--json` as JSON; the log goes to standard error. A refusal ends with its code in brackets.

mod evidence;
mod init;
mod people;
mod sites;
mod study;

use std::ffi::OsString;
use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use consilium_types::SiteId;
use tracing_subscriber::EnvFilter;

use crate::errors::Fault;
use crate::folder::Folder;
use crate::invitation::MOST_HOURS;
use crate::serve;
pub(crate) use study::report_files;

/// The coordinator of a consortium: publishes plans, adds sums, keeps the record.
#[derive(Debug, Parser)]
#[command(name = "consilium-coordinator", version, about, max_term_width = 100)]
struct Arguments {
    /// The coordinator's folder.
    #[arg(long, global = true, default_value = "coordinator")]
    dir: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a consortium: its certificate authority and an empty record.
    Init {
        /// The consortium's name, for people.
        #[arg(long)]
        name: String,
        /// Host and port that hospitals connect to. Port 0 takes a free one at each start.
        #[arg(long)]
        address: String,
        /// Interface and port to listen on; by default all interfaces, or the loopback one if the address is it.
        #[arg(long)]
        listen: Option<String>,
    },
    /// Serve hospitals until a signal.
    Serve {
        /// Interface and port for this time only.
        #[arg(long)]
        listen: Option<String>,
        /// Interface and port on which anyone may read the training log over HTTP; by default nobody.
        #[arg(long, value_name = "ADDRESS")]
        log_listen: Option<String>,
        /// Interface and port of the pages for operators and auditors, on this machine alone; by default none.
        #[arg(long, value_name = "ADDRESS")]
        pages_listen: Option<String>,
        /// Where browsers find the pages, if a proxy stands before them: `https://HOST[:PORT]`.
        #[arg(long, value_name = "URL", requires = "pages_listen")]
        pages_url: Option<String>,
    },
    /// Invite a hospital: writes the file it enrols with. Single use.
    Invite {
        /// Its id: lower-case letters, digits, hyphens.
        site: SiteId,
        /// Where to write the invitation; without it, it is printed.
        #[arg(long)]
        out: Option<PathBuf>,
        /// How long it is valid, at most 72.
        #[arg(long, default_value_t = MOST_HOURS, value_parser = clap::value_parser!(u64).range(1..=MOST_HOURS))]
        hours: u64,
    },
    /// List the hospitals and where they stand.
    Sites {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Give a waiting hospital its certificate, once both sides have compared the fingerprint.
    Approve {
        /// Which.
        site: SiteId,
        /// The fingerprint that the hospital read out; refused when another key waits.
        #[arg(long)]
        fingerprint: Option<String>,
    },
    /// Refuse a hospital from its next call on.
    Revoke {
        /// Which.
        site: SiteId,
    },
    /// Who may sign in to the pages with a password.
    #[command(subcommand)]
    People(people::Command),
    /// Publish, follow and read studies.
    #[command(subcommand)]
    Study(study::Command),
}

/// Runs a command line, the program's name first.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(help) => {
            // fails only when the terminal is gone
            let _ = help.print();
            return ExitCode::from(if help.use_stderr() { 2 } else { 0 });
        }
    };
    log();
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

async fn command(Arguments { dir, command }: Arguments) -> Result<(), Fault> {
    let folder = Folder::new(dir);
    match command {
        Command::Init { name, address, listen } => init::init(&folder, name, address, listen).await,
        Command::Serve { listen, log_listen, pages_listen, pages_url } => {
            serve::serve(&folder, serve::Ports { listen, log_listen, pages_listen, pages_url }).await
        }
        Command::Invite { site, out, hours } => sites::invite(&folder, site, out.as_deref(), hours).await,
        Command::Sites { json } => sites::list(&folder, json).await,
        Command::Approve { site, fingerprint } => {
            sites::approve(&folder, &site, fingerprint.as_deref()).await
        }
        Command::Revoke { site } => sites::revoke(&folder, &site).await,
        Command::People(command) => people::run(&folder, command),
        Command::Study(command) => study::run(&folder, command).await,
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

fn say_json(value: &impl serde::Serialize) {
    say(serde_json::to_string_pretty(value).expect("facts always serialise"));
}

/// The host of `HOST:PORT`.
pub(crate) fn host(address: &str) -> Result<&str, Fault> {
    let not_one = || Fault::Address(address.to_owned());
    let (host, port) = address.rsplit_once(':').ok_or_else(not_one)?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    port.parse::<u16>().map_err(|_| not_one())?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || "-._:".contains(c);
    if host.is_empty() || !host.chars().all(is_name) { Err(not_one()) } else { Ok(host) }
}

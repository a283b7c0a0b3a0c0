//! A consortium on one machine: `cargo demo` over the network, `consilium-demo run` in one process.
//!
//! Both end in the same report and the same `run.json`. Never: a second implementation of anything a node or a coordinator
//! does; only the pooled comparison is the demo's own.

#[cfg(test)]
mod acceptance;
mod against;
mod arguments;
mod children;
mod cohort;
mod comparison;
mod document;
mod external;
mod federation;
mod folder;
mod hospital;
mod left;
mod local;
mod network;
mod processes;
mod progress;
mod reference;
mod report;
mod sarcoma;
mod synth;
#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use arguments::{Arguments, Command};
use processes::Role;

fn main() -> ExitCode {
    let mut arguments = arguments();
    if consilium_node::cli::is_reader(&arguments) {
        return consilium_node::cli::run(arguments);
    }
    if let Some(role) = Role::of(arguments.get(1).map(OsString::as_os_str)) {
        arguments.remove(1);
        return play(role, arguments);
    }
    let Arguments { command, network } = clap::Parser::parse_from(arguments);
    let done = match command {
        Some(Command::Run(run)) => local::run(&run),
        Some(Command::Synth(synth)) => synth::write(&synth),
        None => network::run(&network),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // fails only when the terminal is gone
            let _ = writeln!(std::io::stderr(), "error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The words of the command line. `cargo demo -- WORDS` and `cargo demo WORDS` are the same: the alias ends in `--`.
fn arguments() -> Vec<OsString> {
    let words = std::env::args_os().enumerate();
    words.filter(|(at, word)| *at != 1 || word != "--").map(|(_, word)| word).collect()
}

/// This binary as one of the consortium's programs.
fn play(role: Role, arguments: Vec<OsString>) -> ExitCode {
    processes::end_with_parent();
    match role {
        Role::Coordinator => consilium_coordinator::cli::run(arguments),
        Role::Node => consilium_node::cli::run(arguments),
    }
}

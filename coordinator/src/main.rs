//! `consilium-coordinator`, as a program.

use std::process::ExitCode;

fn main() -> ExitCode {
    consilium_coordinator::cli::run(std::env::args_os())
}

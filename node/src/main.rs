//! `consilium-node`, as a program.

use std::process::ExitCode;

fn main() -> ExitCode {
    consilium_node::cli::run(std::env::args_os())
}

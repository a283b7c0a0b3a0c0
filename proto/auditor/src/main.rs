//! The program `consilium-audit`.

use std::process::ExitCode;

fn main() -> ExitCode {
    consilium_auditor::run(std::env::args_os())
}

//! Either program of the consortium, for tests: `consilium-party coordinator …`, `consilium-party node …`.

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments: Vec<_> = std::env::args_os().collect();
    if consilium_node::cli::is_reader(&arguments) {
        return consilium_node::cli::run(arguments);
    }
    let role = if arguments.len() > 1 { arguments.remove(1) } else { "nobody".into() };
    match role.to_str() {
        Some("coordinator") => consilium_coordinator::cli::run(arguments),
        Some("node") => consilium_node::cli::run(arguments),
        _ => ExitCode::from(2),
    }
}

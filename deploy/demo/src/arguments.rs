//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// A consortium on one machine. Without a command: a coordinator and four hospitals on loopback, over real mutual TLS, 51
/// patients with soft-tissue sarcoma.
#[derive(Debug, Parser)]
#[command(name = "consilium-demo", version, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) network: Network,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run any plan over any folders, in one process, through the same code as the network.
    Run(Run),
}

#[derive(Debug, Args)]
pub(crate) struct Network {
    /// The folder to leave behind.
    #[arg(long, default_value = "consilium-demo-out")]
    pub(crate) out: PathBuf,
    /// The folder with the sarcoma patients; by default the repository's.
    #[arg(long)]
    pub(crate) data: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    /// The plan, TOML.
    pub(crate) plan: PathBuf,
    /// One folder a hospital: clinical.csv, and images or a table of features. Its name is the hospital's.
    #[arg(required = true)]
    pub(crate) sites: Vec<PathBuf>,
    /// Where to write every result at full precision.
    #[arg(long)]
    pub(crate) json: Option<PathBuf>,
    /// A folder to leave behind: result.json, run.json, report.txt, extracted features.
    #[arg(long)]
    pub(crate) out: Option<PathBuf>,
    /// Leave out patients whose files cannot be used, instead of stopping.
    #[arg(long)]
    pub(crate) exclude_unfit: bool,
}

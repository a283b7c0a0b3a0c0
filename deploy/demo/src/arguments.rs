//! The command line.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use consilium_synth::{CHILDREN, Layout, Modality, Task};

/// A consortium on one machine. Without a command: a coordinator and five hospitals on loopback, over real mutual TLS, with
/// 240 invented children, and a sixth hospital that takes no part to test on.
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
    /// Write a consortium of invented children: five hospitals of unequal size, and a sixth to test on.
    Synth(Synth),
}

#[derive(Debug, Args)]
pub(crate) struct Network {
    /// The folder to leave behind.
    #[arg(long, default_value = "consilium-demo-out")]
    pub(crate) out: PathBuf,
    /// Whose patients: invented children with neuroblastoma, or 51 patients with soft-tissue sarcoma at four hospitals.
    #[arg(long, value_enum, default_value_t = Patients::Mycn)]
    pub(crate) cohort: Patients,
    /// The folder with the sarcoma patients; by default the repository's.
    #[arg(long)]
    pub(crate) data: Option<PathBuf>,
    /// Children of the five hospitals together.
    #[arg(long, default_value_t = CHILDREN, value_parser = clap::value_parser!(u32).range(100..=10_000))]
    pub(crate) children: u32,
    /// Which children: the same seed gives the same.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Tables of features; or images and masks, whose features each hospital extracts (slow).
    #[arg(long, value_enum, default_value_t = Level::Features)]
    pub(crate) level: Level,
}

/// Whose patients a demo has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Patients {
    Mycn,
    Sarcoma,
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
    /// A folder to leave behind: result.json, report.html, models, calculators, run.json, report.txt, extracted features.
    #[arg(long)]
    pub(crate) out: Option<PathBuf>,
    /// Leave out patients whose files cannot be used, instead of stopping.
    #[arg(long)]
    pub(crate) exclude_unfit: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Synth {
    /// Where to write one folder a hospital.
    pub(crate) out: PathBuf,
    /// The only source of chance: the same seed gives the same files.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Children of the five hospitals together.
    #[arg(long, default_value_t = CHILDREN, value_parser = clap::value_parser!(u32).range(5..=1_000_000))]
    pub(crate) children: u32,
    /// The question the images know about.
    #[arg(long, default_value = Task::Mycn.name(), value_parser = words(&Task::ALL, Task::name))]
    pub(crate) preset: Task,
    /// Tables of features, or images and masks.
    #[arg(long, value_enum, default_value_t = Level::Features)]
    pub(crate) level: Level,
    /// The images of every child.
    #[arg(long, default_value = Modality::Ct.name(), value_parser = words(&Modality::ALL, Modality::name))]
    pub(crate) modality: Modality,
    /// How images are stored.
    #[arg(long, value_enum, default_value_t = Format::Nifti)]
    pub(crate) format: Format,
    /// Columns of the table for each image.
    #[arg(long, default_value_t = Layout::COLUMNS)]
    pub(crate) columns: usize,
    /// Strength of the images' signal; 0 makes the null arm, where no label depends on anything. By default what the level is
    /// calibrated for.
    #[arg(long)]
    pub(crate) beta: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Level {
    Features,
    Volumes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Nifti,
    Dicom,
}

/// Reads one of `all` by its word.
fn words<T: Copy + Send + Sync + 'static>(
    all: &'static [T],
    name: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    let find = move |word: String| {
        let found = all.iter().copied().find(|one| name(*one) == word);
        found.ok_or_else(|| format!("no such word: {word}"))
    };
    PossibleValuesParser::new(all.iter().map(|one| name(*one))).try_map(find)
}

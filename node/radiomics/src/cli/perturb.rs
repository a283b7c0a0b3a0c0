//! `perturb`: a batch in which every case comes under several perturbations. The table has a row for each, and the
//! perturbation's name in a column; `agree` reads it.

use clap::Args;
use consilium_radiomics::perturb::{Chain, Standard, standard};

use super::{Fault, batch};

const EXAMPLES: &str = "\
Without --chain: 24 combinations of noise, rotation, volume and contour (Zwanenburg et al., Sci Rep 2019). A chain is a
list of changes, made one after the other:
  noise:COUNT[:LEVEL]  rotate:DEGREES  shift:X:Y:Z  volume:FRACTION  grow:MM  contour:COUNT  none
COUNT numbers the draws. The table and --out are those of `batch`; shards and interruptions work the same.

Examples:
  consilium-radiomics perturb cases.csv --out perturbed
  consilium-radiomics perturb cases.csv --out perturbed --chain none --chain grow:2 --chain noise:0+rotate:-6
  consilium-radiomics agree perturbed/features.csv --out icc.csv";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    batch: batch::Arguments,
    /// A perturbation; may be given several times.
    #[arg(long = "chain", value_name = "CHANGES")]
    chains: Vec<Chain>,
    /// The number that chance is drawn from; equal numbers give equal results.
    #[arg(long, default_value_t = 0, value_name = "N")]
    seed: u64,
}

pub(crate) fn perturb(arguments: &Arguments, threads: usize) -> Result<(), Fault> {
    let Arguments { batch, chains, seed } = arguments;
    let chains = if chains.is_empty() { &standard(&Standard::default()) } else { chains };
    let (recipe, cases) = batch.read()?;
    batch::run(batch, threads, &recipe.perturbed(*seed), &cases.perturbed(chains)?)
}

//! `consilium-demo synth`: folders of invented children, ready for `run`.
//!
//! What is drawn, and from which figures: docs/reference/synth.md.

use std::io::Write as _;

use anyhow::{Result, ensure};
use consilium_synth::{self as synth, Recipe, Site};

use crate::arguments::{Format, Level, Synth};

/// Writes the folders and says which.
pub(crate) fn write(arguments: &Synth) -> Result<()> {
    let sites: Vec<Site> = synth::sites(arguments.children);
    let level = match (arguments.level, arguments.format) {
        (Level::Features, _) => synth::Level::Features(arguments.columns),
        (Level::Volumes, Format::Nifti) => synth::Level::Volumes(synth::Format::Nifti),
        (Level::Volumes, Format::Dicom) => synth::Level::Volumes(synth::Format::Dicom),
    };
    let beta = arguments.beta.unwrap_or(match arguments.level {
        Level::Features => Recipe::BETA,
        Level::Volumes => Recipe::BETA_OF_VOLUMES,
    });
    ensure!((0.0..=10.0).contains(&beta), "--beta {beta}: give a number from 0 to 10");
    let recipe = Recipe { beta, ..Recipe::new(arguments.seed, arguments.preset) };
    let mut out = std::io::stdout();
    // fails only when the terminal is gone; the files are written all the same
    let say = |site: &Site| {
        let _ = writeln!(out, "{}: {} children", site.name(), site.children);
    };
    synth::write(&arguments.out, &recipe, &sites, arguments.modality, level, say)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::{Arguments, Command};

    fn written(more: &[&str]) -> (tempfile::TempDir, Result<()>) {
        let out = tempfile::tempdir().unwrap();
        let folder = out.path().to_str().unwrap();
        let words = ["consilium-demo", "synth", folder, "--children", "10"];
        let parsed: Arguments = clap::Parser::parse_from(words.iter().chain(more));
        let Some(Command::Synth(arguments)) = parsed.command else { panic!("another command") };
        let done = write(&arguments);
        (out, done)
    }

    #[test]
    fn the_node_reads_what_is_written() {
        let (out, done) = written(&["--preset", "inpc", "--modality", "petct", "--columns", "60"]);
        done.unwrap();
        let folder = out.path().join("hospital-a");
        let clinical = consilium_node::catalogue::ClinicalTable::read(&folder.join("clinical.csv")).unwrap();
        let all = consilium_types::plan::TableColumns::All;
        let table = consilium_node::catalogue::FeatureTable::read(&folder, "features.csv", &all).unwrap();
        assert_eq!((clinical.len(), table.len(), table.columns().len()), (3, 3, 120));
    }

    #[test]
    fn the_node_finds_the_images() {
        let (out, done) = written(&["--level", "volumes", "--modality", "mri"]);
        done.unwrap();
        let summary = consilium_node::catalogue::Summary::of(&out.path().join("hospital-c")).unwrap();
        assert!(summary.problems.is_empty(), "{:?}", summary.problems);
        assert_eq!((summary.patients, summary.pairs["mr"], summary.folders_without_row), (2, 2, 0));
    }

    #[test]
    fn a_strength_below_zero_is_refused() {
        assert!(written(&["--beta=-1"]).1.unwrap_err().to_string().contains("--beta -1"));
    }
}

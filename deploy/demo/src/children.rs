//! The demo's default cohort: 240 invented children at five hospitals of unequal size, and 40 at a sixth that takes no part.
//!
//! What is drawn, and from which figures: docs/reference/synth.md.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use consilium_synth::{
    self as synth, Child, Format, Layout, Modality, Recipe, Site, Task, write_clinical, write_features,
    write_images,
};

use crate::arguments::{Level, Network};
use crate::progress::say;

/// The study all hospitals accept.
const PLAN: &str = include_str!("../mycn.toml");
/// What the plan reads when there are tables.
const FROM_TABLES: &str = "[inputs.table]                          # columns of all three phases; a second reader's for some \
                           children\nreread = \"features_reader2.csv\"\n";
/// What it reads when there are images.
const FROM_IMAGES: &str = "[inputs.ct]                             # a second reader's masks for some children\n\
                           phases  = [\"plain\", \"arterial\", \"venous\"]\nrequire = \"any\"\nreread  = true\n\n\
                           [features]\nspacing = [1, 1, 1]\nbins    = { width = 25 }\nwindow  = [-200, 400]\n";

/// The plan's text.
pub(crate) fn plan(level: Level) -> String {
    match level {
        Level::Features => PLAN.to_owned(),
        Level::Volumes => PLAN.replace(FROM_TABLES, FROM_IMAGES),
    }
}

/// The hospitals, the one that takes no part last.
pub(crate) fn sites(arguments: &Network) -> Vec<Site> {
    synth::sites(arguments.children)
}

/// Writes what a hospital's node reads, and says what it has.
pub(crate) fn write(arguments: &Network, site: &Site, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    let beta = match arguments.level {
        Level::Features => Recipe::BETA,
        Level::Volumes => Recipe::BETA_OF_VOLUMES,
    };
    let recipe = Recipe { beta, ..Recipe::new(arguments.seed, Task::Mycn) };
    let children = synth::children(&recipe, site);
    write_clinical(folder, &children)?;
    let inputs = Modality::Ct.inputs();
    match arguments.level {
        Level::Features => {
            write_features(folder, &recipe, &Layout::new(inputs, Layout::COLUMNS), site, &children)?;
        }
        Level::Volumes => write_images(folder, &recipe, site, &children, inputs, Format::Nifti)?,
    }
    say(described(site, &children));
    Ok(())
}

/// What a hospital has, in a line.
fn described(site: &Site, children: &[Child]) -> String {
    let count = |which: fn(&Child) -> bool| children.iter().filter(|child| which(child)).count();
    let scanners: Vec<&str> = site.profile.scanners.iter().map(|scanner| scanner.name).collect();
    let slices: Vec<String> = site.profile.scanners.iter().map(|scanner| scanner.slice.to_string()).collect();
    let (name, n) = (site.name(), children.len());
    let (amplified, plain) = (count(|child| child.amplified), count(|child| child.gaps.arterial));
    let (scanners, slice) = (scanners.join(" and "), slices.first().map_or("", String::as_str));
    format!(
        "  {name}  {n:>3} children, {amplified:>2} with MYCN amplification, {plain:>2} without an arterial phase; CT {scanners}, \
         slices of {slice} mm"
    )
}

#[cfg(test)]
mod tests {
    use consilium_types::StudyPlan;

    use super::*;

    #[test]
    fn both_plans_are_valid_and_differ() {
        let [tables, images] = [Level::Features, Level::Volumes].map(plan);
        let read = |text: &str| StudyPlan::from_toml(text, "mycn.toml").unwrap_or_else(|e| panic!("{e}"));
        assert!(read(&tables).inputs.table.is_some() && read(&images).inputs.table.is_none());
        assert_eq!(read(&images).harmonise, read(&tables).harmonise);
    }
}

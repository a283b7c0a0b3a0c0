//! A hospital's folder with the tables a node reads: `clinical.csv`, `features.csv`, `features_reader2.csv`.
//!
//! Never: a row twice, a number that a reader could not parse.

use std::path::Path;

use crate::Recipe;
use crate::child::Child;
use crate::clinical::{COLUMNS, row};
use crate::error::SynthError;
use crate::features::{Features, Layout};
use crate::site::Site;

/// Children of each site whose tumours a second reader draws again: the first ones.
pub const READ_TWICE: usize = 20;

/// The children of a site, in order.
#[must_use]
pub fn children(recipe: &Recipe, site: &Site) -> Vec<Child> {
    (0..site.children).map(|index| Child::draw(recipe, site, index)).collect()
}

/// Writes `clinical.csv` into an existing folder.
pub fn write_clinical(folder: &Path, children: &[Child]) -> Result<(), SynthError> {
    let header = COLUMNS.iter().map(|name| (*name).to_owned()).collect();
    let rows = children.iter().map(|child| row(child).to_vec());
    write(&folder.join("clinical.csv"), std::iter::once(header).chain(rows))
}

/// Writes `features.csv`, and `features_reader2.csv` for the children that are read twice.
pub fn write_features(
    folder: &Path,
    recipe: &Recipe,
    layout: &Layout,
    site: &Site,
    children: &[Child],
) -> Result<(), SynthError> {
    let features = Features::new(recipe, layout, site);
    let first = children.iter().map(|child| (child, features.values(child)));
    table(&folder.join("features.csv"), layout, first)?;
    let second = children.iter().take(READ_TWICE).map(|child| (child, features.reread(child)));
    table(&folder.join("features_reader2.csv"), layout, second)
}

fn table<'a>(
    file: &Path,
    layout: &Layout,
    rows: impl Iterator<Item = (&'a Child, Vec<Option<f64>>)>,
) -> Result<(), SynthError> {
    let header = std::iter::once("patient".to_owned()).chain(layout.names()).collect();
    let cell = |value: &Option<f64>| value.map_or_else(String::new, |value| format!("{value:.6}"));
    let rows =
        rows.map(|(child, values)| std::iter::once(child.patient()).chain(values.iter().map(cell)).collect());
    write(file, std::iter::once(header).chain(rows))
}

fn write(file: &Path, rows: impl Iterator<Item = Vec<String>>) -> Result<(), SynthError> {
    let failed = |error: csv::Error| SynthError::unwritable(file, &error);
    let mut writer = csv::Writer::from_path(file).map_err(failed)?;
    for row in rows {
        writer.write_record(row).map_err(failed)?;
    }
    writer.flush().map_err(|error| SynthError::unwritable(file, &error))
}

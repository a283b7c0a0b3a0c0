//! A whole consortium as folders, one a hospital.

use std::path::{Path, PathBuf};

use crate::error::SynthError;
use crate::folder::{children, write_clinical, write_features};
use crate::images::{Format, write_images};
use crate::site::Site;
use crate::{Layout, Modality, Recipe};

/// What a folder holds beside the clinical table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// A table of features, this many columns for each image.
    Features(usize),
    /// Images and masks.
    Volumes(Format),
}

/// Writes a folder for each site under `out`, and returns them. Calls `done` after each.
pub fn write(
    out: &Path,
    recipe: &Recipe,
    sites: &[Site],
    modality: Modality,
    level: Level,
    mut done: impl FnMut(&Site),
) -> Result<Vec<PathBuf>, SynthError> {
    let mut folders = Vec::with_capacity(sites.len());
    for site in sites {
        let folder = out.join(site.name());
        std::fs::create_dir_all(&folder).map_err(|error| SynthError::unwritable(&folder, &error))?;
        let children = children(recipe, site);
        write_clinical(&folder, &children)?;
        match level {
            Level::Features(columns) => {
                let layout = Layout::new(modality.inputs(), columns);
                write_features(&folder, recipe, &layout, site, &children)?;
            }
            Level::Volumes(format) => {
                write_images(&folder, recipe, site, &children, modality.inputs(), format)?;
            }
        }
        done(site);
        folders.push(folder);
    }
    Ok(folders)
}

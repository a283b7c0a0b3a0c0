//! From one image and one mask to the values of a plan's features, in the process that calls it.
//!
//! This is what meets a file's bytes first. Never: a patient's key, a cache. Spec: docs/guides/radiomics.md.

use consilium_imaging::{
    Choice, Format, Grid, RoiMask, files, format, read_image, read_mask, read_region_of, same_grid,
};
use consilium_radiomics::{Settings, extract};

use crate::catalogue::{DataFault, ImagePair};

/// Fewest voxels of a mask: one voxel has neither shape nor texture.
const FEWEST_VOXELS: usize = 2;

/// The values, in the order of the settings' tags.
pub(super) fn measure(pair: &ImagePair, settings: &Settings) -> Result<Vec<f64>, DataFault> {
    let image = read_image(&pair.image)?;
    let mask = region(pair, image.grid())?;
    let elsewhere = |difference| DataFault::Geometry { mask: pair.mask.clone(), difference };
    same_grid(image.grid(), mask.grid()).map_err(elsewhere)?;
    if mask.count() < FEWEST_VOXELS {
        return Err(DataFault::TooFewVoxels { mask: pair.mask.clone(), voxels: mask.count() });
    }
    let unusable = |fault| DataFault::Features { image: pair.image.clone(), fault };
    let features = extract(&image, &mask, settings).map_err(unusable)?;
    Ok(features.iter().map(|(_, value)| value).collect())
}

/// A DICOM region has no grid of its own, and must have been drawn on the image's series.
fn region(pair: &ImagePair, grid: &Grid) -> Result<RoiMask, DataFault> {
    if format(&pair.mask)? != Format::Dicom {
        return Ok(read_mask(&pair.mask)?);
    }
    let slice = files(&pair.image)?.into_iter().next().unwrap_or_else(|| pair.image.clone());
    Ok(read_region_of(&pair.mask, Choice::Only, grid, &slice)?)
}

//! What an extraction saw: PyRadiomics' `diagnostics_…` entries, as text.
//!
//! Left out: the hashes, which are those of ITK's buffers, and the versions of programs that did not take part.
//! Never here: features. Specification: PyRadiomics 3.1.0, radiomics/generalinfo.py.

use consilium_imaging::{Grid, RoiMask, Volume};

use super::preparation::{Frame, bounds};
use super::region::Region;
use super::texture::{Lattice, zone_sizes};
use super::{Case, Error};
use crate::EXTRACTOR;
use crate::roi::Bounds;

/// Name and value.
type Entries = Vec<(String, String)>;

impl Case<'_> {
    /// Versions, settings, and size, place and intensities of image and mask after each step, under PyRadiomics' names.
    pub fn diagnostics(&self) -> Result<Vec<(String, String)>, Error> {
        let prepared = &self.prepared;
        let mut entries = Entries::new();
        let mut add = |name: &str, value: String| entries.push((format!("diagnostics_{name}"), value));
        add("Versions_Consilium", EXTRACTOR.into());
        add("Versions_Profile", "pyradiomics 3.1.0".into());
        add("Configuration_Settings", self.parameters.canonical_settings());
        add("Configuration_EnabledImageTypes", self.parameters.canonical_images());
        add("Image-original_Dimensionality", "3D".into());
        entries.extend(of_image("original", self.image));
        entries.extend(of_mask("original", self.mask, None)?);
        if prepared.is_interpolated {
            entries.extend(of_image("interpolated", &prepared.image));
            entries.extend(of_mask("interpolated", &prepared.mask, Some(&prepared.image))?);
        }
        if prepared.is_corrected {
            entries.extend(of_mask("corrected", &prepared.mask, Some(&prepared.image))?);
        }
        if let Some(mask) = &prepared.resegmented {
            entries.extend(of_mask("resegmented", mask, Some(&prepared.image))?);
        }
        Ok(entries)
    }
}

fn of_image(step: &str, image: &Volume) -> Entries {
    let place = of_grid("Image", step, image.grid());
    place.into_iter().chain(of_values("Image", step, image.voxels())).collect()
}

fn of_grid(what: &str, step: &str, grid: &Grid) -> Entries {
    vec![
        (format!("diagnostics_{what}-{step}_Spacing"), tuple(&grid.spacing)),
        (format!("diagnostics_{what}-{step}_Size"), tuple(&grid.dims)),
    ]
}

fn of_values(what: &str, step: &str, values: &[f64]) -> Entries {
    let mean = values.iter().fold(0.0, |sum, x| sum + x) / values.len() as f64;
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let entry = |name: &str, value: f64| (format!("diagnostics_{what}-{step}_{name}"), format!("{value:?}"));
    vec![entry("Mean", mean), entry("Minimum", least), entry("Maximum", most)]
}

fn of_mask(step: &str, mask: &RoiMask, image: Option<&Volume>) -> Result<Entries, Error> {
    let bounds = bounds(mask)?;
    let region = Region::new(mask, bounds);
    let centre = centre(&region, bounds);
    let extent = bounds.map(|[first, last]| last - first + 1);
    let mut entries = of_grid("Mask", step, mask.grid());
    let mut add = |name: &str, value| entries.push((format!("diagnostics_Mask-{step}_{name}"), value));
    add("BoundingBox", tuple(&[bounds.map(|[first, _]| first), extent].concat()));
    add("VoxelNum", mask.count().to_string());
    add("VolumeNum", parts(&region).to_string());
    add("CenterOfMassIndex", tuple(&centre));
    // PyRadiomics' x grows to the patient's left and its y to the back, ours do not
    let [right, front, up] = Frame::new(mask.grid()).point(centre);
    add("CenterOfMass", tuple(&[-right, -front, up]));
    if let Some(image) = image {
        let inside = image.voxels().iter().zip(mask.inside()).filter(|(_, inside)| **inside);
        let values: Vec<f64> = inside.map(|(value, _)| *value).collect();
        entries.extend(of_values("Mask", step, &values));
    }
    Ok(entries)
}

/// The mean index of the region's voxels in the image.
fn centre(region: &Region, bounds: Bounds) -> [f64; 3] {
    let n = region.at.len() as f64;
    std::array::from_fn(|axis| {
        let along = region.at.iter().map(|index| region.position(*index)[axis] as f64);
        along.fold(0.0, |sum, at| sum + at) / n + bounds[axis][0] as f64
    })
}

/// Parts of the region that do not touch each other.
fn parts(region: &Region) -> usize {
    let whole = vec![1; region.at.len()];
    let sizes = Lattice::new(region, &whole, 1, None).and_then(|lattice| zone_sizes(&lattice));
    // only a single voxel has no neighbours to look for
    sizes.map_or(1, |sizes| sizes.len())
}

/// As Python writes it.
fn tuple<T: std::fmt::Debug>(values: &[T]) -> String {
    let values: Vec<String> = values.iter().map(|value| format!("{value:?}")).collect();
    format!("({})", values.join(", "))
}

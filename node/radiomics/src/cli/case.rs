//! One row to be: which image, which region of which mask, and how it becomes values.
//!
//! Never: more than one case's voxels in one call.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use consilium_imaging::{RoiMask, read_image, read_mask};
use serde::{Deserialize, Serialize};

use super::hash;
use super::recipe::Recipe;
use super::{Fault, memory};

/// Labels shown in a message.
const SHOWN_LABELS: usize = 12;

/// A case as the user named it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Case {
    /// The user's name for it, or its place in the table.
    pub(crate) id: String,
    /// As written in the table.
    pub(crate) image: String,
    /// As written in the table.
    pub(crate) mask: String,
    /// The value inside the region; any other than zero when there is none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) label: Option<u32>,
    /// The region's name.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) roi: Option<String>,
    /// Cells of the columns that are passed through.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub(crate) extra: Vec<String>,
}

/// A case whose files were found.
#[derive(Debug)]
pub(crate) struct Located<'a> {
    pub(crate) case: &'a Case,
    pub(crate) image: PathBuf,
    pub(crate) mask: PathBuf,
}

/// Digests of a case's files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Inputs {
    pub(crate) image_sha256: String,
    pub(crate) mask_sha256: String,
}

impl Case {
    /// What the column `roi` shows: the region's name, or its label.
    pub(crate) fn region(&self) -> String {
        let label = || self.label.map_or_else(String::new, |label| label.to_string());
        self.roi.clone().unwrap_or_else(label)
    }
}

impl Located<'_> {
    /// Digests of both files.
    pub(crate) fn inputs(&self) -> Result<Inputs, Fault> {
        Ok(Inputs { image_sha256: hash::of_path(&self.image)?, mask_sha256: hash::of_path(&self.mask)? })
    }

    /// What a result is stored under: everything that decides its values.
    pub(crate) fn key(&self, inputs: &Inputs, recipe: &Recipe) -> String {
        let Inputs { image_sha256, mask_sha256 } = inputs;
        let made = recipe.provenance();
        let (label, roi) = (self.case.label, self.case.roi.as_deref().unwrap_or_default());
        hash::of_text(&format!(
            "consilium/radiomics/v1\n{}\n{}\n{}\n{image_sha256}\n{mask_sha256}\n{label:?}\n{roi}\n",
            made.extractor, made.profile, made.parameters
        ))
    }

    /// Bytes that extraction will need, roughly.
    pub(crate) fn needs(&self) -> u64 {
        memory::estimate(&self.image) + memory::estimate(&self.mask)
    }

    /// Reads, selects the region, extracts. A panic is a fault of this case, not the end of the batch.
    pub(crate) fn extract(&self, recipe: &Recipe) -> Result<Vec<Option<f64>>, Fault> {
        let measured = catch_unwind(AssertUnwindSafe(|| self.measure(recipe)));
        measured.unwrap_or_else(|panic| {
            let said = panic.downcast_ref::<String>().map(String::as_str);
            let why = said.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
            Err(Fault::Failed { image: self.image.clone(), why: why.to_owned() })
        })
    }

    fn measure(&self, recipe: &Recipe) -> Result<Vec<Option<f64>>, Fault> {
        let image = read_image(&self.image)?;
        recipe.run(&image, &self.region()?, &self.image)
    }

    fn region(&self) -> Result<RoiMask, Fault> {
        let Some(label) = self.case.label else { return Ok(read_mask(&self.mask)?) };
        let labels = read_image(&self.mask)?;
        let wanted = f64::from(label);
        #[expect(clippy::float_cmp, reason = "labels are whole numbers")]
        let inside: Vec<bool> = labels.voxels().iter().map(|voxel| *voxel == wanted).collect();
        let region = RoiMask::new(labels.grid().clone(), inside)?;
        if region.count() > 0 {
            return Ok(region);
        }
        let found = shown(labels.voxels());
        Err(Fault::NoLabel { mask: self.mask.clone(), label, found })
    }
}

/// Some of the values of a mask, in words.
fn shown(voxels: &[f64]) -> String {
    let mut found: Vec<f64> = Vec::new();
    for voxel in voxels {
        if found.len() <= SHOWN_LABELS && !found.iter().any(|known| known.to_bits() == voxel.to_bits()) {
            found.push(*voxel);
        }
    }
    found.sort_by(f64::total_cmp);
    let mut text: Vec<String> = found.iter().take(SHOWN_LABELS).map(f64::to_string).collect();
    if found.len() > SHOWN_LABELS {
        text.push("…".to_owned());
    }
    text.join(", ")
}

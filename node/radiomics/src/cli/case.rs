//! One row to be: which image, which region of which mask, and how it becomes values.
//!
//! Never: more than one case's voxels in one call.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use consilium_imaging::{RoiMask, Volume, read_image, read_mask};
use consilium_radiomics::perturb::Chain;
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
    /// How image and mask are perturbed before extraction, by name.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) perturbation: Option<String>,
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
    /// The only case of a command.
    pub(crate) fn alone(image: &Path, mask: &Path, label: Option<u32>) -> Self {
        let [image, mask] = [image, mask].map(|path| path.display().to_string());
        Self { id: "1".to_owned(), image, mask, label, roi: None, perturbation: None, extra: vec![] }
    }

    /// What the column `roi` shows: the region's name, or its label.
    pub(crate) fn region(&self) -> String {
        let label = || self.label.map_or_else(String::new, |label| label.to_string());
        self.roi.clone().unwrap_or_else(label)
    }
}

impl Inputs {
    /// Chance of this case's own, from the user's number.
    fn seed(&self, number: u64) -> u64 {
        let Self { image_sha256, mask_sha256 } = self;
        let text =
            hash::of_text(&format!("consilium/perturbation/v1\n{number}\n{image_sha256}\n{mask_sha256}\n"));
        u64::from_str_radix(&text[..16], 16).expect("16 hexadecimal digits")
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
        let Case { label, roi, perturbation, .. } = self.case;
        hash::of_text(&format!(
            "consilium/radiomics/v1\n{}\n{}\n{}\n{image_sha256}\n{mask_sha256}\n{label:?}\n{roi:?}\n{perturbation:?}\n",
            made.extractor, made.profile, made.parameters
        ))
    }

    /// Bytes that extraction will need, roughly.
    pub(crate) fn needs(&self) -> u64 {
        memory::estimate(&self.image) + memory::estimate(&self.mask)
    }

    /// Reads, selects the region, extracts. A panic is a fault of this case, not the end of the batch.
    pub(crate) fn extract(&self, recipe: &Recipe, inputs: &Inputs) -> Result<Vec<Option<f64>>, Fault> {
        let measured = catch_unwind(AssertUnwindSafe(|| self.measure(recipe, inputs)));
        measured.unwrap_or_else(|panic| {
            let said = panic.downcast_ref::<String>().map(String::as_str);
            let why = said.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
            Err(Fault::Failed { image: self.image.clone(), why: why.to_owned() })
        })
    }

    fn measure(&self, recipe: &Recipe, inputs: &Inputs) -> Result<Vec<Option<f64>>, Fault> {
        let (image, mask) = self.read()?;
        let Some(name) = &self.case.perturbation else { return recipe.run(&image, &mask, &self.image) };
        let of_image = |fault| Fault::Perturbation { image: self.image.clone(), fault };
        let chain: Chain = name.parse().map_err(of_image)?;
        let seed = inputs.seed(recipe.seed());
        let (image, mask) = chain.apply(&image, &mask, seed).map_err(of_image)?;
        recipe.run(&image, &mask, &self.image)
    }

    /// The image and the region.
    pub(crate) fn read(&self) -> Result<(Volume, RoiMask), Fault> {
        Ok((read_image(&self.image)?, self.region()?))
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

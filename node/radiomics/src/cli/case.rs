//! One row to be: which image, which region of which mask, and how it becomes values.
//!
//! Never: more than one case's voxels in one call.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use consilium_imaging::{
    Choice, Format, RoiMask, Volume, files, format, read_image, read_region_of, read_series,
};
use consilium_radiomics::perturb::Chain;
use serde::{Deserialize, Serialize};

use super::hash;
use super::recipe::Recipe;
use super::{Fault, memory};

/// A case as the user named it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
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
    /// The image's series, in a folder with several.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) series: Option<String>,
    /// The image's files, where an index has listed them.
    #[serde(skip)]
    pub(crate) files: Option<Arc<[PathBuf]>>,
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
    /// Files of the image, then of the mask.
    files: [Vec<PathBuf>; 2],
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

impl Inputs {
    /// Chance of this case's own, from the user's number.
    fn seed(&self, number: u64) -> u64 {
        let Self { image_sha256, mask_sha256 } = self;
        let text =
            hash::of_text(&format!("consilium/perturbation/v1\n{number}\n{image_sha256}\n{mask_sha256}\n"));
        u64::from_str_radix(&text[..16], 16).expect("16 hexadecimal digits")
    }
}

impl<'a> Located<'a> {
    /// Lists the files, unless an index has listed them.
    pub(crate) fn new(case: &'a Case, image: PathBuf, mask: PathBuf) -> Result<Self, Fault> {
        let listed = case.files.as_ref().map(|listed| listed.to_vec());
        let files = [listed.map_or_else(|| files(&image), Ok)?, files(&mask)?];
        Ok(Self { case, image, mask, files })
    }

    /// Digests of both files.
    pub(crate) fn inputs(&self) -> Result<Inputs, Fault> {
        let [image, mask] = &self.files;
        Ok(Inputs { image_sha256: hash::of_files(image)?, mask_sha256: hash::of_files(mask)? })
    }

    /// What a result is stored under: everything that decides its values.
    pub(crate) fn key(&self, inputs: &Inputs, recipe: &Recipe) -> String {
        let Inputs { image_sha256, mask_sha256 } = inputs;
        let made = recipe.provenance();
        let Case { label, roi, series, perturbation, .. } = self.case;
        hash::of_text(&format!(
            "consilium/radiomics/v1\n{}\n{}\n{}\n{image_sha256}\n{mask_sha256}\n{label:?}\n{roi:?}\n{series:?}\n{perturbation:?}\n",
            made.extractor, made.profile, made.parameters
        ))
    }

    /// Bytes that extraction will need, roughly.
    pub(crate) fn needs(&self) -> u64 {
        self.files.iter().fold(0, |sum, files| sum.saturating_add(memory::estimate(files)))
    }

    /// Stamps of image and mask.
    pub(crate) fn stamps(&self) -> Result<[String; 2], Fault> {
        let [image, mask] = &self.files;
        Ok([hash::stamp(image)?, hash::stamp(mask)?])
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
        let (image, mask) = self.read(recipe.label())?;
        let file = self.one_of_image();
        let Some(name) = &self.case.perturbation else { return recipe.run(&image, &mask, file) };
        let of_image = |fault| Fault::Perturbation { image: self.image.clone(), fault };
        let chain: Chain = name.parse().map_err(of_image)?;
        let seed = inputs.seed(recipe.seed());
        let (image, mask) = chain.apply(&image, &mask, seed).map_err(of_image)?;
        recipe.run(&image, &mask, file)
    }

    /// The image and the region. With a `label` for masks whose region nobody names, a mask may lie on a grid of its own.
    pub(crate) fn read(&self, label: Option<u32>) -> Result<(Volume, RoiMask), Fault> {
        let [files, _] = &self.files;
        if files.iter().any(|file| file.parent() != files[0].parent()) {
            return Err(Fault::Scattered { image: self.image.clone() });
        }
        let image = match &self.case.series {
            Some(series) => read_series(&self.image, series)?,
            None => read_image(&self.image)?,
        };
        let mask = self.region(&image, label)?;
        Ok((image, mask))
    }

    fn region(&self, image: &Volume, default: Option<u32>) -> Result<RoiMask, Fault> {
        let Case { label, roi, .. } = self.case;
        let format = format(&self.mask)?;
        if let Some(default) = default.filter(|_| format != Format::Dicom) {
            return labelled(&self.mask, label.unwrap_or(default));
        }
        let which = match (label, roi) {
            (Some(label), _) => Choice::Number(*label),
            // in NIfTI no region has a name: `roi` is the user's own word
            (None, Some(name)) if format != Format::Nifti => Choice::Name(name),
            _ => Choice::Only,
        };
        Ok(read_region_of(&self.mask, which, image.grid(), self.one_of_image())?)
    }

    /// A file of the image.
    fn one_of_image(&self) -> &Path {
        let [files, _] = &self.files;
        files.first().unwrap_or(&self.image)
    }
}

/// The voxels of one label, on the mask's own grid.
fn labelled(mask: &Path, label: u32) -> Result<RoiMask, Fault> {
    let labels = read_image(mask)?;
    let wanted = f64::from(label).to_bits();
    let inside: Vec<bool> = labels.voxels().iter().map(|voxel| voxel.to_bits() == wanted).collect();
    if !inside.contains(&true) {
        return Err(Fault::NoLabel { mask: mask.to_owned(), label });
    }
    Ok(RoiMask::new(labels.grid().clone(), inside)?)
}

//! `maps`: features at every voxel of a region, each as an image that a viewer opens.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;
use consilium_imaging::{ImagingError, Precision, write_image};
use consilium_radiomics::maps::{Kernel, Maps};
use serde_json::json;

use super::pair::Pair;
use super::parts::replace;
use super::recipe::{Recipe, RecipeArguments};
use super::{Fault, say};

const EXAMPLES: &str = "\
Examples:
  consilium-radiomics maps ct.nii.gz tumour.nii.gz --feature cm_contrast_3D_avg --out maps
  consilium-radiomics maps ct.nii.gz tumour.nii.gz --feature stat_mean,stat_var --radius 2 --out maps

In the folder: FEATURE.nii.gz, 32-bit, on the image's grid, and maps.json with how they were made. `list` has the names;
texture features end in their aggregation.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pair: Pair,
    #[command(flatten)]
    recipe: RecipeArguments,
    /// Features to map.
    #[arg(long = "feature", value_delimiter = ',', required = true, value_name = "NAME")]
    features: Vec<String>,
    #[command(flatten)]
    kernel: KernelArguments,
    /// The folder for the maps; made when needed.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// What surrounds a voxel.
#[derive(Debug, Args)]
pub(crate) struct KernelArguments {
    /// Voxels on each side: 1 is a cube of 27.
    #[arg(long, default_value_t = 1, value_name = "N")]
    radius: usize,
    /// Let voxels outside of the region count as neighbours.
    #[arg(long)]
    unmasked: bool,
    /// A square within the slice instead of a cube.
    #[arg(long)]
    flat: bool,
    /// The value outside of the region.
    #[arg(long, default_value_t = 0.0, value_name = "X", allow_negative_numbers = true)]
    outside: f64,
}

impl KernelArguments {
    pub(crate) fn kernel(&self) -> Kernel {
        Kernel { radius: self.radius, masked: !self.unmasked, flat: self.flat, initial: self.outside }
    }
}

pub(crate) fn maps(arguments: &Arguments) -> Result<(), Fault> {
    let recipe = Recipe::new(&arguments.recipe)?;
    let case = arguments.pair.case();
    let located = arguments.pair.located(&case)?;
    let (image, mask) = located.read(None)?;
    let kernel = arguments.kernel.kernel();
    let refused = |fault| Fault::Map { image: located.image.clone(), fault };
    let maps = Maps::new(&image, &mask, recipe.settings()?, kernel, &arguments.features).map_err(refused)?;
    let folder = &arguments.out;
    fs::create_dir_all(folder).map_err(Fault::file(folder, "making the folder"))?;
    maps.each(|column, map| {
        let file = folder.join(format!("{column}.nii.gz"));
        write_image(&file, &map, Precision::Single, column)?;
        say(file.display());
        Ok::<(), ImagingError>(())
    })
    .map_err(refused)??;
    let made = recipe.provenance();
    let about = json!({
        "extractor": made.extractor, "profile": made.profile, "parameters": made.parameters,
        "kernel": { "radius": kernel.radius, "masked": kernel.masked, "flat": kernel.flat, "outside": kernel.initial },
        "inputs": located.inputs()?, "roi": case.region(), "maps": maps.columns(), "voxels": maps.voxels(),
    });
    let text = serde_json::to_string_pretty(&about).expect("texts always serialise");
    replace(&folder.join("maps.json"), |to| writeln!(to, "{text}"))
}

//! `preview`: a picture of image, contour and map, so that a person looks before trusting numbers.
//!
//! The picture shows the patient's body: it stays in the hospital. Never: a patient's name in it.

use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;
use consilium_imaging::{RoiMask, Volume};
use consilium_radiomics::maps::Maps;
use consilium_radiomics::preview::{Options, render};

use super::maps::KernelArguments;
use super::pair::Pair;
use super::parts::replace;
use super::recipe::{Recipe, RecipeArguments};
use super::{Fault, say};

const EXAMPLES: &str = "\
Axial, coronal and sagittal slices with the most voxels of the region; the patient's right is on the left.

Examples:
  consilium-radiomics preview ct.nii.gz tumour.nii.gz --out look.png
  consilium-radiomics preview ct-series/ rtstruct.dcm --roi GTV-1 --window -160 240 --out look.png
  consilium-radiomics preview ct.nii.gz tumour.nii.gz --map cm_contrast_3D_avg --radius 2 --out map.png

For the map as an image, see `maps`.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pair: Pair,
    #[command(flatten)]
    recipe: RecipeArguments,
    /// A feature to show in colour, voxel by voxel.
    #[arg(long, value_name = "FEATURE")]
    map: Option<String>,
    #[command(flatten)]
    kernel: KernelArguments,
    /// Intensities shown as black and white; by default 0.5 % and 99.5 % of what is shown.
    #[arg(long, num_args = 2, value_names = ["LOW", "HIGH"], allow_negative_numbers = true)]
    window: Option<Vec<f64>>,
    /// Where to, as PNG.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(crate) fn preview(arguments: &Arguments) -> Result<(), Fault> {
    let recipe = Recipe::new(&arguments.recipe)?;
    let case = arguments.pair.case();
    let located = arguments.pair.located(&case)?;
    let (image, mask) = located.read(recipe.label())?;
    let window = arguments.window.as_deref().and_then(|ends| ends.try_into().ok());
    let made = recipe.provenance();
    let plain = Options { window, subtitle: made.extractor.clone(), ..Options::default() };
    let refused = |fault| Fault::Preview { image: located.image.clone(), fault };
    let png = match &arguments.map {
        None => render(&image, &mask, None, &plain).map_err(refused)?,
        Some(feature) => {
            let (shown, region, map) = arguments.mapped(&recipe, &image, &mask, feature)?;
            let unit = recipe.columns().iter().find(|column| column.name == *feature);
            let unit = unit.map(|column| column.unit.clone()).filter(|unit| unit != "1").unwrap_or_default();
            let subtitle = format!("{}, radius {}", made.extractor, arguments.kernel.kernel().radius);
            let options = Options { title: feature.clone(), subtitle, unit, ..plain };
            render(&shown, &region, Some(&map), &options).map_err(refused)?
        }
    };
    replace(&arguments.out, |to| to.write_all(&png))?;
    say(arguments.out.display());
    Ok(())
}

impl Arguments {
    /// The image that a map lies on, its region, and the map.
    fn mapped(
        &self,
        recipe: &Recipe,
        image: &Volume,
        mask: &RoiMask,
        feature: &str,
    ) -> Result<(Volume, RoiMask, Volume), Fault> {
        let refused = |fault| Fault::Map { image: self.pair.image.clone(), fault };
        let columns = [feature.to_owned()];
        let maps =
            Maps::new(image, mask, recipe.settings()?, self.kernel.kernel(), &columns).map_err(refused)?;
        let mut found = None;
        let kept = maps.each(|_, map| {
            found = Some(map);
            Ok::<(), std::convert::Infallible>(())
        });
        let Ok(()) = kept.map_err(refused)?;
        let map = found.expect("one column gives one map");
        Ok((maps.image().clone(), maps.mask().clone(), map))
    }
}

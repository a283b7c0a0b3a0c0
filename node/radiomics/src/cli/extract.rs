//! `extract`: one image, one mask, one row.

use std::path::PathBuf;

use clap::Args;

use super::pair::Pair;
use super::recipe::{Recipe, RecipeArguments};
use super::write::{Format, Layout, Row};
use super::{Fault, say};

const EXAMPLES: &str = "\
Examples:
  consilium-radiomics extract ct.nii.gz tumour.nii.gz
  consilium-radiomics extract ct.nii.gz labels.nii.gz --label 2 --out features.csv
  consilium-radiomics extract ct-series/ rtstruct.dcm --roi GTV-1
  consilium-radiomics extract ct.nii.gz tumour.nii.gz --params study.toml --format json";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pair: Pair,
    #[command(flatten)]
    recipe: RecipeArguments,
    /// Where to; by default standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// By default what the ending of --out says, and a list for reading on standard output.
    #[arg(long, value_enum)]
    format: Option<Format>,
}

pub(crate) fn extract(arguments: &Arguments) -> Result<(), Fault> {
    let recipe = Recipe::new(&arguments.recipe)?;
    let format = chosen(arguments)?;
    let case = arguments.pair.case();
    let located = arguments.pair.located(&case)?;
    let inputs = located.inputs()?;
    let values = located.extract(&recipe, &inputs)?;
    let row = Row { case: &case, inputs: &inputs, values: &values };
    let layout = recipe.layout(vec![]);
    match (&arguments.out, format) {
        (Some(file), format) => {
            let mut writer = format.unwrap_or(Format::Csv).writer(file, &layout, true)?;
            writer.row(&row)?;
            writer.finish()?;
            say(format_args!("{}: {} features", file.display(), values.len()));
        }
        (None, Some(format)) => format.show(&layout, &row)?,
        (None, None) => show(&layout, &row),
    }
    Ok(())
}

/// The format asked for; none for reading.
fn chosen(arguments: &Arguments) -> Result<Option<Format>, Fault> {
    let Some(file) = arguments.out.as_ref().filter(|_| arguments.format.is_none()) else {
        return Ok(arguments.format);
    };
    let unknown = || {
        let why = "the ending names no format; use .csv, .json or .parquet, or say --format";
        Fault::Arguments(format!("{}: {why}", file.display()))
    };
    Format::of(file).ok_or_else(unknown).map(Some)
}

/// A list for reading.
fn show(layout: &Layout, row: &Row<'_>) {
    let width = layout.features.iter().map(|column| column.name.len()).max().unwrap_or_default();
    for (column, value) in layout.features.iter().zip(row.values) {
        let value = value.map_or_else(|| "not defined".to_owned(), |value| format!("{value:?}"));
        let unit = if column.unit == "1" { "" } else { &column.unit };
        say(format_args!("{:<width$}  {value} {unit}", column.name).to_string().trim_end());
    }
    let made = &layout.made;
    say(format_args!("# {}, profile {}: {}", made.extractor, made.profile, made.parameters));
    let inputs = row.inputs;
    say(format_args!("# sha256 of the image {}, of the mask {}", inputs.image_sha256, inputs.mask_sha256));
}

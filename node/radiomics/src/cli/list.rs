//! `list`: the features there are, from the registry. docs/reference/features.md is this list in Markdown.

use clap::{Args, ValueEnum};
use consilium_radiomics::pyradiomics;
use consilium_radiomics::{Definition, registry};
use serde::Serialize;

use super::recipe::Profile;
use super::say;

const HEAD: &str = "\
# Every feature
Generated from the registry by `consilium-radiomics list --format markdown`; a test compares this page with it. Codes are
IBSI's permanent ones ([reference manual](https://ibsi.readthedocs.io)). `intensity` is the image's own unit: HU, SUV.";

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Which definitions and names.
    #[arg(long, value_enum, default_value_t = Profile::Ibsi)]
    profile: Profile,
    /// How.
    #[arg(long, value_enum, default_value_t = Shape::Text)]
    format: Shape,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Shape {
    Text,
    Csv,
    Json,
    Markdown,
}

/// A feature of either profile.
#[derive(Serialize)]
struct Row {
    family: &'static str,
    tag: &'static str,
    ibsi: &'static str,
    name: &'static str,
    unit: &'static str,
}

pub(crate) fn list(arguments: &Arguments) {
    let rows = match arguments.profile {
        Profile::Ibsi => ibsi(),
        Profile::Pyradiomics => of_pyradiomics(),
    };
    match arguments.format {
        Shape::Text => rows.iter().for_each(text),
        Shape::Csv => csv(&rows),
        Shape::Json => say(serde_json::to_string_pretty(&rows).expect("texts always serialise")),
        Shape::Markdown => markdown(&rows),
    }
}

fn ibsi() -> Vec<Row> {
    let row = |known: &Definition| {
        let Definition { family, tag, code, name, unit, .. } = *known;
        Row { family: family.word(), tag, ibsi: code, name, unit }
    };
    registry().iter().map(row).collect()
}

/// Those that a class gives when it is asked for without names.
fn of_pyradiomics() -> Vec<Row> {
    let row = |known: &pyradiomics::Definition| {
        let (family, tag, code) = (known.class.name(), known.name, known.code.unwrap_or_default());
        Row { family, tag, ibsi: code, name: tag, unit: "" }
    };
    pyradiomics::registry().iter().filter(|known| known.enabled).map(row).collect()
}

fn text(Row { family, tag, ibsi, name, unit }: &Row) {
    match (*unit, tag == name) {
        ("", _) | (_, true) => say(format_args!("{family:<11} {tag:<36} {ibsi}").to_string().trim_end()),
        _ => say(format_args!("{tag:<26} {ibsi}  {name} ({unit})")),
    }
}

fn csv(rows: &[Row]) {
    let mut to = csv::Writer::from_writer(Vec::new());
    rows.iter().try_for_each(|row| to.serialize(row)).expect("memory takes all records");
    let bytes = to.into_inner().expect("memory takes all records");
    say(String::from_utf8_lossy(&bytes).trim_end());
}

fn markdown(rows: &[Row]) {
    say(HEAD);
    for family in rows.chunk_by(|a, b| a.family == b.family) {
        say(format_args!("\n## {}\n| tag | IBSI | name | unit |\n|---|---|---|---|", family[0].family));
        for Row { tag, ibsi, name, unit, .. } in family {
            say(format_args!("| `{tag}` | {ibsi} | {name} | {unit} |"));
        }
    }
}

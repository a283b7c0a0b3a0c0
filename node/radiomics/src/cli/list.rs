//! `list`: the features there are, from the registry. docs/reference/features.md is this list in Markdown.

use clap::{Args, ValueEnum};
use consilium_radiomics::{Definition, registry};
use serde_json::json;

use super::say;

const HEAD: &str = "\
# Every feature
Generated from the registry by `consilium-radiomics list --format markdown`; a test compares this page with it. Codes are
IBSI's permanent ones ([reference manual](https://ibsi.readthedocs.io)). `intensity` is the image's own unit: HU, SUV.";

#[derive(Debug, Args)]
pub(crate) struct Arguments {
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

pub(crate) fn list(arguments: &Arguments) {
    match arguments.format {
        Shape::Text => text(),
        Shape::Csv => csv(),
        Shape::Json => json(),
        Shape::Markdown => markdown(),
    }
}

fn text() {
    for Definition { tag, code, name, unit, .. } in registry() {
        say(format_args!("{tag:<26} {code}  {name} ({unit})"));
    }
}

fn csv() {
    say("family,tag,ibsi,name,unit");
    for Definition { family, tag, code, name, unit, .. } in registry() {
        say(format_args!("{},{tag},{code},\"{name}\",{unit}", family.word()));
    }
}

fn json() {
    let one = |known: &Definition| {
        let Definition { family, tag, code, name, unit, .. } = known;
        json!({ "family": family.word(), "tag": tag, "ibsi": code, "name": name, "unit": unit })
    };
    let all: Vec<_> = registry().iter().map(one).collect();
    say(serde_json::to_string_pretty(&all).expect("texts always serialise"));
}

fn markdown() {
    say(HEAD);
    let mut last = None;
    for Definition { family, tag, code, name, unit, .. } in registry() {
        if last.replace(*family) != Some(*family) {
            say(format_args!("\n## {}\n| tag | IBSI | name | unit |\n|---|---|---|---|", family.word()));
        }
        say(format_args!("| `{tag}` | {code} | {name} | {unit} |"));
    }
}

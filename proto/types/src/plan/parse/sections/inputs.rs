//! `[inputs]`.

use std::collections::BTreeMap;

use toml::Value;

use super::MAX_COLUMNS;
use crate::plan::errors::Fault;
use crate::plan::parse::Section;
use crate::plan::{Clinical, Image, Inputs, Table, TableColumns};

pub(super) fn inputs(section: Section<'_>) -> Inputs {
    let inputs = Inputs {
        ct: section.optional_section("ct").map(image),
        pet: section.optional_section("pet").map(image),
        mr: section.optional_section("mr").map(image),
        us: section.optional_section("us").map(image),
        table: section.optional_section("table").map(table),
        clinical: section.optional_section("clinical").map(clinical),
    };
    section.finish();
    inputs
}

fn image(section: Section<'_>) -> Image {
    let phases = section.texts("phases", 0..=8).unwrap_or_default();
    let in_a_file_name = |c: char| c.is_ascii_alphanumeric() || c == '-';
    for (i, phase) in phases.iter().enumerate() {
        if !phase.chars().all(in_a_file_name) {
            let remedy = "use letters, digits and hyphens: a phase is part of the image's file name";
            section.refuse(Fault::BadText, &format!("phases[{i}]"), format!("`{phase}` is no phase"), remedy);
        }
    }
    let require = section.word("require").unwrap_or_default();
    let reread = section.flag("reread").unwrap_or_default();
    section.finish();
    Image { phases, require, reread }
}

fn table(section: Section<'_>) -> Table {
    let default = Table::default();
    let file = file(&section, "file").unwrap_or(default.file);
    let reread = file_of_rereading(&section, &file);
    let columns = columns(&section).unwrap_or_default();
    section.finish();
    Table { file, columns, reread }
}

/// A table within the site folder.
fn file(section: &Section<'_>, key: &'static str) -> Option<String> {
    let file = section.text(key)?;
    if is_file_within(&file) {
        return Some(file);
    }
    let remedy = "name a .csv or .parquet file within the site folder, for example features.csv";
    section.refuse(Fault::BadText, key, format!("`{file}` is no such file"), remedy);
    None
}

fn file_of_rereading(section: &Section<'_>, first: &str) -> Option<String> {
    let second = file(section, "reread")?;
    if second == first {
        let remedy = "name the second reader's table, or leave the key out";
        section.refuse(Fault::BadText, "reread", "is the first reader's file", remedy);
    }
    Some(second)
}

fn columns(section: &Section<'_>) -> Option<TableColumns> {
    match section.get("columns")? {
        Value::String(word) if word == "all" => Some(TableColumns::All),
        Value::Array(_) => section.texts("columns", 1..=MAX_COLUMNS).map(TableColumns::Listed),
        other => section.wrong_type("columns", "\"all\" or a list of columns", other),
    }
}

/// A relative path that stays below the folder it starts from, on any system.
fn is_file_within(path: &str) -> bool {
    let plain = |part: &str| !part.is_empty() && part != "." && part != "..";
    let lower = path.to_ascii_lowercase();
    let extension = [".csv", ".parquet"].iter().any(|extension| lower.ends_with(extension));
    extension && !path.contains(['\\', ':']) && path.split('/').all(plain)
}

fn clinical(section: Section<'_>) -> Clinical {
    let clinical = Clinical {
        numeric: section.texts("numeric", 0..=MAX_COLUMNS).unwrap_or_default(),
        categorical: categorical(&section.section("categorical")),
        missing: section.word("missing").unwrap_or_default(),
    };
    section.finish();
    clinical
}

fn categorical(section: &Section<'_>) -> BTreeMap<String, Vec<String>> {
    let levels = |column: &str| Some((column.to_owned(), section.free_texts(column, 2..=50)?));
    section.free_keys().into_iter().filter_map(levels).collect()
}

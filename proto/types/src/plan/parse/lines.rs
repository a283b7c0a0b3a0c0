//! On which line each key of a plan stands.

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};

use crate::plan::PlanError;
use crate::plan::errors::Fault;

/// Lines by key path; empty for a plan that has no lines.
#[derive(Debug, Default)]
pub(super) struct Lines(BTreeMap<String, usize>);

impl Lines {
    /// Reads the document's structure, or says all that is wrong with its syntax.
    pub(super) fn of(text: &str) -> Result<Self, Vec<PlanError>> {
        let (table, errors) = DeTable::parse_recoverable(text);
        if !errors.is_empty() {
            return Err(errors.iter().map(|error| syntax(text, error)).collect());
        }
        let mut lines = Self::default();
        lines.note_table(text, "", table.get_ref());
        Ok(lines)
    }

    /// The line of a key such as `model.compare[1]`, or of the nearest section that holds it.
    pub(super) fn of_key(&self, key: &str) -> Option<usize> {
        let mut path = key;
        loop {
            if let Some(line) = self.0.get(path) {
                return Some(*line);
            }
            path = &path[..path.rfind(['.', '['])?];
        }
    }

    fn note_table(&mut self, text: &str, path: &str, table: &DeTable<'_>) {
        for (key, value) in table {
            let path =
                if path.is_empty() { key.get_ref().to_string() } else { format!("{path}.{}", key.get_ref()) };
            self.0.insert(path.clone(), line_at(text, key.span().start));
            self.note_value(text, &path, value.get_ref());
        }
    }

    fn note_value(&mut self, text: &str, path: &str, value: &DeValue<'_>) {
        match value {
            DeValue::Table(table) => self.note_table(text, path, table),
            DeValue::Array(items) => {
                for (i, item) in items.iter().enumerate() {
                    let path = format!("{path}[{i}]");
                    self.0.insert(path.clone(), line_at(text, item.span().start));
                    self.note_value(text, &path, item.get_ref());
                }
            }
            _ => {}
        }
    }
}

/// A finding of the TOML parser.
pub(super) fn syntax(text: &str, error: &toml::de::Error) -> PlanError {
    let line = error.span().map(|span| line_at(text, span.start));
    let message = error.message().replace('\n', ", ");
    PlanError::new(Fault::Syntax, "", message, "correct the TOML; https://toml.io describes it").at(line)
}

fn line_at(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

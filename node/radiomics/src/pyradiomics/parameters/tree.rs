//! The parameter file as a tree whose nodes know their path, so that a refusal can name key and line.
//!
//! Never here: which keys there are. Specification: YAML 1.2; a file has at most 1 MiB.

use serde_yaml_ng::Value as Yaml;

use super::error::{Mistake, ParameterError};

const MAX_BYTES: usize = 1 << 20;

/// A text and where in it we are.
#[derive(Clone)]
pub(crate) struct Place<'a> {
    text: &'a str,
    path: Vec<String>,
}

/// A node of the tree.
pub(crate) struct Node<'a> {
    pub(crate) place: Place<'a>,
    pub(crate) value: Yaml,
}

impl<'a> Node<'a> {
    /// The root of a text, which is a mapping.
    pub(crate) fn root(text: &'a str) -> Result<Self, ParameterError> {
        let place = Place { text, path: Vec::new() };
        let not_yaml = |line: usize, problem: String| ParameterError {
            mistake: Mistake::NotYaml,
            line,
            key: "file".into(),
            problem,
            remedy: "write a YAML mapping of setting, imageType, featureClass and voxelSetting".into(),
        };
        if text.len() > MAX_BYTES {
            return Err(not_yaml(1, format!("has more than {MAX_BYTES} bytes")));
        }
        let value: Yaml = serde_yaml_ng::from_str(text).map_err(|error| {
            not_yaml(error.location().map_or(1, |at| at.line()), format!("is not YAML: {error}"))
        })?;
        match value {
            Yaml::Null => Err(not_yaml(1, "is empty".into())),
            value => Ok(Self { place, value }),
        }
    }

    /// The entries of a mapping, in the file's order.
    pub(crate) fn entries(self) -> Result<Vec<(String, Self)>, ParameterError> {
        let Yaml::Mapping(mapping) = self.value else {
            return Err(self.place.refuse(
                Mistake::WrongType,
                "is not a mapping",
                "write {} for an empty one",
            ));
        };
        let entry = |(key, value): (Yaml, Yaml)| match key {
            Yaml::String(key) => Ok((key.clone(), Self { place: self.place.child(&key), value })),
            _ => Err(self.place.refuse(Mistake::UnknownKey, "has a key that is not a word", "write words")),
        };
        mapping.into_iter().map(entry).collect()
    }
}

impl Place<'_> {
    pub(crate) fn child(&self, key: &str) -> Self {
        let path = self.path.iter().cloned().chain([key.to_owned()]).collect();
        Self { text: self.text, path }
    }

    pub(crate) fn refuse(
        &self,
        mistake: Mistake,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> ParameterError {
        let key = if self.path.is_empty() { "file".into() } else { self.path.join(".") };
        ParameterError { mistake, line: self.line(), key, problem: problem.into(), remedy: remedy.into() }
    }

    /// The line of the last key of the path: each key is looked for after its parent.
    fn line(&self) -> usize {
        let mut at = 0;
        for key in &self.path {
            at += after_key(&self.text[at..], key).unwrap_or(0);
        }
        1 + self.text[..at].matches('\n').count()
    }
}

/// The byte after the first place where a key or a list's word stands by itself, comments left out.
fn after_key(text: &str, key: &str) -> Option<usize> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let code = line.split(" #").next().filter(|code| !code.trim_start().starts_with('#')).unwrap_or("");
        let stands_alone = |at: usize| {
            let is_word = |c: char| c.is_alphanumeric() || c == '_';
            !code[..at].ends_with(is_word) && !code[at + key.len()..].starts_with(is_word)
        };
        if let Some((at, _)) = code.match_indices(key).find(|(at, _)| stands_alone(*at)) {
            return Some(start + at + key.len());
        }
        start += line.len();
    }
    None
}

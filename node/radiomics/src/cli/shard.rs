//! Which part of a batch a process computes: every n-th case, counted from 0.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// `i/n`, with `i` from 0 to `n - 1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Shard {
    pub(crate) index: usize,
    pub(crate) of: usize,
}

impl Shard {
    /// The only part there is.
    pub(crate) const WHOLE: Self = Self { index: 0, of: 1 };

    /// As file names have it.
    pub(crate) fn name(self) -> String {
        format!("{}-of-{}", self.index, self.of)
    }

    /// Whether the case at this place belongs to it.
    pub(crate) fn has(self, row: usize) -> bool {
        row % self.of == self.index
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("`{text}` is no shard; shards count from 0: with three there are 0/3, 1/3 and 2/3");
        let (index, of) = text.split_once('/').ok_or_else(wrong)?;
        let (index, of) = (index.parse().map_err(|_| wrong())?, of.parse().map_err(|_| wrong())?);
        if index < of { Ok(Self { index, of }) } else { Err(wrong()) }
    }
}

impl std::fmt::Display for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

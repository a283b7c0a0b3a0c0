//! The columns a site offers to a study: names and kinds, never values.
//!
//! Every site states its schema when it accepts a plan; the study starts only when all are equal.

use serde::{Deserialize, Serialize};

use crate::Digest;

/// Which model family a column belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ColumnKind {
    /// A radiomic feature, extracted here or taken from a table; subject to selection.
    Radiomic,
    /// A covariate of the clinical table, a level of one, or a missing-value indicator; always in the model.
    Clinical,
}

/// One column of the design table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// For example `pet_cm_contrast_3D_avg`, `age_months`, `sex=M`, `log_ldh?missing`.
    pub name: String,
    /// The family it belongs to.
    pub kind: ColumnKind,
}

/// The ordered columns of the design table and the extractor that made them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schema {
    /// Radiomic columns first, then clinical ones, each in the plan's order.
    pub columns: Vec<Column>,
    /// Name and version of the feature extractor; empty when no image is read.
    pub extractor: String,
}

impl Schema {
    /// The digest sites compare.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "strings and enums always serialise")]
    pub fn digest(&self) -> Digest {
        let text = serde_json::to_vec(self).expect("strings and enums always serialise");
        Digest::of("consilium/schema/v1", &text)
    }

    /// Positions of the columns of one kind.
    #[must_use]
    pub fn positions(&self, kind: ColumnKind) -> Vec<usize> {
        let of_kind = |(i, c): (usize, &Column)| (c.kind == kind).then_some(i);
        self.columns.iter().enumerate().filter_map(of_kind).collect()
    }

    /// Names that `other` lacks, for the message that says why a study cannot start.
    #[must_use]
    pub fn missing_in(&self, other: &Self) -> Vec<&str> {
        let lacks = |c: &&Column| !other.columns.contains(c);
        self.columns.iter().filter(lacks).map(|c| c.name.as_str()).collect()
    }
}

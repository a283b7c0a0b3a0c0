//! Which patients are cases of a yes-or-no question put to an outcome.
//!
//! Every binary computation carries a target, so a study of several labels or classes asks the same questions
//! side by side. A patient whose label is not known takes no part.

use serde::{Deserialize, Serialize};

use crate::{QueryFault, Rows, check};

/// A yes-or-no reading of a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Target {
    /// Of this class, against all others.
    Is {
        /// Which of the study's labels.
        label: usize,
        /// The class that counts as a case.
        class: u32,
    },
    /// Of this class or a higher one, against the lower ones.
    AtLeast {
        /// Which of the study's labels.
        label: usize,
        /// The lowest class that counts as a case.
        class: u32,
    },
}

impl Target {
    /// The cases of a binary label.
    #[must_use]
    pub fn case(label: usize) -> Self {
        Self::Is { label, class: 1 }
    }

    /// Which of the study's labels is read.
    #[must_use]
    pub fn label(self) -> usize {
        match self {
            Self::Is { label, .. } | Self::AtLeast { label, .. } => label,
        }
    }

    /// Whether the patient is a case; nothing where the label is not known.
    #[must_use]
    pub fn of(self, rows: &dyn Rows, row: usize) -> Option<bool> {
        let class = rows.label(row, self.label())?;
        Some(match self {
            Self::Is { class: case, .. } => class == case,
            Self::AtLeast { class: lowest, .. } => class >= lowest,
        })
    }

    pub(crate) fn check(self) -> Result<(), QueryFault> {
        check::index("label", self.label(), check::MOST_LABELS)
    }
}

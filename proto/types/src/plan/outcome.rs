//! `[outcome]`: what is predicted, and how a cell of the clinical table becomes a class.
//!
//! Spec: docs/reference/plan.md.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Condition, Span};

/// How a derived label's cell reads when its condition holds.
pub const HOLDS: &str = "yes";
/// How a derived label's cell reads when its condition does not hold.
pub const FAILS: &str = "no";
/// Name of the class of every value that is not the case's.
const OTHER: &str = "other";

/// `[outcome]`
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcome {
    /// The columns that are predicted.
    #[serde(flatten)]
    pub predicted: Predicted,
    /// Labels derived from columns of the clinical table: `yes`, `no`, or empty where unknown.
    pub composite: BTreeMap<String, Condition>,
    /// Null control: outcomes are permuted among the patients of each site, by the seed.
    pub permute: bool,
}

/// What is predicted, by `outcome.kind`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Predicted {
    /// Yes or no.
    Binary {
        /// Column of the clinical table, or a derived label.
        label: String,
        /// The value that counts as a case; an empty cell leaves the cohort.
        positive: String,
        /// The value that counts as a control; without it, every other value does.
        #[serde(skip_serializing_if = "Option::is_none")]
        negative: Option<String>,
    },
    /// One of several classes that have an order.
    Ordinal {
        /// Column of the clinical table.
        label: String,
        /// Its values, the lowest first.
        levels: Vec<String>,
    },
    /// One of several classes without an order.
    Nominal {
        /// Column of the clinical table.
        label: String,
        /// Its values; the first is the reference.
        levels: Vec<String>,
    },
    /// Several yes-or-no outcomes of the same patients.
    Multilabel {
        /// Columns, or derived labels, with the value of a case; any other value is a control.
        labels: BTreeMap<String, String>,
        /// What happens to a patient whose labels are not all known.
        missing: Holes,
    },
    /// Time until an event, or until the patient was last seen without one.
    Survival {
        /// Column with the time in days.
        time: String,
        /// Column, or derived label, that says whether the event came.
        event: String,
        /// The value of an event; any other is a patient without one.
        positive: String,
        /// Times are rounded up to multiples of this.
        grid: Span,
        /// Patients still followed then count as without an event.
        horizon: Span,
    },
}

/// `outcome.kind`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutcomeKind {
    /// Yes or no.
    #[default]
    Binary,
    /// Ordered classes.
    Ordinal,
    /// Classes without an order.
    Nominal,
    /// Several yes-or-no outcomes.
    Multilabel,
    /// Time to an event.
    Survival,
}

/// `outcome.missing`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Holes {
    /// The patient counts for the labels that are known, and leaves when none is.
    #[default]
    Mask,
    /// The patient leaves the cohort.
    Drop,
}

/// One label of an outcome: a column and how its cells read.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    /// Column of the clinical table, or name of the derived label.
    pub name: String,
    /// Names of the classes, numbered from 0. Of two classes, class 1 is the case; class 0 is named after its value,
    /// `other` when every other value is a control, or `censored` beside `event`.
    pub classes: Vec<String>,
    /// The condition behind a derived label.
    pub derived: Option<Condition>,
    reading: Reading,
}

/// How a cell becomes a class.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Reading {
    Two { positive: String, negative: Option<String> },
    Levels(Vec<String>),
}

impl Outcome {
    /// A binary outcome of one column.
    #[must_use]
    pub fn binary(label: &str, positive: &str) -> Self {
        let predicted =
            Predicted::Binary { label: label.to_owned(), positive: positive.to_owned(), negative: None };
        Self { predicted, composite: BTreeMap::new(), permute: false }
    }

    /// The kind.
    #[must_use]
    pub fn kind(&self) -> OutcomeKind {
        match self.predicted {
            Predicted::Binary { .. } => OutcomeKind::Binary,
            Predicted::Ordinal { .. } => OutcomeKind::Ordinal,
            Predicted::Nominal { .. } => OutcomeKind::Nominal,
            Predicted::Multilabel { .. } => OutcomeKind::Multilabel,
            Predicted::Survival { .. } => OutcomeKind::Survival,
        }
    }

    /// The labels, in a fixed order: one, or several of a multilabel outcome. Of survival, the event.
    #[must_use]
    pub fn labels(&self) -> Vec<Label> {
        let two = |name: &str, names: [&str; 2], positive: &str, negative: Option<&str>| {
            let reading =
                Reading::Two { positive: positive.to_owned(), negative: negative.map(str::to_owned) };
            self.label(name, names.map(str::to_owned).to_vec(), reading)
        };
        match &self.predicted {
            Predicted::Binary { label, positive, negative } => {
                let rest = negative.as_deref().unwrap_or(OTHER);
                vec![two(label, [rest, positive], positive, negative.as_deref())]
            }
            Predicted::Ordinal { label, levels } | Predicted::Nominal { label, levels } => {
                vec![self.label(label, levels.clone(), Reading::Levels(levels.clone()))]
            }
            Predicted::Multilabel { labels, .. } => {
                let label =
                    |(name, positive): (&String, &String)| two(name, [OTHER, positive], positive, None);
                labels.iter().map(label).collect()
            }
            Predicted::Survival { event, positive, .. } => {
                vec![two(event, ["censored", "event"], positive, None)]
            }
        }
    }

    fn label(&self, name: &str, classes: Vec<String>, reading: Reading) -> Label {
        Label { name: name.to_owned(), classes, derived: self.composite.get(name).cloned(), reading }
    }

    /// Number of classes of each label.
    #[must_use]
    pub fn classes(&self) -> usize {
        match &self.predicted {
            Predicted::Ordinal { levels, .. } | Predicted::Nominal { levels, .. } => levels.len(),
            _ => 2,
        }
    }

    /// Time column, grid and horizon of a survival outcome.
    #[must_use]
    pub fn survival(&self) -> Option<(&str, Span, Span)> {
        match &self.predicted {
            Predicted::Survival { time, grid, horizon, .. } => Some((time, *grid, *horizon)),
            _ => None,
        }
    }

    /// The columns of the clinical table that decide the outcome, each once.
    #[must_use]
    pub fn columns(&self) -> Vec<String> {
        let mut columns: Vec<String> =
            self.survival().map(|(time, ..)| time.to_owned()).into_iter().collect();
        for label in self.labels() {
            let own = || vec![label.name.clone()];
            let behind = |condition: &Condition| condition.columns().into_iter().map(str::to_owned).collect();
            for column in label.derived.as_ref().map_or_else(own, behind) {
                if !columns.contains(&column) {
                    columns.push(column);
                }
            }
        }
        columns
    }

    /// What is predicted, for people: `mycn = amplified`, `mki = low, high`.
    #[must_use]
    pub fn text(&self) -> String {
        let labels: Vec<String> = self.labels().iter().map(Label::text).collect();
        match &self.predicted {
            Predicted::Survival { time, .. } => format!("{time} until {}", labels.join("; ")),
            _ => labels.join("; "),
        }
    }
}

impl Label {
    /// The class of a cell; nothing when it is empty or none of the classes.
    #[must_use]
    pub fn class(&self, cell: &str) -> Option<usize> {
        match &self.reading {
            _ if cell.is_empty() => None,
            Reading::Two { positive, .. } if cell == positive => Some(1),
            Reading::Two { negative: Some(negative), .. } => (cell == negative).then_some(0),
            Reading::Two { negative: None, .. } => Some(0),
            Reading::Levels(levels) => levels.iter().position(|level| level == cell),
        }
    }

    fn text(&self) -> String {
        match &self.reading {
            Reading::Two { positive, .. } => format!("{} = {positive}", self.name),
            Reading::Levels(levels) => format!("{} = {}", self.name, levels.join(", ")),
        }
    }
}

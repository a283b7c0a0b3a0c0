//! A question about another dealing of the folds, in a repeated cross-validation.
//!
//! The site deals its patients anew for every repeat of the plan, each under a key of its own, and answers the question
//! with those folds. A repeat that the plan does not have is refused: folds nobody agreed on could be cut to single a
//! patient out.
//!
//! | words | what | reveals |
//! |---|---|---|
//! | those of the question | its summary, with the folds of the repeat | what the question reveals |

use serde::{Deserialize, Serialize};

use crate::disclosure::Released;
use crate::lens::Lens;
use crate::{Computation, Implausible, Networks, Query, QueryFault, Rows, Summary, Unfit, check};

/// Repeats of a study.
pub(crate) const MOST_REPEATS: usize = 20;

/// Asks a question with the folds of one repeat.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repeat {
    /// Which dealing of the folds, counted from 0.
    pub repeat: u32,
    /// What is asked.
    pub question: Box<Query>,
}

/// Rows with the folds of one repeat.
#[derive(Clone, Copy)]
pub(crate) struct Redealt<'a> {
    rows: &'a dyn Rows,
    repeat: u32,
}

impl<'a> Redealt<'a> {
    /// Nothing for a repeat that the plan does not have.
    pub(crate) fn of(rows: &'a dyn Rows, repeat: u32) -> Option<Self> {
        (repeat < rows.repeats()).then_some(Self { rows, repeat })
    }

    pub(crate) fn open(rows: &'a dyn Rows, repeat: u32) -> Result<Self, Unfit> {
        Self::of(rows, repeat).ok_or(Unfit::Repeat { repeat, repeats: rows.repeats() })
    }
}

impl Lens for Redealt<'_> {
    fn below(&self) -> &dyn Rows {
        self.rows
    }

    fn look(&self, row: usize, column: usize) -> f64 {
        self.rows.value(row, column)
    }

    fn held_out_with(&self, row: usize) -> usize {
        self.rows.dealt(row, self.repeat)
    }
}

impl Computation for Repeat {
    /// The sum that answers the question.
    type Finding = Summary;

    fn is_update(&self) -> bool {
        self.question.is_update()
    }

    fn length(&self) -> usize {
        self.question.length()
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        check::index("repeat", self.repeat as usize, MOST_REPEATS)?;
        let nested = matches!(*self.question, Query::Stack(_) | Query::Repeat(_));
        check::size("stacks and repeats within a repeat", usize::from(nested), 0)?;
        self.question.check(width)
    }

    fn describe(&self) -> String {
        format!("with the folds of repeat {}: {}", self.repeat.saturating_add(1), self.question.describe())
    }

    fn released(&self) -> Released {
        self.question.released()
    }

    fn site(&self, rows: &dyn Rows, networks: &dyn Networks) -> Result<Summary, Unfit> {
        self.question.answer(&Redealt::open(rows, self.repeat)?, networks)
    }

    fn finish(&self, sum: &Summary) -> Result<Summary, Implausible> {
        self.question.accept(sum).map_err(|_| Implausible::Shape)?;
        Ok(sum.clone())
    }
}

//! A question put to a Poisson bootstrap of a training set instead of the training set itself.
//!
//! Every patient counts as often as a Poisson(1) number drawn from the plan's seed says (the first draws of the online
//! bootstrap, Oza and Russell 2001), so replicates do not depend on how patients lie over sites. Harmonisation is the
//! training set's own.
//!
//! | words | what | reveals |
//! |---|---|---|
//! | those of the question | its summary over the drawn patients | what the question reveals |

use serde::{Deserialize, Serialize};

use crate::disclosure::Released;
use crate::harmonise::{Harmonise, Harmonised};
use crate::poisson::quantile;
use crate::{Computation, Implausible, Networks, Query, QueryFault, Rows, Summary, Survival, Unfit, check};

/// Replicates of a study.
const MOST_REPLICATES: u32 = 10_000;
/// Most times one patient is drawn; Poisson(1) exceeds it once in 10^12.
const MOST_TIMES: u64 = 14;

/// Asks a question of drawn patients and some columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resample {
    /// Number of the replicate.
    pub replicate: u32,
    /// Cells left out of the training set, which harmonisation describes.
    pub held_out: Vec<usize>,
    /// What is done to the values first.
    pub harmonise: Harmonise,
    /// The columns the question is about, which it numbers from 0.
    pub columns: Vec<usize>,
    /// Moments, products, counts, derivatives of linear fits, life tables or score tests.
    pub question: Box<Query>,
}

/// The drawn patients and columns. Never leaves the site.
struct Drawn<'a> {
    rows: Harmonised<'a>,
    patients: Vec<usize>,
    columns: &'a [usize],
}

/// How often a patient is drawn.
#[must_use]
pub fn poisson(bits: u64) -> usize {
    usize::try_from(quantile(bits, MOST_TIMES)).unwrap_or(0)
}

impl Resample {
    fn drawn<'a>(&'a self, rows: &'a dyn Rows) -> Drawn<'a> {
        let purpose = format!("select/{}", self.replicate);
        let drawn = |row: usize| std::iter::repeat_n(row, poisson(rows.draw(row, &purpose)));
        Drawn {
            rows: self.harmonise.open(rows, &self.held_out),
            patients: (0..rows.len()).flat_map(drawn).collect(),
            columns: &self.columns,
        }
    }
}

impl Computation for Resample {
    /// The sum that answers the question.
    type Finding = Summary;

    fn length(&self) -> usize {
        self.question.length()
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        check::index("replicate", self.replicate as usize, MOST_REPLICATES as usize)?;
        self.held_out.iter().try_for_each(|cell| check::index("cell", *cell, check::MOST_CELLS))?;
        self.harmonise.check(width)?;
        self.columns.iter().try_for_each(|column| check::index("column", *column, width))?;
        let known = matches!(
            *self.question,
            Query::Moments(_)
                | Query::Gram(_)
                | Query::ClassCounts(_)
                | Query::Climb(_)
                | Query::LifeTables(_)
                | Query::CoxScreen(_)
        );
        check::size("other questions of drawn patients", usize::from(!known), 0)?;
        self.question.check(self.columns.len())
    }

    fn describe(&self) -> String {
        format!("of a random draw of patients: {}", self.question.describe())
    }

    fn released(&self) -> Released {
        Released { by_cell: true, ..self.question.released() }
    }

    fn site(&self, rows: &dyn Rows, networks: &dyn Networks) -> Result<Summary, Unfit> {
        self.question.answer(&self.drawn(rows), networks)
    }

    fn finish(&self, sum: &Summary) -> Result<Summary, Implausible> {
        self.question.accept(sum).map_err(|_| Implausible::Shape)?;
        Ok(sum.clone())
    }
}

impl Rows for Drawn<'_> {
    fn len(&self) -> usize {
        self.patients.len()
    }

    fn width(&self) -> usize {
        self.columns.len()
    }

    fn value(&self, row: usize, column: usize) -> f64 {
        self.rows.value(self.patients[row], self.columns[column])
    }

    fn label(&self, row: usize, label: usize) -> Option<u32> {
        self.rows.label(self.patients[row], label)
    }

    fn survival(&self, row: usize) -> Option<Survival> {
        self.rows.survival(self.patients[row])
    }

    fn cell(&self, row: usize) -> usize {
        self.rows.cell(self.patients[row])
    }

    fn flow(&self) -> &[u64] {
        self.rows.flow()
    }

    fn site(&self) -> usize {
        self.rows.site()
    }

    fn draw(&self, row: usize, purpose: &str) -> u64 {
        self.rows.draw(self.patients[row], purpose)
    }
}

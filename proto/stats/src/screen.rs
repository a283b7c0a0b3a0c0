//! Score tests of univariate Cox regressions: many columns at once, in one question.
//!
//! The coordinator tells how many are at risk and have the event at each time of the training set, from a life table;
//! the answer holds sums over patients, and for each column the sums over those at risk. Breslow's ties, as the score
//! test of `coxph`. Spec: docs/reference/methods/survival.md.
//!
//! | words | what | reveals |
//! |---|---|---|
//! | 2 for each column | gradient at zero; sum of squares weighted by the hazard | |
//! | 1 for each column and time | sum over those at risk | means of those still followed |

use serde::{Deserialize, Serialize};

use crate::design::Design;
use crate::disclosure::ReleasedFit;
use crate::distribution::chi_square_tail;
use crate::reader::Reader;
use crate::relevance::Test;
use crate::time::TimeGrid;
use crate::{
    Accumulator, Computation, Implausible, LifeTable, Networks, QueryFault, Released, Rows, Summary, Unfit,
    check,
};

/// Asks for score tests of every column of a design.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoxScreen {
    /// The columns and their training set.
    pub design: Design,
    /// The grid of times.
    pub grid: TimeGrid,
    /// Intervals with an event in the training set, rising.
    pub moments: Vec<usize>,
    /// Events in each of these.
    pub events: Vec<u64>,
    /// Patients at risk in each of these.
    pub at_risk: Vec<u64>,
}

impl CoxScreen {
    /// From the life table of the training set.
    #[must_use]
    pub fn new(design: Design, grid: TimeGrid, life: &LifeTable) -> Self {
        let moments = life.moments();
        let at = |counts: &[u64]| moments.iter().map(|moment| counts[*moment]).collect();
        Self { design, grid, events: at(&life.events), at_risk: at(&life.at_risk), moments }
    }

    fn columns(&self) -> usize {
        self.design.columns.len()
    }

    /// Cumulative hazard after each moment.
    fn hazard(&self) -> Vec<f64> {
        let rise = |total: &mut f64, (d, n): (&u64, &u64)| {
            *total += *d as f64 / (*n).max(1) as f64;
            Some(*total)
        };
        self.events.iter().zip(&self.at_risk).scan(0.0, rise).collect()
    }
}

impl Computation for CoxScreen {
    /// One a column; nothing where it does not vary among those at risk.
    type Finding = Vec<Option<Test>>;

    fn length(&self) -> usize {
        self.columns().saturating_mul(self.moments.len().saturating_add(2))
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        self.design.check(width)?;
        self.grid.check()?;
        self.grid.check_moments(&self.moments)?;
        check::length("events", self.events.len(), self.moments.len())?;
        check::length("patients at risk", self.at_risk.len(), self.moments.len())?;
        self.events.iter().chain(&self.at_risk).try_for_each(|n| check::patients(*n))?;
        check::size("words", self.length(), check::MOST_WORDS)
    }

    fn describe(&self) -> String {
        format!("score tests of {} columns by {} times of events", self.columns(), self.moments.len())
    }

    fn released(&self) -> Released {
        let fit = ReleasedFit { parameters: 1, held_out: self.design.held_out.clone() };
        Released { fits: vec![fit], by_cell: true, step: Some(self.grid.step), ..Released::default() }
    }

    fn site(&self, rows: &dyn Rows, _networks: &dyn Networks) -> Result<Summary, Unfit> {
        let mut sums = Accumulator::new(self.length());
        let (opened, hazard, p) = (self.design.open(rows), self.hazard(), self.columns());
        for row in (0..rows.len()).filter(|row| self.design.trains_on(rows.cell(*row))) {
            let Some(placed) = self.grid.place(rows, row) else { continue };
            let passed = self.moments.partition_point(|moment| *moment <= placed.interval);
            let Some(last) = passed.checked_sub(1) else { continue };
            let event = placed.event && self.moments[last] == placed.interval;
            let residual = f64::from(u8::from(event)) - hazard[last];
            for (j, z) in opened.standardise(row).into_iter().enumerate() {
                sums.add(j, residual * z)?;
                sums.add(p + j, hazard[last] * z * z)?;
                sums.add(p * (2 + last) + j, z)?;
            }
        }
        for word in (2 * p..self.length().saturating_sub(p)).rev() {
            sums.carry(word + p, word);
        }
        Ok(sums.finish())
    }

    fn finish(&self, sum: &Summary) -> Result<Vec<Option<Test>>, Implausible> {
        let (mut words, p) = (Reader::new(sum, self.length())?, self.columns());
        let (gradient, squares) = (words.values(p)?, words.values(p)?);
        let mut information = squares.clone();
        for (d, n) in self.events.iter().zip(&self.at_risk) {
            for (information, sum) in information.iter_mut().zip(words.values(p)?) {
                let mean = sum / (*n).max(1) as f64;
                *information -= *d as f64 * mean * mean;
            }
        }
        let test = |j: usize| {
            let varies = information[j] > squares[j] * 1e-12;
            let statistic = gradient[j] * gradient[j] / information[j];
            varies.then(|| Test { statistic, p: chi_square_tail(statistic, 1.0) })
        };
        Ok((0..p).map(test).collect())
    }
}

//! Life tables: events and censorings in each interval, of all patients or by predicted risk.
//!
//! Everything that is made of numbers at risk follows from them: Kaplan-Meier, Nelson-Aalen, the log-rank test, the
//! weights against censoring, observed risk in groups of predicted risk, net benefit.
//!
//! | words | what | reveals |
//! |---|---|---|
//! | 3 for each interval and group | events, censorings, patients followed beyond the grid (last interval only) | survival curve of the group |
//! | 1 for each group | sum of the group's score | mean predicted risk of the group |

use serde::{Deserialize, Serialize};

use crate::reader::Reader;
use crate::scores::Scorer;
use crate::time::TimeGrid;
use crate::{
    Accumulator, Computation, Implausible, Networks, QueryFault, Released, Rows, Summary, Unfit, check,
};

/// Asks for life tables.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LifeTables {
    /// The grid.
    pub grid: TimeGrid,
    /// Cells whose patients do not count.
    pub held_out: Vec<usize>,
    /// How patients are grouped; all are one group without it.
    pub groups: Option<RiskGroups>,
}

/// Groups by an out-of-fold score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RiskGroups {
    /// The model; its target is not read.
    pub model: Scorer,
    /// For each cell, rising scores; a patient is in the group of as many as the score reaches.
    pub cuts: Vec<Vec<f64>>,
}

/// Events and censorings of a group of patients.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LifeTable {
    /// Patients at risk in each interval.
    pub at_risk: Vec<u64>,
    /// Events in each interval.
    pub events: Vec<u64>,
    /// Patients censored in each interval.
    pub censored: Vec<u64>,
}

/// A group of patients.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Their life table.
    pub life: LifeTable,
    /// Sum of their scores; 0 where patients are not scored.
    pub score: f64,
}

impl LifeTable {
    /// From events and censorings in each interval, and patients followed beyond.
    pub(crate) fn new(events: Vec<u64>, censored: Vec<u64>, beyond: u64) -> Self {
        let mut left = beyond;
        let mut at_risk: Vec<u64> = (events.iter().zip(&censored).rev())
            .map(|(d, c)| {
                left += d + c;
                left
            })
            .collect();
        at_risk.reverse();
        Self { at_risk, events, censored }
    }

    /// All patients of both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let add = |a: &[u64], b: &[u64]| a.iter().zip(b).map(|(a, b)| a + b).collect();
        Self {
            at_risk: add(&self.at_risk, &other.at_risk),
            events: add(&self.events, &other.events),
            censored: add(&self.censored, &other.censored),
        }
    }

    /// Patients at the beginning.
    #[must_use]
    pub fn patients(&self) -> u64 {
        self.at_risk.first().copied().unwrap_or(0)
    }

    /// Intervals with an event.
    #[must_use]
    pub fn moments(&self) -> Vec<usize> {
        (0..self.events.len()).filter(|interval| self.events[*interval] > 0).collect()
    }
}

impl LifeTables {
    /// Number of groups.
    fn groups(&self) -> usize {
        let most = |groups: &RiskGroups| groups.cuts.iter().map(Vec::len).max().unwrap_or(0);
        self.groups.as_ref().map_or(1, |groups| 1 + most(groups))
    }

    fn block(&self) -> usize {
        2usize.saturating_mul(self.grid.intervals).saturating_add(2)
    }

    /// Adds a patient of a group.
    fn contribute(
        &self,
        sums: &mut Accumulator,
        rows: &dyn Rows,
        row: usize,
        group: usize,
        score: f64,
    ) -> Result<(), Unfit> {
        let Some(placed) = self.grid.place(rows, row) else { return Ok(()) };
        if self.held_out.contains(&rows.cell(row)) {
            return Ok(());
        }
        let word = group * self.block();
        sums.count(
            word + 2 * placed.interval + usize::from(!placed.event && placed.interval < self.grid.intervals),
            1,
        );
        sums.add(word + self.block() - 1, score)?;
        Ok(())
    }
}

impl RiskGroups {
    fn check(&self, width: usize) -> Result<(), QueryFault> {
        self.model.check(width)?;
        check::length("lists of cuts", self.cuts.len(), self.model.cells.len())?;
        check::size("cuts", self.cuts.iter().map(Vec::len).max().unwrap_or(0), 1_000)?;
        self.cuts.iter().try_for_each(|cuts| check::finite("cuts", cuts))
    }
}

impl Computation for LifeTables {
    /// One a group, lowest scores first.
    type Finding = Vec<Group>;

    fn length(&self) -> usize {
        self.block().saturating_mul(self.groups())
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        self.grid.check()?;
        self.held_out.iter().try_for_each(|cell| check::index("cell", *cell, check::MOST_CELLS))?;
        self.groups.iter().try_for_each(|groups| groups.check(width))?;
        check::size("words", self.length(), check::MOST_WORDS)
    }

    fn describe(&self) -> String {
        let of = if self.groups.is_some() { "groups by predicted risk" } else { "group of all patients" };
        format!("events and censorings in {} intervals of {} {of}", self.grid.intervals, self.groups())
    }

    fn released(&self) -> Released {
        Released { by_cell: true, step: Some(self.grid.step), ..Released::default() }
    }

    fn site(&self, rows: &dyn Rows, networks: &dyn Networks) -> Result<Summary, Unfit> {
        let mut sums = Accumulator::new(self.length());
        let Some(groups) = &self.groups else {
            (0..rows.len()).try_for_each(|row| self.contribute(&mut sums, rows, row, 0, 0.0))?;
            return Ok(sums.finish());
        };
        for (row, outputs) in groups.model.outputs(rows, networks)? {
            let score = outputs[groups.model.output];
            let cuts = &groups.cuts[rows.cell(row)];
            let group = cuts.iter().filter(|cut| score >= **cut).count();
            self.contribute(&mut sums, rows, row, group, score)?;
        }
        Ok(sums.finish())
    }

    fn finish(&self, sum: &Summary) -> Result<Vec<Group>, Implausible> {
        let mut words = Reader::new(sum, self.length())?;
        let group = |_| {
            let (mut events, mut censored) = (Vec::new(), Vec::new());
            for _ in 0..self.grid.intervals {
                events.push(words.count()?);
                censored.push(words.count()?);
            }
            let beyond = words.count()?;
            Ok(Group { life: LifeTable::new(events, censored, beyond), score: words.value()? })
        };
        (0..self.groups()).map(group).collect()
    }
}

//! Patients by class of an out-of-fold score, interval of time and status: the one table behind concordance and areas
//! under curves at times, with columns shuffled too where their importance is asked.
//!
//! | words | what | reveals |
//! |---|---|---|
//! | packed: for each class of the score 2 counts an interval, and 1 | censorings, events, patients followed beyond the grid | order of scores and times of all sites together |
//! | as often for each column and repeat | the same of scores with the column shuffled within the site | |

use serde::{Deserialize, Serialize};

use crate::disclosure::Released;
use crate::lanes::{self, Lanes};
use crate::permutation::Shuffled;
use crate::ranked_times::{Spot, TimeTally};
use crate::roc::integer_score;
use crate::scores::Scorer;
use crate::time::TimeGrid;
use crate::{Computation, Implausible, Networks, QueryFault, Rows, Summary, Unfit, check};

/// Classes of a score.
const MOST_CLASSES: usize = 4_096;
/// Counts of one table.
const MOST_COUNTS: usize = 1 << 23;

/// Out-of-fold scores in classes, and times on a grid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoredTimes {
    /// The model; its target is not read.
    pub model: Scorer,
    /// The grid.
    pub grid: TimeGrid,
    /// First integer score of each class, rising; lower scores belong to the first.
    pub lows: Vec<u64>,
}

impl ScoredTimes {
    pub(crate) fn check(&self, width: usize) -> Result<(), QueryFault> {
        self.model.check(width)?;
        self.grid.check()?;
        check::index("class of scores", 0, self.lows.len())?;
        check::size("classes of scores", self.lows.len(), MOST_CLASSES)
    }

    /// Every scored patient whose follow-up is known.
    pub(crate) fn spots(
        &self,
        rows: &dyn Rows,
        networks: &dyn Networks,
    ) -> Result<Vec<(usize, Spot)>, Unfit> {
        let spot = |(row, outputs): (usize, Vec<f64>)| {
            let placed = self.grid.place(rows, row)?;
            let score = integer_score(outputs[self.model.output]);
            let class = self.lows.partition_point(|low| *low <= score).saturating_sub(1);
            Some((row, Spot { class, interval: placed.interval, event: placed.event }))
        };
        Ok(self.model.outputs(rows, networks)?.into_iter().filter_map(spot).collect())
    }

    /// Counts of one class.
    fn counts(&self) -> usize {
        self.grid.intervals.saturating_mul(2).saturating_add(1)
    }
}

/// Asks for the table of a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeTable {
    /// The scores.
    pub scored: ScoredTimes,
    /// Columns to shuffle, one at a time, as positions in the schema.
    pub columns: Vec<usize>,
    /// How often each is shuffled.
    pub repeats: u32,
    /// Bits of a count; enough for all patients together.
    pub bits: u32,
}

impl TimeTable {
    /// The model as it is, then each column and repeat.
    fn tables(&self) -> usize {
        self.columns.len().saturating_mul(self.repeats as usize).saturating_add(1)
    }

    fn counts(&self) -> usize {
        self.scored.counts().saturating_mul(self.scored.lows.len())
    }

    fn words(&self) -> usize {
        Lanes::new(self.bits).words(self.counts())
    }

    fn count(&self, rows: &dyn Rows, networks: &dyn Networks, words: &mut Vec<i128>) -> Result<(), Unfit> {
        let mut counts = vec![0; self.counts()];
        for (_, spot) in self.scored.spots(rows, networks)? {
            counts[spot.class * self.scored.counts() + 2 * spot.interval + usize::from(spot.event)] += 1;
        }
        Lanes::new(self.bits).pack(&counts, words)
    }

    fn read(&self, words: &[i128]) -> Result<Vec<TimeTally>, Implausible> {
        let counts = Lanes::new(self.bits).unpack(&mut words.iter(), self.counts())?;
        let tally = |(i, n): (usize, u64)| {
            let (class, place) = (i / self.scored.counts(), i % self.scored.counts());
            TimeTally { spot: Spot { class, interval: place / 2, event: place % 2 == 1 }, n }
        };
        Ok(counts.into_iter().enumerate().filter(|(_, n)| *n > 0).map(tally).collect())
    }
}

impl Computation for TimeTable {
    /// Occupied spots: of the model as it is, then by column and repeat.
    type Finding = (Vec<TimeTally>, Vec<Vec<Vec<TimeTally>>>);

    fn length(&self) -> usize {
        self.tables().saturating_mul(self.words())
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        lanes::check_bits(self.bits)?;
        self.scored.check(width)?;
        self.columns.iter().try_for_each(|column| check::index("column", *column, width))?;
        check::size("repeats", self.repeats as usize, 1_000)?;
        check::size("shuffled columns", self.tables(), check::MOST_FITS)?;
        check::size("counts", self.counts(), MOST_COUNTS)?;
        check::size("words", self.length(), check::MOST_WORDS)
    }

    fn describe(&self) -> String {
        let shuffled = match self.columns.len() {
            0 => String::new(),
            columns => {
                format!(", and so with {columns} columns shuffled {} times within the hospital", self.repeats)
            }
        };
        format!(
            "patients in {} classes of the out-of-fold score by status in {} intervals of time{shuffled}",
            self.scored.lows.len(),
            self.scored.grid.intervals
        )
    }

    fn released(&self) -> Released {
        Released { by_cell: true, step: Some(self.scored.grid.step), ..Released::default() }
    }

    fn site(&self, rows: &dyn Rows, networks: &dyn Networks) -> Result<Summary, Unfit> {
        let mut words = Vec::with_capacity(self.length());
        self.count(rows, networks, &mut words)?;
        for column in &self.columns {
            for repeat in 0..self.repeats {
                self.count(&Shuffled::new(rows, *column, repeat), networks, &mut words)?;
            }
        }
        Ok(Summary::Statistics(words))
    }

    fn finish(&self, sum: &Summary) -> Result<Self::Finding, Implausible> {
        let Summary::Statistics(words) = sum else { return Err(Implausible::Shape) };
        if words.len() != self.length() {
            return Err(Implausible::Shape);
        }
        let tables = words.chunks(self.words()).map(|table| self.read(table));
        let tables: Vec<Vec<TimeTally>> = tables.collect::<Result<_, _>>()?;
        let (whole, shuffled) = tables.split_first().ok_or(Implausible::Shape)?;
        let columns = match self.repeats {
            0 => vec![Vec::new(); self.columns.len()],
            repeats => shuffled.chunks(repeats as usize).map(<[_]>::to_vec).collect(),
        };
        Ok((whole.clone(), columns))
    }
}

//! The grid of times: follow-up in whole intervals, and how many are still followed.
//!
//! A time is rounded up to the end of its interval: events come before censorings of the same interval, as in R. The
//! last interval takes the tail, in which too few are at risk to be told apart. Never: a time of a patient leaves.
//! Spec: docs/reference/methods/survival.md.
//!
//! | words | what | reveals |
//! |---|---|---|
//! | 1 for each interval | patients still followed when it ends, or lost in it | follow-up, events and censorings together |

use serde::{Deserialize, Serialize};

use crate::reader::Reader;
use crate::{
    Accumulator, Computation, Implausible, Networks, QueryFault, Released, Rows, Summary, Unfit, check,
};

/// Intervals of time: the one of time 0, then whole steps; the last may be longer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeGrid {
    /// Length of an interval, in days.
    pub step: f64,
    /// Number of intervals, that of time 0 included.
    pub intervals: usize,
    /// End of the last one, in days; whoever is followed longer is without an event at it.
    pub end: f64,
}

/// Where a patient's follow-up ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// The interval; the number of intervals for a patient followed beyond all of them.
    pub interval: usize,
    /// Whether the event ended it.
    pub event: bool,
}

impl TimeGrid {
    /// All intervals of a step up to a horizon, both in days.
    #[must_use]
    pub fn whole(step: f64, horizon: f64) -> Self {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
        let intervals = (libm::ceil(horizon / step) as usize).saturating_add(1);
        Self { step, intervals, end: horizon }
    }

    /// End of an interval, in days.
    #[must_use]
    pub fn end_of(&self, interval: usize) -> f64 {
        if interval + 1 >= self.intervals { self.end } else { self.step * interval as f64 }
    }

    /// The last interval that has ended at a time; nothing before the first.
    #[must_use]
    pub fn ended(&self, days: f64) -> Option<usize> {
        (0..self.intervals).rev().find(|interval| self.end_of(*interval) <= days)
    }

    /// Where a patient's follow-up ends; nothing where it is not known.
    #[must_use]
    pub fn place(&self, rows: &dyn Rows, row: usize) -> Option<Placed> {
        let survival = rows.survival(row).filter(|survival| survival.days >= 0.0)?;
        if survival.days > self.end {
            return Some(Placed { interval: self.intervals, event: false });
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
        let step = libm::ceil(survival.days / self.step) as usize;
        Some(Placed { interval: step.min(self.intervals - 1), event: survival.event })
    }

    /// The grid whose last interval begins where fewer than `fewest` of these patients are at risk.
    #[must_use]
    pub fn with_merged_tail(self, at_risk: &[u64], fewest: u64) -> Self {
        let enough = at_risk.iter().take_while(|n| **n >= fewest.max(1)).count().max(2);
        let followed = at_risk.iter().take_while(|n| **n > 0).count().max(2);
        let end = self.end_of((followed - 1).min(self.intervals - 1));
        Self { intervals: enough.min(self.intervals), end, ..self }
    }

    pub(crate) fn check(&self) -> Result<(), QueryFault> {
        check::positive("a grid of times", &[self.step, self.end])?;
        check::index("interval", 0, self.intervals)?;
        check::size("intervals", self.intervals, check::MOST_INTERVALS)
    }

    /// Checks positions of intervals: rising, none twice.
    pub(crate) fn check_moments(&self, moments: &[usize]) -> Result<(), QueryFault> {
        check::size("moments", moments.len(), self.intervals)?;
        moments.iter().try_for_each(|moment| check::index("interval", *moment, self.intervals))?;
        let falls = moments.windows(2).filter(|pair| pair[0] >= pair[1]).count();
        check::size("moments out of order", falls, 0)
    }
}

/// Asks how many are followed at each interval of a grid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AtRisk {
    /// The grid.
    pub grid: TimeGrid,
}

impl Computation for AtRisk {
    /// Patients at risk in each interval, falling.
    type Finding = Vec<u64>;

    fn length(&self) -> usize {
        self.grid.intervals
    }

    fn check(&self, _width: usize) -> Result<(), QueryFault> {
        self.grid.check()
    }

    fn describe(&self) -> String {
        format!("patients still followed at each of {} times", self.grid.intervals)
    }

    fn released(&self) -> Released {
        Released { step: Some(self.grid.step), ..Released::default() }
    }

    fn site(&self, rows: &dyn Rows, _networks: &dyn Networks) -> Result<Summary, Unfit> {
        let mut sums = Accumulator::new(self.length());
        for placed in (0..rows.len()).filter_map(|row| self.grid.place(rows, row)) {
            for interval in 0..=placed.interval.min(self.grid.intervals - 1) {
                sums.count(interval, 1);
            }
        }
        Ok(sums.finish())
    }

    fn finish(&self, sum: &Summary) -> Result<Vec<u64>, Implausible> {
        let at_risk = Reader::new(sum, self.length())?.counts(self.length())?;
        match at_risk.windows(2).find(|pair| pair[0] < pair[1]) {
            Some(pair) => Err(Implausible::Count(pair[1] as f64)),
            None => Ok(at_risk),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_begins_where_too_few_are_followed() {
        let whole = TimeGrid::whole(30.0, 100.0);
        assert_eq!((whole.intervals, whole.end_of(1), whole.end_of(4)), (5, 30.0, 100.0));
        let merged = whole.with_merged_tail(&[9, 9, 6, 3, 1], 5);
        assert_eq!((merged.intervals, merged.end), (3, 100.0));
        assert_eq!(
            whole.with_merged_tail(&[9, 9, 6, 3, 0], 1),
            TimeGrid { step: 30.0, intervals: 4, end: 90.0 }
        );
        assert_eq!(merged.ended(99.0), Some(1));
    }
}

//! Reads a sum word by word in the order of its layout, refusing what cannot be.

use consilium_types::fixed;

use crate::summary::{LANE_BITS, LANES, packed};
use crate::{Implausible, Summary};

/// No sum counts more patients: further sums of counts stay within their words.
const MOST_PATIENTS: u64 = 1 << 32;

/// The words of a summary of statistics, first to last.
pub(crate) struct Reader<'a>(std::slice::Iter<'a, i128>);

impl<'a> Reader<'a> {
    pub(crate) fn new(sum: &'a Summary, length: usize) -> Result<Self, Implausible> {
        match sum {
            Summary::Statistics(words) if words.len() == length => Ok(Self(words.iter())),
            _ => Err(Implausible::Shape),
        }
    }

    /// The next word as a number.
    pub(crate) fn value(&mut self) -> Result<f64, Implausible> {
        self.0.next().map(|word| fixed::decode(*word)).ok_or(Implausible::Shape)
    }

    pub(crate) fn values(&mut self, n: usize) -> Result<Vec<f64>, Implausible> {
        (0..n).map(|_| self.value()).collect()
    }

    /// The next word as a whole number of patients.
    pub(crate) fn count(&mut self) -> Result<u64, Implausible> {
        let word = *self.0.next().ok_or(Implausible::Shape)?;
        let whole = word >> fixed::STATISTIC_BITS;
        match u64::try_from(whole) {
            Ok(count) if count <= MOST_PATIENTS && whole << fixed::STATISTIC_BITS == word => Ok(count),
            _ => Err(Implausible::Count(fixed::decode(word))),
        }
    }

    pub(crate) fn counts(&mut self, n: usize) -> Result<Vec<u64>, Implausible> {
        (0..n).map(|_| self.count()).collect()
    }

    /// The next words as `n` packed counts.
    pub(crate) fn packed(&mut self, n: usize) -> Result<Vec<u64>, Implausible> {
        let mut counts = Vec::with_capacity(n);
        for i in 0..packed(n) {
            let word = *self.0.next().ok_or(Implausible::Shape)?;
            let used = LANES.min(n - i * LANES) * LANE_BITS;
            if word < 0 || word >> used != 0 {
                return Err(Implausible::Count(fixed::decode(word)));
            }
            let lane = |lane: usize| u64::try_from((word >> (LANE_BITS * lane)) & ((1 << LANE_BITS) - 1));
            counts.extend((0..LANES.min(n - i * LANES)).filter_map(|l| lane(l).ok()));
        }
        Ok(counts)
    }

    /// The next word as a sum of squares or magnitudes.
    pub(crate) fn non_negative(&mut self, what: &'static str) -> Result<f64, Implausible> {
        let value = self.value()?;
        if value >= 0.0 { Ok(value) } else { Err(Implausible::Value { what, value }) }
    }
}

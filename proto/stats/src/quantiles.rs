//! Quantiles of standardised columns in many training sets at once, by counting below cuts.
//!
//! The first question counts in intervals of 1/32 standard deviation from -4 to 4; each further one divides the
//! intervals that hold a quantile in 16. Two refinements give edges to 2^-13 standard deviations. Values beyond
//! 4 standard deviations share the outer interval, so no extreme is ever searched for.
//!
//! | words | what | reveals |
//! |---|---|---|
//! | 1 for each handful of intervals of each column | patients of the training set in the interval (packed) | pooled distribution of the column |

use serde::{Deserialize, Serialize};

use crate::disclosure::Released;
use crate::lanes::{self, Lanes};
use crate::{Computation, Design, Implausible, Networks, QueryFault, Rows, Summary, Unfit, check};

/// Cuts of one column in one question.
const MOST_CUTS: usize = 4_096;
/// Where the first cuts begin and end, in standard deviations.
const REACH: f64 = 4.0;
/// Intervals of the first question.
const FIRST: u32 = 256;
/// Parts of an interval in each further question.
const PARTS: u32 = 16;
/// Questions after the first.
pub const REFINEMENTS: u32 = 2;

/// Asks how many patients lie between cuts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quantiles {
    /// Training sets and their columns.
    pub designs: Vec<Design>,
    /// For each design and column: ascending cuts of the standardised value.
    pub cuts: Vec<Vec<Vec<f64>>>,
    /// Bits of a count; enough for all patients together.
    pub bits: u32,
}

impl Quantiles {
    fn lanes(&self) -> usize {
        let of_column = |cuts: &Vec<f64>| cuts.len().saturating_add(1);
        self.cuts.iter().flatten().map(of_column).fold(0, usize::saturating_add)
    }
}

impl Computation for Quantiles {
    /// For each design and column: patients below each cut, and, last, all with a value.
    type Finding = Vec<Vec<Vec<u64>>>;

    fn length(&self) -> usize {
        Lanes::new(self.bits).words(self.lanes())
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        lanes::check_bits(self.bits)?;
        check::size("designs", self.designs.len(), check::MOST_FITS)?;
        check::length("lists of cuts", self.cuts.len(), self.designs.len())?;
        for (design, lists) in self.designs.iter().zip(&self.cuts) {
            design.check(width)?;
            check::length("lists of cuts", lists.len(), design.columns.len())?;
            lists.iter().try_for_each(|cuts| check::ascending("cuts", cuts, MOST_CUTS))?;
        }
        check::size("counts", self.lanes(), check::MOST_WORDS)
    }

    fn describe(&self) -> String {
        let columns = self.cuts.iter().fold(0usize, |sum, lists| sum.saturating_add(lists.len()));
        format!("patients between cuts of {columns} standardised columns of training sets")
    }

    fn released(&self) -> Released {
        Released { by_cell: true, cuts: self.cuts.iter().flatten().cloned().collect(), ..Released::default() }
    }

    fn site(&self, rows: &dyn Rows, _networks: &dyn Networks) -> Result<Summary, Unfit> {
        let mut counts = vec![0; self.lanes()];
        let mut from = 0;
        for (design, lists) in self.designs.iter().zip(&self.cuts) {
            let opened = design.open(rows);
            for row in (0..rows.len()).filter(|row| design.trains_on(rows.cell(*row))) {
                let mut lane = from;
                for (value, cuts) in opened.known(row).iter().zip(lists) {
                    if !value.is_nan() {
                        counts[lane + cuts.partition_point(|cut| cut <= value)] += 1;
                    }
                    lane += cuts.len() + 1;
                }
            }
            from += lists.iter().map(|cuts| cuts.len() + 1).sum::<usize>();
        }
        let mut words = Vec::with_capacity(self.length());
        Lanes::new(self.bits).pack(&counts, &mut words)?;
        Ok(Summary::Statistics(words))
    }

    fn finish(&self, sum: &Summary) -> Result<Self::Finding, Implausible> {
        let Summary::Statistics(words) = sum else { return Err(Implausible::Shape) };
        let counts = Lanes::new(self.bits).unpack(&mut words.iter(), self.lanes())?;
        let mut counts = counts.into_iter();
        let mut below = |cuts: &Vec<f64>| {
            let cumulate = |sum: &mut u64, n| {
                *sum += n;
                Some(*sum)
            };
            counts.by_ref().take(cuts.len() + 1).scan(0, cumulate).collect()
        };
        Ok(self.cuts.iter().map(|lists| lists.iter().map(&mut below).collect()).collect())
    }
}

/// The search for the quantiles of one column.
#[derive(Debug, Clone, PartialEq)]
pub struct QuantileSearch {
    parts: u32,
    /// Where each quantile lies; nothing before the first answer.
    brackets: Vec<Bracket>,
    cuts: Vec<f64>,
    known: u64,
}

/// A quantile is above `low` and not above `high`.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Bracket {
    rank: u64,
    low: f64,
    high: f64,
    below: u64,
}

impl QuantileSearch {
    /// Searches the edges of `parts` equally filled bins.
    #[must_use]
    pub fn new(parts: u32) -> Self {
        let step = 2.0 * REACH / f64::from(FIRST);
        let cuts = (0..=FIRST).map(|i| f64::from(i) * step - REACH).collect();
        Self { parts, brackets: Vec::new(), cuts, known: 0 }
    }

    /// What to count next.
    #[must_use]
    pub fn cuts(&self) -> &[f64] {
        &self.cuts
    }

    /// Takes the patients below each cut, and all with a value, last.
    pub fn advance(&mut self, below: &[u64]) {
        if self.brackets.is_empty() {
            self.known = below.last().copied().unwrap_or(0);
            let rank = |part: u32| (u64::from(part) * self.known).div_ceil(u64::from(self.parts));
            let whole =
                |rank| Bracket { rank, low: f64::NEG_INFINITY, high: f64::INFINITY, below: self.known };
            self.brackets = (1..self.parts).map(rank).filter(|rank| *rank > 0).map(whole).collect();
        }
        for bracket in &mut self.brackets {
            bracket.narrow(&self.cuts, below);
        }
        let mut next: Vec<f64> = self.brackets.iter().flat_map(|bracket| bracket.inner()).collect();
        next.sort_by(f64::total_cmp);
        next.dedup();
        self.cuts = next;
    }

    /// Edges of the bins, ascending; each leaves patients on both sides.
    #[must_use]
    pub fn edges(&self) -> Vec<f64> {
        let mut edges: Vec<(u64, f64)> = Vec::new();
        for bracket in self.brackets.iter().filter(|b| b.below < self.known && b.high.is_finite()) {
            if edges.last().is_none_or(|(below, _)| *below < bracket.below) {
                edges.push((bracket.below, bracket.high));
            }
        }
        edges.into_iter().map(|(_, edge)| edge).collect()
    }
}

impl Bracket {
    fn narrow(&mut self, cuts: &[f64], below: &[u64]) {
        for (cut, below) in cuts.iter().zip(below) {
            if *cut > self.low && *cut < self.high {
                if *below >= self.rank {
                    (self.high, self.below) = (*cut, *below);
                    return;
                }
                self.low = *cut;
            }
        }
    }

    /// Cuts that divide a bounded bracket.
    fn inner(self) -> impl Iterator<Item = f64> {
        let width = self.high - self.low;
        let parts = if width.is_finite() { PARTS } else { 0 };
        (1..parts).map(move |i| self.low + width * f64::from(i) / f64::from(PARTS))
    }
}

//! The exact ROC curve of out-of-fold scores, by refinement.
//!
//! A score is the integer `p * 2^52`. The first question counts cases and controls in 4,096 intervals; each further
//! question splits only the intervals that hold both, until every interval holds one class or a single value. The
//! area is then that of the scores themselves, and no site ever sends a score.
//!
//! | words | what | reveals |
//! |---|---|---|
//! | 2 for each part of each interval asked | controls, cases | the ROC curve |

use serde::{Deserialize, Serialize};

use crate::reader::Reader;
use crate::scores::Scorer;
use crate::{Accumulator, Computation, Implausible, Networks, QueryFault, Rows, Summary, Unfit, check};

/// Bits of a score.
pub(crate) const SCORE_BITS: u32 = 52;
/// What one integer score is worth.
pub const SCORE_UNIT: f64 = 1.0 / (1u64 << SCORE_BITS) as f64;
/// Bits by which the first question splits.
const FIRST_SPLIT: u32 = 12;
/// Bits by which each further question splits.
const NEXT_SPLIT: u32 = 8;

/// Asks for counts in parts of intervals of the score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Roc {
    /// The models scored.
    pub models: Vec<Scorer>,
    /// For each model, the intervals to split.
    pub split: Vec<Vec<Interval>>,
}

/// Scores from `low` to `low + 2^bits - 1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interval {
    /// First score.
    pub low: u64,
    /// Width, as a power of two.
    pub bits: u32,
}

/// Patients in an interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Where.
    pub interval: Interval,
    /// Controls there.
    pub controls: u64,
    /// Cases there.
    pub cases: u64,
}

impl Interval {
    /// All scores.
    #[must_use]
    pub fn whole() -> Self {
        Self { low: 0, bits: SCORE_BITS }
    }

    /// By how many bits a question splits this interval.
    fn split_bits(self) -> u32 {
        if self.bits == SCORE_BITS { FIRST_SPLIT } else { NEXT_SPLIT.min(self.bits) }
    }

    fn parts(self) -> usize {
        1 << self.split_bits()
    }

    /// The first score above the interval.
    #[must_use]
    pub fn end(self) -> u64 {
        self.low + (1 << self.bits)
    }

    fn part(self, index: usize) -> Self {
        let bits = self.bits - self.split_bits();
        Self { low: self.low + ((index as u64) << bits), bits }
    }

    /// Which part holds a score, if any does.
    fn part_of(self, score: u64) -> Option<usize> {
        let offset = score.checked_sub(self.low).filter(|offset| offset >> self.bits == 0)?;
        usize::try_from(offset >> (self.bits - self.split_bits())).ok()
    }

    fn check(self) -> Result<(), QueryFault> {
        check::size("bits of an interval", self.bits as usize, SCORE_BITS as usize)?;
        let top = usize::try_from(self.low >> SCORE_BITS).unwrap_or(usize::MAX);
        check::index("interval", top, 1)
    }
}

impl Tally {
    /// Whether cases and controls are still mixed and can be told apart.
    #[must_use]
    pub fn is_mixed(&self) -> bool {
        self.controls > 0 && self.cases > 0 && self.interval.bits > 0
    }
}

/// The score as the integer that is compared.
pub(crate) fn integer_score(probability: f64) -> u64 {
    let scaled = probability * (1u64 << SCORE_BITS) as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "`as` saturates, NaN gives 0"
    )]
    let score = scaled.round_ties_even() as u64;
    score.min((1 << SCORE_BITS) - 1)
}

impl Computation for Roc {
    /// For each model, every part of every interval asked for that holds a patient.
    type Finding = Vec<Vec<Tally>>;

    fn length(&self) -> usize {
        let parts = |interval: &Interval| if interval.bits <= SCORE_BITS { interval.parts() } else { 0 };
        self.split.iter().flatten().fold(0usize, |sum, interval| sum.saturating_add(2 * parts(interval)))
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        check::size("models", self.models.len(), check::MOST_FITS)?;
        check::length("lists of intervals", self.split.len(), self.models.len())?;
        self.models.iter().try_for_each(|model| model.check(width))?;
        self.split.iter().flatten().try_for_each(|interval| interval.check())?;
        check::size("words", self.length(), check::MOST_WORDS)
    }

    fn describe(&self) -> String {
        let intervals: usize = self.split.iter().map(Vec::len).sum();
        format!(
            "cases and controls in parts of {intervals} intervals of the out-of-fold scores of {} models",
            self.models.len()
        )
    }

    fn site(&self, rows: &dyn Rows, networks: &dyn Networks) -> Result<Summary, Unfit> {
        let mut sums = Accumulator::new(self.length());
        let mut word = 0;
        for (model, intervals) in self.models.iter().zip(&self.split) {
            let scores = if intervals.is_empty() { Vec::new() } else { model.scores(rows, networks)? };
            for interval in intervals {
                for score in &scores {
                    if let Some(part) = interval.part_of(integer_score(score.probability)) {
                        sums.count(word + 2 * part + usize::from(score.case), 1);
                    }
                }
                word += 2 * interval.parts();
            }
        }
        Ok(sums.finish())
    }

    fn finish(&self, sum: &Summary) -> Result<Vec<Vec<Tally>>, Implausible> {
        let mut words = Reader::new(sum, self.length())?;
        let mut found = Vec::with_capacity(self.split.len());
        for intervals in &self.split {
            let mut tallies = Vec::new();
            for interval in intervals {
                for part in 0..interval.parts() {
                    let (controls, cases) = (words.count()?, words.count()?);
                    if controls + cases > 0 {
                        tallies.push(Tally { interval: interval.part(part), controls, cases });
                    }
                }
            }
            found.push(tallies);
        }
        Ok(found)
    }
}

/// Area under an ROC curve, its standard error, and the curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Area {
    /// Probability that a case scores above a control, ties counting half.
    pub auc: f64,
    /// DeLong's standard error. Source: Biometrics 44 (1988) 837.
    pub se: f64,
    /// False and true positive rates from (0, 0) to (1, 1).
    pub curve: Vec<[f64; 2]>,
}

impl Area {
    /// From tallies that are pure or single values, in any order; nothing without both classes.
    #[must_use]
    pub fn of(tallies: &[Tally]) -> Option<Self> {
        let mut tallies = tallies.to_vec();
        tallies.sort_unstable_by_key(|tally| tally.interval.low);
        let controls: u64 = tallies.iter().map(|tally| tally.controls).sum();
        let cases: u64 = tallies.iter().map(|tally| tally.cases).sum();
        if controls == 0 || cases == 0 {
            return None;
        }
        let auc = mean_placement(&tallies, |t| (t.controls, t.cases), controls) / cases as f64;
        let variance = placement_variance(&tallies, |t| (t.controls, t.cases), controls, cases, auc)
            + placement_variance(&tallies, |t| (t.cases, t.controls), cases, controls, 1.0 - auc);
        Some(Self { auc, se: variance.sqrt(), curve: curve(&tallies, controls, cases) })
    }
}

/// Where the patients, in order of their scores, are cut into `groups` of equal size: for each cut the least end of a
/// tally that has at least `k n / groups` patients below it. Equal scores stay together. Tallies in order.
#[must_use]
pub fn cuts(tallies: &[Tally], groups: u64) -> Vec<u64> {
    let n: u64 = tallies.iter().map(|t| t.controls + t.cases).sum();
    let (mut below, mut cuts) = (0, Vec::new());
    for tally in tallies {
        below += tally.controls + tally.cases;
        while (cuts.len() as u64) + 1 < groups && below * groups >= (cuts.len() as u64 + 1) * n {
            cuts.push(tally.interval.end());
        }
    }
    cuts
}

/// Which tallies hold, between two of their patients, a cut into `groups` of equal size. Tallies in order.
#[must_use]
pub fn is_cut(tallies: &[Tally], groups: u64) -> Vec<bool> {
    let n: u64 = tallies.iter().map(|t| t.controls + t.cases).sum();
    let within = |below: &mut u64, tally: &Tally| {
        let (from, to) = (*below * groups, (*below + tally.controls + tally.cases) * groups);
        *below = to / groups;
        let first = from / n.max(1) + 1;
        Some(tally.interval.bits > 0 && first < groups && first * n < to)
    };
    tallies.iter().scan(0, |below, tally| within(below, tally)).collect()
}

type Split = fn(&Tally) -> (u64, u64);

/// For each tally, the share of the others that score lower (ties half), with how many of ours are there.
fn placements(tallies: &[Tally], split: Split, others: u64) -> impl Iterator<Item = (f64, f64)> {
    tallies.iter().scan(0u64, move |below, tally| {
        let (theirs, ours) = split(tally);
        let share = (*below as f64 + 0.5 * theirs as f64) / others as f64;
        *below += theirs;
        Some((share, ours as f64))
    })
}

fn mean_placement(tallies: &[Tally], split: Split, others: u64) -> f64 {
    placements(tallies, split, others).map(|(share, ours)| share * ours).sum()
}

/// Variance of the mean placement of `ours`; 0 for a single patient.
fn placement_variance(tallies: &[Tally], split: Split, others: u64, ours: u64, mean: f64) -> f64 {
    if ours < 2 {
        return 0.0;
    }
    let squares: f64 = placements(tallies, split, others).map(|(share, n)| n * (share - mean).powi(2)).sum();
    squares / (ours as f64 - 1.0) / ours as f64
}

fn curve(tallies: &[Tally], controls: u64, cases: u64) -> Vec<[f64; 2]> {
    let mut points = vec![[0.0, 0.0]];
    let (mut false_positives, mut true_positives) = (0, 0);
    for tally in tallies.iter().rev() {
        false_positives += tally.controls;
        true_positives += tally.cases;
        points.push([false_positives as f64 / controls as f64, true_positives as f64 / cases as f64]);
    }
    points
}

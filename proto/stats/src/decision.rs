//! Where a probability becomes a class: thresholds chosen on training folds, and what they decide of held-out patients.
//!
//! | words | what | reveals |
//! |---|---|---|
//! | `Cuts`: 512 for each model and fold | cases and controls of the training set in 1,024 equal intervals of the score, four counts a word | training ROC curve |
//! | `Decision`: 1 for each model | true and false negatives and positives at each fold's own threshold, in one word | pooled 2 x 2 table |

use serde::{Deserialize, Serialize};

use crate::reader::Reader;
use crate::roc::{SCORE_BITS, integer_score};
use crate::scores::Scorer;
use crate::summary::packed;
use crate::{Accumulator, Computation, Implausible, Networks, QueryFault, Rows, Summary, Unfit, check};

/// Intervals of the score among whose ends a threshold is chosen.
const PARTS: usize = 1_024;
/// Their number as a power of two.
const PART_BITS: u32 = 10;

/// Asks how the scores of training sets are distributed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cuts {
    /// The models.
    pub models: Vec<Scorer>,
}

/// Controls and cases of a training set in each of 1,024 equal intervals of the score.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainingScores(Vec<[u64; 2]>);

impl TrainingScores {
    /// The multiple of 1/1024 with the largest sum of sensitivity and specificity, patients at or above it counting
    /// as positive. Of neighbouring multiples that decide alike, the middle one; of equal sums, the lowest. One half
    /// without both classes.
    #[must_use]
    pub fn youden(&self) -> f64 {
        let total = self.0.iter().fold([0, 0], |sum, part| [sum[0] + part[0], sum[1] + part[1]]);
        let mut below = [0u64, 0];
        let (mut best, mut first, mut last) = (0.0, PARTS / 2, PARTS / 2);
        for (k, part) in (1..PARTS).zip(&self.0) {
            below = [below[0] + part[0], below[1] + part[1]];
            let index = below[0] as f64 / total[0] as f64 - below[1] as f64 / total[1] as f64;
            if index > best {
                (best, first, last) = (index, k, k);
            } else if *part == [0, 0] && last + 1 == k && best > 0.0 {
                last = k;
            }
        }
        f64::midpoint(first as f64, last as f64).floor() / PARTS as f64
    }
}

impl TrainingScores {
    /// Multiples of 1/1024 that cut the training set into groups of equal size, as far as its scores differ by that much:
    /// each the lowest with at least its share of the patients below. Equal where patients score alike.
    #[must_use]
    pub fn groups(&self, groups: u32) -> Vec<f64> {
        let total: u64 = self.0.iter().flatten().sum();
        let (mut below, mut cuts) = (0, Vec::new());
        for (k, part) in (1..PARTS).zip(&self.0) {
            below += part[0] + part[1];
            let share = |cut: u64| cut * total <= below * u64::from(groups);
            let reached = (1..u64::from(groups)).take_while(|cut| share(*cut)).count();
            if reached > cuts.len() {
                cuts.resize(reached, k as f64 / PARTS as f64);
            }
        }
        cuts
    }
}

impl Cuts {
    fn folds(&self) -> usize {
        self.models.iter().fold(0usize, |sum, model| sum.saturating_add(model.cells.iter().flatten().count()))
    }
}

impl Computation for Cuts {
    /// For each model and cell; nothing for a cell that is not scored.
    type Finding = Vec<Vec<Option<TrainingScores>>>;

    fn length(&self) -> usize {
        self.folds().saturating_mul(packed(2 * PARTS))
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        check::size("models", self.models.len(), check::MOST_FITS)?;
        self.models.iter().try_for_each(|model| model.check(width))?;
        check::size("words", self.length(), check::MOST_WORDS)
    }

    fn describe(&self) -> String {
        let models = self.models.len();
        format!("cases and controls of training sets in {PARTS} intervals of the scores of {models} models")
    }

    fn site(&self, rows: &dyn Rows, networks: &dyn Networks) -> Result<Summary, Unfit> {
        let mut sums = Accumulator::new(self.length());
        let mut word = 0;
        for model in &self.models {
            let by_cell = model.training_scores(rows, networks)?;
            for (scores, _) in by_cell.iter().zip(&model.cells).filter(|(_, cell)| cell.is_some()) {
                for score in scores {
                    let part = integer_score(score.probability) >> (SCORE_BITS - PART_BITS);
                    let part = usize::try_from(part).unwrap_or(PARTS - 1);
                    sums.pack(word, 2 * part + usize::from(score.case), 1);
                }
                word += packed(2 * PARTS);
            }
        }
        Ok(sums.finish())
    }

    fn finish(&self, sum: &Summary) -> Result<Self::Finding, Implausible> {
        let mut words = Reader::new(sum, self.length())?;
        let mut of_cell = |cell: &Option<_>| {
            let Some(_) = cell else { return Ok(None) };
            let counts = words.packed(2 * PARTS)?;
            Ok(Some(TrainingScores(counts.as_chunks::<2>().0.to_vec())))
        };
        self.models.iter().map(|model| model.cells.iter().map(&mut of_cell).collect()).collect()
    }
}

/// Asks what thresholds decide of held-out patients.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// The models.
    pub models: Vec<Scorer>,
    /// For each model, the threshold of each cell.
    pub thresholds: Vec<Vec<f64>>,
}

/// A 2 x 2 table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// Controls below their threshold.
    pub true_negatives: u64,
    /// Controls at or above it.
    pub false_positives: u64,
    /// Cases below it.
    pub false_negatives: u64,
    /// Cases at or above it.
    pub true_positives: u64,
}

pub(crate) fn check_thresholds(models: &[Scorer], thresholds: &[Vec<f64>]) -> Result<(), QueryFault> {
    check::length("lists of thresholds", thresholds.len(), models.len())?;
    models.iter().zip(thresholds).try_for_each(|(model, thresholds)| {
        check::length("thresholds", thresholds.len(), model.cells.len())?;
        check::finite("thresholds", thresholds)
    })
}

impl Computation for Decision {
    type Finding = Vec<Decided>;

    fn length(&self) -> usize {
        self.models.len()
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        check::size("models", self.models.len(), check::MOST_FITS)?;
        self.models.iter().try_for_each(|model| model.check(width))?;
        check_thresholds(&self.models, &self.thresholds)
    }

    fn describe(&self) -> String {
        format!("true and false positives and negatives at the thresholds of {} models", self.models.len())
    }

    fn site(&self, rows: &dyn Rows, networks: &dyn Networks) -> Result<Summary, Unfit> {
        let mut sums = Accumulator::new(self.length());
        for (word, (model, thresholds)) in self.models.iter().zip(&self.thresholds).enumerate() {
            for (row, score) in model.scored(rows, networks)? {
                let positive = score.probability >= thresholds[rows.cell(row)];
                sums.pack(word, 2 * usize::from(score.case) + usize::from(positive), 1);
            }
        }
        Ok(sums.finish())
    }

    fn finish(&self, sum: &Summary) -> Result<Vec<Decided>, Implausible> {
        let mut words = Reader::new(sum, self.length())?;
        let mut decided = |_| words.packed(4).map(|counts| Decided::of(&counts));
        (0..self.models.len()).map(&mut decided).collect()
    }
}

impl Decided {
    /// From four counts in the order of the fields.
    pub(crate) fn of(counts: &[u64]) -> Self {
        Self {
            true_negatives: counts[0],
            false_positives: counts[1],
            false_negatives: counts[2],
            true_positives: counts[3],
        }
    }
}

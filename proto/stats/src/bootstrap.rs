//! The Poisson bootstrap: every patient counts 0, 1, 2, ... times in each replicate, drawn from the plan's seed and
//! the patient's pseudonym. All replicates and models travel together, and a patient has the same weight in all models.
//!
//! | words | what | reveals |
//! |---|---|---|
//! | for each model and replicate: 2 counts a tally | weighted controls and cases in each tally of the score | ROC curve of a replicate |
//! | 4 counts | weighted 2 x 2 table at each fold's own threshold | |
//! | 2 counts a threshold | weighted false and true positives | decision curve of a replicate |
//! | 1 word | weighted sum of (y - p)^2 | |
//!
//! Counts are packed, four in a word. Source: Hanley and `MacGibbon`, Comput Methods Programs Biomed 83 (2006) 57.

use serde::{Deserialize, Serialize};

use crate::decision::{Decided, check_thresholds};
use crate::poisson::quantile;
use crate::reader::Reader;
use crate::roc::integer_score;
use crate::scores::{Score, Scorer};
use crate::summary::packed;
use crate::{
    Accumulator, Computation, Implausible, Networks, QueryFault, Rows, Summary, Tally, Unfit, check,
};

/// Replicates of a study.
const MOST_REPLICATES: usize = 10_000;
/// Tallies of one model in a replicate; further ones are merged with their neighbours.
const MOST_TALLIES: usize = 256;
/// Largest weight: P(Poisson(1) > 20) is 7e-21.
const MOST_WEIGHT: u64 = 20;

/// Asks for the evaluation of models in replicates of the cohort.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bootstrap {
    /// The models.
    pub models: Vec<Scorer>,
    /// For each model the first scores of its tallies, in order; see [`tally_lows`].
    pub lows: Vec<Vec<u64>>,
    /// For each model, the threshold of each cell.
    pub thresholds: Vec<Vec<f64>>,
    /// Thresholds of the decision curve.
    pub curve: Vec<f64>,
    /// Number of replicates.
    pub replicates: usize,
}

/// One model in one replicate.
#[derive(Debug, Clone, PartialEq)]
pub struct Replicate {
    /// Weighted controls and cases in each tally.
    pub tallies: Vec<[u64; 2]>,
    /// At each fold's own threshold.
    pub decided: Decided,
    /// Weighted false and true positives at each threshold of the decision curve.
    pub positives: Vec<[u64; 2]>,
    /// Weighted sum of squared errors.
    pub squared_error: f64,
}

/// First scores of at most 256 tallies; with more, neighbours are merged evenly. Tallies in order.
#[must_use]
pub fn tally_lows(tallies: &[Tally]) -> Vec<u64> {
    let step = tallies.len().div_ceil(MOST_TALLIES).max(1);
    tallies.iter().step_by(step).map(|tally| tally.interval.low).collect()
}

/// How often a patient is in a replicate.
pub(crate) fn poisson(bits: u64) -> u64 {
    quantile(bits, MOST_WEIGHT)
}

impl Replicate {
    /// Area under the ROC curve, ties half; nothing without both classes.
    #[must_use]
    pub fn auc(&self) -> Option<f64> {
        let (mut below, mut pairs, mut cases) = (0.0, 0.0, 0.0);
        for [theirs, ours] in &self.tallies {
            pairs += *ours as f64 * (below + 0.5 * *theirs as f64);
            below += *theirs as f64;
            cases += *ours as f64;
        }
        (below > 0.0 && cases > 0.0).then(|| pairs / below / cases)
    }
}

impl Bootstrap {
    /// Counts of one model in one replicate.
    fn counts(&self, model: usize) -> usize {
        (self.lows[model].len()).saturating_add(self.curve.len()).saturating_mul(2).saturating_add(4)
    }

    /// Words of one model in one replicate.
    fn words(&self, model: usize) -> usize {
        packed(self.counts(model)) + 1
    }

    fn lanes(&self, model: usize, cell: usize, score: Score) -> Vec<usize> {
        let (case, p) = (usize::from(score.case), score.probability);
        let tally = self.lows[model].partition_point(|low| *low <= integer_score(p)).saturating_sub(1);
        let decided = 2 * self.lows[model].len();
        let positive = usize::from(p >= self.thresholds[model][cell]);
        let curve = self.curve.iter().enumerate().filter(|(_, t)| p >= **t);
        let curve = curve.map(|(i, _)| decided + 4 + 2 * i + case);
        [2 * tally + case, decided + 2 * case + positive].into_iter().chain(curve).collect()
    }
}

impl Computation for Bootstrap {
    /// For each model and replicate.
    type Finding = Vec<Vec<Replicate>>;

    fn length(&self) -> usize {
        let models = (0..self.lows.len()).fold(0usize, |sum, m| sum.saturating_add(self.words(m)));
        models.saturating_mul(self.replicates)
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        check::size("models", self.models.len(), check::MOST_FITS)?;
        check::size("replicates", self.replicates, MOST_REPLICATES)?;
        check::size("thresholds", self.curve.len(), 1_000)?;
        check::finite("thresholds", &self.curve)?;
        self.models.iter().try_for_each(|model| model.check(width))?;
        check_thresholds(&self.models, &self.thresholds)?;
        check::length("lists of tallies", self.lows.len(), self.models.len())?;
        self.lows.iter().try_for_each(|lows| {
            check::index("tally", 0, lows.len())?;
            check::size("tallies", lows.len(), MOST_TALLIES)
        })?;
        check::size("words", self.length(), check::MOST_WORDS)
    }

    fn describe(&self) -> String {
        format!(
            "weighted counts along the scores of {} models in {} Poisson bootstraps",
            self.models.len(),
            self.replicates
        )
    }

    fn site(&self, rows: &dyn Rows, networks: &dyn Networks) -> Result<Summary, Unfit> {
        let mut sums = Accumulator::new(self.length());
        let purposes: Vec<String> = (0..self.replicates).map(|b| format!("bootstrap/{b}")).collect();
        let weights = |row| purposes.iter().map(|purpose| poisson(rows.draw(row, purpose))).collect();
        let weights: Vec<Vec<u64>> = (0..rows.len()).map(weights).collect();
        let mut start = 0;
        for (m, model) in self.models.iter().enumerate() {
            for (row, score) in model.scored(rows, networks)? {
                let lanes = self.lanes(m, rows.cell(row), score);
                let error = f64::from(u8::from(score.case)) - score.probability;
                for (b, weight) in weights[row].iter().enumerate().filter(|(_, weight)| **weight > 0) {
                    let word = start + b * self.words(m);
                    lanes.iter().for_each(|lane| sums.pack(word, *lane, *weight));
                    sums.add(word + self.words(m) - 1, *weight as f64 * (error * error))?;
                }
            }
            start += self.replicates * self.words(m);
        }
        Ok(sums.finish())
    }

    fn finish(&self, sum: &Summary) -> Result<Vec<Vec<Replicate>>, Implausible> {
        let mut words = Reader::new(sum, self.length())?;
        let mut replicate = |m: usize| {
            let counts = words.packed(self.counts(m))?;
            let (tallies, rest) = counts.split_at(2 * self.lows[m].len());
            Ok(Replicate {
                tallies: tallies.as_chunks::<2>().0.to_vec(),
                decided: Decided::of(rest),
                positives: rest[4..].as_chunks::<2>().0.to_vec(),
                squared_error: words.non_negative("a squared error")?,
            })
        };
        (0..self.lows.len()).map(|m| (0..self.replicates).map(|_| replicate(m)).collect()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// scipy 1.17.1: stats.poisson.cdf(k, 1).
    #[test]
    fn weights_follow_the_poisson_distribution() {
        let cdf = [0.367_879_441_171_442_3, 0.735_758_882_342_884_6, 0.919_698_602_928_605_8];
        for (k, share) in (0u64..).zip(cdf) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 2^53")]
            let at = |u: f64| poisson(((u * (1u64 << 53) as f64) as u64) << 11);
            assert_eq!((at(share - 1e-12), at(share + 1e-12)), (k, k + 1));
        }
        assert_eq!(poisson(0), 0);
        assert_eq!(poisson(u64::MAX), 18);
    }
}

//! How AUCs vary together: covariances of models that score the same patients, after DeLong.
//!
//! Once the pooled tallies of each model are known, the coordinator says what a control or a case in each tally adds
//! to the error of the model's AUC (its placement, centred and divided by the patients of its class). A site sums
//! products of these over its patients. Models of several repeats of a cross-validation may stand side by side: each
//! patient is then scored with the folds of each model's repeat. Source: DeLong, DeLong and Clarke-Pearson, Biometrics 44 (1988) 837.
//!
//! | words | what | reveals |
//! |---|---|---|
//! | 1 for each pair of models | sum of products of two influences | covariance of two pooled AUCs |

use serde::{Deserialize, Serialize};

use crate::linear::Symmetric;
use crate::reader::Reader;
use crate::repeat::{MOST_REPEATS, Redealt};
use crate::roc::integer_score;
use crate::scores::{Score, Scorer};
use crate::{
    Accumulator, Area, Computation, Implausible, Networks, QueryFault, Rows, Summary, Tally, Unfit, check,
};

/// Models compared in one question.
const MOST_MODELS: usize = 500;

/// Asks for sums of products of influences.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Placement {
    /// The models.
    pub models: Vec<Ranked>,
}

/// A model whose pooled tallies are known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ranked {
    /// The model.
    pub scorer: Scorer,
    /// Which dealing of the folds it was evaluated with, counted from 0.
    #[serde(default)]
    pub repeat: u32,
    /// First score of each tally, in order.
    pub lows: Vec<u64>,
    /// For each tally, the influence of a control there and of a case there.
    pub influence: Vec<[f64; 2]>,
}

impl Ranked {
    /// From pooled tallies in any order; nothing without both classes.
    ///
    /// The influence of a case is `n / cases * sqrt(cases / (cases - 1)) * (V - auc)` with V the share of controls
    /// below it, ties half, n the patients of both classes; that of a control likewise. A class of one has none.
    #[must_use]
    pub fn new(scorer: Scorer, repeat: u32, tallies: &[Tally]) -> Option<Self> {
        let auc = Area::of(tallies)?.auc;
        let mut tallies = tallies.to_vec();
        tallies.sort_unstable_by_key(|tally| tally.interval.low);
        let controls = tallies.iter().map(|t| t.controls).sum::<u64>() as f64;
        let cases = tallies.iter().map(|t| t.cases).sum::<u64>() as f64;
        let weight = |m: f64| if m < 2.0 { 0.0 } else { (controls + cases) / m * (m / (m - 1.0)).sqrt() };
        let (of_control, of_case) = (weight(controls), weight(cases));
        let (mut controls_below, mut cases_below) = (0.0, 0.0);
        let mut influence = Vec::with_capacity(tallies.len());
        for tally in &tallies {
            let below = (controls_below + 0.5 * tally.controls as f64) / controls;
            let above = 1.0 - (cases_below + 0.5 * tally.cases as f64) / cases;
            influence.push([of_control * (above - auc), of_case * (below - auc)]);
            controls_below += tally.controls as f64;
            cases_below += tally.cases as f64;
        }
        let lows = tallies.iter().map(|tally| tally.interval.low).collect();
        Some(Self { scorer, repeat, lows, influence })
    }

    fn of(&self, score: Score) -> f64 {
        let tally = self.lows.partition_point(|low| *low <= integer_score(score.probability));
        self.influence[tally.saturating_sub(1)][usize::from(score.case)]
    }
}

impl Computation for Placement {
    /// Covariances of the AUCs, times the square of the number of patients.
    type Finding = Symmetric;

    fn length(&self) -> usize {
        let n = self.models.len();
        n.saturating_mul(n + 1) / 2
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        check::size("models", self.models.len(), MOST_MODELS)?;
        self.models.iter().try_for_each(|model| {
            model.scorer.check(width)?;
            check::index("repeat", model.repeat as usize, MOST_REPEATS)?;
            check::length("influences", model.influence.len(), model.lows.len())?;
            check::index("tally", 0, model.lows.len())?;
            check::size("tallies", model.lows.len(), check::MOST_WORDS)?;
            model.influence.iter().try_for_each(|pair| check::finite("influences", pair))
        })
    }

    fn describe(&self) -> String {
        format!(
            "sums of products of placements, for the covariance of the AUCs of {} models",
            self.models.len()
        )
    }

    fn site(&self, rows: &dyn Rows, networks: &dyn Networks) -> Result<Summary, Unfit> {
        let mut of_row = vec![vec![0.0; self.models.len()]; rows.len()];
        for (m, model) in self.models.iter().enumerate() {
            for (row, score) in model.scorer.scored(&Redealt::open(rows, model.repeat)?, networks)? {
                of_row[row][m] = model.of(score);
            }
        }
        let mut sums = Accumulator::new(self.length());
        for influence in &of_row {
            let pairs = (0..influence.len()).flat_map(|a| (a..influence.len()).map(move |b| (a, b)));
            for (word, (a, b)) in pairs.enumerate() {
                sums.add(word, influence[a] * influence[b])?;
            }
        }
        Ok(sums.finish())
    }

    fn finish(&self, sum: &Summary) -> Result<Symmetric, Implausible> {
        let mut words = Reader::new(sum, self.length())?;
        Ok(Symmetric::from_triangle(self.models.len(), words.values(self.length())?))
    }
}

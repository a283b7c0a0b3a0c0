//! A vote on new networks: is one much worse than the one before, on a hospital's own patients?
//!
//! Patients that the network was not trained on decide; where fewer than `least` of them are here, as for a network of all
//! patients, all patients do. A hospital without any casts no vote.
//!
//! | words | what | reveals |
//! |---|---|---|
//! | 2 for each network | 1 if the new one is worse by more than the tolerance, and 1 for voting | how many hospitals find it worse |

use consilium_types::fixed;
use serde::{Deserialize, Serialize};

use crate::network::{check_network, inputs};
use crate::reader::Reader;
use crate::{
    Accumulator, Computation, Design, Implausible, Networks, QueryFault, Rows, Summary, Target, Unfit, check,
};

/// One vote.
const ONE: i128 = 1 << fixed::STATISTIC_BITS;
/// Words of a network.
const WORDS: usize = 2;
/// Smallest probability whose logarithm is taken.
const MARGIN: f64 = 1e-12;

/// Asks every hospital for its vote.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ballot {
    /// Which patients are cases.
    pub target: Target,
    /// Width of each hidden layer.
    pub hidden: Vec<usize>,
    /// Networks, each with the one before.
    pub motions: Vec<Motion>,
    /// How much worse the mean log-loss may be.
    pub tolerance: f64,
    /// Fewest patients held out that decide alone.
    pub least: u64,
}

/// What is voted on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Motion {
    /// Columns, standardisation and training set.
    pub design: Design,
    /// The network before.
    pub before: Vec<f32>,
    /// The new one.
    pub after: Vec<f32>,
}

/// Votes about one network.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Votes {
    /// Hospitals that find it worse.
    pub worse: f64,
    /// Hospitals that voted.
    pub cast: f64,
}

impl Votes {
    /// Whether more than half of the hospitals that voted find it worse. Votes that so many hospitals cannot cast are
    /// votes against: somebody lies about them.
    #[must_use]
    pub fn reject(&self, hospitals: usize) -> bool {
        let whole = self.worse.fract() == 0.0 && self.cast.fract() == 0.0;
        let possible = whole && 0.0 <= self.worse && self.worse <= self.cast && self.cast <= hospitals as f64;
        !possible || 2.0 * self.worse > self.cast
    }
}

impl Ballot {
    /// Votes of hospitals whose votes are seen: none counts more than once.
    pub(crate) fn combine(answers: &[&Summary]) -> Summary {
        let mut sum = vec![0; answers.first().map_or(0, |answer| answer.len())];
        for answer in answers {
            let Summary::Statistics(words) = answer else { continue };
            for (sums, votes) in sum.chunks_mut(WORDS).zip(words.chunks(WORDS)) {
                let cast = votes[1] == ONE;
                sums[0] += if cast && votes[0] == ONE { ONE } else { 0 };
                sums[1] += if cast { ONE } else { 0 };
            }
        }
        Summary::Statistics(sum)
    }

    /// Whether the new network is worse here; nothing without a patient.
    fn vote(&self, motion: &Motion, rows: &dyn Rows, networks: &dyn Networks) -> Result<Option<bool>, Unfit> {
        let known = |row: usize| Some((row, self.target.of(rows, row)?));
        let all: Vec<(usize, bool)> = (0..rows.len()).filter_map(known).collect();
        let held_out = |(row, _): &(usize, bool)| !motion.design.trains_on(rows.cell(*row));
        let apart: Vec<(usize, bool)> = all.iter().copied().filter(held_out).collect();
        let few = apart.is_empty() || (apart.len() as u64) < self.least;
        let (patients, cases): (Vec<usize>, Vec<bool>) = if few { all } else { apart }.into_iter().unzip();
        if patients.is_empty() {
            return Ok(None);
        }
        let inputs = inputs(&motion.design, rows, &patients);
        let loss = |parameters: &[f32]| -> Result<f64, Unfit> {
            Ok(mean_loss(&networks.predict(&self.hidden, parameters, &inputs)?, &cases))
        };
        Ok(Some(loss(&motion.after)? > loss(&motion.before)? + self.tolerance))
    }
}

/// Mean log-loss, summed in rising order, so that the order of patients leaves no trace.
fn mean_loss(probabilities: &[f64], cases: &[bool]) -> f64 {
    let loss = |(p, case): (&f64, &bool)| -libm::log((if *case { *p } else { 1.0 - p }).max(MARGIN));
    let mut losses: Vec<f64> = probabilities.iter().zip(cases).map(loss).collect();
    losses.sort_unstable_by(f64::total_cmp);
    losses.iter().sum::<f64>() / losses.len() as f64
}

impl Computation for Ballot {
    type Finding = Vec<Votes>;

    fn length(&self) -> usize {
        self.motions.len().saturating_mul(WORDS)
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        self.target.check()?;
        check::size("networks", self.motions.len(), check::MOST_CELLS + 1)?;
        check::finite("tolerance", &[self.tolerance])?;
        self.motions.iter().try_for_each(|motion| {
            motion.design.check(width)?;
            let columns = motion.design.columns.len();
            check_network(columns, &self.hidden, &motion.before)?;
            check_network(columns, &self.hidden, &motion.after)
        })
    }

    fn describe(&self) -> String {
        format!("votes on {} networks: whether each is worse here than the one before", self.motions.len())
    }

    fn site(&self, rows: &dyn Rows, networks: &dyn Networks) -> Result<Summary, Unfit> {
        let mut sums = Accumulator::new(self.length());
        for (i, motion) in self.motions.iter().enumerate() {
            if let Some(worse) = self.vote(motion, rows, networks)? {
                sums.count(WORDS * i, u64::from(worse));
                sums.count(WORDS * i + 1, 1);
            }
        }
        Ok(sums.finish())
    }

    fn finish(&self, sum: &Summary) -> Result<Vec<Votes>, Implausible> {
        let mut words = Reader::new(sum, self.length())?;
        self.motions.iter().map(|_| Ok(Votes { worse: words.value()?, cast: words.value()? })).collect()
    }
}

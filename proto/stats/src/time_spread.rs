//! How sure concordance is: weights of a Poisson bootstrap, and products of what patients add to the errors of models.
//!
//! Both are asked along the occupied spots of a pooled table ([`crate::TimeTable`]), which both sides know by then. So a
//! replicate costs a number for each spot, and the weights are the same for all models.
//!
//! | words | what | reveals |
//! |---|---|---|
//! | `TimeBootstrap`, packed: for each model and replicate 1 count a spot | how often a replicate takes the patients there | |
//! | `Influence`: for each statistic and pair of models 1 | sum of products of influences | covariance of the models' statistics |

use serde::{Deserialize, Serialize};

use crate::bootstrap::poisson;
use crate::disclosure::Released;
use crate::lanes::{self, Lanes};
use crate::ranked_times::Spot;
use crate::reader::Reader;
use crate::time_table::ScoredTimes;
use crate::{Accumulator, Computation, Implausible, Networks, QueryFault, Rows, Summary, Unfit, check};

/// Replicates of a study.
const MOST_REPLICATES: usize = 10_000;
/// Occupied spots of a table.
const MOST_SPOTS: usize = 1 << 20;
/// Statistics of a model.
const MOST_STATISTICS: usize = 1_000;

/// A model and the occupied spots of its pooled table, rising.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownSpots {
    /// The scores.
    pub scored: ScoredTimes,
    /// The spots.
    pub spots: Vec<Spot>,
}

impl KnownSpots {
    fn check(&self, width: usize) -> Result<(), QueryFault> {
        self.scored.check(width)?;
        check::size("occupied spots", self.spots.len(), MOST_SPOTS)?;
        let falls = self.spots.windows(2).filter(|pair| pair[0] >= pair[1]).count();
        check::size("spots out of order", falls, 0)
    }

    /// Every scored patient's row and place in the list.
    fn places(&self, rows: &dyn Rows, networks: &dyn Networks) -> Result<Vec<(usize, usize)>, Unfit> {
        let place = |(row, spot): (usize, Spot)| Some((row, self.spots.binary_search(&spot).ok()?));
        Ok(self.scored.spots(rows, networks)?.into_iter().filter_map(place).collect())
    }

    fn released(models: &[Self]) -> Released {
        let steps = models.iter().map(|model| model.scored.grid.step);
        Released { by_cell: true, step: steps.reduce(f64::min), ..Released::default() }
    }
}

/// Asks how often replicates of the cohort take the patients at each spot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeBootstrap {
    /// The models.
    pub models: Vec<KnownSpots>,
    /// Number of replicates.
    pub replicates: usize,
    /// Bits of a count.
    pub bits: u32,
}

impl TimeBootstrap {
    fn words(&self, model: &KnownSpots) -> usize {
        Lanes::new(self.bits).words(model.spots.len())
    }
}

impl Computation for TimeBootstrap {
    /// For each model and replicate, patients at each spot.
    type Finding = Vec<Vec<Vec<u64>>>;

    fn length(&self) -> usize {
        let models = self.models.iter().fold(0usize, |sum, model| sum.saturating_add(self.words(model)));
        models.saturating_mul(self.replicates)
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        lanes::check_bits(self.bits)?;
        check::size("models", self.models.len(), check::MOST_FITS)?;
        check::size("replicates", self.replicates, MOST_REPLICATES)?;
        self.models.iter().try_for_each(|model| model.check(width))?;
        check::size("words", self.length(), check::MOST_WORDS)
    }

    fn describe(&self) -> String {
        let (models, replicates) = (self.models.len(), self.replicates);
        format!(
            "how often {replicates} Poisson bootstraps take patients by score, time and status of {models} models"
        )
    }

    fn released(&self) -> Released {
        KnownSpots::released(&self.models)
    }

    fn site(&self, rows: &dyn Rows, networks: &dyn Networks) -> Result<Summary, Unfit> {
        let purposes: Vec<String> = (0..self.replicates).map(|b| format!("bootstrap/{b}")).collect();
        let mut words = Vec::with_capacity(self.length());
        for model in &self.models {
            let places = model.places(rows, networks)?;
            for purpose in &purposes {
                let mut taken = vec![0; model.spots.len()];
                places.iter().for_each(|(row, place)| taken[*place] += poisson(rows.draw(*row, purpose)));
                Lanes::new(self.bits).pack(&taken, &mut words)?;
            }
        }
        Ok(Summary::Statistics(words))
    }

    fn finish(&self, sum: &Summary) -> Result<Self::Finding, Implausible> {
        let Summary::Statistics(words) = sum else { return Err(Implausible::Shape) };
        if words.len() != self.length() {
            return Err(Implausible::Shape);
        }
        let mut words = words.iter();
        let mut replicate = |model: &KnownSpots| Lanes::new(self.bits).unpack(&mut words, model.spots.len());
        let mut of_model = |model| (0..self.replicates).map(|_| replicate(model)).collect();
        self.models.iter().map(&mut of_model).collect()
    }
}

/// Asks for covariances of statistics of several models.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Influence {
    /// The models.
    pub models: Vec<KnownSpots>,
    /// For each model and statistic, the influence of a patient at each spot. All models have as many statistics.
    pub influences: Vec<Vec<Vec<f64>>>,
}

impl Influence {
    fn statistics(&self) -> usize {
        self.influences.first().map_or(0, Vec::len)
    }

    fn pairs(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        (0..self.models.len()).flat_map(|a| (a..self.models.len()).map(move |b| (a, b)))
    }
}

impl Computation for Influence {
    /// For each statistic the upper triangle of the covariance of the models, row by row.
    type Finding = Vec<Vec<f64>>;

    fn length(&self) -> usize {
        let n = self.models.len();
        self.statistics().saturating_mul(n.saturating_mul(n + 1) / 2)
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        check::size("models", self.models.len(), 1_000)?;
        check::size("statistics", self.statistics(), MOST_STATISTICS)?;
        self.models.iter().try_for_each(|model| model.check(width))?;
        check::length("lists of influences", self.influences.len(), self.models.len())?;
        for (model, influences) in self.models.iter().zip(&self.influences) {
            check::length("statistics", influences.len(), self.statistics())?;
            for influence in influences {
                check::length("influences", influence.len(), model.spots.len())?;
                check::finite("influences", influence)?;
            }
        }
        check::size("words", self.length(), check::MOST_WORDS)
    }

    fn describe(&self) -> String {
        let (models, statistics) = (self.models.len(), self.statistics());
        format!("covariances of {statistics} measures of how {models} models rank times")
    }

    fn released(&self) -> Released {
        KnownSpots::released(&self.models)
    }

    fn site(&self, rows: &dyn Rows, networks: &dyn Networks) -> Result<Summary, Unfit> {
        let mut places = vec![vec![None; self.models.len()]; rows.len()];
        for (m, model) in self.models.iter().enumerate() {
            model.places(rows, networks)?.into_iter().for_each(|(row, place)| places[row][m] = Some(place));
        }
        let mut sums = Accumulator::new(self.length());
        for places in &places {
            let mut word = 0;
            for statistic in 0..self.statistics() {
                for (a, b) in self.pairs() {
                    if let (Some(at_a), Some(at_b)) = (places[a], places[b]) {
                        let (a, b) = (&self.influences[a][statistic], &self.influences[b][statistic]);
                        sums.add(word, a[at_a] * b[at_b])?;
                    }
                    word += 1;
                }
            }
        }
        Ok(sums.finish())
    }

    fn finish(&self, sum: &Summary) -> Result<Self::Finding, Implausible> {
        let mut words = Reader::new(sum, self.length())?;
        let pairs = self.pairs().count();
        (0..self.statistics()).map(|_| words.values(pairs)).collect()
    }
}

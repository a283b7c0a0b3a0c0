//! The calibration table by groups of patients of equal size, once the pooled tallies say where the cuts are.
//!
//! | words | what | reveals |
//! |---|---|---|
//! | 3 for each model and group | patients, sum of p, cases | calibration table by groups of patients |

use serde::{Deserialize, Serialize};

use crate::reader::Reader;
use crate::roc::integer_score;
use crate::scores::Scorer;
use crate::{
    Accumulator, Computation, Implausible, Networks, QueryFault, Rows, Summary, Tenth, Unfit, check,
};

/// Groups of one model.
const MOST_GROUPS: usize = 100;

/// Asks for sums between cuts of the score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bands {
    /// The models.
    pub models: Vec<Scorer>,
    /// For each model the first integer score of each group but the lowest, in order; see [`crate::roc::cuts`].
    pub cuts: Vec<Vec<u64>>,
}

impl Computation for Bands {
    /// For each model and group, lowest scores first; a group may be empty.
    type Finding = Vec<Vec<Tenth>>;

    fn length(&self) -> usize {
        self.cuts.iter().fold(0usize, |sum, cuts| sum.saturating_add(3 * (cuts.len() + 1)))
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        check::size("models", self.models.len(), check::MOST_FITS)?;
        check::length("lists of cuts", self.cuts.len(), self.models.len())?;
        self.cuts.iter().try_for_each(|cuts| check::size("groups", cuts.len() + 1, MOST_GROUPS))?;
        self.models.iter().try_for_each(|model| model.check(width))
    }

    fn describe(&self) -> String {
        format!("patients, sum of scores and cases in groups by score of {} models", self.models.len())
    }

    fn site(&self, rows: &dyn Rows, networks: &dyn Networks) -> Result<Summary, Unfit> {
        let mut sums = Accumulator::new(self.length());
        let mut start = 0;
        for (model, cuts) in self.models.iter().zip(&self.cuts) {
            for score in model.scores(rows, networks)? {
                let group = cuts.partition_point(|cut| *cut <= integer_score(score.probability));
                sums.count(start + 3 * group, 1);
                sums.add(start + 3 * group + 1, score.probability)?;
                sums.count(start + 3 * group + 2, u64::from(score.case));
            }
            start += 3 * (cuts.len() + 1);
        }
        Ok(sums.finish())
    }

    fn finish(&self, sum: &Summary) -> Result<Vec<Vec<Tenth>>, Implausible> {
        let mut words = Reader::new(sum, self.length())?;
        let mut group = |_| {
            Ok(Tenth {
                n: words.count()?,
                predicted: words.non_negative("a sum of scores")?,
                cases: words.count()?,
            })
        };
        self.cuts.iter().map(|cuts| (0..=cuts.len()).map(&mut group).collect()).collect()
    }
}

//! What a larger model changes for each patient: sums for reclassification and discrimination improvement.
//!
//! | words | what | reveals |
//! |---|---|---|
//! | 7 for each pair and class | patients, sum and sum of squares of the change of p, patients whose p rises and falls, patients who pass their threshold upwards and downwards | pooled change |

use serde::{Deserialize, Serialize};

use crate::decision::check_thresholds;
use crate::reader::Reader;
use crate::scores::{Score, Scorer};
use crate::{Accumulator, Computation, Implausible, Networks, QueryFault, Rows, Summary, Unfit, check};

/// Words of one class of one pair.
const WORDS: usize = 7;

/// Asks for changes between pairs of models.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reclassification {
    /// The models.
    pub models: Vec<Scorer>,
    /// For each model, the threshold of each cell.
    pub thresholds: Vec<Vec<f64>>,
    /// Smaller and larger model, by position.
    pub pairs: Vec<[usize; 2]>,
}

/// Changes of the patients of one class.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Changes {
    /// Patients scored by both models.
    pub n: u64,
    /// Sum of the changes of p.
    pub change: f64,
    /// Sum of their squares.
    pub squared: f64,
    /// Patients whose p is higher in the larger model.
    pub higher: u64,
    /// And lower.
    pub lower: u64,
    /// Patients below their threshold in the smaller model only.
    pub up: u64,
    /// And in the larger only.
    pub down: u64,
}

impl Computation for Reclassification {
    /// For each pair: controls, cases.
    type Finding = Vec<[Changes; 2]>;

    fn length(&self) -> usize {
        self.pairs.len().saturating_mul(2 * WORDS)
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        check::size("models", self.models.len(), check::MOST_FITS)?;
        check::size("pairs", self.pairs.len(), check::MOST_FITS)?;
        self.models.iter().try_for_each(|model| model.check(width))?;
        check_thresholds(&self.models, &self.thresholds)?;
        self.pairs.iter().flatten().try_for_each(|model| check::index("model", *model, self.models.len()))
    }

    fn describe(&self) -> String {
        format!("sums of the changes of the score between {} pairs of models, by class", self.pairs.len())
    }

    fn site(&self, rows: &dyn Rows, networks: &dyn Networks) -> Result<Summary, Unfit> {
        let mut of_model: Vec<Vec<Option<(Score, bool)>>> = Vec::with_capacity(self.models.len());
        for (model, thresholds) in self.models.iter().zip(&self.thresholds) {
            let mut of_row = vec![None; rows.len()];
            for (row, score) in model.scored(rows, networks)? {
                of_row[row] = Some((score, score.probability >= thresholds[rows.cell(row)]));
            }
            of_model.push(of_row);
        }
        let mut sums = Accumulator::new(self.length());
        for (i, [small, large]) in self.pairs.iter().enumerate() {
            for (old, new) in of_model[*small].iter().zip(&of_model[*large]) {
                let (Some((old, was)), Some((new, is))) = (old, new) else { continue };
                let word = WORDS * (2 * i + usize::from(old.case));
                let change = new.probability - old.probability;
                sums.count(word, 1);
                sums.add(word + 1, change)?;
                sums.add(word + 2, change * change)?;
                let counts = [change > 0.0, change < 0.0, *is && !*was, *was && !*is];
                counts.iter().enumerate().for_each(|(j, yes)| sums.count(word + 3 + j, u64::from(*yes)));
            }
        }
        Ok(sums.finish())
    }

    fn finish(&self, sum: &Summary) -> Result<Vec<[Changes; 2]>, Implausible> {
        let mut words = Reader::new(sum, self.length())?;
        let mut changes = || {
            let (n, change, squared) =
                (words.count()?, words.value()?, words.non_negative("a sum of squares")?);
            let (higher, lower, up, down) = (words.count()?, words.count()?, words.count()?, words.count()?);
            Ok::<_, Implausible>(Changes { n, change, squared, higher, lower, up, down })
        };
        (0..self.pairs.len()).map(|_| Ok([changes()?, changes()?])).collect()
    }
}

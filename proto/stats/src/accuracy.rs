//! Brier score, log-loss, the calibration table and net benefit of out-of-fold scores.
//!
//! | words | what | reveals |
//! |---|---|---|
//! | 2 for each model | sum of (y - p)^2, sum of minus log-likelihood | pooled accuracy |
//! | 3 for each model and tenth of the score | patients, sum of p, cases | calibration table |
//! | 2 for each model and threshold | false and true positives | decision curve |

use serde::{Deserialize, Serialize};

use crate::reader::Reader;
use crate::scores::{Score, Scorer};
use crate::{Accumulator, Computation, Implausible, Networks, QueryFault, Rows, Summary, Unfit, check};

/// Rows of the calibration table.
const TENTHS: usize = 10;
/// Scores are kept this far from 0 and 1 in the log-loss.
const MARGIN: f64 = 1e-15;

/// Asks for sums of scores and counts above thresholds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accuracy {
    /// The models scored.
    pub models: Vec<Scorer>,
    /// Thresholds of the decision curve, in (0, 1).
    pub thresholds: Vec<f64>,
}

/// How accurate one model's scores are.
#[derive(Debug, Clone, PartialEq)]
pub struct AccuracySums {
    /// Sum of squared errors.
    pub squared_error: f64,
    /// Sum of minus log-likelihood.
    pub log_loss: f64,
    /// One row a tenth of the score.
    pub tenths: Vec<Tenth>,
    /// False and true positives at each threshold.
    pub positives: Vec<[u64; 2]>,
}

/// A row of the calibration table: scores from i / 10 up to (i + 1) / 10.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Tenth {
    /// Patients with such a score.
    pub n: u64,
    /// Sum of their scores.
    pub predicted: f64,
    /// Cases among them.
    pub cases: u64,
}

impl Accuracy {
    fn words(&self) -> usize {
        2 + 3 * TENTHS + self.thresholds.len().saturating_mul(2)
    }

    fn contribute(&self, sums: &mut Accumulator, word: usize, score: Score) -> Result<(), Unfit> {
        let (p, y) = (score.probability, f64::from(u8::from(score.case)));
        let likelihood = if score.case { p } else { 1.0 - p };
        sums.add(word, (y - p) * (y - p))?;
        sums.add(word + 1, -libm::log(likelihood.max(MARGIN)))?;
        let row = word + 2 + 3 * tenth(p);
        sums.count(row, 1);
        sums.add(row + 1, p)?;
        sums.count(row + 2, u64::from(score.case));
        let positives = word + 2 + 3 * TENTHS;
        for (i, _) in self.thresholds.iter().enumerate().filter(|(_, threshold)| p >= **threshold) {
            sums.count(positives + 2 * i + usize::from(score.case), 1);
        }
        Ok(())
    }
}

fn tenth(probability: f64) -> usize {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "`as` saturates, NaN gives 0"
    )]
    let tenth = (probability * TENTHS as f64) as usize;
    tenth.min(TENTHS - 1)
}

impl Computation for Accuracy {
    type Finding = Vec<AccuracySums>;

    fn length(&self) -> usize {
        self.models.len().saturating_mul(self.words())
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        check::size("models", self.models.len(), check::MOST_FITS)?;
        check::size("thresholds", self.thresholds.len(), 1_000)?;
        check::positive("thresholds", &self.thresholds)?;
        check::size("words", self.length(), check::MOST_WORDS)?;
        self.models.iter().try_for_each(|model| model.check(width))
    }

    fn describe(&self) -> String {
        format!(
            "Brier score, log-loss, calibration table and positives at {} thresholds of {} models",
            self.thresholds.len(),
            self.models.len()
        )
    }

    fn site(&self, rows: &dyn Rows, networks: &dyn Networks) -> Result<Summary, Unfit> {
        let mut sums = Accumulator::new(self.length());
        for (i, model) in self.models.iter().enumerate() {
            for score in model.scores(rows, networks)? {
                self.contribute(&mut sums, i * self.words(), score)?;
            }
        }
        Ok(sums.finish())
    }

    fn finish(&self, sum: &Summary) -> Result<Vec<AccuracySums>, Implausible> {
        let mut words = Reader::new(sum, self.length())?;
        let mut of_model = |_| {
            Ok(AccuracySums {
                squared_error: words.non_negative("a squared error")?,
                log_loss: words.non_negative("a log-loss")?,
                tenths: (0..TENTHS).map(|_| tenth_of(&mut words)).collect::<Result<_, _>>()?,
                positives: (0..self.thresholds.len())
                    .map(|_| Ok([words.count()?, words.count()?]))
                    .collect::<Result<_, Implausible>>()?,
            })
        };
        (0..self.models.len()).map(&mut of_model).collect()
    }
}

fn tenth_of(words: &mut Reader<'_>) -> Result<Tenth, Implausible> {
    Ok(Tenth { n: words.count()?, predicted: words.non_negative("a sum of scores")?, cases: words.count()? })
}

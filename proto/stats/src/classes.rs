//! Several classes at once: the confusion matrix and sums of proper scores.
//!
//! | words | what | reveals |
//! |---|---|---|
//! | `classes`^2 for each model | patients of each class that are called each class | confusion matrix |
//! | 3 for each model | sums of minus log-likelihood, of squared errors, of ranked probability scores | pooled accuracy |

use serde::{Deserialize, Serialize};

use crate::reader::Reader;
use crate::scores::{Predictor, Scorer};
use crate::{Accumulator, Computation, Implausible, Networks, QueryFault, Rows, Summary, Unfit, check};

/// Probabilities are kept this far from 0 in the log-loss.
const MARGIN: f64 = 1e-15;

/// Asks for the confusion matrix and accuracy of models with one output a class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Classes {
    /// The models; their target says which label.
    pub models: Vec<Scorer>,
    /// Classes of the label.
    pub classes: usize,
}

/// Sums of one model over patients whose class is known.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassSums {
    /// By class, then by the class with the highest probability (of equal ones the first).
    pub confusion: Vec<Vec<u64>>,
    /// Minus log-likelihood.
    pub log_loss: f64,
    /// Squared errors over all classes.
    pub squared_error: f64,
    /// Squared errors of cumulated probabilities over the `classes - 1` cuts.
    pub ranked: f64,
}

impl Classes {
    fn words(&self) -> usize {
        self.classes.saturating_mul(self.classes).saturating_add(3)
    }

    fn contribute(&self, sums: &mut Accumulator, start: usize, class: usize, p: &[f64]) -> Result<(), Unfit> {
        let called = (1..p.len()).fold(0, |best, k| if p[k] > p[best] { k } else { best });
        sums.count(start + class * self.classes + called, 1);
        let (mut squared, mut ranked, mut cumulated) = (0.0, 0.0, 0.0);
        for (k, p) in p.iter().enumerate() {
            let y = f64::from(u8::from(k == class));
            squared += (p - y) * (p - y);
            cumulated += p - y;
            if k + 1 < self.classes {
                ranked += cumulated * cumulated;
            }
        }
        let word = start + self.classes * self.classes;
        sums.add(word, -libm::log(p[class].max(MARGIN)))?;
        sums.add(word + 1, squared)?;
        sums.add(word + 2, ranked)?;
        Ok(())
    }
}

impl Computation for Classes {
    type Finding = Vec<ClassSums>;

    fn length(&self) -> usize {
        self.models.len().saturating_mul(self.words())
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        check::size("models", self.models.len(), check::MOST_FITS)?;
        check::size("classes", self.classes, check::MOST_CLASSES)?;
        check::size("words", self.length(), check::MOST_WORDS)?;
        self.models.iter().try_for_each(|model| {
            model.check(width)?;
            let predictors = model.cells.iter().flatten();
            predictors.map(Predictor::outputs).try_for_each(|n| check::length("outputs", n, self.classes))
        })
    }

    fn describe(&self) -> String {
        format!("confusion matrix and accuracy of {} models of {} classes", self.models.len(), self.classes)
    }

    fn site(&self, rows: &dyn Rows, networks: &dyn Networks) -> Result<Summary, Unfit> {
        let mut sums = Accumulator::new(self.length());
        for (i, model) in self.models.iter().enumerate() {
            for (row, outputs) in model.outputs(rows, networks)? {
                let class =
                    rows.label(row, model.target.label()).and_then(|class| usize::try_from(class).ok());
                if let Some(class) = class.filter(|class| *class < self.classes) {
                    self.contribute(&mut sums, i * self.words(), class, &outputs)?;
                }
            }
        }
        Ok(sums.finish())
    }

    fn finish(&self, sum: &Summary) -> Result<Vec<ClassSums>, Implausible> {
        let mut words = Reader::new(sum, self.length())?;
        let mut of_model = |_| {
            let confusion =
                (0..self.classes).map(|_| words.counts(self.classes)).collect::<Result<_, _>>()?;
            Ok(ClassSums {
                confusion,
                log_loss: words.non_negative("a log-loss")?,
                squared_error: words.non_negative("a squared error")?,
                ranked: words.non_negative("a ranked probability score")?,
            })
        };
        (0..self.models.len()).map(&mut of_model).collect()
    }
}

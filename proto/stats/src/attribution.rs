//! SHAP values of out-of-fold patients, summed: what each column adds to the predictions.
//!
//! Linear models: coefficient times the distance from the training mean. Trees: path-dependent values of their leaves.
//! A patient's values are computed at the site and never leave it; sums over patients and over fixed bands of the
//! column do.
//!
//! | words | what | reveals |
//! |---|---|---|
//! | 4 for each column | patients, sum of magnitudes, sum of positive, sum of negative values | pooled importance |
//! | 2 for each column and band | patients, sum of values | pooled dependence on the column |

use serde::{Deserialize, Serialize};

use crate::disclosure::Released;
use crate::reader::Reader;
use crate::trees::bin;
use crate::{
    Accumulator, Computation, Implausible, Networks, Predictor, QueryFault, Rows, Scorer, Summary, Unfit,
    check,
};

/// Inner ends of the bands, in standard deviations of the training set.
pub const BAND_ENDS: [f64; 4] = [-1.5, -0.5, 0.5, 1.5];
/// Bands of a column; the last holds missing values.
const BANDS: usize = BAND_ENDS.len() + 2;
/// Words of a column.
const WORDS: usize = 4 + 2 * BANDS;

/// Asks for sums of SHAP values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attribution {
    /// The model explained.
    pub model: Scorer,
    /// Columns of any of its cells, as positions in the schema.
    pub columns: Vec<usize>,
}

/// What a column adds to the predictions of all patients.
#[derive(Debug, Clone, PartialEq)]
pub struct Attributed {
    /// Patients whose model has the column.
    pub patients: u64,
    /// Sum of magnitudes.
    pub magnitude: f64,
    /// Sum of positive values.
    pub positive: f64,
    /// Sum of negative values.
    pub negative: f64,
    /// By band of the standardised column, and for missing values, last: patients and sum of values.
    pub bands: Vec<(u64, f64)>,
}

impl Predictor {
    /// Whether its predictions can be divided among its columns.
    #[must_use]
    pub fn is_explained(&self) -> bool {
        matches!(self, Self::Logistic { .. } | Self::Forest(_) | Self::Boost(_))
    }
}

/// A model's columns with a patient's standardised values and SHAP values.
type Explained = Vec<(usize, f64, f64)>;

/// Calls `take` with each patient of a cell.
#[allow(
    clippy::match_wildcard_for_single_variants,
    reason = "as many variants as learners that are not explained"
)]
fn explain(
    predictor: &Predictor,
    output: usize,
    rows: &dyn Rows,
    patients: &[usize],
    mut take: impl FnMut(&Explained) -> Result<(), Unfit>,
) -> Result<(), Unfit> {
    match predictor {
        Predictor::Logistic { design, beta } => {
            let opened = design.open(rows);
            for row in patients {
                let terms = design.columns.iter().zip(opened.known(*row)).zip(&beta[1..]);
                let shap = |z: f64, b: &f64| if z.is_nan() { 0.0 } else { b * z };
                take(&terms.map(|((column, z), b)| (*column, z, shap(z, b))).collect())?;
            }
            Ok(())
        }
        Predictor::Forest(forest) => {
            let class = if forest.classes == 2 { 1 } else { output };
            let opened = forest.bins.open(rows);
            for row in patients {
                let shap = forest.shap(&opened.of(*row), class);
                take(&zip(&forest.bins.design.columns, opened.known(*row), shap))?;
            }
            Ok(())
        }
        Predictor::Boost(boost) => {
            let opened = boost.bins.open(rows);
            for row in patients {
                let shap = boost.shap(&opened.of(*row), output);
                take(&zip(&boost.bins.design.columns, opened.known(*row), shap))?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

fn zip(columns: &[usize], known: Vec<f64>, shap: Vec<f64>) -> Explained {
    columns.iter().zip(known).zip(shap).map(|((column, z), shap)| (*column, z, shap)).collect()
}

impl Computation for Attribution {
    type Finding = Vec<Attributed>;

    fn length(&self) -> usize {
        self.columns.len().saturating_mul(WORDS)
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        self.model.check(width)?;
        self.columns.iter().try_for_each(|column| check::index("column", *column, width))?;
        for predictor in self.model.cells.iter().flatten() {
            match predictor {
                Predictor::Forest(forest) => forest.check_ways()?,
                Predictor::Boost(boost) => boost.check_ways()?,
                _ => {}
            }
        }
        check::size("words", self.length(), check::MOST_WORDS)
    }

    fn describe(&self) -> String {
        format!("sums of SHAP values of {} columns, overall and in bands of the column", self.columns.len())
    }

    fn released(&self) -> Released {
        Released::default()
    }

    fn site(&self, rows: &dyn Rows, _networks: &dyn Networks) -> Result<Summary, Unfit> {
        let mut sums = Accumulator::new(self.length());
        for (cell, predictor) in self.model.cells.iter().enumerate() {
            let Some(predictor) = predictor else { continue };
            let known = |row: &usize| rows.cell(*row) == cell && self.model.target.of(rows, *row).is_some();
            let patients: Vec<usize> = (0..rows.len()).filter(known).collect();
            explain(predictor, self.model.output, rows, &patients, |explained| {
                for (column, z, shap) in explained {
                    let Some(place) = self.columns.iter().position(|c| c == column) else { continue };
                    let word = WORDS * place;
                    sums.count(word, 1);
                    sums.add(word + 1, shap.abs())?;
                    sums.add(word + 2, shap.max(0.0))?;
                    sums.add(word + 3, shap.min(0.0))?;
                    let band = word + 4 + 2 * bin(*z, &BAND_ENDS) as usize;
                    sums.count(band, 1);
                    sums.add(band + 1, *shap)?;
                }
                Ok(())
            })?;
        }
        Ok(sums.finish())
    }

    fn finish(&self, sum: &Summary) -> Result<Vec<Attributed>, Implausible> {
        let mut words = Reader::new(sum, self.length())?;
        let mut of_column = |_: &usize| {
            Ok(Attributed {
                patients: words.count()?,
                magnitude: words.non_negative("a sum of magnitudes")?,
                positive: words.non_negative("a sum of positive values")?,
                negative: words.value()?,
                bands: (0..BANDS)
                    .map(|_| Ok((words.count()?, words.value()?)))
                    .collect::<Result<_, Implausible>>()?,
            })
        };
        self.columns.iter().map(&mut of_column).collect()
    }
}

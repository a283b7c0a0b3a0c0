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

use crate::design::Design;
use crate::disclosure::Released;
use crate::glm::{Basis, Response};
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
    /// Its columns and their standardisation.
    #[must_use]
    pub fn design(&self) -> &Design {
        match self {
            Self::Network { design, .. } => design,
            Self::Linear { inputs, .. } => &inputs.design,
            Self::Forest(forest) => &forest.bins.design,
            Self::Boost(boost) => &boost.bins.design,
            Self::Cox(cox) => &cox.design,
            Self::Hazard(hazard) => &hazard.inputs.design,
        }
    }

    /// Whether its predictions can be divided among its columns.
    #[must_use]
    pub fn is_explained(&self) -> bool {
        match self {
            Self::Forest(_) | Self::Boost(_) | Self::Cox(_) => true,
            Self::Hazard(hazard) => hazard.inputs.basis == Basis::Columns,
            Self::Linear { .. } => self.slopes(0).is_some(),
            Self::Network { .. } => false,
        }
    }

    /// What the linear predictor of an output gains from each standardised column; nothing for other models.
    fn slopes(&self, output: usize) -> Option<Vec<f64>> {
        match self {
            Self::Linear { inputs, response, beta } => {
                // deviations of sites come first, and belong to no column
                let of_inputs =
                    linear_slopes(*response, beta, inputs.len(), output).split_off(inputs.sites.len());
                match &inputs.basis {
                    Basis::Columns => Some(of_inputs),
                    Basis::Margin { cosines: None, beta } => {
                        Some(beta[1..].iter().map(|b| b * of_inputs[0]).collect())
                    }
                    Basis::Cosines(_) | Basis::Margin { .. } => None,
                }
            }
            Self::Cox(cox) => Some(cox.beta.clone()),
            Self::Hazard(hazard) => Some(hazard.beta[hazard.inputs.sites.len()..].to_vec()),
            _ => None,
        }
    }
}

/// Coefficients of the inputs on the linear predictor of an output: of a class against the reference, which has none
/// itself, or of the latent severity of ordered classes.
fn linear_slopes(response: Response, beta: &[f64], inputs: usize, output: usize) -> Vec<f64> {
    let slots = match response {
        Response::Ordinal { .. } => return beta[beta.len() - inputs..].to_vec(),
        Response::Nominal { .. } => output.checked_sub(1),
        Response::Binary(_) | Response::Soft { .. } | Response::Hinge(_) => Some(0),
    };
    slots.map_or_else(|| vec![0.0; inputs], |slot| beta[slot * (inputs + 1) + 1..][..inputs].to_vec())
}

/// A model's columns with a patient's standardised values and SHAP values.
type Explained = Vec<(usize, f64, f64)>;

/// Calls `take` with each patient of a cell.
fn explain(
    predictor: &Predictor,
    output: usize,
    rows: &dyn Rows,
    patients: &[usize],
    mut take: impl FnMut(&Explained) -> Result<(), Unfit>,
) -> Result<(), Unfit> {
    match predictor {
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
        Predictor::Linear { .. } | Predictor::Network { .. } | Predictor::Cox(_) | Predictor::Hazard(_) => {
            let Some(slopes) = predictor.slopes(output) else { return Ok(()) };
            let opened = predictor.design().open(rows);
            for row in patients {
                let known = opened.known(*row);
                let shap =
                    known.iter().zip(&slopes).map(|(z, b)| if z.is_nan() { 0.0 } else { b * z }).collect();
                take(&zip(&predictor.design().columns, known, shap))?;
            }
            Ok(())
        }
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

//! Value, gradient and information of many linear fits at once; losses in held-out cells.
//!
//! | words of [`Climb`] | what | reveals |
//! |---|---|---|
//! | 1 for each fit | log-likelihood over its training set | fit of the model |
//! | 1 for each coefficient | gradient | |
//! | a (a + 1) / 2 for a active coefficients | information matrix, upper triangle by rows | weighted covariances |
//!
//! | words of [`HeldOut`] | what | reveals |
//! |---|---|---|
//! | 1 for each fit and held-out cell of its design | sum of minus log-likelihood | fit in a cell |

use serde::{Deserialize, Serialize};

use super::{Inputs, Place, Response};
use crate::disclosure::ReleasedFit;
use crate::linear::Symmetric;
use crate::reader::Reader;
use crate::{
    Accumulator, Computation, Implausible, Networks, QueryFault, Released, Rows, Summary, Unfit, check,
};

/// Asks for derivatives of several fits of one kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Climb {
    /// What is fitted.
    pub response: Response,
    /// Inputs the fits refer to.
    pub inputs: Vec<Inputs>,
    /// The fits still moving.
    pub fits: Vec<Stance>,
}

/// Where a fit stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stance {
    /// Its inputs, by position.
    pub inputs: usize,
    /// Coefficients, in the order of [`Response::places`].
    pub beta: Vec<f64>,
    /// Coefficients whose information is asked; without it, all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<Vec<usize>>,
}

/// Derivatives of a log-likelihood at a point.
#[derive(Debug, Clone, PartialEq)]
pub struct Derivatives {
    /// Log-likelihood.
    pub log_likelihood: f64,
    /// Its gradient.
    pub gradient: Vec<f64>,
    /// Minus its second derivatives.
    pub information: Symmetric,
}

/// Asks for the loss of finished fits in the cells they left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeldOut {
    /// What is fitted.
    pub response: Response,
    /// Inputs the fits refer to.
    pub inputs: Vec<Inputs>,
    /// Finished fits.
    pub fits: Vec<Stance>,
}

impl Stance {
    fn order(&self) -> usize {
        self.active.as_ref().map_or(self.beta.len(), Vec::len)
    }

    fn words(&self) -> usize {
        let (coefficients, order) = (self.beta.len(), self.order());
        1usize.saturating_add(coefficients).saturating_add(order.saturating_mul(order.saturating_add(1)) / 2)
    }
}

/// Fits whose derivatives are sums over their training sets.
pub(super) fn released(inputs: &[Inputs], fits: &[Stance]) -> Released {
    let fit = |fit: &Stance| {
        let held_out = inputs.get(fit.inputs).map_or_else(Vec::new, |inputs| inputs.design.held_out.clone());
        ReleasedFit { parameters: fit.order(), held_out }
    };
    Released { by_cell: true, fits: fits.iter().map(fit).collect(), ..Released::default() }
}

pub(super) fn check_fits(
    response: Response,
    inputs: &[Inputs],
    fits: &[Stance],
    width: usize,
) -> Result<(), QueryFault> {
    response.check()?;
    check::size("inputs of fits", inputs.len(), check::MOST_FITS)?;
    check::size("fits", fits.len(), check::MOST_FITS)?;
    inputs.iter().try_for_each(|inputs| inputs.check(width))?;
    fits.iter().try_for_each(|fit| {
        check::index("inputs", fit.inputs, inputs.len())?;
        check::length("coefficients", fit.beta.len(), response.coefficients(inputs[fit.inputs].len()))?;
        response.check_beta(&fit.beta)?;
        let active = fit.active.as_deref().unwrap_or_default();
        check::size("active coefficients", active.len(), fit.beta.len())?;
        active.iter().try_for_each(|place| check::index("coefficient", *place, fit.beta.len()))
    })
}

/// A fit with the places of its coefficients.
struct Laid<'a> {
    fit: &'a Stance,
    places: Vec<Place>,
    active: Vec<Place>,
}

impl<'a> Laid<'a> {
    fn new(response: Response, inputs: &[Inputs], fit: &'a Stance) -> Self {
        let places = response.places(inputs[fit.inputs].len());
        let active = match &fit.active {
            Some(active) => active.iter().map(|place| places[*place]).collect(),
            None => places.clone(),
        };
        Self { fit, places, active }
    }

    /// Adds one patient to the words of the fit, starting at `word`.
    fn contribute(
        &self,
        sums: &mut Accumulator,
        word: usize,
        response: Response,
        x: &[f64],
        class: usize,
    ) -> Result<(), Unfit> {
        let local = response.local(&self.fit.beta, x, class);
        let value = |place: &Place| place.input.map_or(1.0, |input| x[input]);
        sums.add(word, local.value)?;
        for (i, place) in self.places.iter().enumerate() {
            sums.add(word + 1 + i, local.slope[place.slot] * value(place))?;
        }
        let mut entry = word + 1 + self.places.len();
        for (at, a) in self.active.iter().enumerate() {
            for b in &self.active[at..] {
                sums.add(entry, local.bend[a.slot][b.slot] * value(a) * value(b))?;
                entry += 1;
            }
        }
        Ok(())
    }
}

impl Computation for Climb {
    /// Of each fit; the information is that of its active coefficients.
    type Finding = Vec<Derivatives>;

    fn length(&self) -> usize {
        self.fits.iter().fold(0usize, |sum, fit| sum.saturating_add(fit.words()))
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        check_fits(self.response, &self.inputs, &self.fits, width)?;
        check::size("words", self.length(), check::MOST_WORDS)
    }

    fn describe(&self) -> String {
        format!("log-likelihood, gradient and information matrix of {} linear fits", self.fits.len())
    }

    fn released(&self) -> Released {
        released(&self.inputs, &self.fits)
    }

    fn site(&self, rows: &dyn Rows, _networks: &dyn Networks) -> Result<Summary, Unfit> {
        let mut sums = Accumulator::new(self.length());
        let opened: Vec<_> = self.inputs.iter().map(|inputs| inputs.open(rows)).collect();
        let laid: Vec<_> = self.fits.iter().map(|fit| Laid::new(self.response, &self.inputs, fit)).collect();
        for row in 0..rows.len() {
            let Some(class) = self.response.class(rows, row) else { continue };
            let trains = |inputs: &Inputs| inputs.design.trains_on(rows.cell(row));
            let x: Vec<Option<Vec<f64>>> = (self.inputs.iter().zip(&opened))
                .map(|(inputs, opened)| trains(inputs).then(|| opened.of(row)))
                .collect();
            let mut word = 0;
            for laid in &laid {
                if let Some(x) = &x[laid.fit.inputs] {
                    laid.contribute(&mut sums, word, self.response, x, class)?;
                }
                word += laid.fit.words();
            }
        }
        Ok(sums.finish())
    }

    fn finish(&self, sum: &Summary) -> Result<Vec<Derivatives>, Implausible> {
        let mut reader = Reader::new(sum, self.length())?;
        let derivatives = |fit: &Stance| {
            let log_likelihood = reader.value()?;
            if log_likelihood > 0.0 {
                return Err(Implausible::Value { what: "a log-likelihood", value: log_likelihood });
            }
            let gradient = reader.values(fit.beta.len())?;
            let order = fit.order();
            let information = Symmetric::from_triangle(order, reader.values(order * (order + 1) / 2)?);
            Ok(Derivatives { log_likelihood, gradient, information })
        };
        self.fits.iter().map(derivatives).collect()
    }
}

impl HeldOut {
    fn cells(&self, fit: &Stance) -> &[usize] {
        self.inputs.get(fit.inputs).map_or(&[], |inputs| &inputs.design.held_out)
    }
}

impl Computation for HeldOut {
    /// For each fit, one loss for each held-out cell of its design, in that order.
    type Finding = Vec<Vec<f64>>;

    fn length(&self) -> usize {
        self.fits.iter().fold(0usize, |sum, fit| sum.saturating_add(self.cells(fit).len()))
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        check_fits(self.response, &self.inputs, &self.fits, width)?;
        check::size("words", self.length(), check::MOST_WORDS)
    }

    fn describe(&self) -> String {
        format!("log-likelihood of {} linear fits in the folds they left out", self.fits.len())
    }

    fn site(&self, rows: &dyn Rows, _networks: &dyn Networks) -> Result<Summary, Unfit> {
        let mut sums = Accumulator::new(self.length());
        let opened: Vec<_> = self.inputs.iter().map(|inputs| inputs.open(rows)).collect();
        for row in 0..rows.len() {
            let Some(class) = self.response.class(rows, row) else { continue };
            let cell = rows.cell(row);
            let x: Vec<Option<Vec<f64>>> = (self.inputs.iter().zip(&opened))
                .map(|(inputs, opened)| (!inputs.design.trains_on(cell)).then(|| opened.of(row)))
                .collect();
            let mut word = 0;
            for fit in &self.fits {
                let cells = self.cells(fit);
                if let Some(x) = &x[fit.inputs] {
                    let loss = -self.response.local(&fit.beta, x, class).value;
                    for place in (0..cells.len()).filter(|place| cells[*place] == cell) {
                        sums.add(word + place, loss)?;
                    }
                }
                word += cells.len();
            }
        }
        Ok(sums.finish())
    }

    fn finish(&self, sum: &Summary) -> Result<Vec<Vec<f64>>, Implausible> {
        let mut words = Reader::new(sum, self.length())?;
        let of_fit = |fit: &Stance| self.cells(fit).iter().map(|_| words.non_negative("a loss")).collect();
        self.fits.iter().map(of_fit).collect()
    }
}

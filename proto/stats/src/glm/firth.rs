//! Firth's modified score of logistic fits: the second question of a step, after the information matrix.
//!
//! | words | what | reveals |
//! |---|---|---|
//! | 1 for each coefficient of each fit | sum of `x (y - p + h (1/2 - p))`, h the patient's leverage | weighted sums |
//!
//! Heinze and Schemper, Stat Med 21 (2002) 2409. Spec: docs/reference/methods/linear.md.

use serde::{Deserialize, Serialize};

use super::climb::{check_fits, released};
use super::{Inputs, Response, Stance};
use crate::design::{linear_predictor, logistic};
use crate::gram::triangle;
use crate::reader::Reader;
use crate::{
    Accumulator, Computation, Implausible, Networks, QueryFault, Released, Rows, Summary, Target, Unfit,
    check,
};

/// Asks for the modified score of several fits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Firth {
    /// Which patients are cases.
    pub target: Target,
    /// Inputs the fits refer to.
    pub inputs: Vec<Inputs>,
    /// Where they stand.
    pub fits: Vec<Stance>,
    /// The inverse information of each, upper triangle by rows.
    pub inverses: Vec<Vec<f64>>,
}

impl Firth {
    /// `p (1 - p) x' I^-1 x`, with 1 before the inputs.
    fn leverage(inverse: &[f64], x: &[f64], p: f64) -> f64 {
        let n = x.len() + 1;
        let at = |i: usize| if i == 0 { 1.0 } else { x[i - 1] };
        let row =
            |i: usize| (0..n).fold(0.0, |sum, j| sum + inverse[triangle(i.min(j), i.max(j), n)] * at(j));
        p * (1.0 - p) * (0..n).fold(0.0, |sum, i| sum + at(i) * row(i))
    }
}

impl Computation for Firth {
    /// The modified score of each fit.
    type Finding = Vec<Vec<f64>>;

    fn length(&self) -> usize {
        self.fits.iter().fold(0usize, |sum, fit| sum.saturating_add(fit.beta.len()))
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        check_fits(Response::Binary(self.target), &self.inputs, &self.fits, width)?;
        check::length("inverses", self.inverses.len(), self.fits.len())?;
        self.fits.iter().zip(&self.inverses).try_for_each(|(fit, inverse)| {
            let n = fit.beta.len();
            check::length("entries of an inverse", inverse.len(), n.saturating_mul(n + 1) / 2)?;
            check::finite("an inverse", inverse)
        })?;
        check::size("words", self.length(), check::MOST_WORDS)
    }

    fn describe(&self) -> String {
        format!("modified score of {} logistic fits with Firth's correction", self.fits.len())
    }

    fn released(&self) -> Released {
        released(&self.inputs, &self.fits)
    }

    fn site(&self, rows: &dyn Rows, _networks: &dyn Networks) -> Result<Summary, Unfit> {
        let mut sums = Accumulator::new(self.length());
        let opened: Vec<_> = self.inputs.iter().map(|inputs| inputs.open(rows)).collect();
        for row in 0..rows.len() {
            let Some(case) = self.target.of(rows, row) else { continue };
            let y = f64::from(u8::from(case));
            let mut word = 0;
            for (fit, inverse) in self.fits.iter().zip(&self.inverses) {
                if self.inputs[fit.inputs].design.trains_on(rows.cell(row)) {
                    let x = opened[fit.inputs].of(row);
                    let p = logistic(linear_predictor(&fit.beta, &x));
                    let residual = y - p + Self::leverage(inverse, &x, p) * (0.5 - p);
                    sums.add(word, residual)?;
                    for (i, x) in x.iter().enumerate() {
                        sums.add(word + 1 + i, residual * x)?;
                    }
                }
                word += fit.beta.len();
            }
        }
        Ok(sums.finish())
    }

    fn finish(&self, sum: &Summary) -> Result<Vec<Vec<f64>>, Implausible> {
        let mut words = Reader::new(sum, self.length())?;
        self.fits.iter().map(|fit| words.values(fit.beta.len())).collect()
    }
}

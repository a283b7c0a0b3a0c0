//! One Newton step of many logistic fits at once.
//!
//! | words | what | reveals |
//! |---|---|---|
//! | 1 for each fit | log-likelihood over its training set | fit of the model |
//! | p + 1 | gradient, intercept first | |
//! | (p + 1)(p + 2) / 2 | information matrix, upper triangle by rows | covariances weighted by p (1 - p) |

use serde::{Deserialize, Serialize};

use crate::design::{Design, linear_predictor, logistic, loss};
use crate::disclosure::{Released, ReleasedFit};
use crate::linear::Symmetric;
use crate::reader::Reader;
use crate::{
    Accumulator, Computation, Implausible, Networks, QueryFault, Rows, Summary, Target, Unfit, check,
};

/// Asks for derivatives of several fits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Newton {
    /// Which patients are cases.
    pub target: Target,
    /// Designs the fits refer to.
    pub designs: Vec<Design>,
    /// The fits still moving.
    pub fits: Vec<Point>,
}

/// Where a fit stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// Its design, by position.
    pub design: usize,
    /// Intercept, then one coefficient a column.
    pub beta: Vec<f64>,
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

pub(crate) fn check_points(designs: &[Design], fits: &[Point], width: usize) -> Result<(), QueryFault> {
    check::size("designs", designs.len(), check::MOST_FITS)?;
    check::size("fits", fits.len(), check::MOST_FITS)?;
    designs.iter().try_for_each(|design| design.check(width))?;
    fits.iter().try_for_each(|fit| {
        check::index("design", fit.design, designs.len())?;
        check::length("coefficients", fit.beta.len(), designs[fit.design].columns.len() + 1)?;
        check::finite("coefficients", &fit.beta)
    })
}

/// Words of one fit with `order` coefficients: value, gradient, triangle.
fn words(order: usize) -> usize {
    1 + order + order.saturating_mul(order + 1) / 2
}

impl Newton {
    /// Adds one patient to the words of one fit, starting at `word`.
    fn contribute(
        sums: &mut Accumulator,
        word: usize,
        beta: &[f64],
        z: &[f64],
        case: bool,
    ) -> Result<(), Unfit> {
        let eta = linear_predictor(beta, z);
        let p = logistic(eta);
        let residual = f64::from(u8::from(case)) - p;
        let weight = p * (1.0 - p);
        sums.add(word, -loss(eta, case))?;
        let at = |i: usize| if i == 0 { 1.0 } else { z[i - 1] };
        let mut entry = word + 1 + beta.len();
        for i in 0..beta.len() {
            sums.add(word + 1 + i, residual * at(i))?;
            for j in i..beta.len() {
                sums.add(entry, weight * at(i) * at(j))?;
                entry += 1;
            }
        }
        Ok(())
    }
}

impl Computation for Newton {
    type Finding = Vec<Derivatives>;

    fn length(&self) -> usize {
        self.fits.iter().fold(0usize, |sum, fit| sum.saturating_add(words(fit.beta.len())))
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        self.target.check()?;
        check_points(&self.designs, &self.fits, width)?;
        check::size("words", self.length(), check::MOST_WORDS)
    }

    fn describe(&self) -> String {
        format!("log-likelihood, gradient and information matrix of {} logistic fits", self.fits.len())
    }

    fn released(&self) -> Released {
        let fit = |point: &Point| {
            let held_out =
                self.designs.get(point.design).map_or_else(Vec::new, |design| design.held_out.clone());
            ReleasedFit { parameters: point.beta.len(), held_out }
        };
        Released { by_cell: true, fits: self.fits.iter().map(fit).collect(), ..Released::default() }
    }

    fn site(&self, rows: &dyn Rows, _networks: &dyn Networks) -> Result<Summary, Unfit> {
        let mut sums = Accumulator::new(self.length());
        let opened: Vec<_> = self.designs.iter().map(|design| design.open(rows)).collect();
        for row in 0..rows.len() {
            let Some(case) = self.target.of(rows, row) else { continue };
            let cell = rows.cell(row);
            let z: Vec<Option<Vec<f64>>> = (self.designs.iter().zip(&opened))
                .map(|(design, opened)| design.trains_on(cell).then(|| opened.standardise(row)))
                .collect();
            let mut word = 0;
            for fit in &self.fits {
                if let Some(z) = &z[fit.design] {
                    Self::contribute(&mut sums, word, &fit.beta, z, case)?;
                }
                word += words(fit.beta.len());
            }
        }
        Ok(sums.finish())
    }

    fn finish(&self, sum: &Summary) -> Result<Vec<Derivatives>, Implausible> {
        let mut reader = Reader::new(sum, self.length())?;
        let derivatives = |fit: &Point| {
            let log_likelihood = reader.value()?;
            if log_likelihood > 0.0 {
                return Err(Implausible::Value { what: "a log-likelihood", value: log_likelihood });
            }
            let order = fit.beta.len();
            let gradient = reader.values(order)?;
            let information = Symmetric::from_triangle(order, reader.values(order * (order + 1) / 2)?);
            Ok(Derivatives { log_likelihood, gradient, information })
        };
        self.fits.iter().map(derivatives).collect()
    }
}

//! How well fits predict the cells they were not trained on.
//!
//! | words | what | reveals |
//! |---|---|---|
//! | 1 for each fit and held-out cell of its design | sum of minus log-likelihood | fit in a cell |

use serde::{Deserialize, Serialize};

use crate::design::{Design, linear_predictor, loss};
use crate::newton::{Point, check_points};
use crate::reader::Reader;
use crate::{
    Accumulator, Computation, Implausible, Networks, QueryFault, Rows, Summary, Target, Unfit, check,
};

/// Asks for the held-out deviance of several fits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deviance {
    /// Which patients are cases.
    pub target: Target,
    /// Designs the fits refer to.
    pub designs: Vec<Design>,
    /// Finished fits.
    pub fits: Vec<Point>,
}

impl Computation for Deviance {
    /// For each fit, one deviance for each held-out cell of its design, in that order.
    type Finding = Vec<Vec<f64>>;

    fn length(&self) -> usize {
        let held_out = |fit: &Point| self.designs.get(fit.design).map_or(0, |design| design.held_out.len());
        self.fits.iter().fold(0usize, |sum, fit| sum.saturating_add(held_out(fit)))
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        self.target.check()?;
        check_points(&self.designs, &self.fits, width)?;
        check::size("words", self.length(), check::MOST_WORDS)
    }

    fn describe(&self) -> String {
        format!("log-likelihood of {} logistic fits in the folds they left out", self.fits.len())
    }

    fn site(&self, rows: &dyn Rows, _networks: &dyn Networks) -> Result<Summary, Unfit> {
        let mut sums = Accumulator::new(self.length());
        let opened: Vec<_> = self.designs.iter().map(|design| design.open(rows)).collect();
        for row in 0..rows.len() {
            let Some(case) = self.target.of(rows, row) else { continue };
            let cell = rows.cell(row);
            let z: Vec<Option<Vec<f64>>> = (self.designs.iter().zip(&opened))
                .map(|(design, opened)| (!design.trains_on(cell)).then(|| opened.standardise(row)))
                .collect();
            let mut word = 0;
            for fit in &self.fits {
                let held_out = &self.designs[fit.design].held_out;
                if let Some(z) = &z[fit.design] {
                    let loss = loss(linear_predictor(&fit.beta, z), case);
                    for place in (0..held_out.len()).filter(|place| held_out[*place] == cell) {
                        sums.add(word + place, loss)?;
                    }
                }
                word += held_out.len();
            }
        }
        Ok(sums.finish())
    }

    fn finish(&self, sum: &Summary) -> Result<Vec<Vec<f64>>, Implausible> {
        let mut words = Reader::new(sum, self.length())?;
        let of_fit = |fit: &Point| {
            let cells = self.designs[fit.design].held_out.len();
            (0..cells).map(|_| words.non_negative("a deviance")).collect()
        };
        self.fits.iter().map(of_fit).collect()
    }
}

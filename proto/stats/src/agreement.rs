//! Intraclass correlation of two readings, from sums over the patients who were read twice.
//!
//! Readings are compared as measured, before any harmonisation; a patient's class is not read.
//!
//! | words | what | reveals |
//! |---|---|---|
//! | 5 for each column | patients read twice; sums of s, s^2, d, d^2 with s, d the sum and difference of the readings | variance between and within patients of the training set |

use consilium_types::plan::IccForm;
use serde::{Deserialize, Serialize};

use crate::reader::Reader;
use crate::{
    Accumulator, Computation, Conditioning, Implausible, Networks, QueryFault, Rows, Summary, Unfit, check,
};

/// Asks how far two readings agree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agreement {
    /// Cells left out of the training set.
    pub held_out: Vec<usize>,
    /// The columns.
    pub columns: Vec<usize>,
    /// Shift and scale of each of them.
    pub conditioning: Conditioning,
}

/// Sums over the patients whose column was read twice.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Readings {
    /// Patients.
    pub n: f64,
    /// Sum over patients of both readings.
    pub sum: f64,
    /// Sum of squares of it.
    pub sum_square: f64,
    /// Sum over patients of the first reading less the second.
    pub difference: f64,
    /// Sum of squares of it.
    pub difference_square: f64,
}

impl Readings {
    /// The intraclass correlation of single readings, after Shrout and Fleiss, Psychol Bull 86 (1979) 420: one-way random,
    /// two-way random with absolute agreement, or two-way mixed with consistency. Nothing with fewer than two patients or where nothing varies.
    #[must_use]
    pub fn intraclass(&self, form: IccForm) -> Option<f64> {
        if self.n < 2.0 {
            return None;
        }
        let mean = |square: f64, sum: f64| (square - sum * sum / self.n).max(0.0) / (2.0 * (self.n - 1.0));
        let between = mean(self.sum_square, self.sum);
        let error = mean(self.difference_square, self.difference);
        // rounding of the sums leaves this much of a column that does not vary
        let rounding = f64::EPSILON * (self.sum_square + self.difference_square);
        if between + error <= rounding {
            return None;
        }
        let within = self.difference_square / (2.0 * self.n);
        let readers = self.difference * self.difference / (2.0 * self.n);
        Some(match form {
            IccForm::Icc11 => (between - within) / (between + within),
            IccForm::Icc21 => (between - error) / (between + error + 2.0 * (readers - error) / self.n),
            IccForm::Icc31 => (between - error) / (between + error),
        })
    }
}

impl Agreement {
    /// Both readings of a column; nothing unless both are there.
    fn readings(&self, rows: &dyn Rows, row: usize, place: usize) -> Option<[f64; 2]> {
        let (column, scale) = (self.columns[place], self.conditioning.scale[place]);
        let centre = self.conditioning.centre[place];
        let both = [rows.value(row, column), rows.reread(row, column)].map(|x| (x - centre) / scale);
        both.iter().all(|u| !u.is_nan()).then_some(both)
    }
}

impl Computation for Agreement {
    /// One entry a column.
    type Finding = Vec<Readings>;

    fn length(&self) -> usize {
        self.columns.len().saturating_mul(5)
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        self.held_out.iter().try_for_each(|cell| check::index("cell", *cell, check::MOST_CELLS))?;
        self.conditioning.check(self.columns.len())?;
        self.columns.iter().try_for_each(|column| check::index("column", *column, width))?;
        check::size("words", self.length(), check::MOST_WORDS)
    }

    fn describe(&self) -> String {
        format!(
            "number of patients read twice, sums and sums of squares of both readings' sum and difference, of {} \
             columns in a training set",
            self.columns.len()
        )
    }

    fn site(&self, rows: &dyn Rows, _networks: &dyn Networks) -> Result<Summary, Unfit> {
        let mut sums = Accumulator::new(self.length());
        for row in (0..rows.len()).filter(|row| !self.held_out.contains(&rows.cell(*row))) {
            for place in 0..self.columns.len() {
                let Some([first, second]) = self.readings(rows, row, place) else { continue };
                let (sum, difference) = (first + second, first - second);
                sums.count(5 * place, 1);
                for (i, value) in
                    [sum, sum * sum, difference, difference * difference].into_iter().enumerate()
                {
                    sums.add(5 * place + 1 + i, value)?;
                }
            }
        }
        Ok(sums.finish())
    }

    fn finish(&self, sum: &Summary) -> Result<Vec<Readings>, Implausible> {
        let mut words = Reader::new(sum, self.length())?;
        let readings = |_| {
            Ok(Readings {
                n: words.count()? as f64,
                sum: words.value()?,
                sum_square: words.non_negative("a sum of squares")?,
                difference: words.value()?,
                difference_square: words.non_negative("a sum of squares")?,
            })
        };
        (0..self.columns.len()).map(readings).collect()
    }
}

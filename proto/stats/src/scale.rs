//! The magnitude of every column, so that squares can be summed in fixed point.
//!
//! | words | what | reveals |
//! |---|---|---|
//! | 3 for each column | patients with a value, sum, sum of magnitudes | the mean of the column |

use serde::{Deserialize, Serialize};

use crate::reader::Reader;
use crate::{Accumulator, Computation, Implausible, Networks, QueryFault, Rows, Summary, Unfit, check};

/// Asks for sums of all columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scale {
    /// Number of columns.
    pub width: usize,
}

/// A shift and a power of two for each column: `u = (x - centre) / scale`. They condition the arithmetic and
/// change no result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conditioning {
    /// The pooled mean of each column.
    pub centre: Vec<f64>,
    /// A power of two of the column's mean magnitude.
    pub scale: Vec<f64>,
}

impl Conditioning {
    /// For values that are near standard already.
    #[must_use]
    pub fn none(width: usize) -> Self {
        Self { centre: vec![0.0; width], scale: vec![1.0; width] }
    }

    /// The same for some of the columns.
    #[must_use]
    pub fn only(&self, columns: &[usize]) -> Self {
        let pick = |values: &[f64]| columns.iter().map(|column| values[*column]).collect();
        Self { centre: pick(&self.centre), scale: pick(&self.scale) }
    }

    /// The conditioned value of a column; NaN where it is missing.
    #[must_use]
    pub fn apply(&self, rows: &dyn Rows, row: usize, column: usize) -> f64 {
        (rows.value(row, column) - self.centre[column]) / self.scale[column]
    }

    pub(crate) fn check(&self, width: usize) -> Result<(), QueryFault> {
        check::length("centre", self.centre.len(), width)?;
        check::length("scale", self.scale.len(), width)?;
        check::finite("centre", &self.centre)?;
        check::positive("scale", &self.scale)
    }
}

impl Computation for Scale {
    type Finding = Conditioning;

    fn length(&self) -> usize {
        self.width.saturating_mul(3)
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        check::length("columns", self.width, width)
    }

    fn describe(&self) -> String {
        format!("number of values, sum and sum of magnitudes of {} columns", self.width)
    }

    fn site(&self, rows: &dyn Rows, _networks: &dyn Networks) -> Result<Summary, Unfit> {
        let mut sums = Accumulator::new(self.length());
        for row in 0..rows.len() {
            for column in 0..self.width {
                let value = rows.value(row, column);
                if !value.is_nan() {
                    sums.count(3 * column, 1);
                    sums.add(3 * column + 1, value)?;
                    sums.add(3 * column + 2, value.abs())?;
                }
            }
        }
        Ok(sums.finish())
    }

    fn finish(&self, sum: &Summary) -> Result<Conditioning, Implausible> {
        let mut words = Reader::new(sum, self.length())?;
        let (mut centre, mut scale) = (Vec::new(), Vec::new());
        for _ in 0..self.width {
            let n = words.count()?.max(1) as f64;
            centre.push(words.value()? / n);
            scale.push(power_of_two(words.non_negative("a sum of magnitudes")? / n));
        }
        Ok(Conditioning { centre, scale })
    }
}

/// The least power of two not below a magnitude; 1 for zero.
fn power_of_two(magnitude: f64) -> f64 {
    if magnitude > 0.0 { libm::exp2(libm::ceil(libm::log2(magnitude))) } else { 1.0 }
}

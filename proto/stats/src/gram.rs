//! Co-moments of screened columns of one training set, for the redundancy filter.
//!
//! A missing value counts as u = 0.
//!
//! | words | what | reveals |
//! |---|---|---|
//! | 1 + k | patients, sums of u | means |
//! | k (k + 1) / 2 | sums of u_a u_b, upper triangle by rows | covariances of the training set |

use serde::{Deserialize, Serialize};

use crate::harmonise::Harmonise;
use crate::reader::Reader;
use crate::{
    Accumulator, Computation, Conditioning, Implausible, Networks, QueryFault, Rows, Summary, Unfit, check,
};

/// Asks for products of pairs of columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gram {
    /// Cells left out of the training set.
    pub held_out: Vec<usize>,
    /// What is done to the values first.
    pub harmonise: Harmonise,
    /// The screened columns.
    pub columns: Vec<usize>,
    /// Shift and scale of each of them.
    pub conditioning: Conditioning,
}

/// Products of pairs of screened columns, by position.
#[derive(Debug, Clone, PartialEq)]
pub struct GramTable {
    order: usize,
    patients: f64,
    sums: Vec<f64>,
    upper: Vec<f64>,
}

impl GramTable {
    /// Sum of products of two columns, both centred.
    #[must_use]
    pub fn centred(&self, i: usize, j: usize) -> f64 {
        let product = self.upper[triangle(i.min(j), i.max(j), self.order)];
        if self.patients > 0.0 { product - self.sums[i] * self.sums[j] / self.patients } else { 0.0 }
    }

    /// Pearson's r of two columns; 0 where one does not vary.
    #[must_use]
    pub fn correlation(&self, i: usize, j: usize) -> f64 {
        let scale = self.centred(i, i) * self.centred(j, j);
        if scale > 0.0 { self.centred(i, j) / scale.sqrt() } else { 0.0 }
    }
}

/// Place of entry (i, j), i <= j, in an upper triangle of order k stored by rows.
pub(crate) fn triangle(i: usize, j: usize, k: usize) -> usize {
    i * (2 * k - i + 1) / 2 + (j - i)
}

impl Gram {
    fn entries(&self) -> usize {
        let k = self.columns.len();
        k.saturating_mul(k + 1) / 2
    }

    /// A patient's conditioned values; 0 where missing.
    fn values(&self, rows: &dyn Rows, row: usize) -> Vec<f64> {
        let conditioning = self.conditioning.centre.iter().zip(&self.conditioning.scale);
        let value = |(column, (centre, scale)): (&usize, (&f64, &f64))| {
            let u = (rows.value(row, *column) - centre) / scale;
            if u.is_nan() { 0.0 } else { u }
        };
        self.columns.iter().zip(conditioning).map(value).collect()
    }
}

impl Computation for Gram {
    type Finding = GramTable;

    fn length(&self) -> usize {
        self.entries().saturating_add(self.columns.len()).saturating_add(1)
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        self.held_out.iter().try_for_each(|cell| check::index("cell", *cell, check::MOST_CELLS))?;
        self.harmonise.check(width)?;
        check::size("words", self.length(), check::MOST_WORDS)?;
        self.conditioning.check(self.columns.len())?;
        self.columns.iter().try_for_each(|column| check::index("column", *column, width))
    }

    fn describe(&self) -> String {
        format!("sums of products of {} screened columns, two by two, in a training set", self.columns.len())
    }

    fn site(&self, rows: &dyn Rows, _networks: &dyn Networks) -> Result<Summary, Unfit> {
        let harmonised = self.harmonise.open(rows, &self.held_out);
        let mut sums = Accumulator::new(self.length());
        for row in (0..rows.len()).filter(|row| !self.held_out.contains(&rows.cell(*row))) {
            sums.count(0, 1);
            let values = self.values(&harmonised, row);
            let mut word = 1 + values.len();
            for (i, a) in values.iter().enumerate() {
                sums.add(1 + i, *a)?;
                for b in &values[i..] {
                    sums.add(word, a * b)?;
                    word += 1;
                }
            }
        }
        Ok(sums.finish())
    }

    fn finish(&self, sum: &Summary) -> Result<GramTable, Implausible> {
        let mut words = Reader::new(sum, self.length())?;
        let (order, patients) = (self.columns.len(), words.count()? as f64);
        let sums = words.values(order)?;
        Ok(GramTable { order, patients, sums, upper: words.values(self.entries())? })
    }
}

#[cfg(test)]
mod tests {
    use super::triangle;

    #[test]
    fn the_triangle_is_dense() {
        let k = 7;
        let mut words: Vec<usize> = Vec::new();
        for i in 0..k {
            for j in i..k {
                words.push(triangle(i, j, k));
            }
        }
        assert_eq!(words, (0..k * (k + 1) / 2).collect::<Vec<_>>());
    }
}

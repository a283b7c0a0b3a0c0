//! Co-moments of screened columns, for the redundancy filter.
//!
//! A missing value counts as u = 0, the pooled mean.
//!
//! | words | what | reveals |
//! |---|---|---|
//! | k (k + 1) / 2 for each cell | sums of u_a u_b, upper triangle by rows | covariances in a cell |

use serde::{Deserialize, Serialize};

use crate::reader::Reader;
use crate::{
    Accumulator, Computation, Conditioning, Implausible, MomentTable, Networks, QueryFault, Rows, Summary,
    Unfit, check,
};

/// Asks for products of pairs of columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gram {
    /// Cells of the analysis.
    pub cells: usize,
    /// The screened columns.
    pub columns: Vec<usize>,
    /// How all columns are conditioned.
    pub conditioning: Conditioning,
}

/// Products of pairs by cell.
#[derive(Debug, Clone, PartialEq)]
pub struct GramTable {
    columns: Vec<usize>,
    /// One upper triangle a cell.
    cells: Vec<Vec<f64>>,
}

impl GramTable {
    /// Pearson's r of two screened columns in a training set of `n` rows; 0 where one does not vary.
    #[must_use]
    pub fn correlation(&self, moments: &MomentTable, held_out: &[usize], n: f64, a: usize, b: usize) -> f64 {
        let spread = |x: usize, y: usize| {
            let sum =
                |column: usize| self.kept(held_out).map(|cell| moments.cell_sum(cell, column)).sum::<f64>();
            self.product(held_out, x, y) - sum(x) * sum(y) / n
        };
        let scale = spread(a, a) * spread(b, b);
        if scale > 0.0 { spread(a, b) / scale.sqrt() } else { 0.0 }
    }

    fn kept(&self, held_out: &[usize]) -> impl Iterator<Item = usize> {
        (0..self.cells.len()).filter(move |cell| !held_out.contains(cell))
    }

    fn product(&self, held_out: &[usize], a: usize, b: usize) -> f64 {
        let position = |column: usize| self.columns.iter().position(|c| *c == column);
        let (Some(i), Some(j)) = (position(a), position(b)) else { return 0.0 };
        let word = triangle(i.min(j), i.max(j), self.columns.len());
        self.kept(held_out).map(|cell| self.cells[cell][word]).sum()
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
}

impl Computation for Gram {
    type Finding = GramTable;

    fn length(&self) -> usize {
        self.entries().saturating_mul(self.cells)
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        check::size("cells", self.cells, check::MOST_CELLS)?;
        self.conditioning.check(width)?;
        check::size("words", self.length(), check::MOST_WORDS)?;
        self.columns.iter().try_for_each(|column| check::index("column", *column, width))
    }

    fn describe(&self) -> String {
        format!(
            "sums of products of {} screened columns, two by two, in {} folds",
            self.columns.len(),
            self.cells
        )
    }

    fn site(&self, rows: &dyn Rows, _networks: &dyn Networks) -> Result<Summary, Unfit> {
        let mut sums = Accumulator::new(self.length());
        for row in (0..rows.len()).filter(|row| rows.cell(*row) < self.cells) {
            let value = |column: &usize| {
                let u = self.conditioning.apply(rows, row, *column);
                if u.is_nan() { 0.0 } else { u }
            };
            let values: Vec<f64> = self.columns.iter().map(value).collect();
            let mut word = rows.cell(row) * self.entries();
            for (i, a) in values.iter().enumerate() {
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
        let cells = (0..self.cells).map(|_| words.values(self.entries())).collect::<Result<_, _>>()?;
        Ok(GramTable { columns: self.columns.clone(), cells })
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

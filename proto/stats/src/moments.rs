//! Count, sum and sum of squares of every conditioned column, by cell and class.
//!
//! Statistics of any training set are differences of these, so one answer serves all folds.
//!
//! | words | what | reveals |
//! |---|---|---|
//! | 3 for each cell, class and column | patients with a value, sum u, sum u^2 | mean and variance in a cell |

use serde::{Deserialize, Serialize};

use crate::distribution::student_t_two_sided;
use crate::reader::Reader;
use crate::{
    Accumulator, Computation, Conditioning, Implausible, Networks, QueryFault, Rows, Summary, Unfit, check,
};

/// Asks for moments of all columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moments {
    /// Cells of the analysis.
    pub cells: usize,
    /// How values are conditioned.
    pub conditioning: Conditioning,
}

/// Moments of one column over some patients.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Moment {
    /// Patients with a value.
    pub n: f64,
    /// Sum of u.
    pub sum: f64,
    /// Sum of u^2.
    pub square: f64,
}

impl Moment {
    /// Moments over both groups of patients.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { n: self.n + other.n, sum: self.sum + other.sum, square: self.square + other.square }
    }

    /// Mean of u; 0 without patients.
    #[must_use]
    pub fn mean(self) -> f64 {
        if self.n > 0.0 { self.sum / self.n } else { 0.0 }
    }

    /// Sample variance of u, n - 1 below; 0 where rounding leaves nothing.
    #[must_use]
    pub fn variance(self) -> f64 {
        if self.n < 2.0 {
            return 0.0;
        }
        let centred = self.square - self.sum * self.sum / self.n;
        // below the rounding error of the difference the column is constant
        if centred <= self.square * self.n * f64::EPSILON { 0.0 } else { centred / (self.n - 1.0) }
    }
}

/// Moments of all columns by cell and class.
#[derive(Debug, Clone, PartialEq)]
pub struct MomentTable {
    cells: usize,
    width: usize,
    /// Cell, class, column.
    entries: Vec<Moment>,
}

impl MomentTable {
    /// Moments of a column over one class, all but the held-out cells.
    #[must_use]
    pub fn class(&self, held_out: &[usize], case: bool, column: usize) -> Moment {
        let kept = (0..self.cells).filter(|cell| !held_out.contains(cell));
        let at = |cell: usize| self.entries[(2 * cell + usize::from(case)) * self.width + column];
        kept.map(at).fold(Moment::default(), Moment::and)
    }

    /// Moments of a column over both classes, all but the held-out cells.
    #[must_use]
    pub fn both(&self, held_out: &[usize], column: usize) -> Moment {
        self.class(held_out, false, column).and(self.class(held_out, true, column))
    }

    /// Sum of u of a column in one cell.
    #[must_use]
    pub fn cell_sum(&self, cell: usize, column: usize) -> f64 {
        let at = |class: usize| self.entries[(2 * cell + class) * self.width + column].sum;
        at(0) + at(1)
    }

    /// Number of columns.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Welch's test between the classes of a training set; nothing where it is not defined.
    #[must_use]
    pub fn welch(&self, held_out: &[usize], column: usize) -> Option<Welch> {
        welch(self.class(held_out, true, column), self.class(held_out, false, column))
    }
}

/// Welch's t between two groups.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Welch {
    /// |t|.
    pub t: f64,
    /// Welch-Satterthwaite degrees of freedom.
    pub freedom: f64,
    /// Two-sided p value.
    pub p: f64,
}

fn welch(a: Moment, b: Moment) -> Option<Welch> {
    if a.n < 2.0 || b.n < 2.0 {
        return None;
    }
    let (va, vb) = (a.variance() / a.n, b.variance() / b.n);
    let spread = va + vb;
    if spread <= 0.0 {
        return None;
    }
    let t = ((a.mean() - b.mean()) / spread.sqrt()).abs();
    let freedom = spread * spread / (va * va / (a.n - 1.0) + vb * vb / (b.n - 1.0));
    Some(Welch { t, freedom, p: student_t_two_sided(t, freedom) })
}

impl Computation for Moments {
    type Finding = MomentTable;

    fn length(&self) -> usize {
        self.conditioning.centre.len().saturating_mul(6).saturating_mul(self.cells)
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        check::size("cells", self.cells, check::MOST_CELLS)?;
        self.conditioning.check(width)?;
        check::size("words", self.length(), check::MOST_WORDS)
    }

    fn describe(&self) -> String {
        let width = self.conditioning.centre.len();
        format!(
            "number of values, sum and sum of squares of {width} columns in {} folds by class",
            self.cells
        )
    }

    fn site(&self, rows: &dyn Rows, _networks: &dyn Networks) -> Result<Summary, Unfit> {
        let width = self.conditioning.centre.len();
        let mut sums = Accumulator::new(self.length());
        for row in (0..rows.len()).filter(|row| rows.cell(*row) < self.cells) {
            let block = (2 * rows.cell(row) + usize::from(rows.is_case(row))) * width;
            for column in 0..width {
                let u = self.conditioning.apply(rows, row, column);
                if !u.is_nan() {
                    let word = 3 * (block + column);
                    sums.count(word, 1);
                    sums.add(word + 1, u)?;
                    sums.add(word + 2, u * u)?;
                }
            }
        }
        Ok(sums.finish())
    }

    fn finish(&self, sum: &Summary) -> Result<MomentTable, Implausible> {
        let mut words = Reader::new(sum, self.length())?;
        let width = self.conditioning.centre.len();
        let entry = |_| {
            Ok(Moment {
                n: words.count()? as f64,
                sum: words.value()?,
                square: words.non_negative("a sum of squares")?,
            })
        };
        let entries = (0..2 * self.cells * width).map(entry).collect::<Result<_, Implausible>>()?;
        Ok(MomentTable { cells: self.cells, width, entries })
    }
}

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
    /// The label whose classes are told apart; a patient whose class is not known is left out.
    pub label: usize,
    /// Its number of classes.
    pub classes: usize,
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
    classes: usize,
    width: usize,
    /// Cell, class, column.
    entries: Vec<Moment>,
}

impl MomentTable {
    /// Moments of a column over one class, all but the held-out cells.
    #[must_use]
    pub fn class(&self, held_out: &[usize], class: usize, column: usize) -> Moment {
        let kept = (0..self.cells).filter(|cell| !held_out.contains(cell));
        let at = |cell: usize| self.entries[(self.classes * cell + class) * self.width + column];
        kept.map(at).fold(Moment::default(), Moment::and)
    }

    /// Moments of a column over all classes, all but the held-out cells.
    #[must_use]
    pub fn all(&self, held_out: &[usize], column: usize) -> Moment {
        let of_class = |class| self.class(held_out, class, column);
        (0..self.classes).map(of_class).fold(Moment::default(), Moment::and)
    }

    /// Sum of u of a column in one cell.
    #[must_use]
    pub fn cell_sum(&self, cell: usize, column: usize) -> f64 {
        let at = |class: usize| self.entries[(self.classes * cell + class) * self.width + column].sum;
        (0..self.classes).map(at).sum()
    }

    /// Number of classes.
    #[must_use]
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Number of columns.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Welch's test between the first two classes of a training set; nothing where it is not defined.
    #[must_use]
    pub fn welch(&self, held_out: &[usize], column: usize) -> Option<Welch> {
        welch(self.class(held_out, 1, column), self.class(held_out, 0, column))
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
        let groups = self.cells.saturating_mul(self.classes);
        self.conditioning.centre.len().saturating_mul(3).saturating_mul(groups)
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        check::size("cells", self.cells, check::MOST_CELLS)?;
        check::index("label", self.label, check::MOST_LABELS)?;
        check::size("classes", self.classes, check::MOST_CLASSES)?;
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
            let class = rows.label(row, self.label).and_then(|class| usize::try_from(class).ok());
            let Some(class) = class.filter(|class| *class < self.classes) else { continue };
            let block = (self.classes * rows.cell(row) + class) * width;
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
        let entries =
            (0..self.classes * self.cells * width).map(entry).collect::<Result<_, Implausible>>()?;
        Ok(MomentTable { cells: self.cells, classes: self.classes, width, entries })
    }
}

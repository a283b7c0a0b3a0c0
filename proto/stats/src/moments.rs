//! Count, sum and sum of squares of every conditioned column in one training set, by class.
//!
//! | words | what | reveals |
//! |---|---|---|
//! | 3 for each class and column | patients with a value, sum u, sum u^2 | mean and variance of the training set |
//! | 4 for each batch slot, with ComBat | mean and variance of shifts, shape and rate of scales, over all columns | how far a batch is off on the whole, in no column |

use serde::{Deserialize, Serialize};

use crate::distribution::student_t_two_sided;
use crate::harmonise::{Harmonise, MOST_BATCHES, Prior};
use crate::reader::Reader;
use crate::{
    Accumulator, Computation, Conditioning, Implausible, Networks, QueryFault, Rows, Summary, Unfit, check,
};

/// Asks for moments of all columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moments {
    /// Cells left out of the training set.
    pub held_out: Vec<usize>,
    /// What is done to the values first.
    pub harmonise: Harmonise,
    /// Sites that state the priors of their batches; 0 unless ComBat has none yet.
    pub slots: usize,
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

/// Moments of all columns by class.
#[derive(Debug, Clone, PartialEq)]
pub struct MomentTable {
    classes: usize,
    width: usize,
    /// Class, column.
    entries: Vec<Moment>,
    /// Of every batch: [`MOST_BATCHES`] for each site that was asked.
    pub priors: Vec<Prior>,
}

impl MomentTable {
    /// Moments of a column over one class.
    #[must_use]
    pub fn class(&self, class: usize, column: usize) -> Moment {
        self.entries[class * self.width + column]
    }

    /// Moments of a column over all classes.
    #[must_use]
    pub fn all(&self, column: usize) -> Moment {
        (0..self.classes).map(|class| self.class(class, column)).fold(Moment::default(), Moment::and)
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

    /// Welch's test between the first two classes; nothing where it is not defined.
    #[must_use]
    pub fn welch(&self, column: usize) -> Option<Welch> {
        welch(self.class(1, column), self.class(0, column))
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

/// Welch's test between two groups; nothing where it is not defined.
#[must_use]
pub fn welch(a: Moment, b: Moment) -> Option<Welch> {
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

impl Moments {
    fn moments(&self) -> usize {
        self.conditioning.centre.len().saturating_mul(3).saturating_mul(self.classes)
    }

    /// Adds a patient's values to the words of a class.
    fn contribute(
        &self,
        rows: &dyn Rows,
        row: usize,
        class: usize,
        sums: &mut Accumulator,
    ) -> Result<(), Unfit> {
        let width = self.conditioning.centre.len();
        for column in 0..width {
            let u = self.conditioning.apply(rows, row, column);
            if !u.is_nan() {
                let word = 3 * (class * width + column);
                sums.count(word, 1);
                sums.add(word + 1, u)?;
                sums.add(word + 2, u * u)?;
            }
        }
        Ok(())
    }

    /// States the priors of this site's batches in its slots.
    fn state_priors(&self, rows: &dyn Rows, sums: &mut Accumulator) -> Result<(), Unfit> {
        let Harmonise::Combat(combat) = &self.harmonise else { return Ok(()) };
        if rows.site() >= self.slots {
            return Ok(());
        }
        for (batch, prior) in combat.priors_of(rows, &self.held_out).into_iter().enumerate() {
            let word = self.moments() + 4 * (rows.site() * MOST_BATCHES + batch);
            let numbers = [prior.shift, prior.shift_variance, prior.shape, prior.rate];
            numbers.iter().enumerate().try_for_each(|(i, number)| sums.add(word + i, *number))?;
        }
        Ok(())
    }
}

impl Computation for Moments {
    type Finding = MomentTable;

    fn length(&self) -> usize {
        self.moments().saturating_add(self.slots.saturating_mul(4 * MOST_BATCHES))
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        self.held_out.iter().try_for_each(|cell| check::index("cell", *cell, check::MOST_CELLS))?;
        check::index("label", self.label, check::MOST_LABELS)?;
        check::size("classes", self.classes, check::MOST_CLASSES)?;
        check::size("slots", self.slots, 1_000)?;
        self.harmonise.check(width)?;
        self.conditioning.check(width)?;
        check::size("words", self.length(), check::MOST_WORDS)
    }

    fn describe(&self) -> String {
        let width = self.conditioning.centre.len();
        let priors = if self.slots > 0 { ", and four numbers on each batch over all columns" } else { "" };
        format!(
            "number of values, sum and sum of squares of {width} columns by class in a training set{priors}"
        )
    }

    fn site(&self, rows: &dyn Rows, _networks: &dyn Networks) -> Result<Summary, Unfit> {
        let harmonised = self.harmonise.open(rows, &self.held_out);
        let mut sums = Accumulator::new(self.length());
        for row in (0..rows.len()).filter(|row| !self.held_out.contains(&rows.cell(*row))) {
            let class = rows.label(row, self.label).and_then(|class| usize::try_from(class).ok());
            if let Some(class) = class.filter(|class| *class < self.classes) {
                self.contribute(&harmonised, row, class, &mut sums)?;
            }
        }
        self.state_priors(rows, &mut sums)?;
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
        let entries = (0..self.classes * width).map(entry).collect::<Result<_, Implausible>>()?;
        let prior = |_| {
            Ok(Prior {
                shift: words.value()?,
                shift_variance: words.non_negative("a variance of shifts")?,
                shape: words.non_negative("a shape")?,
                rate: words.non_negative("a rate")?,
            })
        };
        let priors = (0..self.slots * MOST_BATCHES).map(prior).collect::<Result<_, Implausible>>()?;
        Ok(MomentTable { classes: self.classes, width, entries, priors })
    }
}

//! Rows seen through something that changes values, or the folds, and nothing else.
//!
//! Whoever harmonises, fills or shuffles values says only what a value becomes, and whoever deals the folds anew says who
//! is held out with whom; the patients, their outcomes, batches and keyed draws are those below.

use crate::{Rows, Survival};

/// What changes values on the way from the rows below.
pub(crate) trait Lens: Sync {
    /// The rows below.
    fn below(&self) -> &dyn Rows;

    /// Number of columns.
    fn columns(&self) -> usize {
        self.below().width()
    }

    /// What is seen in `row` and `column`; NaN where the value is missing.
    fn look(&self, row: usize, column: usize) -> f64;

    /// The cell of a patient.
    fn held_out_with(&self, row: usize) -> usize {
        self.below().cell(row)
    }
}

impl<T: Lens> Rows for T {
    fn len(&self) -> usize {
        self.below().len()
    }

    fn width(&self) -> usize {
        self.columns()
    }

    fn value(&self, row: usize, column: usize) -> f64 {
        self.look(row, column)
    }

    fn label(&self, row: usize, label: usize) -> Option<u32> {
        self.below().label(row, label)
    }

    fn survival(&self, row: usize) -> Option<Survival> {
        self.below().survival(row)
    }

    fn cell(&self, row: usize) -> usize {
        self.held_out_with(row)
    }

    fn flow(&self) -> &[u64] {
        self.below().flow()
    }

    fn site(&self) -> usize {
        self.below().site()
    }

    fn batch(&self, row: usize) -> usize {
        self.below().batch(row)
    }

    fn batches(&self) -> usize {
        self.below().batches()
    }

    fn reread(&self, row: usize, column: usize) -> f64 {
        self.below().reread(row, column)
    }

    fn draw(&self, row: usize, purpose: &str) -> u64 {
        self.below().draw(row, purpose)
    }
}

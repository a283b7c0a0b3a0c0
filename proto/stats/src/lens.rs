//! Rows seen through something that changes values and nothing else.
//!
//! Whoever harmonises, fills or shuffles values says only what a value becomes; the patients, their outcomes, cells,
//! batches and keyed draws are those below.

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
        self.below().cell(row)
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

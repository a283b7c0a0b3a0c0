//! The cohort as `consilium-stats` reads it: numbers, classes, cells.

use consilium_stats::{Rows, Survival};

use super::{Cohort, keyed};

/// A cohort with its folds.
pub struct CohortRows<'a> {
    cohort: &'a Cohort,
    /// The cells of all patients in each of the plan's repeats.
    dealings: Vec<Vec<usize>>,
    seed: u64,
    site: usize,
}

impl<'a> CohortRows<'a> {
    pub(super) fn new(cohort: &'a Cohort, dealings: Vec<Vec<usize>>, seed: u64, site: usize) -> Self {
        Self { cohort, dealings, seed, site }
    }
}

impl std::fmt::Debug for CohortRows<'_> {
    /// Shows the size only.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CohortRows({})", self.len())
    }
}

impl Rows for CohortRows<'_> {
    fn len(&self) -> usize {
        self.cohort.len()
    }

    fn width(&self) -> usize {
        self.cohort.schema.columns.len()
    }

    fn value(&self, row: usize, column: usize) -> f64 {
        self.cohort.values[row][column]
    }

    fn label(&self, row: usize, label: usize) -> Option<u32> {
        self.cohort.outcomes[row].classes.get(label).copied().flatten()
    }

    fn survival(&self, row: usize) -> Option<Survival> {
        self.cohort.outcomes[row].survival
    }

    fn cell(&self, row: usize) -> usize {
        self.dealings[0][row]
    }

    fn repeats(&self) -> u32 {
        u32::try_from(self.dealings.len()).unwrap_or(u32::MAX)
    }

    fn dealt(&self, row: usize, repeat: u32) -> usize {
        self.dealings[repeat as usize][row]
    }

    fn flow(&self) -> &[u64] {
        &self.cohort.flow
    }

    fn site(&self) -> usize {
        self.site
    }

    fn batch(&self, row: usize) -> usize {
        self.cohort.batches[row]
    }

    fn batches(&self) -> usize {
        self.cohort.batches.iter().max().map_or(1, |last| last + 1)
    }

    fn reread(&self, row: usize, column: usize) -> f64 {
        self.cohort.second[row].get(column).copied().unwrap_or(f64::NAN)
    }

    fn draw(&self, row: usize, purpose: &str) -> u64 {
        keyed::bits(self.seed, &format!("{purpose}/{}", self.cohort.patients[row].reveal()))
    }
}

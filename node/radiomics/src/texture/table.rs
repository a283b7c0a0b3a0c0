//! Counts by grey level and one more variable, and the features they share: run length (GLRLM), zone size (GLSZM), zone
//! distance (GLDZM) and dependence (NGLDM) matrices differ in what the second variable, here the column, means.
//!
//! Never here: counting. Specification: IBSI reference manual, sections 3.7 to 3.9 and 3.11. Both variables count from 1.

/// Counts of (grey level, column).
#[derive(Debug)]
pub(crate) struct LevelTable {
    /// Level, column, count, where it is not zero; by level, then column.
    cells: Vec<(f64, f64, f64)>,
    /// Sum of the counts.
    total: f64,
    /// How large the sum could be: the voxels the counts come from.
    voxels: f64,
}

impl LevelTable {
    /// From (level, column, count) in ascending order; nothing when there is no count.
    pub(crate) fn new(counts: impl Iterator<Item = (usize, usize, u64)>, voxels: usize) -> Option<Self> {
        let cells: Vec<(f64, f64, f64)> = counts
            .filter(|(_, _, count)| *count > 0)
            .map(|(level, column, count)| (level as f64, column as f64, count as f64))
            .collect();
        Self::of_cells(cells, voxels as f64)
    }

    /// From (level, column, count) in ascending order, no count being zero; a column is a number of voxels.
    pub(crate) fn of_sizes(cells: Vec<(f64, f64, f64)>) -> Option<Self> {
        let voxels = cells.iter().fold(0.0, |sum, (_, column, count)| sum + column * count);
        Self::of_cells(cells, voxels)
    }

    fn of_cells(cells: Vec<(f64, f64, f64)>, voxels: f64) -> Option<Self> {
        let total = cells.iter().fold(0.0, |sum, (_, _, count)| sum + count);
        (!cells.is_empty()).then_some(Self { cells, total, voxels })
    }

    /// From the (level, column) of every single thing counted, in any order.
    pub(crate) fn of_each(mut things: Vec<(u16, u32)>, voxels: usize) -> Option<Self> {
        things.sort_unstable();
        let counts = things.chunk_by(|a, b| a == b).map(|same| {
            let (level, column) = same[0];
            (usize::from(level), column as usize, same.len() as u64)
        });
        Self::new(counts, voxels)
    }

    #[cfg(test)]
    pub(crate) fn cells(&self) -> &[(f64, f64, f64)] {
        &self.cells
    }

    /// Mean of a function of level and column.
    fn mean(&self, of: impl Fn(f64, f64) -> f64) -> f64 {
        self.cells.iter().fold(0.0, |sum, (i, j, n)| sum + of(*i, *j) * n) / self.total
    }

    fn variance(&self, of: impl Fn(f64, f64) -> f64) -> f64 {
        let mean = self.mean(&of);
        self.mean(|i, j| (of(i, j) - mean).powi(2))
    }

    pub(crate) fn small(&self) -> f64 {
        self.mean(|_, j| 1.0 / (j * j))
    }

    pub(crate) fn large(&self) -> f64 {
        self.mean(|_, j| j * j)
    }

    pub(crate) fn low(&self) -> f64 {
        self.mean(|i, _| 1.0 / (i * i))
    }

    pub(crate) fn high(&self) -> f64 {
        self.mean(|i, _| i * i)
    }

    pub(crate) fn small_low(&self) -> f64 {
        self.mean(|i, j| 1.0 / (i * i * j * j))
    }

    pub(crate) fn small_high(&self) -> f64 {
        self.mean(|i, j| i * i / (j * j))
    }

    pub(crate) fn large_low(&self) -> f64 {
        self.mean(|i, j| j * j / (i * i))
    }

    pub(crate) fn large_high(&self) -> f64 {
        self.mean(|i, j| i * i * j * j)
    }

    /// Sum over levels of the square of their counts, per count.
    pub(crate) fn level_nonuniformity(&self) -> f64 {
        let same_level = self.cells.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq());
        let squared = same_level.map(|cells| cells.iter().fold(0.0, |sum, cell| sum + cell.2).powi(2));
        squared.fold(0.0, |sum, square| sum + square) / self.total
    }

    pub(crate) fn level_nonuniformity_norm(&self) -> f64 {
        self.level_nonuniformity() / self.total
    }

    /// Sum over columns of the square of their counts, per count.
    pub(crate) fn column_nonuniformity(&self) -> f64 {
        let mut cells: Vec<(f64, f64)> = self.cells.iter().map(|(_, j, n)| (*j, *n)).collect();
        cells.sort_by(|a, b| a.0.total_cmp(&b.0));
        let same_column = cells.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq());
        let squared = same_column.map(|cells| cells.iter().fold(0.0, |sum, cell| sum + cell.1).powi(2));
        squared.fold(0.0, |sum, square| sum + square) / self.total
    }

    pub(crate) fn column_nonuniformity_norm(&self) -> f64 {
        self.column_nonuniformity() / self.total
    }

    /// Things counted per voxel.
    pub(crate) fn percentage(&self) -> f64 {
        self.total / self.voxels
    }

    pub(crate) fn level_variance(&self) -> f64 {
        self.variance(|i, _| i)
    }

    pub(crate) fn column_variance(&self) -> f64 {
        self.variance(|_, j| j)
    }

    pub(crate) fn entropy(&self) -> f64 {
        let p = |n: f64| n / self.total;
        self.cells.iter().fold(0.0, |sum, (_, _, n)| sum - p(*n) * libm::log2(p(*n)))
    }

    pub(crate) fn energy(&self) -> f64 {
        self.cells.iter().fold(0.0, |sum, (_, _, n)| sum + (n / self.total).powi(2))
    }
}

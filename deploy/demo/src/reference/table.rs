//! All rows in one place: what no party of a real consortium holds.

use consilium_stats::Rows;
use consilium_stats::harmonise::MOST_BATCHES;

/// Patients of one or more sites, column-labelled elsewhere by the schema.
#[derive(Clone, Default)]
pub(crate) struct Table {
    /// One row a patient, NaN where missing.
    pub(crate) rows: Vec<Vec<f64>>,
    /// Whether the patient is a case.
    pub(crate) cases: Vec<bool>,
    /// The fold each patient is held out with.
    pub(crate) cells: Vec<usize>,
    /// Whose scanner the images come from; no two hospitals share a number.
    pub(crate) batches: Vec<usize>,
    /// The second reader's values, NaN where there are none.
    pub(crate) second: Vec<Vec<f64>>,
}

impl Table {
    /// Appends the rows of a site.
    pub(crate) fn extend(&mut self, site: &dyn Rows) {
        for row in 0..site.len() {
            let all = |value: &dyn Fn(usize) -> f64| (0..site.width()).map(value).collect::<Vec<f64>>();
            self.rows.push(all(&|column| site.value(row, column)));
            self.second.push(all(&|column| site.reread(row, column)));
            self.batches.push(site.site() * MOST_BATCHES + site.batch(row));
            self.cases.push(site.label(row, 0) == Some(1));
            self.cells.push(site.cell(row));
        }
    }

    /// Appends the rows of another table.
    pub(crate) fn append(&mut self, other: &Self) {
        self.rows.extend_from_slice(&other.rows);
        self.cases.extend_from_slice(&other.cases);
        self.cells.extend_from_slice(&other.cells);
        self.batches.extend_from_slice(&other.batches);
        self.second.extend_from_slice(&other.second);
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Cells that hold a patient, ascending.
    pub(crate) fn occupied_cells(&self) -> Vec<usize> {
        let mut cells = self.cells.clone();
        cells.sort_unstable();
        cells.dedup();
        cells
    }

    /// Row numbers outside the given cells.
    pub(crate) fn outside(&self, held_out: &[usize]) -> Vec<usize> {
        (0..self.len()).filter(|row| !held_out.contains(&self.cells[*row])).collect()
    }

    /// Row numbers in one cell.
    pub(crate) fn inside(&self, cell: usize) -> Vec<usize> {
        (0..self.len()).filter(|row| self.cells[*row] == cell).collect()
    }
}

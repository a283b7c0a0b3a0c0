//! How many patients: the inclusion flow, the cells and their classes.
//!
//! | words | what | reveals |
//! |---|---|---|
//! | `steps` | patients left after each inclusion step | counts |
//! | 1 for each cell | patients | counts |
//! | for each label: classes in each cell | patients of the class | counts |

use serde::{Deserialize, Serialize};

use crate::reader::Reader;
use crate::{Accumulator, Computation, Implausible, Networks, QueryFault, Rows, Summary, Unfit, check};

/// Asks for the flow and the size of each cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Count {
    /// Steps of the inclusion flow, the whole clinical table included.
    pub steps: usize,
    /// Cells of the analysis.
    pub cells: usize,
    /// Number of classes of each label.
    pub classes: Vec<usize>,
}

/// Patients of all sites.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Patients left after each inclusion step.
    pub flow: Vec<u64>,
    /// Patients of each cell.
    pub cells: Vec<u64>,
    /// For each label, each cell: patients of each class. A patient whose label is not known is in none.
    pub labels: Vec<Vec<Vec<u64>>>,
}

impl Counts {
    /// Patients of each class of a label, all but the held-out cells.
    #[must_use]
    pub fn classes(&self, label: usize, held_out: &[usize]) -> Vec<u64> {
        let cells = &self.labels[label];
        let mut classes = vec![0; cells.first().map_or(0, Vec::len)];
        for (_, cell) in cells.iter().enumerate().filter(|(cell, _)| !held_out.contains(cell)) {
            classes.iter_mut().zip(cell).for_each(|(sum, n)| *sum += n);
        }
        classes
    }
}

impl Computation for Count {
    type Finding = Counts;

    fn length(&self) -> usize {
        let classes = self.classes.iter().fold(1usize, |sum, n| sum.saturating_add(*n));
        self.steps.saturating_add(self.cells.saturating_mul(classes))
    }

    fn check(&self, _width: usize) -> Result<(), QueryFault> {
        check::size("inclusion steps", self.steps, 1_000)?;
        check::size("cells", self.cells, check::MOST_CELLS)?;
        check::size("labels", self.classes.len(), check::MOST_LABELS)?;
        self.classes.iter().try_for_each(|n| check::size("classes", *n, check::MOST_CLASSES))
    }

    fn describe(&self) -> String {
        let labels = self.classes.iter().fold(0usize, |sum, n| sum.saturating_add(*n));
        format!(
            "patients after each of {} inclusion steps, in each of {} folds and in each of {labels} classes",
            self.steps, self.cells
        )
    }

    fn site(&self, rows: &dyn Rows, _networks: &dyn Networks) -> Result<Summary, Unfit> {
        let mut sums = Accumulator::new(self.length());
        for (step, patients) in rows.flow().iter().take(self.steps).enumerate() {
            sums.count(step, *patients);
        }
        for row in (0..rows.len()).filter(|row| rows.cell(*row) < self.cells) {
            let cell = rows.cell(row);
            sums.count(self.steps + cell, 1);
            let mut block = self.steps + self.cells;
            for (label, classes) in self.classes.iter().enumerate() {
                let class = rows.label(row, label).and_then(|class| usize::try_from(class).ok());
                if let Some(class) = class.filter(|class| class < classes) {
                    sums.count(block + cell * classes + class, 1);
                }
                block += self.cells * classes;
            }
        }
        Ok(sums.finish())
    }

    fn finish(&self, sum: &Summary) -> Result<Counts, Implausible> {
        let mut words = Reader::new(sum, self.length())?;
        let flow = words.counts(self.steps)?;
        let cells = words.counts(self.cells)?;
        let mut of_label = |classes: &usize| (0..self.cells).map(|_| words.counts(*classes)).collect();
        let labels = self.classes.iter().map(&mut of_label).collect::<Result<_, _>>()?;
        Ok(Counts { flow, cells, labels })
    }
}

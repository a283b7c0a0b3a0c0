//! How many patients: the inclusion flow and the cells.
//!
//! | words | what | reveals |
//! |---|---|---|
//! | `steps` | patients left after each inclusion step | counts |
//! | `2 * cells` | for each cell: controls, cases | counts |

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
}

/// Patients of all sites.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Patients left after each inclusion step.
    pub flow: Vec<u64>,
    /// Controls and cases of each cell.
    pub cells: Vec<[u64; 2]>,
}

impl Computation for Count {
    type Finding = Counts;

    fn length(&self) -> usize {
        self.steps.saturating_add(self.cells.saturating_mul(2))
    }

    fn check(&self, _width: usize) -> Result<(), QueryFault> {
        check::size("inclusion steps", self.steps, 1_000)?;
        check::size("cells", self.cells, check::MOST_CELLS)
    }

    fn describe(&self) -> String {
        format!("patients after each of {} inclusion steps and in each of {} folds", self.steps, self.cells)
    }

    fn site(&self, rows: &dyn Rows, _networks: &dyn Networks) -> Result<Summary, Unfit> {
        let mut sums = Accumulator::new(self.length());
        for (step, patients) in rows.flow().iter().take(self.steps).enumerate() {
            sums.count(step, *patients);
        }
        for row in 0..rows.len() {
            let cell = rows.cell(row);
            if cell < self.cells {
                sums.count(self.steps + 2 * cell + usize::from(rows.is_case(row)), 1);
            }
        }
        Ok(sums.finish())
    }

    fn finish(&self, sum: &Summary) -> Result<Counts, Implausible> {
        let mut words = Reader::new(sum, self.length())?;
        let flow = words.counts(self.steps)?;
        let pair = |_| Ok([words.count()?, words.count()?]);
        Ok(Counts { flow, cells: (0..self.cells).map(pair).collect::<Result<_, Implausible>>()? })
    }
}

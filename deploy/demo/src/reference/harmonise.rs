//! Site-wise z-scores of the radiomic columns, as docs/reference/methods/preparation.md states them.

use std::borrow::Cow;

use consilium_types::plan::{HarmoniseMethod, StudyPlan};
use consilium_types::{ColumnKind, Schema};

use super::screen::{mean, variance};
use super::table::Table;

/// The rows of a hospital that nobody trained on, as a model of the plan sees them.
pub(crate) fn new_hospital<'a>(plan: &StudyPlan, schema: &Schema, table: &'a Table) -> Cow<'a, Table> {
    harmonised(plan, schema, table, &[])
}

/// The table as a model sees it. A batch without a training patient is described by all its patients.
pub(super) fn harmonised<'a>(
    plan: &StudyPlan,
    schema: &Schema,
    table: &'a Table,
    training: &[usize],
) -> Cow<'a, Table> {
    if plan.harmonise.method == HarmoniseMethod::None {
        return Cow::Borrowed(table);
    }
    let mut copy = table.clone();
    let mut batches = table.batches.clone();
    batches.sort_unstable();
    batches.dedup();
    for batch in batches {
        let members: Vec<usize> = (0..table.len()).filter(|row| table.batches[*row] == batch).collect();
        let trained: Vec<usize> = members.iter().copied().filter(|row| training.contains(row)).collect();
        let describing = if trained.is_empty() { &members } else { &trained };
        for column in schema.positions(ColumnKind::Radiomic) {
            let (centre, sd) = scale(table, describing, column);
            members.iter().for_each(|row| copy.rows[*row][column] = (table.rows[*row][column] - centre) / sd);
        }
    }
    Cow::Owned(copy)
}

/// Mean and standard deviation; what does not vary is only shifted.
fn scale(table: &Table, rows: &[usize], column: usize) -> (f64, f64) {
    let values: Vec<f64> = rows.iter().map(|row| table.rows[*row][column]).filter(|x| !x.is_nan()).collect();
    if values.is_empty() {
        return (0.0, 1.0);
    }
    let varies = values.windows(2).any(|pair| pair[0].to_bits() != pair[1].to_bits());
    (mean(&values), if varies { variance(&values).sqrt() } else { 1.0 })
}

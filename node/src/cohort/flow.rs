//! The inclusion flow up to the outcome: which rows of the clinical table are candidates.

use consilium_types::StudyPlan;
use consilium_types::plan::{Batch, UnfitCell};

use super::outcome::{Known, Outcomes};
use crate::catalogue::{ClinicalTable, DataFault};

/// Whether the clinical table has every column the plan names.
pub(super) fn check_columns(plan: &StudyPlan, clinical: &ClinicalTable) -> Result<(), DataFault> {
    let outcome = plan.outcome.columns();
    let inclusion = plan.cohort.include.columns();
    let batch = match &plan.harmonise.batch {
        Batch::Column(column) => Some(column.as_str()),
        Batch::Site => None,
    };
    let needed = inclusion.into_iter().chain(outcome.iter().map(String::as_str)).chain(batch);
    needed.map(|name| clinical.column(name)).collect::<Result<Vec<_>, _>>().map(|_| ())
}

/// Rows that pass every clause and have an outcome, each with it. Appends to `flow` a count for the table, for
/// each clause and for the outcome.
pub(super) fn candidates(
    plan: &StudyPlan,
    clinical: &ClinicalTable,
    flow: &mut Vec<u64>,
) -> Result<Vec<(usize, Known)>, DataFault> {
    let mut rows: Vec<usize> = (0..clinical.len()).collect();
    flow.push(rows.len() as u64);
    for clause in plan.cohort.include.clauses() {
        let mut kept = Vec::new();
        for row in rows {
            if clause.evaluate(&cells(clinical, row)).map_err(|fault| unfit(clinical, row, fault))? {
                kept.push(row);
            }
        }
        rows = kept;
        flow.push(rows.len() as u64);
    }
    let outcomes = Outcomes::of(plan);
    let mut candidates = Vec::new();
    for row in rows {
        candidates.extend(outcomes.read(clinical, row)?.map(|known| (row, known)));
    }
    flow.push(candidates.len() as u64);
    Ok(candidates)
}

/// The cells of a row by column, for an expression of the plan.
pub(super) fn cells<'a>(clinical: &'a ClinicalTable, row: usize) -> impl Fn(&str) -> Option<&'a str> {
    move |name: &str| clinical.column(name).ok().map(|column| clinical.cell(row, column))
}

pub(super) fn unfit(clinical: &ClinicalTable, row: usize, fault: UnfitCell) -> DataFault {
    DataFault::Inclusion { file: clinical.file().to_owned(), line: clinical.line(row), fault }
}

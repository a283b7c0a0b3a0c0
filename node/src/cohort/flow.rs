//! The inclusion flow up to the outcome: which rows of the clinical table are candidates.

use consilium_types::StudyPlan;
use consilium_types::plan::{FAILS, HOLDS, Label, UnfitCell};

use crate::catalogue::{ClinicalTable, DataFault};

/// Whether the clinical table has every column the plan names.
pub(super) fn check_columns(plan: &StudyPlan, clinical: &ClinicalTable) -> Result<(), DataFault> {
    let outcome = plan.outcome.columns();
    let inclusion = plan.cohort.include.columns();
    let needed = inclusion.into_iter().chain(outcome.iter().map(String::as_str));
    needed.map(|name| clinical.column(name)).collect::<Result<Vec<_>, _>>().map(|_| ())
}

/// Rows that pass every clause and have an outcome, each with its class. Appends to `flow` a count for the table, for
/// each clause and for the outcome.
pub(super) fn candidates(
    plan: &StudyPlan,
    clinical: &ClinicalTable,
    flow: &mut Vec<u64>,
) -> Result<Vec<(usize, bool)>, DataFault> {
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
    let label = plan.outcome.labels().remove(0);
    let mut candidates = Vec::new();
    for row in rows {
        let class = class(&label, clinical, row)?;
        candidates.extend(class.map(|class| (row, class == 1)));
    }
    flow.push(candidates.len() as u64);
    Ok(candidates)
}

/// The class of a row; nothing when its cell is empty or none of the classes.
fn class(label: &Label, clinical: &ClinicalTable, row: usize) -> Result<Option<usize>, DataFault> {
    let Some(condition) = &label.derived else {
        return Ok(label.class(clinical.cell(row, clinical.column(&label.name)?)));
    };
    let holds = condition.evaluate(&cells(clinical, row)).map_err(|fault| unfit(clinical, row, fault))?;
    Ok(holds.and_then(|holds| label.class(if holds { HOLDS } else { FAILS })))
}

/// The cells of a row by column, for an expression of the plan.
fn cells<'a>(clinical: &'a ClinicalTable, row: usize) -> impl Fn(&str) -> Option<&'a str> {
    move |name: &str| clinical.column(name).ok().map(|column| clinical.cell(row, column))
}

fn unfit(clinical: &ClinicalTable, row: usize, fault: UnfitCell) -> DataFault {
    DataFault::Inclusion { file: clinical.file().to_owned(), line: clinical.line(row), fault }
}

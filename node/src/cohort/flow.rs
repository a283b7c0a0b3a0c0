//! The inclusion flow up to the outcome: which rows of the clinical table are candidates.

use consilium_types::StudyPlan;

use crate::catalogue::{ClinicalTable, DataFault};

/// Whether the clinical table has every column the plan names.
pub(super) fn check_columns(plan: &StudyPlan, clinical: &ClinicalTable) -> Result<(), DataFault> {
    let inclusion = plan.cohort.include.columns();
    let needed = inclusion.into_iter().chain([plan.outcome.label.as_str()]);
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
            let cell = |name: &str| clinical.column(name).ok().map(|column| clinical.cell(row, column));
            let fault = |fault| DataFault::Inclusion {
                file: clinical.file().to_owned(),
                line: clinical.line(row),
                fault,
            };
            if clause.evaluate(&cell).map_err(fault)? {
                kept.push(row);
            }
        }
        rows = kept;
        flow.push(rows.len() as u64);
    }
    let label = clinical.column(&plan.outcome.label)?;
    let class = |row: usize| is_case(plan, clinical.cell(row, label)).map(|case| (row, case));
    let candidates: Vec<(usize, bool)> = rows.into_iter().filter_map(class).collect();
    flow.push(candidates.len() as u64);
    Ok(candidates)
}

/// The class of an outcome; nothing when it is neither.
fn is_case(plan: &StudyPlan, cell: &str) -> Option<bool> {
    match (&plan.outcome.negative, cell) {
        (_, "") => None,
        (_, cell) if cell == plan.outcome.positive => Some(true),
        (Some(negative), cell) => (cell == negative).then_some(false),
        (None, _) => Some(false),
    }
}

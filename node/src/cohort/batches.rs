//! Which batch a patient's images come from: the hospital, or a column such as the scanner.
//!
//! Numbers are local to the hospital: its values in alphabetical order. Never: a batch too small to estimate an effect
//! from. Spec: docs/reference/plan.md, `harmonise.batch`.

use std::collections::BTreeMap;

use consilium_types::StudyPlan;
use consilium_types::plan::Batch;

use crate::catalogue::{ClinicalTable, DataFault};

/// Fewest patients of a batch of its own; a smaller one joins the most frequent.
const FEWEST: usize = 5;
/// Most batches of a hospital.
const MOST: usize = 4;

/// The batch of each row, numbered from 0. Patients whose cell is empty are a batch, too.
pub(super) fn of(plan: &StudyPlan, table: &ClinicalTable, rows: &[usize]) -> Result<Vec<usize>, DataFault> {
    let Batch::Column(name) = &plan.harmonise.batch else { return Ok(vec![0; rows.len()]) };
    let column = table.column(name)?;
    let values: Vec<&str> = rows.iter().map(|row| table.cell(*row, column)).collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    values.iter().for_each(|value| *counts.entry(value).or_default() += 1);
    let largest = counts.iter().rev().max_by_key(|(_, count)| **count).map(|(value, _)| *value);
    let own: Vec<&str> =
        counts.iter().filter(|(value, n)| **n >= FEWEST || largest == Some(value)).map(|(v, _)| *v).collect();
    if own.len() > MOST {
        let (file, column, found) = (table.file().to_owned(), name.clone(), own.len());
        return Err(DataFault::TooManyBatches { file, column, found, most: MOST });
    }
    let home = own.iter().position(|value| Some(*value) == largest).unwrap_or(0);
    Ok(values.iter().map(|value| own.iter().position(|known| known == value).unwrap_or(home)).collect())
}

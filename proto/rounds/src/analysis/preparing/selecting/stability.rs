//! Columns that a second reading confirms.

use std::collections::BTreeMap;

use consilium_stats::Agreement;
use consilium_types::plan::Select;

use crate::analysis::AnalysisFault;
use crate::analysis::preparing::training_set::TrainingSet;
use crate::analysis::study::Study;

/// Columns whose intraclass correlation reaches the plan's, and all correlations. All columns when the plan does not
/// ask; a column without a correlation goes.
pub(super) async fn stable(
    study: &Study,
    set: &TrainingSet,
    columns: Vec<usize>,
    select: &Select,
) -> Result<(Vec<usize>, BTreeMap<usize, f64>), AnalysisFault> {
    let Some(stability) = &select.stability else { return Ok((columns, BTreeMap::new())) };
    let conditioning = set.raw.only(&columns);
    let question = Agreement { held_out: set.held_out.clone(), columns, conditioning };
    let readings = study.ask(question.clone()).await?;
    let correlation = |(column, readings): (&usize, &consilium_stats::Readings)| {
        Some((*column, readings.intraclass(stability.form)?))
    };
    let found: BTreeMap<usize, f64> =
        question.columns.iter().zip(&readings).filter_map(correlation).collect();
    let reaches = |column: &usize| found.get(column).is_some_and(|icc| *icc >= stability.icc);
    let kept: Vec<usize> = question.columns.into_iter().filter(reaches).collect();
    if kept.is_empty() {
        let (held_out, icc) = (set.held_out.clone(), stability.icc);
        let twice = readings.iter().fold(0.0, |most: f64, readings| most.max(readings.n));
        return Err(AnalysisFault::NothingStable { held_out, icc, twice });
    }
    Ok((kept, found))
}

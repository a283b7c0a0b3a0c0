//! Importance of columns: the fall of concordance when one is shuffled within sites, and divided linear predictors.

use std::collections::BTreeSet;

use consilium_stats::{Attribution, Predictor, RankedTimes, TimeTable, TimeTally};

use super::super::importance::{REPEATS, attributed};
use super::rank::{Ranked, bits};
use crate::analysis::AnalysisFault;
use crate::analysis::desk::both;
use crate::analysis::study::Study;
use crate::result::{ConcordanceImportance, ImportanceResult, Spread};

/// Classes of scores in a table with a shuffled column.
const MOST_CLASSES: usize = 128;

/// Importance of the columns of any cell's model, if the plan asks for it.
pub(super) async fn importance(
    study: &Study,
    ranked: &Ranked,
) -> Result<Vec<ImportanceResult>, AnalysisFault> {
    if !study.plan().evaluate.importance {
        return Ok(Vec::new());
    }
    let scored = ranked.coarse(MOST_CLASSES);
    let (model, intervals) = (scored.model.clone(), scored.grid.intervals);
    let predictors = || model.cells.iter().flatten();
    let columns: BTreeSet<usize> = predictors().flat_map(|p| p.design().columns.clone()).collect();
    let columns: Vec<usize> = columns.into_iter().collect();
    let of_columns = if predictors().all(Predictor::is_explained) { columns.clone() } else { Vec::new() };
    let shuffled = TimeTable { scored, columns: columns.clone(), repeats: REPEATS, bits: bits(study) };
    let divided = Attribution { model: model.clone(), columns: of_columns };
    let ((whole, shuffled), divided) = both(study.ask(shuffled), study.ask(divided)).await?;
    let concordance = |tallies: &[TimeTally]| Some(RankedTimes::new(intervals, tallies).harrell()?.value);
    let name = |column: &usize| crate::result::column_name(study.schema(), *column);
    let fall = |(column, tables): (&usize, &Vec<Vec<TimeTally>>)| {
        let falls = tables.iter().filter_map(|table| Some(concordance(&whole)? - concordance(table)?));
        ConcordanceImportance { column: name(column), fall: Spread::of(&falls.collect::<Vec<f64>>()) }
    };
    Ok(vec![ImportanceResult {
        class: 1,
        permutation: Vec::new(),
        concordance: columns.iter().zip(&shuffled).map(fall).collect(),
        shap: columns.iter().zip(&divided).map(|(c, found)| attributed(name(c), found)).collect(),
    }])
}

//! How holes of clinical columns are filled: chained ridge regressions learnt from the training set.

use consilium_stats::{Holes, Imputation};
use consilium_types::ColumnKind;
use consilium_types::plan::Missing;

use super::training_set::TrainingSet;
use crate::analysis::AnalysisFault;
use crate::analysis::study::Study;

/// Sweeps over all columns with holes; the same for every study, so that a result does not hang on a tolerance.
const SWEEPS: usize = 3;

/// Nothing unless the plan asks for regressions and some clinical column has holes; the mean fills them then.
pub(super) async fn impute(study: &Study, set: &TrainingSet) -> Result<Option<Imputation>, AnalysisFault> {
    let clinical = study.plan().inputs.clinical.as_ref();
    if clinical.is_none_or(|clinical| clinical.missing != Missing::Regress) {
        return Ok(None);
    }
    let varies = |column: usize| Some((column, set.spread(column)?));
    let usable = set.usable(study, ColumnKind::Clinical).into_iter().filter_map(varies);
    let (columns, (mean, sd)): (Vec<usize>, (Vec<f64>, Vec<f64>)) = usable.unzip();
    let patients: u64 = study.classes(set.label, &set.held_out).iter().sum();
    let has_holes = |place: &usize| set.moments.all(columns[*place]).n < patients as f64;
    let targets: Vec<usize> = (0..columns.len()).filter(has_holes).collect();
    if targets.is_empty() {
        return Ok(None);
    }
    let imputation = Imputation { columns, mean, sd, sweeps: Vec::new() };
    let mut question = Holes { held_out: set.held_out.clone(), imputation, targets };
    for _ in 0..SWEEPS {
        let sweep = study.ask(question.clone()).await?;
        question.imputation.sweeps.push(sweep);
    }
    Ok(Some(question.imputation))
}

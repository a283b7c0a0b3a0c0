//! Which radiomic columns enter the models of a training set: screened by a test, then freed of redundancy.

use consilium_stats::Gram;
use consilium_types::ColumnKind;
use consilium_types::plan::Select;

use super::training_set::TrainingSet;
use crate::analysis::AnalysisFault;
use crate::analysis::study::Study;

/// The columns, best first; all that vary when the plan does not select.
pub(super) async fn select(study: &Study, set: &TrainingSet) -> Result<Vec<usize>, AnalysisFault> {
    let usable = set.usable(study, ColumnKind::Radiomic);
    let Some(select) = &study.plan().select else { return Ok(usable) };
    let ranked = best(set, &usable, select.relevance.keep as usize);
    if ranked.is_empty() {
        return Ok(ranked);
    }
    uncorrelated(study, set, &ranked, select).await
}

/// The best columns by Welch's test.
fn best(set: &TrainingSet, columns: &[usize], keep: usize) -> Vec<usize> {
    let test = |column: &usize| Some((set.moments.welch(*column)?, *column));
    let mut tested: Vec<_> = columns.iter().filter_map(test).collect();
    tested.sort_by(|(a, i), (b, j)| a.p.total_cmp(&b.p).then(b.t.total_cmp(&a.t)).then(i.cmp(j)));
    tested.into_iter().take(keep).map(|(_, column)| column).collect()
}

/// Walks the ranked columns from the best, and keeps what is not correlated with a kept one.
async fn uncorrelated(
    study: &Study,
    set: &TrainingSet,
    ranked: &[usize],
    select: &Select,
) -> Result<Vec<usize>, AnalysisFault> {
    let gram = Gram {
        held_out: set.held_out.clone(),
        harmonise: set.harmonise.only(ranked),
        columns: ranked.to_vec(),
        conditioning: set.conditioning.only(ranked),
    };
    let gram = study.ask(gram).await?;
    let mut kept: Vec<usize> = Vec::new();
    for place in 0..ranked.len() {
        if kept.len() >= select.max as usize {
            break;
        }
        if kept.iter().all(|other| gram.correlation(place, *other).abs() < select.redundancy.rho) {
            kept.push(place);
        }
    }
    Ok(kept.into_iter().map(|place| ranked[place]).collect())
}

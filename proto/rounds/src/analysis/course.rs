//! The course of an analysis, from counting patients to the result.

use std::sync::Arc;

use consilium_stats::Count;

use super::desk::Desk;
use super::study::{Question, Study};
use super::{AnalysisFault, evaluating, learners, preparing};
use crate::result::{Facts, StudyResult};

/// Runs an analysis; waits wherever it asks.
pub(super) async fn run(question: Arc<Question>, desk: Desk) -> Result<StudyResult, AnalysisFault> {
    let study = count(question, desk).await?;
    let prepared = preparing::prepare(&study, 0).await?;
    let fitted = learners::fit(&study, &prepared).await?;
    let (models, comparisons) = evaluating::evaluate(&study, fitted).await?;
    Ok(StudyResult::new(Facts {
        plan: study.plan(),
        sites: study.roster(),
        schema: study.schema(),
        counts: &study.counts,
        selection: prepared.selection(&study),
        models,
        comparisons,
        effort: study.desk().effort(),
    }))
}

/// Counts patients, and refuses a study with a training set that cannot be learnt from.
async fn count(question: Arc<Question>, desk: Desk) -> Result<Study, AnalysisFault> {
    let count = Count { steps: question.plan.flow().len(), cells: question.cells(), classes: vec![2] };
    let counts = desk.ask(count).await?;
    let study = Study::new(question, desk, counts);
    for held_out in study.training_sets() {
        let classes = study.classes(0, &held_out);
        if classes.iter().any(|n| *n < 2) {
            return Err(AnalysisFault::OneClass { held_out, cases: classes[1], controls: classes[0] });
        }
    }
    Ok(study)
}

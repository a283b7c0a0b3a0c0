//! The course of an analysis, from counting patients to the result.

use std::sync::Arc;

use consilium_types::plan::OutcomeKind;

use super::desk::{Desk, both, together};
use super::evaluating::Evaluated;
use super::size::Size;
use super::study::{Question, Study};
use super::{AnalysisFault, Fitted, evaluating, follow_up, learners, preparing, quality};
use crate::result::{Facts, Selection, StudyResult};

/// Patients of every class that a training set must have.
const FEWEST_OF_A_CLASS: u64 = 2;

/// Runs an analysis; waits wherever it asks.
pub(super) async fn run(question: Arc<Question>, desk: Desk) -> Result<StudyResult, AnalysisFault> {
    let repeats = 0..question.plan.evaluate.repeats;
    let dealt = together(repeats.map(|repeat| count(&question, &desk, repeat))).await?;
    let study = dealt.first().ok_or(AnalysisFault::OutOfTurn)?;
    let (learnt, quality) = both(together(dealt.iter().map(learn_all)), quality::assess(study)).await?;
    let (selections, evaluated): (Vec<_>, Vec<_>) = learnt.into_iter().unzip();
    let (models, comparisons) = evaluating::pool(study, evaluated).await?;
    Ok(StudyResult::new(Facts {
        plan: study.plan(),
        sites: study.roster(),
        schema: study.schema(),
        counts: &study.counts,
        follow_up: study.survival().map(|follow_up| follow_up.result(study.plan().evaluate.level)),
        quality,
        selections: Selection::over_repeats(selections),
        models,
        comparisons,
        effort: study.desk().effort(),
    }))
}

/// Selects, fits and evaluates everything under one dealing of the folds.
async fn learn_all(study: &Study) -> Result<(Vec<Selection>, Evaluated), AnalysisFault> {
    let labels = 0..study.counts.labels.len();
    let learnt = together(labels.map(|label| learn(study, label))).await?;
    let (selections, fitted): (Vec<_>, Vec<_>) = learnt.into_iter().unzip();
    let evaluated = evaluating::evaluate(study, fitted.into_iter().flatten().collect()).await?;
    Ok((selections.into_iter().flatten().collect(), evaluated))
}

/// Prepares and fits everything for one label.
async fn learn(study: &Study, label: usize) -> Result<(Option<Selection>, Vec<Fitted>), AnalysisFault> {
    let prepared = preparing::prepare(study, label).await?;
    let fitted = learners::fit(study, &prepared).await?;
    Ok((prepared.selection(study), fitted))
}

/// Counts patients, and refuses a study with a training set that cannot be learnt from.
async fn count(question: &Arc<Question>, desk: &Desk, repeat: u32) -> Result<Study, AnalysisFault> {
    let labels = question.plan.outcome.labels();
    let mut study = Study::new(Arc::clone(question), desk.clone(), repeat);
    let known = both(study.ask(question.count()), follow_up::ask(question, desk)).await?;
    (study.counts, study.follow_up) = known;
    desk.announce(quality::budget(&study));
    for (place, label) in labels.iter().enumerate() {
        // censored patients may be few, events may not
        let first = usize::from(study.plan().outcome.kind() == OutcomeKind::Survival);
        for held_out in study.training_sets() {
            let classes = study.classes(place, &held_out);
            let short = (first..classes.len()).find(|class| classes[*class] < FEWEST_OF_A_CLASS);
            if let Some(class) = short {
                let (label, name) = (label.name.clone(), label.classes[class].clone());
                return Err(AnalysisFault::TooFew { held_out, label, class: name, patients: classes[class] });
            }
        }
    }
    affords(&study)?;
    Ok(study)
}

/// Whether every training set has the patients that the plan's limit asks for: all sites together, which no site sees.
fn affords(study: &Study) -> Result<(), AnalysisFault> {
    let limit = study.plan().privacy.limits.per_model;
    let parameters = Size::of(study.plan(), study.schema(), study.roster().len()).model;
    let labels = 0..study.counts.labels.len();
    let sets =
        labels.flat_map(|label| study.training_sets().into_iter().map(move |held_out| (label, held_out)));
    let counted =
        sets.map(|(label, held_out)| (study.classes(label, &held_out).iter().sum::<u64>(), held_out));
    if let Some((patients, held_out)) = counted.min_by_key(|(patients, _)| *patients)
        && parameters as f64 > limit * patients as f64
    {
        return Err(AnalysisFault::TooLarge { held_out, parameters, patients, limit });
    }
    Ok(())
}

//! An outcome of survival: how models rank patients by time, and what they predict of times.
//!
//! Models are evaluated side by side, then compared with each other and resampled together. All that is about ranks
//! follows from one pooled table of each model, of scores in classes so fine that no two comparable patients share one
//! unless they score alike. Spec: docs/reference/methods/survival.md.

mod compare;
mod groups;
mod horizon;
mod importance;
mod rank;
mod slope;
mod within;

use consilium_stats::{Scorer, Target, time_errors};

use super::{Evaluated, apparent, name};
use crate::analysis::desk::{both, together};
use crate::analysis::follow_up::FollowUp;
use crate::analysis::study::Study;
use crate::analysis::{AnalysisFault, Fitted};
use crate::result::{AtTime, EvaluationResult, ImportanceResult, ModelResult, SurvivalEvaluation};
use rank::{Moment, Ranked};

/// A model with its ranks and what is known of it.
struct Judged {
    assessed: Assessed,
    apparent: Option<SurvivalEvaluation>,
    name: String,
    label: String,
    fitted: Fitted,
}

/// A score with its ranks and its evaluation.
struct Assessed {
    ranked: Ranked,
    evaluation: SurvivalEvaluation,
    importance: Vec<ImportanceResult>,
}

/// Evaluates all models on their out-of-fold scores, and compares those that score the same patients.
pub(super) async fn evaluate(
    study: &Study,
    follow_up: &FollowUp,
    fitted: Vec<Fitted>,
) -> Result<Evaluated, AnalysisFault> {
    let moments = rank::moments(follow_up);
    let judged = together(fitted.into_iter().map(|fitted| judge(study, follow_up, &moments, fitted)));
    let mut judged = judged.await?;
    let comparisons = compare::compare(study, &moments, &mut judged).await?;
    let models: Vec<ModelResult> = judged.into_iter().map(Judged::into_result).collect();
    let standings = models.iter().map(|_| Vec::new()).collect();
    Ok(Evaluated { models, comparisons, standings })
}

async fn judge(
    study: &Study,
    follow_up: &FollowUp,
    moments: &[Moment],
    fitted: Fitted,
) -> Result<Judged, AnalysisFault> {
    let labels = study.plan().outcome.labels();
    let label = labels[fitted.label].name.clone();
    let name = name(labels.len(), &label, fitted.family, fitted.learner);
    let scorer = |cells| Scorer { cells, output: 0, target: Target::case(fitted.label) };
    let trained = apparent::cells(study, &fitted.cells).map(scorer);
    let apparent = async {
        let Some(trained) = trained else { return Ok(None) };
        let ranked = rank::rank(study, follow_up, &trained).await?;
        Ok(Some(evaluation(study, follow_up, moments, &trained, &ranked).await?))
    };
    let tested = assess(study, follow_up, moments, scorer(fitted.cells.clone()));
    let (assessed, apparent) = both(tested, apparent).await?;
    Ok(Judged { assessed, apparent, name, label, fitted })
}

async fn assess(
    study: &Study,
    follow_up: &FollowUp,
    moments: &[Moment],
    scorer: Scorer,
) -> Result<Assessed, AnalysisFault> {
    let ranked = rank::rank(study, follow_up, &scorer).await?;
    let importance = importance::importance(study, &ranked);
    let evaluation = evaluation(study, follow_up, moments, &scorer, &ranked);
    let (importance, evaluation) = both(importance, evaluation).await?;
    Ok(Assessed { ranked, evaluation, importance })
}

async fn evaluation(
    study: &Study,
    follow_up: &FollowUp,
    moments: &[Moment],
    scorer: &Scorer,
    ranked: &Ranked,
) -> Result<SurvivalEvaluation, AnalysisFault> {
    let at_times = both(
        together(moments.iter().map(|moment| horizon::judge(study, follow_up, scorer, *moment))),
        study.ask(horizon::errors(follow_up, scorer, moments)),
    );
    let others = both(
        groups::split(study, follow_up, scorer, moments),
        both(slope::slope(study, follow_up, scorer), within::ask(study, follow_up, scorer)),
    );
    let ((mut at_times, errors), (groups, (slope, within))) = both(at_times, others).await?;
    let times = ranked.times();
    for ((at, moment), errors) in at_times.iter_mut().zip(moments).zip(&errors) {
        at.auc = times.auc(moment.interval).map(|found| rank::estimate(study, &found));
        at.brier = errors.brier(times.life()).map(horizon::brier);
    }
    Ok(SurvivalEvaluation {
        n: times.life().patients(),
        events: times.life().events.iter().sum(),
        times: follow_up.times.clone(),
        level: study.plan().evaluate.level,
        concordance: times.harrell().map(|found| rank::estimate(study, &found)),
        uno: rank::uno(&times, moments).map(|found| rank::estimate(study, &found)),
        mean_auc: rank::mean_auc(&times, &at_times, moments),
        integrated_brier: integrated(&at_times),
        slope,
        at_times,
        groups,
        within_sites: within::result(study, &within),
    })
}

/// Nothing where a time has no Brier score.
fn integrated(at_times: &[AtTime]) -> Option<f64> {
    let times: Vec<f64> = at_times.iter().map(|at| at.time).collect();
    let scores: Option<Vec<f64>> = at_times.iter().map(|at| Some(at.brier?.score)).collect();
    time_errors::integrated(&times, &scores?)
}

impl Judged {
    fn into_result(self) -> ModelResult {
        let Self { assessed, apparent, name, label, fitted } = self;
        let Fitted { family, learner, fit, .. } = fitted;
        let wrap = |evaluation| EvaluationResult::Survival(Box::new(evaluation));
        let (evaluation, apparent) = (wrap(assessed.evaluation), apparent.map(wrap));
        let (importance, repeats) = (assessed.importance, None);
        ModelResult { name, label, family, learner, fit, evaluation, apparent, repeats, importance }
    }
}

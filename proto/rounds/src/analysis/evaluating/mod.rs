//! Evaluation of models on their out-of-fold scores, by kind of outcome.
//!
//! Models are evaluated side by side, then compared with each other and resampled together.

mod apparent;
mod binary;
mod calibration;
mod classes;
mod compare;
mod importance;
mod ranking;
mod repeated;
mod resample;
mod settings;
mod survival;
mod threshold;
mod within;

use consilium_stats::{Predictor, Scorer, Tally, Target};
use consilium_types::plan::{Learner, ModelFamily};

use super::desk::{both, together};
use super::study::Study;
use super::{AnalysisFault, Fitted};
use crate::result::{Comparison, EvaluationResult, FitResult, ImportanceResult, ModelResult};
use binary::Assessed;
pub(super) use repeated::pool;

/// A model and what is known of it after its own evaluation.
struct Judged {
    name: String,
    label: String,
    family: ModelFamily,
    learner: Learner,
    fit: FitResult,
    assessed: Assessed,
    apparent: Option<EvaluationResult>,
    importance: Vec<ImportanceResult>,
}

/// A score with its pooled tallies, as covariances of AUCs need them.
type Standing = (Scorer, Vec<Tally>);

/// All models under one dealing of the folds.
pub(super) struct Evaluated {
    models: Vec<ModelResult>,
    comparisons: Vec<Comparison>,
    /// For each model, its scores: one, or one a class.
    standings: Vec<Vec<Standing>>,
}

/// An evaluated model.
enum Outcome {
    /// Of a yes-or-no target: it may be compared.
    Judged(Box<Judged>),
    /// Of another outcome, with a score for each class.
    Other(Box<ModelResult>, Vec<Standing>),
}

/// Evaluates all models on their out-of-fold scores, and compares those that answer the same question.
pub(super) async fn evaluate(study: &Study, fitted: Vec<Fitted>) -> Result<Evaluated, AnalysisFault> {
    if let Some(follow_up) = study.survival() {
        return survival::evaluate(study, follow_up, fitted).await;
    }
    let outcomes = together(fitted.into_iter().map(|fitted| assess(study, fitted))).await?;
    let judged = outcomes.iter().filter_map(|outcome| match outcome {
        Outcome::Judged(judged) => Some(&**judged),
        Outcome::Other(..) => None,
    });
    let judged: Vec<&Judged> = judged.collect();
    let (mut comparisons, replicates) =
        both(compare::compare(study, &judged), resample::replicates(study, &judged)).await?;
    resample::differences(study, &judged, &replicates, &mut comparisons);
    let mut replicates = replicates.into_iter();
    let model = |outcome| match outcome {
        Outcome::Other(model, standings) => (*model, standings),
        Outcome::Judged(mut judged) => {
            if let Some(replicates) = replicates.next() {
                let evaluation = &mut judged.assessed.evaluation;
                resample::complete(study, &mut evaluation.threshold, &replicates);
                evaluation.bootstrap = Some(resample::summarise(study, &replicates));
            }
            judged.into_result()
        }
    };
    let (models, standings) = outcomes.into_iter().map(model).unzip();
    Ok(Evaluated { models, comparisons, standings })
}

async fn assess(study: &Study, fitted: Fitted) -> Result<Outcome, AnalysisFault> {
    let Fitted { label, family, learner, cells, fit } = fitted;
    let place = label;
    let labels = study.plan().outcome.labels();
    let name = name(labels.len(), &labels[place].name, family, learner);
    let label = labels[place].name.clone();
    let apparent = apparently(study, place, apparent::cells(study, &cells));
    if study.classes(place, &[]).len() > 2 {
        let importance = importance::of_classes(study, place, &cells);
        let evaluation = classes::evaluate(study, place, &cells);
        let ((evaluation, standings), (apparent, importance)) =
            both(evaluation, both(apparent, importance)).await?;
        let evaluation = EvaluationResult::Classes(Box::new(evaluation));
        let repeats = None;
        let result =
            ModelResult { name, label, family, learner, fit, evaluation, apparent, repeats, importance };
        return Ok(Outcome::Other(Box::new(result), standings));
    }
    let scorer = Scorer { cells, output: 0, target: Target::case(place) };
    let importance = importance::of_cases(study, scorer.clone());
    let (assessed, (apparent, importance)) =
        both(binary::evaluate(study, scorer), both(apparent, importance)).await?;
    Ok(Outcome::Judged(Box::new(Judged {
        name,
        label,
        family,
        learner,
        fit,
        assessed,
        apparent,
        importance,
    })))
}

/// The evaluation of a model on its own training patients, where there is one.
async fn apparently(
    study: &Study,
    label: usize,
    cells: Option<Vec<Option<Predictor>>>,
) -> Result<Option<EvaluationResult>, AnalysisFault> {
    let Some(cells) = cells else { return Ok(None) };
    if study.classes(label, &[]).len() > 2 {
        let (evaluation, _) = classes::evaluate(study, label, &cells).await?;
        return Ok(Some(EvaluationResult::Classes(Box::new(evaluation))));
    }
    let scorer = Scorer { cells, output: 0, target: Target::case(label) };
    let assessed = binary::evaluate(study, scorer).await?;
    Ok(Some(EvaluationResult::Binary(Box::new(assessed.evaluation))))
}

impl Judged {
    fn into_result(self) -> (ModelResult, Vec<Standing>) {
        let Self { name, label, family, learner, fit, assessed, apparent, importance } = self;
        let Assessed { scorer, tallies, evaluation, .. } = assessed;
        let evaluation = EvaluationResult::Binary(Box::new(evaluation));
        let repeats = None;
        let result =
            ModelResult { name, label, family, learner, fit, evaluation, apparent, repeats, importance };
        (result, vec![(scorer, tallies)])
    }
}

/// Family and learner; the label before them, where there are several.
fn name(labels: usize, label: &str, family: ModelFamily, learner: Learner) -> String {
    let model = format!("{}/{}", word(&family), word(&learner));
    if labels > 1 { format!("{label}/{model}") } else { model }
}

/// A word of the plan as it is written.
fn word(word: &impl serde::Serialize) -> String {
    let value = serde_json::to_value(word).ok();
    value.and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

//! Evaluation of models on their out-of-fold scores, by kind of outcome.
//!
//! Models are evaluated side by side, then compared with each other and resampled together.

mod binary;
mod calibration;
mod classes;
mod compare;
mod importance;
mod ranking;
mod resample;
mod settings;
mod survival;
mod threshold;
mod within;

use consilium_stats::{Scorer, Target};
use consilium_types::plan::{Learner, ModelFamily};

use super::desk::{both, together};
use super::study::Study;
use super::{AnalysisFault, Fitted};
use crate::result::{Comparison, EvaluationResult, FitResult, ImportanceResult, ModelResult};
use binary::Assessed;

/// A model and what is known of it after its own evaluation.
struct Judged {
    name: String,
    label: String,
    family: ModelFamily,
    learner: Learner,
    fit: FitResult,
    assessed: Assessed,
    importance: Vec<ImportanceResult>,
}

/// An evaluated model.
enum Outcome {
    /// Of a yes-or-no target: it may be compared.
    Judged(Box<Judged>),
    /// Of another outcome.
    Other(Box<ModelResult>),
}

/// Evaluates all models on their out-of-fold scores, and compares those that answer the same question.
pub(super) async fn evaluate(
    study: &Study,
    fitted: Vec<Fitted>,
) -> Result<(Vec<ModelResult>, Vec<Comparison>), AnalysisFault> {
    let outcomes = together(fitted.into_iter().map(|fitted| assess(study, fitted))).await?;
    let judged = outcomes.iter().filter_map(|outcome| match outcome {
        Outcome::Judged(judged) => Some(&**judged),
        Outcome::Other(_) => None,
    });
    let judged: Vec<&Judged> = judged.collect();
    let (mut comparisons, replicates) =
        both(compare::compare(study, &judged), resample::replicates(study, &judged)).await?;
    resample::differences(study, &judged, &replicates, &mut comparisons);
    let mut replicates = replicates.into_iter();
    let model = |outcome| match outcome {
        Outcome::Other(model) => *model,
        Outcome::Judged(mut judged) => {
            if let Some(replicates) = replicates.next() {
                let evaluation = &mut judged.assessed.evaluation;
                resample::complete(study, &mut evaluation.threshold, &replicates);
                evaluation.bootstrap = Some(resample::summarise(study, &replicates));
            }
            judged.into_result()
        }
    };
    Ok((outcomes.into_iter().map(model).collect(), comparisons))
}

async fn assess(study: &Study, fitted: Fitted) -> Result<Outcome, AnalysisFault> {
    let Fitted { label, family, learner, cells, fit } = fitted;
    let place = label;
    let labels = study.plan().outcome.labels();
    let name = name(labels.len(), &labels[place].name, family, learner);
    let label = labels[place].name.clone();
    if let Some(follow_up) = study.survival() {
        let evaluation = survival::evaluate(study, follow_up, &cells).await?;
        let evaluation = EvaluationResult::Survival(Box::new(evaluation));
        let result = ModelResult { name, label, family, learner, fit, evaluation, importance: Vec::new() };
        return Ok(Outcome::Other(Box::new(result)));
    }
    if study.classes(place, &[]).len() > 2 {
        let ordered = settings::is_ordered(study);
        let importance = importance::of_classes(study, place, &cells);
        let evaluation = classes::evaluate(study, place, &cells, ordered);
        let (evaluation, importance) = both(evaluation, importance).await?;
        let evaluation = EvaluationResult::Classes(Box::new(evaluation));
        let result = ModelResult { name, label, family, learner, fit, evaluation, importance };
        return Ok(Outcome::Other(Box::new(result)));
    }
    let scorer = Scorer { cells, output: 0, target: Target::case(place) };
    let importance = importance::of_cases(study, scorer.clone());
    let (assessed, importance) = both(binary::evaluate(study, scorer), importance).await?;
    Ok(Outcome::Judged(Box::new(Judged { name, label, family, learner, fit, assessed, importance })))
}

impl Judged {
    fn into_result(self) -> ModelResult {
        let Self { name, label, family, learner, fit, assessed, importance } = self;
        let evaluation = EvaluationResult::Binary(Box::new(assessed.evaluation));
        ModelResult { name, label, family, learner, fit, evaluation, importance }
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

//! Evaluation of models on their out-of-fold scores, by kind of outcome.

mod binary;

use consilium_stats::{Scorer, Target};
use consilium_types::plan::{Learner, ModelFamily};

use super::study::Study;
use super::{AnalysisFault, Fitted};
use crate::result::{EvaluationResult, ModelResult};

/// Evaluates one model on its out-of-fold scores.
pub(super) async fn evaluate(study: &Study, fitted: Fitted) -> Result<ModelResult, AnalysisFault> {
    let scorer = Scorer { cells: fitted.cells.clone(), output: 0, target: Target::case(fitted.label) };
    let evaluation = binary::evaluate(study, fitted.label, &scorer).await?;
    Ok(ModelResult {
        name: name(fitted.family, fitted.learner),
        family: fitted.family,
        learner: fitted.learner,
        fit: fitted.fit,
        evaluation: EvaluationResult::Binary(evaluation),
    })
}

fn name(family: ModelFamily, learner: Learner) -> String {
    format!("{}/{}", word(&family), word(&learner))
}

/// A word of the plan as it is written.
fn word(word: &impl serde::Serialize) -> String {
    let value = serde_json::to_value(word).ok();
    value.and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

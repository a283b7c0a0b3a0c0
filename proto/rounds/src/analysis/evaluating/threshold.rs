//! Thresholds from training folds, and what they decide of held-out patients.

use consilium_stats::{Cuts, Decision, Scorer};
use consilium_types::plan::Threshold;

use crate::analysis::AnalysisFault;
use crate::analysis::study::Study;
use crate::result::ThresholdResult;

/// The threshold of each cell (one half where nobody is scored), and the decisions.
pub(super) async fn decide(
    study: &Study,
    scorer: &Scorer,
) -> Result<(Vec<f64>, ThresholdResult), AnalysisFault> {
    let (word, thresholds) = match study.plan().evaluate.threshold {
        Threshold::Fixed(threshold) => ("fixed", vec![threshold; scorer.cells.len()]),
        Threshold::Youden => match super::apparent::tested(study, scorer) {
            None => ("youden", youden(study, scorer).await?),
            Some(tested) => {
                let chosen = youden(study, &tested).await?.pop().unwrap_or(0.5);
                ("youden", vec![chosen; scorer.cells.len()])
            }
        },
    };
    let decision = Decision { models: vec![scorer.clone()], thresholds: vec![thresholds.clone()] };
    let counts = study.ask(decision).await?.remove(0);
    let scored = thresholds.iter().zip(&scorer.cells).filter(|(_, cell)| cell.is_some());
    let by_fold = scored.map(|(threshold, _)| *threshold).collect();
    let result = ThresholdResult::new(word, by_fold, counts, study.plan().evaluate.level);
    Ok((thresholds, result))
}

async fn youden(study: &Study, scorer: &Scorer) -> Result<Vec<f64>, AnalysisFault> {
    let training = study.ask(Cuts { models: vec![scorer.clone()] }).await?.remove(0);
    Ok(training
        .iter()
        .map(|cell| cell.as_ref().map_or(0.5, consilium_stats::TrainingScores::youden))
        .collect())
}

//! An outcome of survival: groups of predicted risk followed over time.

use consilium_stats::{LifeTables, Predictor, RiskGroups, Scorer, Target};

use crate::analysis::AnalysisFault;
use crate::analysis::follow_up::FollowUp;
use crate::analysis::study::Study;
use crate::result::SurvivalEvaluation;

/// All that is reported of a model whose output 0 grows with the risk.
pub(super) async fn evaluate(
    study: &Study,
    follow_up: &FollowUp,
    cells: &[Option<Predictor>],
) -> Result<SurvivalEvaluation, AnalysisFault> {
    let model = Scorer { cells: cells.to_vec(), output: 0, target: Target::case(0) };
    let groups = RiskGroups { model, cuts: vec![Vec::new(); cells.len()] };
    let question = LifeTables { grid: follow_up.timeline.grid, held_out: Vec::new(), groups: Some(groups) };
    let found = study.ask(question).await?;
    let n = found.iter().map(|group| group.life.patients()).sum();
    let events = found.iter().flat_map(|group| &group.life.events).sum();
    Ok(SurvivalEvaluation { n, events, times: follow_up.times.clone() })
}

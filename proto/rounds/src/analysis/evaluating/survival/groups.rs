//! Kaplan-Meier curves by predicted risk, in groups cut on the training folds.

use consilium_stats::decision::TrainingScores;
use consilium_stats::kaplan_meier::{kaplan_meier, log_rank};
use consilium_stats::{Cuts, LifeTable, LifeTables, RiskGroups, Scorer};

use super::super::apparent;
use super::rank::Moment;
use crate::analysis::AnalysisFault;
use crate::analysis::follow_up::FollowUp;
use crate::analysis::study::Study;
use crate::result::{RiskGroup, RiskGroupsResult};

/// Cuts each training set's scores into groups of equal size, and follows the held-out patients in them.
pub(super) async fn split(
    study: &Study,
    follow_up: &FollowUp,
    scorer: &Scorer,
    moments: &[Moment],
) -> Result<RiskGroupsResult, AnalysisFault> {
    let number = study.plan().evaluate.groups;
    let tested = apparent::tested(study, scorer);
    let model = tested.clone().unwrap_or_else(|| scorer.clone());
    let training = study.ask(Cuts { models: vec![model] }).await?.remove(0);
    let cut = |cell: &Option<TrainingScores>| cell.as_ref().map(|scores| scores.groups(number));
    let mut cuts: Vec<Option<Vec<f64>>> = training.iter().map(cut).collect();
    if tested.is_some() {
        // one model, cut once on the patients it was trained on
        let only = cuts.iter().flatten().next().cloned();
        cuts = scorer.cells.iter().map(|cell| only.clone().filter(|_| cell.is_some())).collect();
    }
    let groups = RiskGroups {
        model: scorer.clone(),
        cuts: cuts.iter().map(|cuts| cuts.clone().unwrap_or_default()).collect(),
    };
    let grid = follow_up.timeline.grid;
    let found = study.ask(LifeTables { grid, held_out: Vec::new(), groups: Some(groups) }).await?;
    let lives: Vec<LifeTable> = found.into_iter().map(|group| group.life).collect();
    let level = study.plan().evaluate.level;
    let group = |life: &LifeTable| RiskGroup {
        n: life.patients(),
        events: life.events.iter().sum(),
        at_risk: moments.iter().map(|moment| life.at_risk[moment.interval]).collect(),
        curve: kaplan_meier(&grid, life, level),
    };
    Ok(RiskGroupsResult {
        cuts: cuts.into_iter().flatten().collect(),
        groups: lives.iter().map(group).collect(),
        log_rank: log_rank(&lives),
    })
}

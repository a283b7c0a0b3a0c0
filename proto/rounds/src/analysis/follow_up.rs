//! Follow-up of a study of survival: the grid of times, when events come, and the life table of all patients.
//!
//! Two exchanges: how many are followed at each time of the plan's grid; then, on the grid whose tail is merged where
//! fewer are at risk than the plan's smallest count, events and censorings.
//! Spec: docs/reference/methods/survival.md.

use consilium_stats::kaplan_meier::kaplan_meier;
use consilium_stats::{AtRisk, LifeTable, LifeTables, TimeGrid};
use consilium_types::plan::Span;

use super::AnalysisFault;
use super::desk::Desk;
use super::study::Question;
use crate::result::FollowUpResult;

/// Times and life table of all patients.
#[derive(Debug, Clone)]
pub(super) struct FollowUp {
    pub(super) timeline: Timeline,
    pub(super) life: LifeTable,
    /// When a model is judged, in days.
    pub(super) times: Vec<f64>,
    /// At each of these times, how many intervals have ended.
    pub(super) ended: Vec<usize>,
}

/// A grid, and its intervals with an event of any patient, rising.
#[derive(Debug, Clone)]
pub(super) struct Timeline {
    pub(super) grid: TimeGrid,
    pub(super) moments: Vec<usize>,
}

/// Asks for the follow-up, where the outcome is survival.
pub(super) async fn ask(question: &Question, desk: &Desk) -> Result<Option<FollowUp>, AnalysisFault> {
    let Some((_, step, horizon)) = question.plan.outcome.survival() else { return Ok(None) };
    let whole = TimeGrid::whole(step.days(), horizon.days());
    let at_risk = desk.ask(AtRisk { grid: whole }).await?;
    let fewest = u64::from(question.plan.privacy.limits.cell);
    let grid = whole.with_merged_tail(&at_risk, fewest);
    let groups = desk.ask(LifeTables { grid, held_out: Vec::new(), groups: None }).await?;
    let life = groups.into_iter().next().ok_or(AnalysisFault::OutOfTurn)?.life;
    let moments = life.moments();
    if moments.is_empty() {
        return Err(AnalysisFault::NoEvents { held_out: Vec::new() });
    }
    let times: Vec<f64> = question.plan.evaluate.times.iter().map(|time| Span::days(*time)).collect();
    let ended = times.iter().map(|time| grid.ended(*time).map_or(0, |last| last + 1)).collect();
    Ok(Some(FollowUp { timeline: Timeline { grid, moments }, life, times, ended }))
}

impl FollowUp {
    /// What is reported of all patients.
    pub(super) fn result(&self, level: f64) -> FollowUpResult {
        let Timeline { grid, .. } = self.timeline;
        FollowUpResult {
            step: grid.step,
            intervals: grid.intervals,
            end: grid.end,
            patients: self.life.patients(),
            events: self.life.events.iter().sum(),
            times: self.times.clone(),
            level,
            curve: kaplan_meier(&grid, &self.life, level),
        }
    }
}

impl Timeline {
    /// The same times in at most so many intervals after the first.
    pub(super) fn coarse(&self, most: usize) -> Self {
        let steps = self.grid.intervals.saturating_sub(1).max(1);
        let joined = steps.div_ceil(most.max(1));
        let intervals = steps.div_ceil(joined) + 1;
        let grid = TimeGrid { step: self.grid.step * joined as f64, intervals, ..self.grid };
        let mut moments: Vec<usize> = self.moments.iter().map(|moment| moment.div_ceil(joined)).collect();
        moments.dedup();
        Self { grid, moments }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coarse_timeline_joins_neighbours_and_keeps_time_zero() {
        let grid = TimeGrid { step: 30.0, intervals: 8, end: 400.0 };
        let fine = Timeline { grid, moments: vec![0, 1, 2, 3, 7] };
        let coarse = fine.coarse(3);
        assert_eq!((coarse.grid.step, coarse.grid.intervals, coarse.grid.end), (90.0, 4, 400.0));
        assert_eq!(coarse.moments, [0, 1, 3]);
        assert_eq!(fine.coarse(7).moments, fine.moments);
    }
}

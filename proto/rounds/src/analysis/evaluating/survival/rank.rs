//! The pooled table of scores and times, and what follows from it at once.

use consilium_stats::distribution::normal_quantile;
use consilium_stats::kaplan_meier::survival;
use consilium_stats::{KnownSpots, RankedTimes, Ranking, ScoredTimes, Scorer, Tally, TimeTable, bits_for};

use super::super::ranking;
use crate::analysis::AnalysisFault;
use crate::analysis::follow_up::FollowUp;
use crate::analysis::study::Study;
use crate::result::{AtTime, SurvivalEstimate};

/// Classes of scores in a pooled table; further ones are merged with their neighbours.
const MOST_CLASSES: usize = 1_024;

/// A time at which models are judged.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    /// In days.
    pub(super) time: f64,
    /// The last interval that has ended.
    pub(super) interval: usize,
    /// The output of a model that predicts the event by then.
    pub(super) output: usize,
}

/// A model's scores in classes, with the pooled table.
pub(super) struct Ranked {
    pub(super) scored: ScoredTimes,
    times: RankedTimes,
}

/// The times of the plan at which an interval has ended.
pub(super) fn moments(follow_up: &FollowUp) -> Vec<Moment> {
    let moment = |(i, (time, ended)): (usize, (&f64, &usize))| {
        Some(Moment { time: *time, interval: ended.checked_sub(1)?, output: 1 + i })
    };
    follow_up.times.iter().zip(&follow_up.ended).enumerate().filter_map(moment).collect()
}

/// Refines the scores, then asks for the table.
pub(super) async fn rank(
    study: &Study,
    follow_up: &FollowUp,
    scorer: &Scorer,
) -> Result<Ranked, AnalysisFault> {
    let coarse = ranking::coarse(study, scorer).await?;
    let tallies = ranking::settle_while(study, scorer, coarse, is_comparable).await?;
    let grid = follow_up.timeline.grid;
    let scored = ScoredTimes { model: scorer.clone(), grid, lows: lows(&tallies, MOST_CLASSES) };
    let table = TimeTable { scored: scored.clone(), columns: Vec::new(), repeats: 0, bits: bits(study) };
    let (tallies, _) = study.ask(table).await?;
    Ok(Ranked { scored, times: RankedTimes::new(grid.intervals, &tallies) })
}

/// Whether two patients of a tally may be compared, and can be told apart: one has the event.
fn is_comparable(tally: &Tally) -> bool {
    tally.cases > 0 && tally.cases + tally.controls > 1 && tally.interval.bits > 0
}

/// First scores of at most so many classes. Tallies in order.
fn lows(tallies: &[Tally], most: usize) -> Vec<u64> {
    let step = tallies.len().div_ceil(most).max(1);
    let lows: Vec<u64> = tallies.iter().step_by(step).map(|tally| tally.interval.low).collect();
    if lows.is_empty() { vec![0] } else { lows }
}

/// Bits of a count of patients.
pub(super) fn bits(study: &Study) -> u32 {
    bits_for(study.counts.cells.iter().sum())
}

impl Ranked {
    pub(super) fn times(&self) -> RankedTimes {
        self.times.clone()
    }

    /// What both sides know of the table.
    pub(super) fn known(&self) -> KnownSpots {
        let spots = self.times.tallies().iter().map(|tally| tally.spot).collect();
        KnownSpots { scored: self.scored.clone(), spots }
    }

    /// The scores in fewer classes.
    pub(super) fn coarse(&self, most: usize) -> ScoredTimes {
        let step = self.scored.lows.len().div_ceil(most).max(1);
        let lows = self.scored.lows.iter().copied().step_by(step).collect();
        ScoredTimes { lows, ..self.scored.clone() }
    }
}

/// Uno's concordance up to the last time.
pub(super) fn uno(times: &RankedTimes, moments: &[Moment]) -> Option<Ranking> {
    times.uno(moments.last()?.interval)
}

/// A statistic with its Wald interval.
pub(super) fn estimate(study: &Study, found: &Ranking) -> SurvivalEstimate {
    let interval = interval(study, found.value, found.se).map(|end| end.clamp(0.0, 1.0));
    SurvivalEstimate { value: found.value, se: found.se, interval, bootstrap: None }
}

/// A Wald interval at the plan's level.
pub(super) fn interval(study: &Study, value: f64, se: f64) -> [f64; 2] {
    let half = normal_quantile(f64::midpoint(1.0, study.plan().evaluate.level)) * se;
    [value - half, value + half]
}

/// Mean of the areas, each weighing the fall of the Kaplan-Meier curve since the time before; nothing where one is absent.
/// Source: Lambert and Chevret, Stat Methods Med Res 25 (2016) 2088.
pub(super) fn mean_auc(times: &RankedTimes, at_times: &[AtTime], moments: &[Moment]) -> Option<f64> {
    let curve = survival(times.life());
    let (mut sum, mut before) = (0.0, 1.0);
    for (at, moment) in at_times.iter().zip(moments) {
        let after = curve[moment.interval];
        sum += at.auc?.value * (before - after);
        before = after;
    }
    (before < 1.0).then(|| sum / (1.0 - before))
}

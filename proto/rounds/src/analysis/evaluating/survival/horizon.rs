//! One time: squared errors, predicted against observed risk, net benefit.

use consilium_stats::kaplan_meier::kaplan_meier;
use consilium_stats::roc::{SCORE_UNIT, cuts};
use consilium_stats::{Brier, Group, LifeTable, LifeTables, RiskGroups, Scorer, TimeErrors};

use super::super::{binary, ranking};
use super::rank::Moment;
use crate::analysis::AnalysisFault;
use crate::analysis::desk::both;
use crate::analysis::follow_up::FollowUp;
use crate::analysis::study::Study;
use crate::result::{AtTime, BrierResult, TimeBenefit, TimeCalibration, TimeGroup};

/// The question of squared errors at all times.
pub(super) fn errors(follow_up: &FollowUp, scorer: &Scorer, moments: &[Moment]) -> TimeErrors {
    let moments = moments.iter().map(|moment| [moment.interval, moment.output]).collect();
    TimeErrors { model: scorer.clone(), grid: follow_up.timeline.grid, moments }
}

pub(super) fn brier(found: Brier) -> BrierResult {
    let Brier { score, se, reference } = found;
    let scaled = (reference > 0.0).then(|| 1.0 - score / reference);
    BrierResult { score, se, reference, scaled }
}

/// All of one time but what the table of ranks and the squared errors say.
pub(super) async fn judge(
    study: &Study,
    follow_up: &FollowUp,
    scorer: &Scorer,
    moment: Moment,
) -> Result<AtTime, AnalysisFault> {
    let predicts = Scorer { output: moment.output, ..scorer.clone() };
    let (tenths, bands) =
        both(tenths(study, follow_up, &predicts), bands(study, follow_up, &predicts)).await?;
    let level = study.plan().evaluate.level;
    let observed = |group: &Group| time_group(follow_up, moment, group, level);
    let all = joined(&bands);
    let groups: Vec<TimeGroup> = tenths.iter().filter_map(observed).collect();
    let calibration = calibration(observed(&all), groups);
    let before = |counts: &[u64]| counts.iter().take(moment.interval + 1).sum::<u64>();
    let (events, censored) = (before(&all.life.events), before(&all.life.censored));
    Ok(AtTime {
        time: moment.time,
        ends: follow_up.timeline.grid.end_of(moment.interval),
        events,
        followed: all.life.patients() - events - censored,
        auc: None,
        brier: None,
        calibration,
        net_benefit: net_benefit(study, moment, &bands),
    })
}

/// Life tables of groups of equal size.
async fn tenths(study: &Study, follow_up: &FollowUp, predicts: &Scorer) -> Result<Vec<Group>, AnalysisFault> {
    let coarse = ranking::coarse(study, predicts).await?;
    let tallies = ranking::settle_while(study, predicts, coarse, |_| false).await?;
    let mut cuts = cuts(&tallies, ranking::GROUPS);
    cuts.dedup();
    let cuts = cuts.into_iter().map(|cut| cut as f64 * SCORE_UNIT).collect();
    lives(study, follow_up, predicts, cuts).await
}

/// Life tables between the thresholds of the decision curve.
async fn bands(study: &Study, follow_up: &FollowUp, predicts: &Scorer) -> Result<Vec<Group>, AnalysisFault> {
    lives(study, follow_up, predicts, binary::thresholds(study.plan().evaluate.thresholds)).await
}

/// Life tables of groups with the same cuts in all folds.
async fn lives(
    study: &Study,
    follow_up: &FollowUp,
    predicts: &Scorer,
    cuts: Vec<f64>,
) -> Result<Vec<Group>, AnalysisFault> {
    let groups = RiskGroups { model: predicts.clone(), cuts: vec![cuts; predicts.cells.len()] };
    let grid = follow_up.timeline.grid;
    study.ask(LifeTables { grid, held_out: Vec::new(), groups: Some(groups) }).await
}

/// All patients of some groups.
fn joined(groups: &[Group]) -> Group {
    let start = Group { life: LifeTable::default(), score: 0.0 };
    groups.iter().fold(start, |all, group| {
        let life = if all.life.events.is_empty() { group.life.clone() } else { all.life.and(&group.life) };
        Group { life, score: all.score + group.score }
    })
}

/// Predicted and observed risk; nothing of nobody.
fn time_group(follow_up: &FollowUp, moment: Moment, group: &Group, level: f64) -> Option<TimeGroup> {
    let n = group.life.patients();
    let grid = &follow_up.timeline.grid;
    let curve = kaplan_meier(grid, &group.life, level);
    let end = grid.end_of(moment.interval);
    let last = curve.iter().rev().find(|point| point.time <= end);
    (n > 0).then(|| TimeGroup {
        n,
        predicted: group.score / n as f64,
        observed: last.map_or(0.0, |point| 1.0 - point.survival),
        se: last.map_or(0.0, |point| point.se),
        interval: last.and_then(|point| Some([1.0 - point.upper?, 1.0 - point.lower?])),
    })
}

fn calibration(all: Option<TimeGroup>, groups: Vec<TimeGroup>) -> TimeCalibration {
    let nobody = TimeGroup { n: 0, predicted: 0.0, observed: 0.0, se: 0.0, interval: None };
    let all = all.unwrap_or(nobody);
    let distance =
        |sum: f64, group: &TimeGroup| sum + group.n as f64 * (group.observed - group.predicted).abs();
    TimeCalibration {
        all,
        ratio: (all.predicted > 0.0).then(|| all.observed / all.predicted),
        error: groups.iter().fold(0.0, distance) / all.n.max(1) as f64,
        groups,
    }
}

/// Source: Vickers and others, BMC Med Inform Decis Mak 8 (2008) 53.
fn net_benefit(study: &Study, moment: Moment, bands: &[Group]) -> Vec<TimeBenefit> {
    let thresholds = binary::thresholds(study.plan().evaluate.thresholds);
    let n = joined(bands).life.patients().max(1) as f64;
    let benefit = |treated: &LifeTable, threshold: f64| {
        let stays = consilium_stats::kaplan_meier::survival(treated).get(moment.interval).copied();
        let stays = stays.unwrap_or(1.0);
        treated.patients() as f64 / n * (1.0 - stays - stays * threshold / (1.0 - threshold))
    };
    let all = joined(bands).life;
    let at = |(i, threshold): (usize, &f64)| {
        let treated = joined(&bands[i + 1..]).life;
        TimeBenefit {
            threshold: *threshold,
            treated: treated.patients(),
            model: benefit(&treated, *threshold),
            treat_all: benefit(&all, *threshold),
        }
    };
    thresholds.iter().enumerate().map(at).collect()
}

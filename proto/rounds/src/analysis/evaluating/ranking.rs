//! The order of the scores: pooled tallies by refinement, the ROC curve, groups of equal size.

use consilium_stats::distribution::{chi_square_tail, normal_quantile};
use consilium_stats::roc::{cuts, is_cut};
use consilium_stats::{Area, Bands, Interval, Roc, Scorer, Tally, Tenth};

use crate::analysis::AnalysisFault;
use crate::analysis::study::Study;
use crate::result::{AucResult, Deciles, HosmerLemeshow};

/// Groups of patients in the calibration table.
pub(super) const GROUPS: u64 = 10;

/// Asks for parts of intervals; all tallies afterwards, in order.
async fn refine(
    study: &Study,
    scorer: &Scorer,
    split: Vec<Interval>,
    settled: Vec<Tally>,
) -> Result<Vec<Tally>, AnalysisFault> {
    let roc = Roc { models: vec![scorer.clone()], split: vec![split] };
    let mut tallies = settled;
    tallies.extend(study.ask(roc).await?.remove(0));
    tallies.sort_unstable_by_key(|tally| tally.interval.low);
    Ok(tallies)
}

/// Patients in 4,096 equal intervals of the score.
pub(super) async fn coarse(study: &Study, scorer: &Scorer) -> Result<Vec<Tally>, AnalysisFault> {
    refine(study, scorer, vec![Interval::whole()], Vec::new()).await
}

/// Splits tallies until each holds one class or a single value, and none holds a cut between groups of equal size.
pub(super) async fn settle(
    study: &Study,
    scorer: &Scorer,
    tallies: Vec<Tally>,
) -> Result<Vec<Tally>, AnalysisFault> {
    settle_while(study, scorer, tallies, Tally::is_mixed).await
}

/// Splits tallies until none is open, and none holds a cut between groups of equal size.
pub(super) async fn settle_while(
    study: &Study,
    scorer: &Scorer,
    mut tallies: Vec<Tally>,
    is_open: fn(&Tally) -> bool,
) -> Result<Vec<Tally>, AnalysisFault> {
    loop {
        let cut = is_cut(&tallies, GROUPS);
        let open = |(tally, cut): &(Tally, bool)| is_open(tally) || *cut;
        let (open, settled): (Vec<_>, Vec<_>) = tallies.into_iter().zip(cut).partition(open);
        let settled: Vec<Tally> = settled.into_iter().map(|(tally, _)| tally).collect();
        if open.is_empty() {
            return Ok(settled);
        }
        let split = open.into_iter().map(|(tally, _)| tally.interval).collect();
        tallies = refine(study, scorer, split, settled).await?;
    }
}

/// The table of groups of equal size.
pub(super) async fn deciles(
    study: &Study,
    scorer: &Scorer,
    tallies: &[Tally],
) -> Result<Deciles, AnalysisFault> {
    let mut cuts = cuts(tallies, GROUPS);
    cuts.dedup();
    let bands = Bands { models: vec![scorer.clone()], cuts: vec![cuts] };
    let groups = study.ask(bands).await?.remove(0);
    let groups: Vec<Tenth> = groups.into_iter().filter(|group| group.n > 0).collect();
    let calibration_error = calibration_error(&groups);
    let hosmer_lemeshow = hosmer_lemeshow(&groups);
    Ok(Deciles { groups, calibration_error, hosmer_lemeshow })
}

/// Mean over patients of the distance between predicted and observed share of their group.
pub(super) fn calibration_error(groups: &[Tenth]) -> f64 {
    let n = groups.iter().map(|group| group.n).sum::<u64>() as f64;
    groups.iter().fold(0.0, |sum, group| sum + (group.cases as f64 - group.predicted).abs()) / n
}

/// Source: Hosmer and Lemeshow, Commun Stat Theory Methods 9 (1980) 1043.
fn hosmer_lemeshow(groups: &[Tenth]) -> Option<HosmerLemeshow> {
    let part = |group: &Tenth| {
        let variance = group.predicted * (1.0 - group.predicted / group.n as f64);
        (variance > 0.0).then(|| (group.cases as f64 - group.predicted).powi(2) / variance)
    };
    let parts: Option<Vec<f64>> = groups.iter().map(part).collect();
    let (statistic, groups) = (parts?.iter().fold(0.0, |sum, part| sum + part), groups.len() as u64);
    let p = |freedom: u64| chi_square_tail(statistic, freedom as f64);
    let p_as_fitted = (groups > 2).then(|| p(groups - 2));
    Some(HosmerLemeshow { statistic, groups, p: p(groups), p_as_fitted })
}

/// The area with its Wald interval.
pub(super) fn auc(study: &Study, auc: f64, se: f64) -> AucResult {
    let level = study.plan().evaluate.level;
    let half = normal_quantile(f64::midpoint(1.0, level)) * se;
    AucResult { auc, se, lower: (auc - half).max(0.0), upper: (auc + half).min(1.0), level }
}

/// The area of settled tallies.
pub(super) fn area(tallies: &[Tally]) -> Result<Area, AnalysisFault> {
    Area::of(tallies).ok_or(AnalysisFault::NothingToRank)
}

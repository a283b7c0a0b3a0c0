//! A yes-or-no outcome: ROC by refinement, calibration, accuracy, net benefit, decisions, sites.

use consilium_stats::{Accuracy, Scorer, Tally};

use super::{calibration, ranking, threshold, within};
use crate::analysis::AnalysisFault;
use crate::analysis::desk::both;
use crate::analysis::study::Study;
use crate::result::{CalibrationCurve, Deciles, Evaluation, NetBenefit};

/// An evaluated score, with what later questions need of it.
#[derive(Debug, Clone)]
pub(super) struct Assessed {
    pub(super) scorer: Scorer,
    /// Pooled, in order of the score.
    pub(super) tallies: Vec<Tally>,
    /// The threshold of each cell.
    pub(super) thresholds: Vec<f64>,
    pub(super) evaluation: Evaluation,
}

/// All that is reported of a score between 0 and 1 for a yes-or-no target.
pub(super) async fn evaluate(study: &Study, scorer: Scorer) -> Result<Assessed, AnalysisFault> {
    let curve = thresholds(study.plan().evaluate.thresholds);
    let accuracy = Accuracy { models: vec![scorer.clone()], thresholds: curve.clone() };
    let accuracy = async { Ok(study.ask(accuracy).await?.remove(0)) };
    let ranked = both(ranked(study, &scorer), calibration::line(study, &scorer));
    let decided = both(threshold::decide(study, &scorer), within::ask(study, &scorer));
    let ((ranked, line), (sums, (decided, within))) = both(ranked, both(accuracy, decided)).await?;
    let (tallies, deciles, smooth) = ranked;
    let (thresholds, threshold) = decided;
    let area = ranking::area(&tallies)?;
    let (n, cases) = patients(&tallies);
    let (all, positive) = (n as f64, cases as f64);
    let brier = sums.squared_error / all;
    let prevalence = positive / all;
    let evaluation = Evaluation {
        auc: ranking::auc(study, area.auc, area.se),
        roc: area.curve,
        calibration: line,
        brier,
        log_loss: sums.log_loss / all,
        calibration_error: ranking::calibration_error(&sums.tenths),
        tenths: sums.tenths,
        net_benefit: net_benefit(&curve, &sums.positives, all, positive),
        n,
        cases,
        scaled_brier: 1.0 - brier / (prevalence * (1.0 - prevalence)),
        deciles,
        curve: smooth,
        threshold,
        within_sites: within::result(study, &within),
        bootstrap: None,
    };
    Ok(Assessed { scorer, tallies, thresholds, evaluation })
}

/// Patients and cases.
pub(super) fn patients(tallies: &[Tally]) -> (u64, u64) {
    let cases = tallies.iter().map(|tally| tally.cases).sum();
    (tallies.iter().map(|tally| tally.controls).sum::<u64>() + cases, cases)
}

type Ranked = (Vec<Tally>, Deciles, Option<CalibrationCurve>);

/// Tallies, groups of equal size and the smooth curve, which needs only the first tallies.
async fn ranked(study: &Study, scorer: &Scorer) -> Result<Ranked, AnalysisFault> {
    let coarse = ranking::coarse(study, scorer).await?;
    let settled = async {
        let tallies = ranking::settle(study, scorer, coarse.clone()).await?;
        let deciles = ranking::deciles(study, scorer, &tallies).await?;
        Ok((tallies, deciles))
    };
    let ((tallies, deciles), curve) = both(settled, calibration::curve(study, scorer, &coarse)).await?;
    Ok((tallies, deciles, curve))
}

/// Source: Vickers and Elkin, Med Decis Making 26 (2006) 565.
fn net_benefit(thresholds: &[f64], positives: &[[u64; 2]], n: f64, cases: f64) -> Vec<NetBenefit> {
    let at = |(threshold, [false_positives, true_positives]): (&f64, &[u64; 2])| {
        let odds = threshold / (1.0 - threshold);
        NetBenefit {
            threshold: *threshold,
            true_positives: *true_positives,
            false_positives: *false_positives,
            model: *true_positives as f64 / n - *false_positives as f64 / n * odds,
            treat_all: cases / n - (n - cases) / n * odds,
        }
    };
    thresholds.iter().zip(positives).map(at).collect()
}

/// Hundredths from the first to the last threshold, both included.
pub(super) fn thresholds([first, last]: [f64; 2]) -> Vec<f64> {
    #[expect(clippy::cast_possible_truncation, reason = "a plan's thresholds lie in (0, 1)")]
    let hundredth = |x: f64| (x * 100.0).round() as i32;
    (hundredth(first)..=hundredth(last)).map(|step| f64::from(step) / 100.0).collect()
}

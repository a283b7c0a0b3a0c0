//! Intervals from Poisson bootstraps: every model and every difference, in the same replicates.

use consilium_stats::bootstrap::tally_lows;
use consilium_stats::inference::{percentile_interval, ratio};
use consilium_stats::{Bootstrap, Computation, Decided, Replicate};

use super::binary::thresholds;
use super::{Judged, settings};
use crate::analysis::AnalysisFault;
use crate::analysis::study::Study;
use crate::result::{Comparison, Resampled, ThresholdResult};

/// Words of one question at most: 16 MiB.
const MOST_WORDS: usize = 1 << 20;

/// For each model, its replicates; empty when the plan asks for none.
pub(super) async fn replicates(
    study: &Study,
    judged: &[&Judged],
) -> Result<Vec<Vec<Replicate>>, AnalysisFault> {
    let mut found = Vec::new();
    if settings::replicates(study) == 0 {
        return Ok(found);
    }
    let mut rest = judged;
    while !rest.is_empty() {
        let fits = |n: &usize| question(study, &rest[..*n]).length() <= MOST_WORDS;
        let n = (1..=rest.len()).take_while(fits).last().unwrap_or(1);
        found.extend(study.ask(question(study, &rest[..n])).await?);
        rest = &rest[n..];
    }
    Ok(found)
}

fn question(study: &Study, judged: &[&Judged]) -> Bootstrap {
    let assessed = || judged.iter().map(|model| &model.assessed);
    Bootstrap {
        models: assessed().map(|model| model.scorer.clone()).collect(),
        lows: assessed().map(|model| tally_lows(&model.tallies)).collect(),
        thresholds: assessed().map(|model| model.thresholds.clone()).collect(),
        curve: thresholds(study.plan().evaluate.thresholds),
        replicates: settings::replicates(study),
    }
}

/// Percentile intervals of one model.
pub(super) fn summarise(study: &Study, replicates: &[Replicate]) -> Resampled {
    let level = study.plan().evaluate.level;
    let interval = |of: &dyn Fn(&Replicate) -> Option<f64>| {
        percentile_interval(replicates.iter().filter_map(of).collect(), level)
    };
    let curve = thresholds(study.plan().evaluate.thresholds);
    let net_benefit = curve.iter().enumerate();
    let net_benefit = net_benefit.map(|(i, threshold)| interval(&|r| net_benefit_at(r, i, *threshold)));
    Resampled {
        replicates: u32::try_from(replicates.len()).unwrap_or(u32::MAX),
        auc: interval(&Replicate::auc),
        brier: interval(&|r| ratio(r.squared_error, weight(&r.decided))),
        sensitivity: interval(&|r| share(r.decided.true_positives, r.decided.false_negatives)),
        specificity: interval(&|r| share(r.decided.true_negatives, r.decided.false_positives)),
        accuracy: interval(&|r| {
            let right = r.decided.true_negatives + r.decided.true_positives;
            share(right, r.decided.false_negatives + r.decided.false_positives)
        }),
        ppv: interval(&|r| share(r.decided.true_positives, r.decided.false_positives)),
        npv: interval(&|r| share(r.decided.true_negatives, r.decided.false_negatives)),
        net_benefit: net_benefit.collect(),
    }
}

/// Intervals of what has no closed form.
pub(super) fn complete(study: &Study, threshold: &mut ThresholdResult, replicates: &[Replicate]) {
    let level = study.plan().evaluate.level;
    let interval = |of: fn(&Decided) -> Option<f64>| {
        percentile_interval(replicates.iter().filter_map(|r| of(&r.decided)).collect(), level)
    };
    threshold.balanced_accuracy.interval = interval(Decided::balanced_accuracy);
    threshold.f1.interval = interval(Decided::f1);
    threshold.kappa.interval = interval(Decided::kappa);
    threshold.mcc.interval = interval(Decided::mcc);
}

/// Adds the intervals of differences of AUCs.
pub(super) fn differences(
    study: &Study,
    judged: &[&Judged],
    replicates: &[Vec<Replicate>],
    comparisons: &mut [Comparison],
) {
    let of = |name: &str| judged.iter().position(|model| model.name == name).and_then(|m| replicates.get(m));
    for comparison in comparisons {
        let (Some(first), Some(second)) = (of(&comparison.first), of(&comparison.second)) else { continue };
        let difference = |(a, b): (&Replicate, &Replicate)| Some(b.auc()? - a.auc()?);
        let differences = first.iter().zip(second).filter_map(difference).collect();
        comparison.bootstrap = percentile_interval(differences, study.plan().evaluate.level);
    }
}

fn share(yes: u64, no: u64) -> Option<f64> {
    ratio(yes as f64, (yes + no) as f64)
}

fn weight(decided: &Decided) -> f64 {
    let Decided { true_negatives, false_positives, false_negatives, true_positives } = decided;
    (true_negatives + false_positives + false_negatives + true_positives) as f64
}

fn net_benefit_at(replicate: &Replicate, point: usize, threshold: f64) -> Option<f64> {
    let [false_positives, true_positives] = replicate.positives[point].map(|n| n as f64);
    ratio(true_positives - false_positives * threshold / (1.0 - threshold), weight(&replicate.decided))
}

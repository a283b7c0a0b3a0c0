//! Pairs of models on the same patients: DeLong's paired test, and reclassification where one is nested in the other.

use consilium_stats::distribution::{normal_quantile, normal_two_sided};
use consilium_stats::{Changes, Placement, Ranked, Reclassification, Scorer, Tally};
use consilium_types::plan::ModelFamily;

use super::Judged;
use super::binary::patients;
use crate::analysis::AnalysisFault;
use crate::analysis::desk::both;
use crate::analysis::study::Study;
use crate::result::{Comparison, Improvement, ReclassificationResult};

/// Compares every two models of the same target that score the same patients.
pub(super) async fn compare(study: &Study, judged: &[&Judged]) -> Result<Vec<Comparison>, AnalysisFault> {
    let pairs: Vec<[usize; 2]> = (0..judged.len())
        .flat_map(|i| (i + 1..judged.len()).map(move |j| [i, j]))
        .filter(|pair| comparable(judged, *pair))
        .collect();
    if pairs.is_empty() {
        return Ok(Vec::new());
    }
    let nested: Vec<[usize; 2]> = pairs.iter().copied().filter(|pair| is_nested(judged, *pair)).collect();
    let scores = judged.iter().map(|m| (&m.assessed.scorer, 0, m.assessed.tallies.as_slice())).collect();
    let (covariance, changes) =
        both(covariance(study, scores), reclassify(study, judged, nested.clone())).await?;
    let level = study.plan().evaluate.level;
    let compared = |pair: &[usize; 2]| {
        let place = nested.iter().position(|other| other == pair);
        let changes = place.and_then(|place| reclassification(&changes[place]));
        comparison(judged, *pair, &covariance, level, changes)
    };
    Ok(pairs.iter().map(compared).collect())
}

fn comparable(judged: &[&Judged], [i, j]: [usize; 2]) -> bool {
    let (a, b) = (&judged[i].assessed.scorer, &judged[j].assessed.scorer);
    let same = a.cells.iter().zip(&b.cells).all(|(a, b)| a.is_some() == b.is_some());
    a.target == b.target && same
}

/// Whether the second has all columns of the first and the same learner.
fn is_nested(judged: &[&Judged], [i, j]: [usize; 2]) -> bool {
    let larger = judged[j].family == ModelFamily::Combined && judged[i].family != ModelFamily::Combined;
    larger && judged[i].learner == judged[j].learner
}

/// Covariances of the AUCs of scores whose pooled tallies are known; each with the repeat, beyond the study's own, that
/// it was evaluated in.
pub(super) async fn covariance(
    study: &Study,
    scores: Vec<(&Scorer, u32, &[Tally])>,
) -> Result<Vec<Vec<f64>>, AnalysisFault> {
    let n = |(_, _, tallies): &(&Scorer, u32, &[Tally])| patients(tallies).0 as f64;
    let patients: Vec<f64> = scores.iter().map(n).collect();
    let ranked =
        |(scorer, repeat, tallies): (&Scorer, u32, &[Tally])| Ranked::new(scorer.clone(), repeat, tallies);
    let models: Option<Vec<Ranked>> = scores.into_iter().map(ranked).collect();
    let sums = study.ask(Placement { models: models.ok_or(AnalysisFault::NothingToRank)? }).await?;
    let at = |i: usize, j: usize| sums.at(i, j) / (patients[i] * patients[j]);
    let indices = 0..patients.len();
    Ok(indices.clone().map(|i| indices.clone().map(|j| at(i, j)).collect()).collect())
}

fn comparison(
    judged: &[&Judged],
    [i, j]: [usize; 2],
    covariance: &[Vec<f64>],
    level: f64,
    reclassification: Option<ReclassificationResult>,
) -> Comparison {
    let auc = |model: usize| judged[model].assessed.evaluation.auc.auc;
    let difference = auc(j) - auc(i);
    let se = (covariance[i][i] + covariance[j][j] - 2.0 * covariance[i][j]).max(0.0).sqrt();
    let half = normal_quantile(f64::midpoint(1.0, level)) * se;
    Comparison {
        first: judged[i].name.clone(),
        second: judged[j].name.clone(),
        difference,
        se,
        interval: [difference - half, difference + half],
        p: p_value(difference, se),
        bootstrap: None,
        repeats: None,
        reclassification,
        times: Vec::new(),
    }
}

/// Two-sided normal p value; nothing when the standard error is no more than rounding.
pub(super) fn p_value(estimate: f64, se: f64) -> Option<f64> {
    (se > 1e-9).then(|| normal_two_sided(estimate / se))
}

async fn reclassify(
    study: &Study,
    judged: &[&Judged],
    pairs: Vec<[usize; 2]>,
) -> Result<Vec<[Changes; 2]>, AnalysisFault> {
    if pairs.is_empty() {
        return Ok(Vec::new());
    }
    let models = judged.iter().map(|model| model.assessed.scorer.clone()).collect();
    let thresholds = judged.iter().map(|model| model.assessed.thresholds.clone()).collect();
    study.ask(Reclassification { models, thresholds, pairs }).await
}

/// Nothing without patients of both classes.
fn reclassification([controls, cases]: &[Changes; 2]) -> Option<ReclassificationResult> {
    if controls.n == 0 || cases.n == 0 {
        return None;
    }
    Some(ReclassificationResult {
        idi: improvement(mean_change(cases), mean_change(controls)),
        nri: improvement(
            moved(cases.n, cases.higher, cases.lower),
            moved(controls.n, controls.higher, controls.lower),
        ),
        nri_at_threshold: improvement(
            moved(cases.n, cases.up, cases.down),
            moved(controls.n, controls.up, controls.down),
        ),
    })
}

/// Mean change of the score and its variance, n - 1 below.
fn mean_change(of: &Changes) -> [f64; 2] {
    let n = of.n as f64;
    let mean = of.change / n;
    let variance = if of.n > 1 { (of.squared - n * mean * mean).max(0.0) / (n - 1.0) / n } else { 0.0 };
    [mean, variance]
}

/// Share that moves up minus share that moves down, and its variance.
fn moved(n: u64, up: u64, down: u64) -> [f64; 2] {
    let (n, up, down) = (n as f64, up as f64, down as f64);
    let net = (up - down) / n;
    [net, ((up + down) / n - net * net).max(0.0) / n]
}

/// A rise is right for cases and wrong for controls.
fn improvement(cases: [f64; 2], controls: [f64; 2]) -> Improvement {
    let estimate = cases[0] - controls[0];
    let se = (cases[1] + controls[1]).sqrt();
    Improvement { estimate, cases: cases[0], controls: -controls[0], se, p: p_value(estimate, se) }
}

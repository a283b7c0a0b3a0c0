//! Pairs of models of survival on the same patients: differences of concordance and of areas at times, with errors from
//! the influences of patients on both, and from Poisson bootstraps.

use consilium_stats::inference::percentile_interval;
use consilium_stats::{Computation, Influence, RankedTimes, Ranking, TimeBootstrap, bits_for};

use super::super::compare::p_value;
use super::super::settings;
use super::Judged;
use super::rank::{self, Moment};
use crate::analysis::AnalysisFault;
use crate::analysis::desk::both;
use crate::analysis::study::Study;
use crate::result::{Comparison, SurvivalEstimate, TimeDifference};

/// Words of one question at most: 16 MiB.
const MOST_WORDS: usize = 1 << 20;
/// A patient is drawn at most so often.
const MOST_TIMES: u64 = 20;

/// Harrell's concordance, Uno's, and the area at each time.
fn statistics(times: &RankedTimes, moments: &[Moment]) -> Vec<Option<Ranking>> {
    let areas = moments.iter().map(|moment| times.auc(moment.interval));
    [times.harrell(), rank::uno(times, moments)].into_iter().chain(areas).collect()
}

/// Adds bootstrap intervals to every model, and compares every two that score the same patients.
pub(super) async fn compare(
    study: &Study,
    moments: &[Moment],
    judged: &mut [Judged],
) -> Result<Vec<Comparison>, AnalysisFault> {
    let found: Vec<Vec<Option<Ranking>>> =
        judged.iter().map(|model| statistics(&model.assessed.ranked.times(), moments)).collect();
    let (covariances, replicates) =
        both(covariances(study, judged, &found), replicates(study, moments, judged)).await?;
    let level = study.plan().evaluate.level;
    for (model, replicates) in judged.iter_mut().zip(&replicates) {
        let interval =
            |s: usize| percentile_interval(replicates.iter().filter_map(|r| r[s]).collect(), level);
        let evaluation = &mut model.assessed.evaluation;
        let areas = evaluation.at_times.iter_mut().map(|at| at.auc.as_mut());
        let all = [evaluation.concordance.as_mut(), evaluation.uno.as_mut()].into_iter().chain(areas);
        all.enumerate().for_each(|(s, estimate): (usize, Option<&mut SurvivalEstimate>)| {
            if let Some(estimate) = estimate {
                estimate.bootstrap = interval(s);
            }
        });
    }
    let pairs = (0..judged.len()).flat_map(|i| (i + 1..judged.len()).map(move |j| [i, j]));
    let pairs = pairs.filter(|pair| are_comparable(judged, *pair));
    let compare = |[i, j]: [usize; 2]| {
        let difference = |s: usize| {
            let [a, b] = [&found[i][s], &found[j][s]];
            let difference = b.as_ref()?.value - a.as_ref()?.value;
            let of = |a, b| at(&covariances[s], judged.len(), a, b);
            let variance = of(i, i) + of(j, j) - 2.0 * of(i, j);
            let boot = [i, j].map(|model| replicates.get(model).map_or(&[][..], Vec::as_slice));
            let differences = boot[0].iter().zip(boot[1]).filter_map(|(a, b)| Some(b[s]? - a[s]?));
            let bootstrap = percentile_interval(differences.collect(), level);
            Some(time_difference(study, difference, variance.max(0.0).sqrt(), bootstrap))
        };
        let whole = difference(0)?;
        let at_time =
            |(k, moment): (usize, &Moment)| Some(TimeDifference { time: moment.time, ..difference(2 + k)? });
        Some(Comparison {
            first: judged[i].name.clone(),
            second: judged[j].name.clone(),
            difference: whole.difference,
            se: whole.se,
            interval: whole.interval,
            p: whole.p,
            bootstrap: whole.bootstrap,
            reclassification: None,
            repeats: None,
            times: moments.iter().enumerate().filter_map(at_time).collect(),
        })
    };
    Ok(pairs.filter_map(compare).collect())
}

fn time_difference(study: &Study, difference: f64, se: f64, bootstrap: Option<[f64; 2]>) -> TimeDifference {
    let interval = rank::interval(study, difference, se);
    TimeDifference { time: 0.0, difference, se, interval, p: p_value(difference, se), bootstrap }
}

fn are_comparable(judged: &[Judged], [i, j]: [usize; 2]) -> bool {
    let cells = |model: usize| judged[model].fitted.cells.iter().map(Option::is_some);
    judged[i].fitted.label == judged[j].fitted.label && cells(i).eq(cells(j))
}

/// Entry of the upper triangle of a matrix of an order.
fn at(triangle: &[f64], order: usize, i: usize, j: usize) -> f64 {
    let (i, j) = (i.min(j), i.max(j));
    triangle[i * order - i * (i + 1) / 2 + j]
}

/// For each statistic the covariances of the models; an influence of 0 where a model has no such statistic.
async fn covariances(
    study: &Study,
    judged: &[Judged],
    found: &[Vec<Option<Ranking>>],
) -> Result<Vec<Vec<f64>>, AnalysisFault> {
    let influence = |model: &Judged, statistic: &Option<Ranking>| match statistic {
        Some(found) => found.influence.clone(),
        None => vec![0.0; model.assessed.ranked.times().tallies().len()],
    };
    let of_model = |(model, found): (&Judged, &Vec<Option<Ranking>>)| {
        found.iter().map(|statistic| influence(model, statistic)).collect()
    };
    let influences = judged.iter().zip(found).map(of_model).collect();
    let models = judged.iter().map(|model| model.assessed.ranked.known()).collect();
    study.ask(Influence { models, influences }).await
}

/// The statistics of one replicate.
type Replicate = Vec<Option<f64>>;

/// For each model, its replicates; empty when the plan asks for none.
async fn replicates(
    study: &Study,
    moments: &[Moment],
    judged: &[Judged],
) -> Result<Vec<Vec<Replicate>>, AnalysisFault> {
    let mut found = Vec::new();
    let replicates = settings::replicates(study);
    if replicates == 0 {
        return Ok(found);
    }
    let bits = bits_for(MOST_TIMES * study.counts.cells.iter().sum::<u64>());
    let question = |models: &[Judged]| {
        let models = models.iter().map(|model| model.assessed.ranked.known()).collect();
        TimeBootstrap { models, replicates, bits }
    };
    let mut rest = judged;
    while !rest.is_empty() {
        let fits = |n: &usize| question(&rest[..*n]).length() <= MOST_WORDS;
        let n = (1..=rest.len()).take_while(fits).last().unwrap_or(1);
        let drawn = study.ask(question(&rest[..n])).await?;
        for (model, drawn) in rest.iter().zip(drawn) {
            let times = model.assessed.ranked.times();
            let values = |numbers: &Vec<u64>| {
                let found = statistics(&times.with(numbers), moments);
                found.into_iter().map(|found| found.map(|found| found.value)).collect()
            };
            found.push(drawn.iter().map(values).collect());
        }
        rest = &rest[n..];
    }
    Ok(found)
}

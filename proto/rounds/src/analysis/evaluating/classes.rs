//! An outcome of several classes: each against the others, the confusion matrix, and cuts of ordered classes.

use consilium_stats::inference::{kappa, ratio, wilson};
use consilium_stats::{Area, ClassSums, Classes, Predictor, Scorer, Tally, Target};

use super::binary::Assessed;
use super::{Standing, binary, compare, ranking, settings};
use crate::analysis::AnalysisFault;
use crate::analysis::desk::{both, together};
use crate::analysis::study::Study;
use crate::result::{AucResult, ClassesEvaluation, Measured, OrdinalEvaluation};

/// All that is reported of a model with one output a class.
pub(super) async fn evaluate(
    study: &Study,
    label: usize,
    cells: &[Option<Predictor>],
) -> Result<(ClassesEvaluation, Vec<Standing>), AnalysisFault> {
    let ordered = settings::is_ordered(study);
    let classes = study.classes(label, &[]).len();
    let scorer = |output: usize, target| Scorer { cells: cells.to_vec(), output, target };
    let number = |class: usize| u32::try_from(class).unwrap_or(u32::MAX);
    let is = |class: usize| scorer(class, Target::Is { label, class: number(class) });
    let at_least = |class: usize| scorer(class, Target::AtLeast { label, class: number(class) });
    let by_class = together((0..classes).map(|class| binary::evaluate(study, is(class))));
    let cuts = if ordered { 1..classes } else { 1..1 };
    let by_cut = together(cuts.map(|class| cut(study, at_least(class))));
    let table = Classes { models: vec![is(0)], classes };
    let table = async { Ok(study.ask(table).await?.remove(0)) };
    let ((by_class, by_cut), sums) = both(both(by_class, by_cut), table).await?;
    let scores = by_class.iter().map(|m| (&m.scorer, m.tallies.as_slice()));
    let scores = scores.chain(by_cut.iter().map(|cut| (&cut.scorer, cut.tallies.as_slice())));
    let covariance = compare::covariance(study, scores.map(|(s, t)| (s, 0, t)).collect()).await?;
    let aucs: Vec<f64> = by_class.iter().map(|assessed| assessed.evaluation.auc.auc).collect();
    let shares: Vec<f64> = by_class.iter().map(|assessed| assessed.evaluation.cases as f64).collect();
    let level = study.plan().evaluate.level;
    let (n, right, recall) = diagonal(&sums.confusion);
    let standing = |one: &Assessed| (one.scorer.clone(), one.tallies.clone());
    let standings = by_class.iter().map(standing).collect();
    let evaluation = ClassesEvaluation {
        n,
        accuracy: Measured { value: ratio(right as f64, n as f64), interval: wilson(right, n, level) },
        balanced_accuracy: Measured { value: recall, interval: None },
        kappa: weighted_kappa(&sums, 0),
        log_loss: sums.log_loss / n as f64,
        brier: sums.squared_error / n as f64,
        auc_macro: mean(study, &aucs, &covariance, &vec![1.0; classes], 0),
        auc_weighted: mean(study, &aucs, &covariance, &shares, 0),
        ordinal: ordered.then(|| ordinal(study, &sums, &by_cut, &covariance)),
        by_class: by_class.into_iter().map(|assessed| assessed.evaluation).collect(),
        confusion: sums.confusion,
    };
    Ok((evaluation, standings))
}

/// One cut between ordered classes.
struct Cut {
    scorer: Scorer,
    tallies: Vec<Tally>,
    area: Area,
}

async fn cut(study: &Study, scorer: Scorer) -> Result<Cut, AnalysisFault> {
    let coarse = ranking::coarse(study, &scorer).await?;
    let tallies = ranking::settle(study, &scorer, coarse).await?;
    let area = ranking::area(&tallies)?;
    Ok(Cut { scorer, tallies, area })
}

/// A weighted mean of AUCs, the covariances of which start at row `from`.
fn mean(study: &Study, aucs: &[f64], covariance: &[Vec<f64>], weights: &[f64], from: usize) -> AucResult {
    let total = weights.iter().fold(0.0, |sum, w| sum + w);
    let auc = aucs.iter().zip(weights).fold(0.0, |sum, (auc, w)| sum + w * auc) / total;
    let pairs = (0..aucs.len()).flat_map(|i| (0..aucs.len()).map(move |j| (i, j)));
    let at = |(i, j): (usize, usize)| weights[i] * weights[j] * covariance[from + i][from + j];
    let variance = pairs.fold(0.0, |sum, pair| sum + at(pair));
    ranking::auc(study, auc, variance.max(0.0).sqrt() / total)
}

/// Patients, those on the diagonal, and the mean over classes of the share on it.
fn diagonal(table: &[Vec<u64>]) -> (u64, u64, Option<f64>) {
    let right = (0..table.len()).map(|class| table[class][class]).sum();
    let recall = |(class, row): (usize, &Vec<u64>)| ratio(row[class] as f64, row.iter().sum::<u64>() as f64);
    let recalls: Option<Vec<f64>> = table.iter().enumerate().map(recall).collect();
    let balanced = recalls.map(|all| all.iter().fold(0.0, |sum, r| sum + r) / all.len() as f64);
    (table.iter().flatten().sum(), right, balanced)
}

/// Kappa with disagreement weighted by the distance to a power; power 0 weighs all alike.
fn weighted_kappa(sums: &ClassSums, power: i32) -> Measured {
    let weight = |i: usize, j: usize| if i == j { 0.0 } else { (i.abs_diff(j) as f64).powi(power) };
    Measured { value: kappa(&sums.confusion, weight), interval: None }
}

fn ordinal(study: &Study, sums: &ClassSums, by_cut: &[Cut], covariance: &[Vec<f64>]) -> OrdinalEvaluation {
    let n = sums.confusion.iter().flatten().sum::<u64>() as f64;
    let aucs: Vec<f64> = by_cut.iter().map(|cut| cut.area.auc).collect();
    OrdinalEvaluation {
        kappa_linear: weighted_kappa(sums, 1),
        kappa_quadratic: weighted_kappa(sums, 2),
        ranked_probability: sums.ranked / n,
        ranked_probability_scaled: sums.ranked / n / by_cut.len() as f64,
        by_cut: by_cut.iter().map(|cut| ranking::auc(study, cut.area.auc, cut.area.se)).collect(),
        auc_macro: mean(study, &aucs, covariance, &vec![1.0; aucs.len()], sums.confusion.len()),
    }
}

//! Lasso and elastic-net paths: all penalties of all training sets advance together.
//!
//! Every path starts from the model without columns, whose derivatives serve all its penalties at once. From there each
//! penalty takes proximal Newton steps of its own; a question carries the whole gradient of each, and the information
//! of its working set. Spec: docs/reference/methods/linear.md.

use consilium_stats::glm::{Climb, HeldOut, Inputs, LassoAscent, LassoState, Response, Stance};
use consilium_stats::lasso::grid;
use consilium_stats::{Derivatives, Design, FitFailure, Predictor};
use consilium_types::plan::{Learner, ModelFamily, PathRule};

use super::super::Fitted;
use super::super::choosing::{Choice, Losses, lowest, standard_error};
use super::{BySite, designs, every_class, failed};
use crate::analysis::AnalysisFault;
use crate::analysis::desk::together;
use crate::analysis::preparing::Prepared;
use crate::analysis::study::Study;
use crate::result::{FitResult, LassoFacts, LassoPoint, LassoResult};

/// Penalties of a path, a patient's share: 0.5 / alpha, beyond which no standardised column enters any logistic model,
/// down to a hundredth of it in steps of a tenth of a decade.
const PENALTIES: usize = 21;
/// Columns whose information is asked at the start of a path, in a second question.
const FIRST_WORKING: usize = 40;
/// So few columns are all asked at once, which saves that question.
const FEW_COLUMNS: usize = 60;
/// The last step of a fit that only selects.
pub(in crate::analysis) const SELECTING: f64 = 1e-3;

/// What a path is of.
#[derive(Debug, Clone)]
pub(in crate::analysis) struct Path {
    pub(in crate::analysis) response: Response,
    /// Share of the lasso; the rest is ridge.
    pub(in crate::analysis) alpha: f64,
    /// The only penalty, on the sum over patients; nothing for a path.
    pub(in crate::analysis) fixed: Option<f64>,
    /// Most columns of a fit that may be taken.
    pub(in crate::analysis) max: usize,
    pub(in crate::analysis) rule: PathRule,
    /// Size of a fit's last step; what is left is of the order of its square.
    pub(in crate::analysis) tolerance: f64,
}

/// The fits of one training set: one a penalty, the smallest penalty first; nothing for one with too many columns.
struct Trodden {
    fits: Vec<Option<LassoAscent>>,
    /// By penalty and held-out cell.
    losses: Vec<Vec<f64>>,
}

impl Path {
    /// A patient's share of each penalty in a training set of so many patients, the smallest first.
    fn penalties(&self, patients: u64) -> Vec<f64> {
        if let Some(lambda) = self.fixed {
            return vec![lambda / patients as f64];
        }
        let mut shares = grid(0.5 / self.alpha, 0.01, PENALTIES);
        shares.reverse();
        shares
    }
}

/// What a path takes of the columns of a design.
#[derive(Debug, Clone, Default)]
pub(in crate::analysis) struct Taken {
    /// Positions in the schema, the largest coefficients first.
    pub(in crate::analysis) columns: Vec<usize>,
    /// A patient's share of the penalty; nothing where no fit is taken.
    pub(in crate::analysis) share: Option<f64>,
}

/// Columns of a design that a path takes in its training set; the penalty is chosen by the training set's own cells.
///
/// Columns come by the size of their standardised coefficients. Only fits with one to `path.max` columns are taken; where
/// the path passes from none to more, the largest penalty with columns is, cut to the first `path.max`.
pub(in crate::analysis) async fn select(
    study: &Study,
    label: usize,
    family: ModelFamily,
    design: &Design,
    path: &Path,
) -> Result<Taken, AnalysisFault> {
    let rest = study.inner(&design.held_out);
    let without = |cell: &usize| {
        let held_out = [design.held_out.clone(), vec![*cell]].concat();
        Design { held_out, ..design.clone() }
    };
    let sets: Vec<Design> = std::iter::once(design.clone()).chain(rest.iter().map(without)).collect();
    let trodden = together(sets.iter().map(|set| tread(study, label, family, path, set))).await?;
    let n = |held_out: &[usize]| study.classes(label, held_out).iter().sum::<u64>();
    let all = n(&design.held_out);
    let fold = |(set, found): (&Design, &Trodden)| {
        let losses = found.losses.iter().map(|cells| cells.last().copied().unwrap_or(f64::INFINITY));
        (all.saturating_sub(n(&set.held_out)) as f64, losses.collect::<Vec<f64>>())
    };
    let folds: Vec<(f64, Vec<f64>)> = sets.iter().zip(&trodden).skip(1).map(fold).collect();
    let Some(best) = taken(&trodden[0], &folds, path) else { return Ok(Taken::default()) };
    let columns = trodden[0].fits[best].as_ref().map(strongest).unwrap_or_default();
    Ok(Taken {
        columns: columns.into_iter().take(path.max).map(|j| design.columns[j]).collect(),
        share: path.penalties(all).get(best).copied(),
    })
}

/// Position of the fit that the rule takes.
fn taken(all: &Trodden, folds: &[(f64, Vec<f64>)], path: &Path) -> Option<usize> {
    let size = |fit: &Option<LassoAscent>| fit.as_ref().map_or(0, |fit| fit.support().len());
    let sum = |lambda: usize| {
        let sum = folds.iter().fold(0.0, |sum, (_, losses)| sum + losses[lambda]);
        if (1..=path.max).contains(&size(&all.fits[lambda])) { sum } else { f64::INFINITY }
    };
    let curve: Vec<f64> = (0..all.fits.len()).map(sum).collect();
    let best = lowest(&curve);
    if curve[best].is_infinite() {
        return all.fits.iter().rposition(|fit| size(fit) > 0);
    }
    let limit = match path.rule {
        PathRule::Min => curve[best],
        PathRule::OneSe => curve[best] + standard_error(folds, best),
    };
    curve.iter().rposition(|loss| *loss <= limit)
}

/// Columns by the largest magnitude of their coefficients.
fn strongest(fit: &LassoAscent) -> Vec<usize> {
    let size = |j: usize| fit.coefficients().iter().fold(0.0, |most: f64, b| most.max(b[j + 1].abs()));
    let mut columns: Vec<(f64, usize)> = fit.support().into_iter().map(|j| (size(j), j)).collect();
    columns.sort_by(|(a, i), (b, j)| b.total_cmp(a).then(i.cmp(j)));
    columns.into_iter().map(|(_, j)| j).collect()
}

/// Fits some families side by side.
pub(in crate::analysis::learners) async fn fit(
    study: &Study,
    prepared: &Prepared,
    families: &[ModelFamily],
    path: &Path,
) -> Result<Vec<Fitted>, AnalysisFault> {
    together(families.iter().map(|family| fit_family(study, prepared, *family, path))).await
}

async fn fit_family(
    study: &Study,
    prepared: &Prepared,
    family: ModelFamily,
    path: &Path,
) -> Result<Fitted, AnalysisFault> {
    let designs = designs(prepared, family);
    let sets = together(designs.iter().map(|d| tread(study, prepared.label, family, path, d))).await?;
    let losses = Losses { sets: &prepared.sets, by_set: sets.iter().map(|set| set.losses.clone()).collect() };
    let choose = |outer| losses.choose(study, prepared.label, outer, path.rule);
    let chosen = |set: usize, choice: &Choice| sets[set].fits[choice.best].as_ref();
    let patients = |held_out: &[usize]| study.classes(prepared.label, held_out).iter().sum::<u64>();
    let penalties = path.penalties(patients(&[]));
    let cell = |cell: usize| {
        let set = prepared.set(&[cell])?;
        let choice = choose(Some(cell));
        let inputs = Inputs::columns(designs[set].clone());
        let beta = chosen(set, &choice)?.stance(0).beta;
        Some((
            Predictor::Linear { inputs, response: path.response, beta },
            path.penalties(patients(&[cell]))[choice.best],
        ))
    };
    let cells: Vec<_> = (0..study.cells()).map(cell).collect();
    let choice = choose(None);
    let fit = chosen(0, &choice).ok_or(AnalysisFault::OutOfTurn)?;
    let point = |(lambda, share): (usize, &f64)| {
        let fit = sets[0].fits[lambda].as_ref();
        let deviance = Some(choice.curve[lambda]).filter(|loss| loss.is_finite());
        let columns = fit.map(|fit| fit.support().len());
        let point = LassoPoint { share: *share, deviance, columns, predictors: Vec::new() };
        let coefficients = fit.map_or(&[][..], LassoAscent::coefficients);
        point.with(study.schema(), &designs[0], coefficients)
    };
    let fold_shares = cells.iter().flatten().map(|(_, share)| *share).collect();
    let result = LassoResult::new(LassoFacts {
        schema: study.schema(),
        design: &designs[0],
        alpha: path.alpha,
        share: penalties[choice.best],
        patients: patients(&[]) as f64,
        path: penalties.iter().enumerate().map(point).collect(),
        fold_shares,
        coefficients: fit.coefficients(),
    });
    Ok(Fitted {
        label: prepared.label,
        family,
        learner: Learner::Logistic,
        cells: cells.into_iter().map(|cell| cell.map(|(predictor, _)| predictor)).collect(),
        fit: FitResult::Lasso(result),
    })
}

/// Climbs all penalties of one training set.
async fn tread(
    study: &Study,
    label: usize,
    family: ModelFamily,
    path: &Path,
    design: &Design,
) -> Result<Trodden, AnalysisFault> {
    let counts = every_class(study, label, path.response, &design.held_out)?;
    let inputs = vec![Inputs::columns(design.clone())];
    let columns = design.columns.len();
    let new = |share: &f64| {
        LassoAscent::new(path.response, columns, &counts, *share, path.alpha).within(path.tolerance)
    };
    let penalties = path.penalties(counts.iter().sum());
    let mut fits: Vec<Option<LassoAscent>> = penalties.iter().map(|share| Some(new(share))).collect();
    let (working, at) = begin(study, path, &inputs, new(&penalties[0])).await?;
    for fit in fits.iter_mut().flatten() {
        fit.work_on(&working);
        fit.advance(&at);
    }
    give_up_large(&mut fits, path.max);
    loop {
        if let Some((share, failure)) = failure(&fits, &penalties) {
            return Err(failed(family, design, share, BySite::No, failure));
        }
        let moving = fits.iter_mut().flatten().filter(|fit| fit.state() == LassoState::Moving);
        let moving: Vec<&mut LassoAscent> = moving.collect();
        if moving.is_empty() {
            break;
        }
        let stances = moving.iter().map(|fit| fit.stance(0)).collect();
        let question = Climb { response: path.response, inputs: inputs.clone(), fits: stances };
        let derivatives = study.ask(question).await?;
        moving.into_iter().zip(&derivatives).for_each(|(fit, at)| fit.advance(at));
        give_up_large(&mut fits, path.max);
    }
    let losses = losses(study, path, inputs, &fits).await?;
    Ok(Trodden { fits, losses })
}

/// The working set that all penalties start with, and the derivatives there.
async fn begin(
    study: &Study,
    path: &Path,
    inputs: &[Inputs],
    mut least: LassoAscent,
) -> Result<(Vec<usize>, Derivatives), AnalysisFault> {
    let ask = |stance: Stance| {
        let question = Climb { response: path.response, inputs: inputs.to_vec(), fits: vec![stance] };
        async move { study.ask(question).await?.pop().ok_or(AnalysisFault::OutOfTurn) }
    };
    let columns: usize = inputs.iter().map(Inputs::len).sum();
    if columns <= FEW_COLUMNS {
        let working: Vec<usize> = (0..columns).collect();
        least.work_on(&working);
        let at = ask(least.stance(0)).await?;
        return Ok((working, at));
    }
    let at = ask(least.stance(0)).await?;
    let mut working: Vec<usize> = least.excess(&at).into_iter().take(FIRST_WORKING).collect();
    working.sort_unstable();
    if working.is_empty() {
        return Ok((working, at));
    }
    least.work_on(&working);
    let at = ask(least.stance(0)).await?;
    Ok((working, at))
}

/// A fit with half as many columns again as may be taken, and four, goes, and with it all smaller penalties: their
/// information would be most of what a path costs, and none of them could be taken. A large one stays while no larger penalty has columns.
fn give_up_large(fits: &mut [Option<LassoAscent>], max: usize) {
    let limit = max.saturating_add(max / 2).saturating_add(4);
    let large = |fit: &Option<LassoAscent>| fit.as_ref().is_some_and(|fit| fit.support().len() > limit);
    if let Some(last) = fits.iter().rposition(large) {
        let sparser = fits[last + 1..].iter().flatten().any(|fit| !fit.support().is_empty());
        fits[..last + usize::from(sparser)].fill(None);
    }
}

fn failure(fits: &[Option<LassoAscent>], penalties: &[f64]) -> Option<(f64, FitFailure)> {
    let failed = |(fit, share): (&Option<LassoAscent>, &f64)| match fit.as_ref()?.state() {
        LassoState::Failed(failure) => Some((*share, failure)),
        _ => None,
    };
    fits.iter().zip(penalties).find_map(failed)
}

/// By penalty and held-out cell; infinite where a fit was given up.
async fn losses(
    study: &Study,
    path: &Path,
    inputs: Vec<Inputs>,
    fits: &[Option<LassoAscent>],
) -> Result<Vec<Vec<f64>>, AnalysisFault> {
    let cells = inputs.first().map_or(0, |inputs| inputs.design.held_out.len());
    let stances: Vec<Stance> = fits.iter().flatten().map(|fit| fit.stance(0)).collect();
    let mut found = if fits.len() > 1 && cells > 0 && !stances.is_empty() {
        study.ask(HeldOut { response: path.response, inputs, fits: stances }).await?
    } else {
        vec![vec![0.0; cells]; stances.len()]
    }
    .into_iter();
    let of = |fit: &Option<LassoAscent>| {
        let none = || vec![f64::INFINITY; cells];
        if fit.is_some() { found.next().unwrap_or_else(none) } else { none() }
    };
    Ok(fits.iter().map(of).collect())
}

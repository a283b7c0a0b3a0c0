//! Lasso and elastic-net Cox fits: one penalty, or a path of them for all training sets at once.
//!
//! Every fit starts at zero, where derivatives serve all penalties, and takes proximal Newton steps of its own. A path
//! goes from the penalty at which nothing enters down to a tenth of it, as shares of an event, so that the penalties of
//! training sets of different sizes are comparable. Losses are cross-validated partial likelihoods, as for ridge.
//! Spec: docs/reference/methods/survival.md.

use consilium_stats::lasso::{grid, largest_lambda};
use consilium_stats::{CoxFailure, CoxLasso, Derivatives, Design};
use consilium_types::plan::{ModelFamily, PathRule};

use super::likelihood::Partial;
use crate::analysis::AnalysisFault;
use crate::analysis::desk::together;
use crate::analysis::learners::choosing::{lowest, standard_error};
use crate::analysis::study::Study;

/// Penalties of a path, the one at which nothing enters not counted.
const PENALTIES: usize = 8;
/// The last over the first.
const LEAST: f64 = 0.1;
/// Accuracy of a path in parts of its penalty: enough to compare penalties.
const ACCURACY: f64 = 1e-3;
/// Covariates whose information is asked at zero, where it serves all penalties.
const FIRST: usize = 64;

/// How columns are selected along a path.
#[derive(Debug, Clone, Copy)]
pub(in crate::analysis) struct Path {
    /// Share of the lasso; the rest is ridge.
    pub(in crate::analysis) alpha: f64,
    /// Most columns that may be taken.
    pub(in crate::analysis) max: usize,
    pub(in crate::analysis) rule: PathRule,
}

/// A penalised fit at its end.
#[derive(Debug, Clone)]
pub(super) struct Shrunk {
    pub(super) beta: Vec<f64>,
    pub(super) log_likelihood: f64,
    /// Steps of the baseline hazard; nothing within sites.
    pub(super) hazard: Option<Vec<f64>>,
}

/// The fits of one training set, the smallest penalty first; nothing for one with too many columns.
pub(super) struct Trodden {
    pub(super) fits: Vec<Option<Shrunk>>,
    /// By penalty and held-out cell.
    pub(super) losses: Vec<Vec<f64>>,
}

/// Penalties of a training set.
pub(super) struct Penalties {
    pub(super) alpha: f64,
    /// The smallest first.
    pub(super) lambdas: Vec<f64>,
    /// Most columns of a fit.
    pub(super) limit: usize,
    /// Cells whose loss is wanted.
    pub(super) judged: Vec<usize>,
}

/// Derivatives at zero, with the information of some covariates.
pub(super) struct Origin {
    at: Derivatives,
    active: Vec<usize>,
}

impl Origin {
    /// A fit that starts there.
    pub(super) fn fit(&self, lambda: f64, alpha: f64, accuracy: f64) -> CoxLasso {
        CoxLasso::new(&self.at, &self.active, lambda, alpha, accuracy)
    }
}

impl Shrunk {
    /// Number of columns.
    pub(super) fn size(&self) -> usize {
        self.beta.iter().filter(|b| **b != 0.0).count()
    }
}

/// Why a fit failed, and at which penalty.
pub(super) type Broken = (f64, CoxFailure);

impl Partial {
    /// What is known at zero.
    pub(super) async fn origin(&self, study: &Study, design: &Design) -> Result<Origin, AnalysisFault> {
        let columns = design.columns.len();
        let active: Vec<usize> = if columns <= FIRST { (0..columns).collect() } else { Vec::new() };
        let point = self.point(design, &design.held_out, &vec![0.0; columns]);
        let stand = self.stand(study, &point, &active).await?;
        let at = self.derivatives(study, &point, &active, &stand).await?;
        Ok(Origin { at, active })
    }

    /// Takes one fit to its end; nothing where more columns than the limit enter.
    pub(super) async fn shrink(
        &self,
        study: &Study,
        design: &Design,
        mut fit: CoxLasso,
        limit: usize,
    ) -> Result<Result<Option<Shrunk>, CoxFailure>, AnalysisFault> {
        loop {
            let point = self.point(design, &design.held_out, fit.beta());
            let active = fit.working().to_vec();
            let stand = self.stand(study, &point, &active).await?;
            match fit.accept(stand.log_likelihood()) {
                Ok(true) => {}
                Ok(false) => continue,
                Err(failure) => return Ok(Err(failure)),
            }
            let at = self.derivatives(study, &point, &active, &stand).await?;
            match fit.advance(&at.gradient, &at.information) {
                Ok(true) => {
                    let (log_likelihood, hazard) = (at.log_likelihood, stand.hazard());
                    return Ok(Ok(Some(Shrunk { beta: point.beta, log_likelihood, hazard })));
                }
                Ok(false) if fit.size() > limit => return Ok(Ok(None)),
                Ok(false) => {}
                Err(failure) => return Ok(Err(failure)),
            }
        }
    }

    /// All penalties of one training set, side by side, and their losses in cells left out.
    pub(super) async fn tread(
        &self,
        study: &Study,
        design: &Design,
        origin: &Origin,
        penalties: &Penalties,
    ) -> Result<Result<Trodden, Broken>, AnalysisFault> {
        let fit = |lambda: &f64| {
            let fit = origin.fit(*lambda, penalties.alpha, ACCURACY);
            self.shrink(study, design, fit, penalties.limit)
        };
        let found = together(penalties.lambdas.iter().map(fit)).await?;
        let mut fits = Vec::new();
        for (lambda, found) in penalties.lambdas.iter().zip(found) {
            match found {
                Ok(fit) => fits.push(fit),
                Err(failure) => return Ok(Err((*lambda, failure))),
            }
        }
        if let Some(last) = fits.iter().rposition(Option::is_none) {
            fits[..=last].fill(None);
        }
        let judged = &penalties.judged;
        let losses =
            together(fits.iter().map(|fit| self.losses(study, design, fit.as_ref(), judged))).await?;
        Ok(Ok(Trodden { fits, losses }))
    }

    /// The loss of a fit in each cell left out: infinite where there is no fit.
    async fn losses(
        &self,
        study: &Study,
        design: &Design,
        fit: Option<&Shrunk>,
        judged: &[usize],
    ) -> Result<Vec<f64>, AnalysisFault> {
        let Some(fit) = fit else { return Ok(vec![f64::INFINITY; judged.len()]) };
        let with = |cell: &usize| {
            let rest: Vec<usize> = design.held_out.iter().copied().filter(|other| other != cell).collect();
            async move { self.value(study, design, &rest, &fit.beta).await }
        };
        let with = together(judged.iter().map(with)).await?;
        let loss = |with: Option<f64>| with.map_or(f64::INFINITY, |with| fit.log_likelihood - with);
        Ok(with.into_iter().map(loss).collect())
    }
}

/// An event's share of each penalty of a path, the smallest first.
pub(super) fn shares(origin: &Origin, events: f64, alpha: f64) -> Vec<f64> {
    let mut shares = grid(largest_lambda(&origin.at.gradient, alpha) / events, LEAST, PENALTIES + 1);
    shares.remove(0);
    shares.reverse();
    shares
}

/// Events of a training set.
pub(super) fn events(study: &Study, label: usize, held_out: &[usize]) -> f64 {
    study.classes(label, held_out).get(1).copied().unwrap_or(0) as f64
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
    path: Path,
) -> Result<Vec<usize>, AnalysisFault> {
    let partial = Partial::of(study)?.coarse();
    let cells = study.inner(&design.held_out).into_iter();
    let without = |cell| {
        let held_out = [design.held_out.clone(), vec![cell]].concat();
        Design { held_out, ..design.clone() }
    };
    let sets: Vec<Design> = std::iter::once(design.clone()).chain(cells.map(without)).collect();
    let origins = together(sets.iter().map(|set| partial.origin(study, set))).await?;
    let n = |set: &Design| events(study, label, &set.held_out);
    let shares = shares(&origins[0], n(design), path.alpha);
    let penalties: Vec<Penalties> = (sets.iter().enumerate())
        .map(|(i, set)| Penalties {
            alpha: path.alpha,
            lambdas: shares.iter().map(|share| share * n(set)).collect(),
            limit: path.max.saturating_mul(2).saturating_add(10),
            judged: if i == 0 { Vec::new() } else { set.held_out.last().copied().into_iter().collect() },
        })
        .collect();
    let tread = sets.iter().zip(&origins).zip(&penalties);
    let tread = tread.map(|((set, origin), penalties)| partial.tread(study, set, origin, penalties));
    let mut trodden = Vec::new();
    for (set, found) in sets.iter().zip(together(tread).await?) {
        let held_out = set.held_out.clone();
        let broken = |(lambda, failure)| AnalysisFault::Survival { family, held_out, lambda, failure };
        trodden.push(found.map_err(broken)?);
    }
    let loss = |losses: &Vec<f64>| losses.first().copied().unwrap_or(f64::INFINITY);
    let fold = |(set, found): (&Design, &Trodden)| {
        (n(design) - n(set), found.losses.iter().map(loss).collect::<Vec<f64>>())
    };
    let folds: Vec<(f64, Vec<f64>)> = sets.iter().zip(&trodden).skip(1).map(fold).collect();
    let columns = taken(&trodden[0], &folds, path).map(strongest).unwrap_or_default();
    Ok(columns.into_iter().take(path.max).map(|j| design.columns[j]).collect())
}

/// The fit that the rule takes.
fn taken<'a>(all: &'a Trodden, folds: &[(f64, Vec<f64>)], path: Path) -> Option<&'a Shrunk> {
    let size = |fit: &Option<Shrunk>| fit.as_ref().map_or(0, Shrunk::size);
    let sum = |lambda: usize| {
        let sum = folds.iter().fold(0.0, |sum, (_, losses)| sum + losses[lambda]);
        if (1..=path.max).contains(&size(&all.fits[lambda])) { sum } else { f64::INFINITY }
    };
    let curve: Vec<f64> = (0..all.fits.len()).map(sum).collect();
    let best = lowest(&curve);
    if curve[best].is_infinite() {
        return all.fits.iter().rev().find(|fit| size(fit) > 0)?.as_ref();
    }
    let limit = match path.rule {
        PathRule::Min => curve[best],
        PathRule::OneSe => curve[best] + standard_error(folds, best),
    };
    all.fits[curve.iter().rposition(|loss| *loss <= limit)?].as_ref()
}

/// Columns by the largest magnitude of their coefficients.
fn strongest(fit: &Shrunk) -> Vec<usize> {
    let mut columns: Vec<usize> = (0..fit.beta.len()).filter(|j| fit.beta[*j] != 0.0).collect();
    columns.sort_by(|i, j| fit.beta[*j].abs().total_cmp(&fit.beta[*i].abs()).then(i.cmp(j)));
    columns
}

//! The choice of a ridge penalty for every outer training set of a Cox regression.

use consilium_stats::{Design, Ties};
use consilium_types::plan::{PathRule, Strata, Strength};

use super::Fits;
use super::likelihood::Partial;
use crate::analysis::AnalysisFault;
use crate::analysis::desk::together;
use crate::analysis::learners::choosing::Losses;
use crate::analysis::preparing::Prepared;
use crate::analysis::study::Study;
use crate::result::LambdaPoint;

/// Penalties that cross-validation chooses from.
const LAMBDAS: [f64; 5] = [0.1, 1.0, 10.0, 100.0, 1000.0];
/// Intervals on which a penalty is chosen over all sites.
pub(super) const COARSE: usize = 12;

/// Largest coefficient of the last step of a fit that competes.
const TOLERANCE: f64 = 1e-4;

/// What is fitted in an outer training set.
#[derive(Debug, Clone)]
pub(super) struct Chosen {
    /// The training set.
    pub(super) set: usize,
    pub(super) lambda: f64,
    /// Where the fit starts; at zero without it.
    pub(super) start: Option<Vec<f64>>,
    /// The loss of each penalty.
    pub(super) path: Vec<LambdaPoint>,
}

/// A fit with one penalty, and its loss in each cell left out.
struct Tried {
    beta: Vec<f64>,
    losses: Vec<f64>,
}

impl Partial {
    /// A likelihood in which few sums depend on time.
    pub(super) fn coarse(self) -> Self {
        match self.strata {
            Strata::Site => self,
            Strata::None => {
                Self { timeline: self.timeline.coarse(COARSE), ties: Ties::Breslow, strata: Strata::None }
            }
        }
    }
}

/// Positions of the training set of all patients, and of those without one cell.
pub(super) fn outer_sets(study: &Study, prepared: &Prepared) -> Vec<usize> {
    let cells = std::iter::once(Vec::new()).chain((0..study.cells()).map(|cell| vec![cell]));
    cells.filter_map(|held_out| prepared.set(&held_out)).collect()
}

impl Fits<'_> {
    /// For all patients first, then without each cell that is scored.
    pub(super) async fn choose(&self) -> Result<Vec<Chosen>, AnalysisFault> {
        let sets = outer_sets(self.study, self.prepared);
        match self.study.plan().model.penalty.ridge {
            Strength::Fixed(lambda) => {
                let path = vec![LambdaPoint { lambda, deviance: 0.0 }];
                let chosen = |set| Chosen { set, lambda, start: None, path: path.clone() };
                Ok(sets.into_iter().map(chosen).collect())
            }
            Strength::Cv => self.by_cross_validation(&sets).await,
        }
    }

    async fn by_cross_validation(&self, sets: &[usize]) -> Result<Vec<Chosen>, AnalysisFault> {
        let partial = self.partial()?.coarse();
        let partial = &partial;
        let of_set =
            |design| together(LAMBDAS.iter().map(move |lambda| self.try_out(partial, design, *lambda)));
        let tried = together(self.designs.iter().map(of_set)).await?;
        let by_set = tried.iter().map(|fits| fits.iter().map(|fit| fit.losses.clone()).collect()).collect();
        let losses = Losses { sets: &self.prepared.sets, by_set };
        let chosen = |set: &usize| {
            let outer = self.designs[*set].held_out.first().copied();
            let choice = losses.choose(self.study, self.prepared.label, outer, PathRule::Min);
            let point =
                |(lambda, deviance): (&f64, &f64)| LambdaPoint { lambda: *lambda, deviance: *deviance };
            Chosen {
                set: *set,
                lambda: LAMBDAS[choice.best],
                start: Some(tried[*set][choice.best].beta.clone()),
                path: LAMBDAS.iter().zip(&choice.curve).map(point).collect(),
            }
        };
        Ok(sets.iter().map(chosen).collect())
    }

    async fn try_out(&self, partial: &Partial, design: &Design, lambda: f64) -> Result<Tried, AnalysisFault> {
        let summit = self.climb(partial, design, lambda, None, Some(TOLERANCE)).await?;
        let with = |cell: &usize| {
            let rest: Vec<usize> = design.held_out.iter().copied().filter(|other| other != cell).collect();
            let beta = summit.beta.clone();
            async move { partial.value(self.study, design, &rest, &beta).await }
        };
        let with = together(design.held_out.iter().map(with)).await?;
        let without = summit.at.log_likelihood;
        let loss = |with: Option<f64>| with.map_or(f64::INFINITY, |with| without - with);
        Ok(Tried { beta: summit.beta, losses: with.into_iter().map(loss).collect() })
    }
}

//! Cox regression with lasso or elastic net as the learner.

use consilium_stats::Predictor;
use consilium_types::plan::{Learner, PathRule, Strength};

use super::Fits;
use super::choice::outer_sets;
use super::path::{Penalties, Shrunk, Trodden, events, shares};
use crate::analysis::AnalysisFault;
use crate::analysis::desk::together;
use crate::analysis::learners::Fitted;
use crate::analysis::learners::choosing::Losses;
use crate::result::{BaselinePoint, CoxLassoFacts, CoxLassoResult, FitResult, LassoPoint};

/// Accuracy of a fit that is kept, in parts of its penalty.
const ACCURACY: f64 = 1e-9;

/// A penalised fit of one training set, and the steps of its baseline hazard over all sites.
struct Kept {
    set: usize,
    lambda: f64,
    shrunk: Shrunk,
    baseline: Vec<f64>,
}

impl Fits<'_> {
    /// Fits with a fixed penalty, or the best of a path.
    pub(super) async fn fit_lasso(&self, lasso: Strength, alpha: f64) -> Result<Fitted, AnalysisFault> {
        let (chosen, path) = match lasso {
            Strength::Fixed(lambda) => {
                let sets = outer_sets(self.study, self.prepared);
                (sets.into_iter().map(|set| (set, lambda)).collect(), Vec::new())
            }
            Strength::Cv => self.along_path(alpha).await?,
        };
        let kept = together(chosen.iter().map(|(set, lambda)| self.keep_lasso(*set, *lambda, alpha))).await?;
        let mut cells: Vec<Option<Predictor>> = vec![None; self.study.cells()];
        for kept in &kept[1..] {
            let design = &self.designs[kept.set];
            cells[design.held_out[0]] = Some(self.predictor(design, &kept.shrunk.beta, &kept.baseline));
        }
        let (all, timeline) = (&kept[0], &self.follow_up.timeline);
        let plan = self.study.plan();
        let fit = FitResult::CoxLasso(CoxLassoResult::new(CoxLassoFacts {
            schema: self.study.schema(),
            design: &self.designs[all.set],
            ties: plan.model.ties,
            strata: plan.model.strata,
            alpha,
            lambda: all.lambda,
            path,
            fold_lambdas: kept[1..].iter().map(|kept| kept.lambda).collect(),
            patients: self.follow_up.life.patients(),
            events: self.follow_up.life.events.iter().sum(),
            beta: &all.shrunk.beta,
            log_likelihood: all.shrunk.log_likelihood,
            baseline: BaselinePoint::cumulated(&timeline.grid, &timeline.moments, &all.baseline),
        }));
        Ok(Fitted { label: self.prepared.label, family: self.family, learner: Learner::Cox, cells, fit })
    }

    async fn keep_lasso(&self, set: usize, lambda: f64, alpha: f64) -> Result<Kept, AnalysisFault> {
        let (design, partial) = (&self.designs[set], self.partial()?);
        let origin = partial.origin(self.study, design).await?;
        let fit = origin.fit(lambda, alpha, ACCURACY);
        let found = partial.shrink(self.study, design, fit, usize::MAX).await?;
        let failed = |failure| self.failed(design, lambda, failure);
        let shrunk = found.map_err(failed)?.ok_or(AnalysisFault::OutOfTurn)?;
        let baseline = match &shrunk.hazard {
            Some(steps) => steps.clone(),
            None => partial.baseline(self.study, design, &shrunk.beta).await?,
        };
        Ok(Kept { set, lambda, shrunk, baseline })
    }

    /// The penalty of each outer training set, and the path over all patients.
    async fn along_path(&self, alpha: f64) -> Result<(Vec<(usize, f64)>, Vec<LassoPoint>), AnalysisFault> {
        let (partial, label) = (self.partial()?.coarse(), self.prepared.label);
        let origins = self.designs.iter().map(|design| partial.origin(self.study, design));
        let origins = together(origins).await?;
        let n = |set: usize| events(self.study, label, &self.designs[set].held_out);
        let shares = shares(&origins[0], n(0), alpha);
        let penalties = |set: usize| Penalties {
            alpha,
            lambdas: shares.iter().map(|share| share * n(set)).collect(),
            limit: usize::MAX,
            judged: self.designs[set].held_out.clone(),
        };
        let penalties: Vec<Penalties> = (0..self.designs.len()).map(penalties).collect();
        let tread = self.designs.iter().zip(&origins).zip(&penalties);
        let tread = tread.map(|((design, origin), all)| partial.tread(self.study, design, origin, all));
        let mut trodden: Vec<Trodden> = Vec::new();
        for (design, found) in self.designs.iter().zip(together(tread).await?) {
            trodden.push(found.map_err(|(lambda, failure)| self.failed(design, lambda, failure))?);
        }
        let by_set = trodden.iter().map(|set| set.losses.clone()).collect();
        let losses = Losses { sets: &self.prepared.sets, by_set };
        let choose = |outer| losses.choose(self.study, label, outer, PathRule::Min);
        let chosen = |set: usize| {
            let choice = choose(self.designs[set].held_out.first().copied());
            (set, penalties[set].lambdas[choice.best])
        };
        let curve = choose(None).curve;
        let point = |(i, share): (usize, &f64)| LassoPoint {
            share: *share,
            deviance: Some(curve[i]).filter(|loss| loss.is_finite()),
            columns: trodden[0].fits[i].as_ref().map(Shrunk::size),
            predictors: Vec::new(),
        };
        let path = shares.iter().enumerate().map(point).collect();
        Ok((outer_sets(self.study, self.prepared).into_iter().map(chosen).collect(), path))
    }
}

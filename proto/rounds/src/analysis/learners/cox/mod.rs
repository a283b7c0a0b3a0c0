//! Cox regression: all families and training sets climb side by side; a ridge penalty is fixed, or chosen first.
//!
//! The penalty is chosen by cross-validated partial likelihood (Verweij and van Houwelingen, Stat Med 12 (1993) 2305):
//! the likelihood of a training set less that without the inner fold, both at the fit without the fold. Over all sites
//! the choice is made on a coarse timeline with Breslow's ties, so that few sums depend on time; the fits that are kept
//! are those of the plan's grid. Spec: docs/reference/methods/survival.md.

mod choice;
mod lasso;
mod likelihood;
mod path;

use consilium_stats::hazards::cumulative;
use consilium_stats::{CoxClimb, CoxFailure, CoxModel, Design, OwnBaseline, Predictor, cox_covariance};
use consilium_types::plan::{Learner, ModelFamily, Strata};

use super::{Fitted, designs};
use crate::analysis::AnalysisFault;
use crate::analysis::desk::together;
use crate::analysis::follow_up::FollowUp;
use crate::analysis::preparing::Prepared;
use crate::analysis::study::Study;
use crate::result::{BaselinePoint, CoxFacts, CoxResult, CoxTests, FitResult, LambdaPoint, column_name};
use choice::Chosen;
use likelihood::{Lost, Partial, Summit};
pub(in crate::analysis) use path::{Path, select};

/// The fits of one family.
struct Fits<'a> {
    study: &'a Study,
    follow_up: &'a FollowUp,
    prepared: &'a Prepared,
    family: ModelFamily,
    /// One a training set.
    designs: &'a [Design],
}

/// A fit of one training set, and the steps of its baseline hazard over all sites.
struct Kept {
    design: Design,
    summit: Summit,
    baseline: Vec<f64>,
    lambda: f64,
}

/// Fits some families side by side.
pub(super) async fn fit(
    study: &Study,
    prepared: &Prepared,
    families: &[ModelFamily],
) -> Result<Vec<Fitted>, AnalysisFault> {
    let follow_up = study.survival().ok_or(AnalysisFault::OutOfTurn)?;
    let fits = |family: &ModelFamily| {
        let designs = designs(prepared, *family);
        Fits { study, follow_up, prepared, family: *family, designs }
    };
    let families: Vec<Fits<'_>> = families.iter().map(fits).collect();
    together(families.iter().map(Fits::fit)).await
}

impl Fits<'_> {
    async fn fit(&self) -> Result<Fitted, AnalysisFault> {
        let penalty = self.study.plan().model.penalty;
        match penalty.lasso {
            Some(lasso) => self.fit_lasso(lasso, penalty.alpha.unwrap_or(1.0)).await,
            None => self.fit_ridge().await,
        }
    }

    async fn fit_ridge(&self) -> Result<Fitted, AnalysisFault> {
        let chosen = self.choose().await?;
        let kept = together(chosen.iter().map(|chosen| self.keep(chosen))).await?;
        let mut cells = vec![None; self.study.cells()];
        for kept in &kept[1..] {
            let predictor = self.predictor(&kept.design, &kept.summit.beta, &kept.baseline);
            cells[kept.design.held_out[0]] = Some(predictor);
        }
        let path = chosen[0].path.clone();
        let fold_lambdas = kept[1..].iter().map(|kept| kept.lambda).collect();
        let fit = FitResult::Cox(self.result(&kept[0], path, fold_lambdas)?);
        Ok(Fitted { label: self.prepared.label, family: self.family, learner: Learner::Cox, cells, fit })
    }

    /// The partial likelihood of the plan.
    fn partial(&self) -> Result<Partial, AnalysisFault> {
        Partial::of(self.study)
    }

    /// Climbs with a ridge penalty, until no coefficient of a step exceeds a tolerance, if one is given.
    async fn climb(
        &self,
        partial: &Partial,
        design: &Design,
        lambda: f64,
        start: Option<&[f64]>,
        tolerance: Option<f64>,
    ) -> Result<Summit, AnalysisFault> {
        let columns = design.columns.len();
        let start = start.map_or_else(|| vec![0.0; columns], <[f64]>::to_vec);
        let mut climb = CoxClimb::starting(start, vec![lambda; columns]);
        if let Some(tolerance) = tolerance {
            climb = climb.until(tolerance);
        }
        let found = partial.climb(self.study, design, climb).await?;
        found.map_err(|lost| self.lost(design, lambda, lost))
    }

    fn lost(&self, design: &Design, lambda: f64, lost: Lost) -> AnalysisFault {
        match lost {
            Lost::Flat(covariate) => {
                let column = column_name(self.study.schema(), design.columns[covariate]);
                let (family, held_out) = (self.family, design.held_out.clone());
                AnalysisFault::FlatColumn { column, family, held_out }
            }
            Lost::Failed(failure) => self.failed(design, lambda, failure),
        }
    }

    fn failed(&self, design: &Design, lambda: f64, failure: CoxFailure) -> AnalysisFault {
        let (family, held_out) = (self.family, design.held_out.clone());
        AnalysisFault::Survival { family, held_out, lambda, failure }
    }

    /// The fit of a training set on the plan's grid.
    async fn keep(&self, chosen: &Chosen) -> Result<Kept, AnalysisFault> {
        let (design, partial) = (&self.designs[chosen.set], self.partial()?);
        let summit = self.climb(&partial, design, chosen.lambda, chosen.start.as_deref(), None).await?;
        let baseline = match &summit.hazard {
            Some(steps) => steps.clone(),
            None => partial.baseline(self.study, design, &summit.beta).await?,
        };
        Ok(Kept { design: design.clone(), summit, baseline, lambda: chosen.lambda })
    }

    fn predictor(&self, design: &Design, beta: &[f64], baseline: &[f64]) -> Predictor {
        let FollowUp { timeline, ended, .. } = self.follow_up;
        let model = &self.study.plan().model;
        let own = || OwnBaseline { grid: timeline.grid, ties: model.ties, ended: ended.clone() };
        Predictor::Cox(CoxModel {
            design: design.clone(),
            beta: beta.to_vec(),
            baseline: cumulative(&timeline.moments, baseline, ended),
            own: (model.strata == Strata::Site).then(own),
        })
    }

    fn result(
        &self,
        kept: &Kept,
        path: Vec<LambdaPoint>,
        fold_lambdas: Vec<f64>,
    ) -> Result<CoxResult, AnalysisFault> {
        let Kept { design, summit, baseline, lambda } = kept;
        let (plan, FollowUp { timeline, life, .. }) = (self.study.plan(), self.follow_up);
        let Summit { beta, at, start, .. } = summit;
        let singular = || self.failed(design, *lambda, CoxFailure::Collinear);
        let covariance = cox_covariance(&at.information, *lambda).ok_or_else(singular)?;
        // an unpenalised fit started at zero
        let null = (start.log_likelihood, start.gradient.as_slice(), &start.information);
        let end = (at.log_likelihood, beta.as_slice(), &at.information);
        let tests = if *lambda > 0.0 { None } else { CoxTests::new(null, end) };
        Ok(CoxResult::new(CoxFacts {
            schema: self.study.schema(),
            design,
            ties: plan.model.ties,
            strata: plan.model.strata,
            lambda: *lambda,
            path,
            fold_lambdas,
            patients: life.patients(),
            events: life.events.iter().sum(),
            beta,
            covariance: &covariance,
            log_likelihood: at.log_likelihood,
            tests,
            level: plan.evaluate.level,
            baseline: BaselinePoint::cumulated(&timeline.grid, &timeline.moments, baseline),
        }))
    }
}

//! The partial likelihood of a plan, asked at a point; and the climb to its maximum.
//!
//! Over all sites a step takes two questions, sums of risk and then slopes; within sites one.

use consilium_stats::linear::Symmetric;
use consilium_stats::{
    Covariates, CoxClimb, CoxFailure, CoxPoint, Derivatives, Design, RiskSets, RiskSums, SiteStrata, Ties,
};
use consilium_types::plan::Strata;

use crate::analysis::AnalysisFault;
use crate::analysis::follow_up::Timeline;
use crate::analysis::study::Study;

/// Which partial likelihood.
#[derive(Debug, Clone)]
pub(super) struct Partial {
    pub(super) timeline: Timeline,
    pub(super) ties: Ties,
    pub(super) strata: Strata,
}

/// What is known of a point after the first question.
#[derive(Debug, Clone)]
pub(super) enum Stand {
    /// Sums over risk sets of all sites; nothing where the point is too far away.
    Pooled(Option<RiskSums>),
    /// All of it, within sites.
    Strata(Option<Derivatives>),
}

/// Why a climb has no end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lost {
    /// A covariate tells nobody apart.
    Flat(usize),
    /// Anything else.
    Failed(CoxFailure),
}

/// The end of a climb.
#[derive(Debug, Clone)]
pub(super) struct Summit {
    pub(super) beta: Vec<f64>,
    /// There.
    pub(super) at: Derivatives,
    /// Where the climb began.
    pub(super) start: Derivatives,
    /// Steps of the baseline hazard at the timeline's moments; nothing within sites.
    pub(super) hazard: Option<Vec<f64>>,
}

impl Partial {
    /// That of the plan.
    pub(super) fn of(study: &Study) -> Result<Self, AnalysisFault> {
        let follow_up = study.survival().ok_or(AnalysisFault::OutOfTurn)?;
        let model = &study.plan().model;
        Ok(Self { timeline: follow_up.timeline.clone(), ties: model.ties, strata: model.strata })
    }

    /// A point of a fit on a design, with the risk sets of the patients outside some cells.
    pub(super) fn point(&self, design: &Design, held_out: &[usize], beta: &[f64]) -> CoxPoint {
        CoxPoint {
            grid: self.timeline.grid,
            moments: self.timeline.moments.clone(),
            ties: self.ties,
            covariates: Covariates::Design(Box::new(design.clone())),
            held_out: held_out.to_vec(),
            beta: beta.to_vec(),
        }
    }

    /// The first question: the likelihood, and within sites also the derivatives of some covariates.
    pub(super) async fn stand(
        &self,
        study: &Study,
        point: &CoxPoint,
        active: &[usize],
    ) -> Result<Stand, AnalysisFault> {
        let point = point.clone();
        Ok(match self.strata {
            Strata::None => Stand::Pooled(study.ask(RiskSets { point }).await?),
            Strata::Site => Stand::Strata(study.ask(SiteStrata { point, active: active.to_vec() }).await?),
        })
    }

    /// Derivatives at a point that the first question reached.
    pub(super) async fn derivatives(
        &self,
        study: &Study,
        point: &CoxPoint,
        active: &[usize],
        stand: &Stand,
    ) -> Result<Derivatives, AnalysisFault> {
        match stand {
            Stand::Pooled(Some(sums)) => {
                let found = study.ask(sums.slopes(point, active.to_vec())).await?;
                let information = sums.information(&found);
                let log_likelihood = sums.log_likelihood();
                Ok(Derivatives { log_likelihood, gradient: found.gradient, information })
            }
            Stand::Strata(Some(at)) => Ok(at.clone()),
            _ => Err(AnalysisFault::OutOfTurn),
        }
    }

    /// The logarithm of the partial likelihood of finished coefficients; nothing out of bounds.
    pub(super) async fn value(
        &self,
        study: &Study,
        design: &Design,
        held_out: &[usize],
        beta: &[f64],
    ) -> Result<Option<f64>, AnalysisFault> {
        Ok(self.stand(study, &self.point(design, held_out, beta), &[]).await?.log_likelihood())
    }

    /// Steps of the baseline hazard over all sites at finished coefficients.
    pub(super) async fn baseline(
        &self,
        study: &Study,
        design: &Design,
        beta: &[f64],
    ) -> Result<Vec<f64>, AnalysisFault> {
        let point = self.point(design, &design.held_out, beta);
        let sums = study.ask(RiskSets { point }).await?;
        Ok(sums.ok_or(AnalysisFault::OutOfTurn)?.hazard())
    }

    /// Climbs from where a fit starts.
    pub(super) async fn climb(
        &self,
        study: &Study,
        design: &Design,
        mut climb: CoxClimb,
    ) -> Result<Result<Summit, Lost>, AnalysisFault> {
        let active: Vec<usize> = (0..design.columns.len()).collect();
        let mut start = None;
        loop {
            let point = self.point(design, &design.held_out, climb.beta());
            let stand = self.stand(study, &point, &active).await?;
            match climb.accept(stand.log_likelihood()) {
                Ok(true) => {}
                Ok(false) => continue,
                Err(failure) => return Ok(Err(Lost::Failed(failure))),
            }
            let at = self.derivatives(study, &point, &active, &stand).await?;
            let start = start.get_or_insert_with(|| at.clone());
            match climb.advance(&at.gradient, &at.information) {
                Ok(true) => {
                    let (beta, start, hazard) = (point.beta, start.clone(), stand.hazard());
                    return Ok(Ok(Summit { beta, at, start, hazard }));
                }
                Ok(false) => {}
                Err(failure) => return Ok(Err(lost(failure, &at.information))),
            }
        }
    }
}

impl Stand {
    pub(super) fn log_likelihood(&self) -> Option<f64> {
        match self {
            Self::Pooled(sums) => sums.as_ref().map(RiskSums::log_likelihood),
            Self::Strata(at) => at.as_ref().map(|at| at.log_likelihood),
        }
    }

    pub(super) fn hazard(&self) -> Option<Vec<f64>> {
        match self {
            Self::Pooled(sums) => sums.as_ref().map(RiskSums::hazard),
            Self::Strata(_) => None,
        }
    }
}

/// A singular matrix may be one covariate's fault.
fn lost(failure: CoxFailure, information: &Symmetric) -> Lost {
    let largest = (0..information.order()).fold(0.0, |most: f64, j| most.max(information.at(j, j)));
    let flat = (0..information.order()).find(|j| information.at(*j, *j) <= 1e-10 * largest.max(1e-10));
    match flat {
        Some(covariate) if failure == CoxFailure::Collinear => Lost::Flat(covariate),
        _ => Lost::Failed(failure),
    }
}

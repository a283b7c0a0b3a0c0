//! Discrete-time hazards: pooled logistic regression over steps of time, all training sets and penalties side by side.
//!
//! Steps join intervals of the grid until each holds enough events of all patients; times of evaluation end a step where
//! they can. Intercepts of steps have no penalty. Spec: docs/reference/methods/survival.md.

use consilium_stats::glm::{Inputs, SiteIntercepts, sandwich};
use consilium_stats::linear::Symmetric;
use consilium_stats::{CoxClimb, CoxFailure, Derivatives, Design, HazardModel, HazardSteps, Predictor};
use consilium_types::plan::{Learner, ModelFamily, PathRule, Strength};

use super::choosing::Losses;
use super::linear::{BySite, SITE_RIDGE, inputs};
use super::{Fitted, designs};
use crate::analysis::AnalysisFault;
use crate::analysis::desk::together;
use crate::analysis::follow_up::FollowUp;
use crate::analysis::preparing::Prepared;
use crate::analysis::study::Study;
use crate::result::{FitResult, HazardFacts, HazardResult, LambdaPoint};

/// Penalties that cross-validation chooses from.
const LAMBDAS: [f64; 5] = [0.1, 1.0, 10.0, 100.0, 1000.0];
/// Most steps.
const STEPS: u64 = 10;
/// Fewest events of a step.
const FEWEST: u64 = 10;

/// The fits of one family.
struct Fits<'a> {
    study: &'a Study,
    follow_up: &'a FollowUp,
    prepared: &'a Prepared,
    family: ModelFamily,
    designs: &'a [Design],
    /// The interval in which each step ends.
    ends: Vec<usize>,
    by_site: BySite,
    lambdas: Vec<f64>,
}

/// A fit of one training set with one penalty.
struct Fit {
    inputs: Inputs,
    beta: Vec<f64>,
    at: Derivatives,
    ridge: Vec<f64>,
    /// By held-out cell.
    losses: Vec<f64>,
}

/// Fits some families side by side.
pub(super) async fn fit(
    study: &Study,
    prepared: &Prepared,
    families: &[ModelFamily],
) -> Result<Vec<Fitted>, AnalysisFault> {
    let follow_up = study.survival().ok_or(AnalysisFault::OutOfTurn)?;
    let model = &study.plan().model;
    let by_site = match model.penalty.ridge {
        _ if !model.site_intercept => BySite::No,
        Strength::Fixed(0.0) => BySite::Fixed,
        _ => BySite::Random,
    };
    let lambdas = match model.penalty.ridge {
        Strength::Cv => LAMBDAS.to_vec(),
        Strength::Fixed(lambda) => vec![lambda],
    };
    let ends = steps(follow_up);
    let of_family = |family: &ModelFamily| {
        let (designs, ends, lambdas) = (designs(prepared, *family), ends.clone(), lambdas.clone());
        Fits { study, follow_up, prepared, family: *family, designs, ends, by_site, lambdas }
    };
    let families: Vec<Fits<'_>> = families.iter().map(of_family).collect();
    together(families.iter().map(Fits::fit)).await
}

/// The interval in which each step ends; the last is the grid's.
fn steps(follow_up: &FollowUp) -> Vec<usize> {
    let events = &follow_up.life.events;
    let enough = (events.iter().sum::<u64>() / STEPS).max(FEWEST);
    let (mut ends, mut held) = (Vec::new(), 0);
    for (interval, count) in events.iter().enumerate() {
        held += count;
        let judged = follow_up.ended.contains(&(interval + 1)) && held >= FEWEST;
        if held >= enough || judged {
            ends.push(interval);
            held = 0;
        }
    }
    // events that are left over join the last step
    match ends.last_mut() {
        Some(last) => *last = events.len() - 1,
        None => ends.push(events.len() - 1),
    }
    ends
}

impl Fits<'_> {
    async fn fit(&self) -> Result<Fitted, AnalysisFault> {
        let of_set = |design| together(self.lambdas.iter().map(move |lambda| self.climb(design, *lambda)));
        let fits = together(self.designs.iter().map(of_set)).await?;
        let by_set = fits.iter().map(|fits| fits.iter().map(|fit| fit.losses.clone()).collect()).collect();
        let losses = Losses { sets: &self.prepared.sets, by_set };
        let choose = |outer| losses.choose(self.study, self.prepared.label, outer, PathRule::Min);
        let (mut cells, mut fold_lambdas) = (vec![None; self.study.cells()], Vec::new());
        for (cell, predictor) in cells.iter_mut().enumerate() {
            let Some(set) = self.prepared.set(&[cell]) else { continue };
            let best = choose(Some(cell)).best;
            *predictor = Some(self.predictor(&fits[set][best]));
            fold_lambdas.push(self.lambdas[best]);
        }
        let choice = choose(None);
        let fit = self.result(&fits[0][choice.best], choice.best, &choice.curve, fold_lambdas)?;
        let (label, family) = (self.prepared.label, self.family);
        Ok(Fitted { label, family, learner: Learner::Hazard, cells, fit: FitResult::Hazard(fit) })
    }

    fn question(&self, inputs: &Inputs, held_out: &[usize], beta: &[f64], derivatives: bool) -> HazardSteps {
        HazardSteps {
            grid: self.follow_up.timeline.grid,
            ends: self.ends.clone(),
            inputs: inputs.clone(),
            held_out: held_out.to_vec(),
            beta: beta.to_vec(),
            derivatives,
        }
    }

    /// Climbs one fit, then asks for its loss in the cells left out, where penalties compete.
    async fn climb(&self, design: &Design, lambda: f64) -> Result<Fit, AnalysisFault> {
        let inputs = inputs(self.study, design, self.by_site);
        let sites = if let SiteIntercepts::Random(_) = inputs.sites { SITE_RIDGE } else { 0.0 };
        let mut ridge = vec![0.0; self.ends.len()];
        ridge.extend(vec![sites; inputs.sites.len()]);
        ridge.extend(vec![lambda; design.columns.len()]);
        let mut climb = CoxClimb::starting(vec![0.0; ridge.len()], ridge.clone());
        let failed = |failure| self.failed(design, lambda, failure);
        loop {
            let question = self.question(&inputs, &design.held_out, climb.beta(), true);
            let point = self.study.ask(question).await?;
            if !climb.accept(Some(point.log_likelihood)).map_err(failed)? {
                continue;
            }
            let at = point.derivatives.ok_or(AnalysisFault::OutOfTurn)?;
            let beta = climb.beta().to_vec();
            if climb.advance(&at.gradient, &at.information).map_err(failed)? {
                let losses = self.losses(&inputs, &beta, at.log_likelihood).await?;
                return Ok(Fit { inputs, beta, at, ridge, losses });
            }
        }
    }

    async fn losses(&self, inputs: &Inputs, beta: &[f64], without: f64) -> Result<Vec<f64>, AnalysisFault> {
        let held_out = &inputs.design.held_out;
        if self.lambdas.len() < 2 {
            return Ok(vec![0.0; held_out.len()]);
        }
        let with = |cell: &usize| {
            let rest: Vec<usize> = held_out.iter().copied().filter(|other| other != cell).collect();
            self.study.ask(self.question(inputs, &rest, beta, false))
        };
        let with = together(held_out.iter().map(with)).await?;
        Ok(with.into_iter().map(|with| without - with.log_likelihood).collect())
    }

    fn failed(&self, design: &Design, lambda: f64, failure: CoxFailure) -> AnalysisFault {
        let (family, held_out) = (self.family, design.held_out.clone());
        AnalysisFault::Survival { family, held_out, lambda, failure }
    }

    fn predictor(&self, fit: &Fit) -> Predictor {
        let k = self.ends.len();
        let ended = self.follow_up.ended.iter().map(|ended| self.ends.partition_point(|end| end < ended));
        Predictor::Hazard(HazardModel {
            inputs: fit.inputs.clone(),
            intercepts: fit.beta[..k].to_vec(),
            beta: fit.beta[k..].to_vec(),
            ended: ended.collect(),
        })
    }

    fn result(
        &self,
        fit: &Fit,
        best: usize,
        curve: &[f64],
        fold_lambdas: Vec<f64>,
    ) -> Result<HazardResult, AnalysisFault> {
        let (lambda, order) = (self.lambdas[best], fit.ridge.len());
        let pairs = (0..order).flat_map(|i| (i..order).map(move |j| (i, j)));
        let penalty = pairs.map(|(i, j)| if i == j { fit.ridge[i] } else { 0.0 }).collect();
        let covariance = sandwich(&fit.at.information, &Symmetric::from_triangle(order, penalty))
            .ok_or_else(|| self.failed(&fit.inputs.design, lambda, CoxFailure::Collinear))?;
        let point = |(lambda, deviance): (&f64, &f64)| LambdaPoint { lambda: *lambda, deviance: *deviance };
        let grid = &self.follow_up.timeline.grid;
        Ok(HazardResult::new(HazardFacts {
            schema: self.study.schema(),
            roster: self.study.roster(),
            inputs: &fit.inputs,
            ends: self.ends.iter().map(|end| grid.end_of(*end)).collect(),
            lambda,
            path: self.lambdas.iter().zip(curve).map(point).collect(),
            fold_lambdas,
            beta: &fit.beta,
            covariance: &covariance,
            log_likelihood: fit.at.log_likelihood,
        }))
    }
}

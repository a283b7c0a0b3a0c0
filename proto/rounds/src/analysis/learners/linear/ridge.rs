//! Logistic, multinomial and proportional-odds regression with ridge: all training sets and penalties climb together.

use consilium_stats::glm::{Climb, HeldOut, Inputs, Response, Slope, Stance, penalty, sandwich};
use consilium_stats::{AscentState, Derivatives, Design, FitFailure, Predictor};
use consilium_types::plan::{Learner, ModelFamily, PathRule};

use super::super::Fitted;
use super::super::choosing::{Choice, Losses};
use super::{BySite, designs, every_class, failed, inputs};
use crate::analysis::AnalysisFault;
use crate::analysis::desk::together;
use crate::analysis::preparing::Prepared;
use crate::analysis::study::Study;
use crate::result::{FitResult, LambdaPoint, LinearFacts, LinearResult, LogisticResult};

/// Ridge of a site's deviation from the mean intercept.
pub(in crate::analysis::learners) const SITE_RIDGE: f64 = 1.0;

/// What is fitted, and with which penalties.
#[derive(Debug, Clone)]
pub(in crate::analysis::learners) struct Task {
    pub(in crate::analysis::learners) learner: Learner,
    pub(in crate::analysis::learners) response: Response,
    /// The smallest first.
    pub(in crate::analysis::learners) lambdas: Vec<f64>,
    pub(in crate::analysis::learners) by_site: BySite,
}

/// The fits of one training set, one a penalty.
pub(super) struct Climbed {
    pub(super) inputs: Inputs,
    pub(super) slopes: Vec<Slope>,
    /// By penalty and held-out cell.
    pub(super) losses: Vec<Vec<f64>>,
}

/// Fits some families side by side.
pub(in crate::analysis::learners) async fn fit(
    study: &Study,
    prepared: &Prepared,
    families: &[ModelFamily],
    task: Task,
) -> Result<Vec<Fitted>, AnalysisFault> {
    together(families.iter().map(|family| fit_family(study, prepared, *family, &task))).await
}

async fn fit_family(
    study: &Study,
    prepared: &Prepared,
    family: ModelFamily,
    task: &Task,
) -> Result<Fitted, AnalysisFault> {
    let fit = |design| climb_set(study, prepared.label, family, task, design);
    let sets = together(designs(prepared, family).iter().map(fit)).await?;
    let losses = Losses { sets: &prepared.sets, by_set: sets.iter().map(|set| set.losses.clone()).collect() };
    let choose = |outer| losses.choose(study, prepared.label, outer, PathRule::Min);
    let cell = |cell: usize| {
        let set = prepared.set(&[cell])?;
        let choice = choose(Some(cell));
        let beta = sets[set].slopes[choice.best].beta().to_vec();
        let inputs = sets[set].inputs.clone();
        Some((Predictor::Linear { inputs, response: task.response, beta }, task.lambdas[choice.best]))
    };
    let cells: Vec<_> = (0..study.cells()).map(cell).collect();
    let fold_lambdas = cells.iter().flatten().map(|(_, lambda)| *lambda).collect();
    let result = result(study, family, task, &sets[0], &choose(None), fold_lambdas)?;
    Ok(Fitted {
        label: prepared.label,
        family,
        learner: task.learner,
        cells: cells.into_iter().map(|cell| cell.map(|(predictor, _)| predictor)).collect(),
        fit: result,
    })
}

async fn climb_set(
    study: &Study,
    label: usize,
    family: ModelFamily,
    task: &Task,
    design: &Design,
) -> Result<Climbed, AnalysisFault> {
    every_class(study, label, task.response, &design.held_out)?;
    let inputs = inputs(study, design, task.by_site);
    let fault = |(lambda, failure)| failed(family, design, lambda, task.by_site, failure);
    climb(study, task.response, inputs, &task.lambdas).await?.map_err(fault)
}

/// Climbs one fit a penalty, then asks for their losses in the cells left out.
pub(super) async fn climb(
    study: &Study,
    response: Response,
    inputs: Inputs,
    lambdas: &[f64],
) -> Result<Result<Climbed, (f64, FitFailure)>, AnalysisFault> {
    let start = |lambda: &f64| Slope::new(response, &inputs, penalty(response, &inputs, *lambda, SITE_RIDGE));
    let mut slopes: Vec<Slope> = lambdas.iter().map(start).collect();
    let stance = |slope: &Slope| Stance { inputs: 0, beta: slope.beta().to_vec(), active: None };
    loop {
        let moving = slopes.iter_mut().filter(|slope| *slope.state() == AscentState::Moving);
        let moving: Vec<&mut Slope> = moving.collect();
        if moving.is_empty() {
            break;
        }
        let fits = moving.iter().map(|slope| stance(slope)).collect();
        let derivatives = study.ask(Climb { response, inputs: vec![inputs.clone()], fits }).await?;
        moving.into_iter().zip(&derivatives).for_each(|(slope, at)| slope.advance(at));
        let failure = slopes.iter().zip(lambdas).find_map(|(slope, lambda)| match slope.state() {
            AscentState::Failed(failure) => Some((*lambda, *failure)),
            _ => None,
        });
        if let Some(failure) = failure {
            return Ok(Err(failure));
        }
    }
    let losses = if lambdas.len() > 1 && !inputs.design.held_out.is_empty() {
        let fits = slopes.iter().map(stance).collect();
        study.ask(HeldOut { response, inputs: vec![inputs.clone()], fits }).await?
    } else {
        vec![vec![0.0; inputs.design.held_out.len()]; lambdas.len()]
    };
    Ok(Ok(Climbed { inputs, slopes, losses }))
}

/// The derivatives at the end of a fit.
pub(super) fn end(slope: &Slope) -> Result<&Derivatives, AnalysisFault> {
    match slope.state() {
        AscentState::Converged(at) => Ok(at),
        _ => Err(AnalysisFault::OutOfTurn),
    }
}

fn result(
    study: &Study,
    family: ModelFamily,
    task: &Task,
    all: &Climbed,
    choice: &Choice,
    fold_lambdas: Vec<f64>,
) -> Result<FitResult, AnalysisFault> {
    let (slope, lambda) = (&all.slopes[choice.best], task.lambdas[choice.best]);
    let at = end(slope)?;
    let covariance = sandwich(&at.information, slope.penalty())
        .ok_or_else(|| failed(family, &all.inputs.design, lambda, task.by_site, FitFailure::Collinear))?;
    let point = |(lambda, deviance): (&f64, &f64)| LambdaPoint { lambda: *lambda, deviance: *deviance };
    let facts = LinearFacts {
        schema: study.schema(),
        roster: study.roster(),
        inputs: &all.inputs,
        response: task.response,
        beta: slope.beta(),
        covariance: &covariance,
        lambda,
        path: task.lambdas.iter().zip(&choice.curve).map(point).collect(),
        fold_lambdas,
        log_likelihood: at.log_likelihood,
        penalised: None,
    };
    let plain = matches!(task.response, Response::Binary(_)) && task.by_site == BySite::No;
    Ok(if plain {
        FitResult::Logistic(LogisticResult::new(facts))
    } else {
        FitResult::Linear(LinearResult::new(facts))
    })
}

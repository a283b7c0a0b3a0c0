//! Logistic regression with Firth's correction: all training sets step together, two questions a step.

use consilium_stats::glm::{Climb, Firth, FirthAscent, FirthStep, Inputs, Response, Stance};
use consilium_stats::{Design, Predictor, Target};
use consilium_types::plan::{Learner, ModelFamily};

use super::super::Fitted;
use super::{BySite, designs, every_class, failed, inputs};
use crate::analysis::AnalysisFault;
use crate::analysis::desk::together;
use crate::analysis::preparing::Prepared;
use crate::analysis::study::Study;
use crate::result::{FitResult, LinearFacts, LinearResult};

/// Fits some families side by side.
pub(in crate::analysis::learners) async fn fit(
    study: &Study,
    prepared: &Prepared,
    families: &[ModelFamily],
    target: Target,
    by_site: BySite,
) -> Result<Vec<Fitted>, AnalysisFault> {
    together(families.iter().map(|family| fit_family(study, prepared, *family, target, by_site))).await
}

async fn fit_family(
    study: &Study,
    prepared: &Prepared,
    family: ModelFamily,
    target: Target,
    by_site: BySite,
) -> Result<Fitted, AnalysisFault> {
    let response = Response::Binary(target);
    let fit = |design| step_set(study, prepared.label, family, target, by_site, design);
    // nothing is chosen by inner folds: pairs of cells need no fit
    let wanted = designs(prepared, family).iter().filter(|design| design.held_out.len() <= 1);
    let sets = together(wanted.map(fit)).await?;
    let cell = |cell: usize| {
        let (inputs, ascent) = sets.iter().find(|(inputs, _)| inputs.design.held_out == [cell])?;
        Some(Predictor::Linear { inputs: inputs.clone(), response, beta: ascent.beta().to_vec() })
    };
    let cells: Vec<_> = (0..study.cells()).map(cell).collect();
    let (inputs, ascent) = &sets[0];
    let FirthStep::Converged(point) = ascent.next() else { return Err(AnalysisFault::OutOfTurn) };
    let result = LinearResult::new(LinearFacts {
        schema: study.schema(),
        roster: study.roster(),
        inputs,
        response,
        beta: ascent.beta(),
        covariance: &point.inverse,
        lambda: 0.0,
        path: Vec::new(),
        fold_lambdas: vec![0.0; cells.iter().flatten().count()],
        log_likelihood: point.log_likelihood,
        penalised: Some(point.penalised),
    });
    let fit = FitResult::Linear(result);
    Ok(Fitted { label: prepared.label, family, learner: Learner::Firth, cells, fit })
}

async fn step_set(
    study: &Study,
    label: usize,
    family: ModelFamily,
    target: Target,
    by_site: BySite,
    design: &Design,
) -> Result<(Inputs, FirthAscent), AnalysisFault> {
    let response = Response::Binary(target);
    every_class(study, label, response, &design.held_out)?;
    let own = inputs(study, design, by_site);
    let inputs = vec![own.clone()];
    let mut ascent = FirthAscent::new(own.len());
    loop {
        let fits = vec![Stance { inputs: 0, beta: ascent.beta().to_vec(), active: None }];
        match ascent.next().clone() {
            FirthStep::Information => {
                let at = study.ask(Climb { response, inputs: inputs.clone(), fits }).await?;
                at.iter().for_each(|at| ascent.inform(at));
            }
            FirthStep::Score(point) => {
                let inverses = vec![point.triangle()];
                let score = study.ask(Firth { target, inputs: inputs.clone(), fits, inverses }).await?;
                score.iter().for_each(|score| ascent.score(score));
            }
            FirthStep::Converged(_) => return Ok((own, ascent)),
            FirthStep::Failed(failure) => return Err(failed(family, design, 0.0, by_site, failure)),
        }
    }
}

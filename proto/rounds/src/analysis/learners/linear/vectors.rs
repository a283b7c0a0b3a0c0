//! Support vector machines: squared hinge and ridge by Newton's method, then two more parameters for probabilities.

use consilium_stats::glm::{Basis, Cosines, Inputs, Response};
use consilium_stats::network::derive_seed;
use consilium_stats::{Design, Predictor, Target};
use consilium_types::plan::{Learner, ModelFamily};

use super::super::Fitted;
use super::ridge::{Climbed, climb};
use super::{BySite, designs, every_class, failed};
use crate::analysis::AnalysisFault;
use crate::analysis::desk::together;
use crate::analysis::preparing::Prepared;
use crate::analysis::study::Study;
use crate::result::{FitResult, SvmResult};

/// What the plan says of a machine.
#[derive(Debug, Clone, Copy)]
pub(in crate::analysis::learners) struct Machine {
    pub(in crate::analysis::learners) learner: Learner,
    pub(in crate::analysis::learners) target: Target,
    /// Weight of the losses; the ridge is its inverse.
    pub(in crate::analysis::learners) cost: f64,
    /// Cosine features and gamma (nothing: one over the number of columns) of a Gaussian kernel.
    pub(in crate::analysis::learners) kernel: Option<(usize, Option<f64>)>,
}

/// A machine trained on one training set.
struct Trained {
    design: Design,
    /// The margin as an input.
    margin: Inputs,
    response: Response,
    platt: Vec<f64>,
    loss: f64,
}

/// Fits some families side by side.
pub(in crate::analysis::learners) async fn fit(
    study: &Study,
    prepared: &Prepared,
    families: &[ModelFamily],
    machine: Machine,
) -> Result<Vec<Fitted>, AnalysisFault> {
    together(families.iter().map(|family| fit_family(study, prepared, *family, machine))).await
}

async fn fit_family(
    study: &Study,
    prepared: &Prepared,
    family: ModelFamily,
    machine: Machine,
) -> Result<Fitted, AnalysisFault> {
    let fit = |design| train(study, prepared.label, family, machine, design);
    let wanted = designs(prepared, family).iter().filter(|design| design.held_out.len() <= 1);
    let sets = together(wanted.map(fit)).await?;
    let cell = |cell: usize| {
        let set = sets.iter().find(|set| set.design.held_out == [cell])?;
        Some(Predictor::Linear {
            inputs: set.margin.clone(),
            response: set.response,
            beta: set.platt.clone(),
        })
    };
    let cells = (0..study.cells()).map(cell).collect();
    let all = &sets[0];
    let Basis::Margin { cosines, beta } = &all.margin.basis else { return Err(AnalysisFault::OutOfTurn) };
    let fit = SvmResult::new(study.schema(), &all.design, machine.cost, *cosines, beta, &all.platt, all.loss);
    let fit = FitResult::Svm(fit);
    Ok(Fitted { label: prepared.label, family, learner: machine.learner, cells, fit })
}

async fn train(
    study: &Study,
    label: usize,
    family: ModelFamily,
    machine: Machine,
    design: &Design,
) -> Result<Trained, AnalysisFault> {
    let hinge = Response::Hinge(machine.target);
    let counts = every_class(study, label, hinge, &design.held_out)?;
    let columns = design.columns.len();
    let cosines = machine.kernel.map(|(features, gamma)| Cosines {
        features,
        gamma: gamma.unwrap_or(1.0 / columns as f64),
        seed: derive_seed(study.plan().study.seed, "cosines"),
    });
    let basis = cosines.map_or(Basis::Columns, Basis::Cosines);
    let inputs = Inputs { basis, ..Inputs::columns(design.clone()) };
    let fault = |(lambda, failure)| failed(family, design, lambda, BySite::No, failure);
    let found = climb(study, hinge, inputs, &[1.0 / machine.cost]).await?.map_err(fault)?;
    let (beta, loss) = one(&found)?;
    let margin = Inputs { basis: Basis::Margin { cosines, beta }, ..Inputs::columns(design.clone()) };
    let response = softened(machine.target, &counts);
    let found = climb(study, response, margin.clone(), &[0.0]).await?.map_err(fault)?;
    let (platt, _) = one(&found)?;
    Ok(Trained { design: design.clone(), margin, response, platt, loss })
}

/// Coefficients and loss of the only fit.
fn one(found: &Climbed) -> Result<(Vec<f64>, f64), AnalysisFault> {
    let slope = found.slopes.first().ok_or(AnalysisFault::OutOfTurn)?;
    Ok((slope.beta().to_vec(), -super::ridge::end(slope)?.log_likelihood))
}

/// Platt's targets (Advances in Large Margin Classifiers (2000) 61): never 0 or 1, so that separated margins have a
/// finite fit.
fn softened(target: Target, counts: &[u64]) -> Response {
    let is_case = |class: usize| match target {
        Target::Is { class: case, .. } => class == case as usize,
        Target::AtLeast { class: lowest, .. } => class >= lowest as usize,
    };
    let of = |case: bool| {
        let classes = counts.iter().enumerate().filter(|(class, _)| is_case(*class) == case);
        classes.fold(0.0, |sum, (_, n)| sum + *n as f64)
    };
    Response::Soft { target, low: 1.0 / (of(false) + 2.0), high: (of(true) + 1.0) / (of(true) + 2.0) }
}

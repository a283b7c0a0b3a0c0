//! Linear learners: one course for all likelihoods with ridge, one for Firth's, one for lasso paths.

mod firth;
mod lasso;
mod ridge;
#[cfg(test)]
mod tests;
mod vectors;

use consilium_stats::glm::{Inputs, Response, STEP_TOLERANCE, SiteIntercepts};
use consilium_stats::{Design, FitFailure, Target};
use consilium_types::plan::{Design as Validation, Gamma, Learner, ModelFamily, PathRule, Strength};

use super::{Fitted, designs};

use crate::analysis::AnalysisFault;
use crate::analysis::preparing::Prepared;
use crate::analysis::study::Study;

pub(in crate::analysis) use lasso::{Path, SELECTING, select};
pub(super) use ridge::SITE_RIDGE;
use ridge::Task;
use vectors::Machine;

/// Penalties that cross-validation chooses from: 10^-2 to 10^3 in half decades.
const LAMBDA_GRID: [f64; 11] = [
    0.01,
    0.031_622_776_601_683_79,
    0.1,
    0.316_227_766_016_837_94,
    1.0,
    3.162_277_660_168_379_5,
    10.0,
    31.622_776_601_683_793,
    100.0,
    316.227_766_016_837_96,
    1000.0,
];

/// Fits a linear learner of the plan on some families.
pub(super) async fn fit(
    study: &Study,
    prepared: &Prepared,
    learner: Learner,
    families: &[ModelFamily],
) -> Result<Vec<Fitted>, AnalysisFault> {
    let (model, label) = (&study.plan().model, prepared.label);
    let (classes, target) = (study.classes(label, &[]).len(), Target::case(label));
    let response = match learner {
        Learner::Ordinal => Response::Ordinal { label, classes },
        _ if classes > 2 => Response::Nominal { label, classes },
        _ => Response::Binary(target),
    };
    let ridge = match model.penalty.ridge {
        _ if learner == Learner::Firth => Strength::Fixed(0.0),
        ridge => ridge,
    };
    let by_site = match ridge {
        _ if !model.site_intercept => BySite::No,
        Strength::Fixed(0.0) => BySite::Fixed,
        _ => BySite::Random,
    };
    let machine = |kernel| Machine { learner, target, cost: model.svm.cost, kernel };
    match (learner, model.penalty.lasso) {
        (Learner::Firth, _) => firth::fit(study, prepared, families, target, by_site).await,
        (Learner::Svm, _) => vectors::fit(study, prepared, families, machine(None)).await,
        (Learner::SvmRbf, _) => {
            let gamma = if let Gamma::Fixed(gamma) = model.svm.gamma { Some(gamma) } else { None };
            let kernel = Some((model.svm.features as usize, gamma));
            vectors::fit(study, prepared, families, machine(kernel)).await
        }
        (Learner::Logistic, Some(lasso)) => {
            let fixed = if let Strength::Fixed(lambda) = lasso { Some(lambda) } else { None };
            let alpha = model.penalty.alpha.unwrap_or(1.0);
            let path = Path {
                response,
                alpha,
                fixed,
                max: usize::MAX,
                rule: PathRule::Min,
                tolerance: STEP_TOLERANCE,
            };
            lasso::fit(study, prepared, families, &path).await
        }
        _ => {
            let lambdas = match ridge {
                Strength::Cv => LAMBDA_GRID.to_vec(),
                Strength::Fixed(lambda) => vec![lambda],
            };
            ridge::fit(study, prepared, families, Task { learner, response, lambdas, by_site }).await
        }
    }
}

/// Intercepts by site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BySite {
    /// One for all.
    No,
    /// Unpenalised.
    Fixed,
    /// Deviations with a ridge of 1: normal around the mean intercept, standard deviation 1.
    Random,
}

/// Inputs of a training set: intercepts of the sites that are in it, and columns.
pub(super) fn inputs(study: &Study, design: &Design, by_site: BySite) -> Inputs {
    let left_out = |site: &usize| {
        study.plan().evaluate.design == Validation::LeaveSiteOut && design.held_out.contains(site)
    };
    let sites = (0..study.roster().len()).filter(|site| !left_out(site)).collect();
    let sites = match by_site {
        BySite::No => SiteIntercepts::None,
        BySite::Fixed => SiteIntercepts::Fixed(sites),
        BySite::Random => SiteIntercepts::Random(sites),
    };
    Inputs { sites, ..Inputs::columns(design.clone()) }
}

/// Refuses a training set in which a class has no patient.
fn every_class(
    study: &Study,
    label: usize,
    response: Response,
    held_out: &[usize],
) -> Result<Vec<u64>, AnalysisFault> {
    let counts = study.classes(label, held_out);
    match (0..response.classes()).find(|class| counts.get(*class).is_none_or(|n| *n == 0)) {
        Some(class) => Err(AnalysisFault::ClassAbsent { held_out: held_out.to_vec(), class }),
        None => Ok(counts),
    }
}

/// Why a fit of a family failed in a training set.
fn failed(
    family: ModelFamily,
    design: &Design,
    lambda: f64,
    by_site: BySite,
    failure: FitFailure,
) -> AnalysisFault {
    let held_out = design.held_out.clone();
    match by_site {
        BySite::Fixed => AnalysisFault::SiteIntercepts { family, held_out, failure },
        _ => AnalysisFault::Fit { family, held_out, lambda, failure },
    }
}

//! Linear learners: one course for all likelihoods with ridge, one for Firth's, one for lasso paths.

mod firth;
mod lasso;
mod ridge;
#[cfg(test)]
mod tests;
mod vectors;

use consilium_stats::glm::{Inputs, Response, SiteIntercepts};
use consilium_stats::{Design, FitFailure};
use consilium_types::plan::{Design as Validation, ModelFamily};

use crate::analysis::AnalysisFault;
use crate::analysis::preparing::Prepared;
use crate::analysis::study::Study;

pub(super) use firth::fit as firth;
pub(super) use lasso::fit as lasso;
pub(in crate::analysis) use lasso::{Path, select};
pub(super) use ridge::{Task, fit as ridge};
pub(super) use vectors::{Machine, fit as vectors};

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
fn inputs(study: &Study, design: &Design, by_site: BySite) -> Inputs {
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

/// The designs of one family, by training set.
fn designs(prepared: &Prepared, family: ModelFamily) -> &[Design] {
    let of_family = prepared.families.iter().find(|(f, _)| *f == family);
    of_family.map_or(&[], |(_, designs)| designs)
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

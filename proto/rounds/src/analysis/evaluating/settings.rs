//! What the plan says of an evaluation, read in one place.

use consilium_types::plan::Release;

use crate::analysis::study::Study;

/// Fewest cases, and fewest controls, of a site whose patients are compared among themselves.
const LEAST: u64 = 5;

/// Where a probability becomes a class.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Rule {
    /// The largest sum of sensitivity and specificity on the training set.
    Youden,
    /// The plan's probability.
    #[expect(dead_code, reason = "the plan's key for it is on its way")]
    Fixed(f64),
}

/// Where a probability becomes a class.
pub(super) fn rule(study: &Study) -> Rule {
    let _ = study;
    Rule::Youden
}

/// Poisson bootstraps.
pub(super) fn replicates(study: &Study) -> usize {
    let _ = study;
    0
}

/// Fewest cases and controls of a site that is looked at by itself.
pub(super) fn least(study: &Study) -> u64 {
    let _ = study;
    LEAST
}

/// Sites whose numbers the plan releases one by one: all, or none.
pub(super) fn shown_sites(study: &Study) -> usize {
    if study.plan().privacy.release.contains(&Release::SiteSums) { study.roster().len() } else { 0 }
}

/// Whether the outcome's classes are in order.
pub(super) fn is_ordered(study: &Study) -> bool {
    let _ = study;
    false
}

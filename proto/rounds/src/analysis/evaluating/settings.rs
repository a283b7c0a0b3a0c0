//! What the plan says of an evaluation, read in one place.

use consilium_types::plan::{Predicted, Release};

use crate::analysis::study::Study;

/// Poisson bootstraps; the plan's first dealing of the folds only.
pub(super) fn replicates(study: &Study) -> usize {
    if study.repeat == 0 { study.plan().evaluate.bootstrap as usize } else { 0 }
}

/// Whether columns are shuffled and predictions divided; the plan's first dealing of the folds only.
pub(super) fn importance(study: &Study) -> bool {
    study.plan().evaluate.importance && study.repeat == 0
}

/// Fewest cases and controls of a site that is looked at by itself.
pub(super) fn least(study: &Study) -> u64 {
    u64::from(study.plan().privacy.limits.cell)
}

/// Sites whose numbers the plan releases one by one: all, or none.
pub(super) fn shown_sites(study: &Study) -> usize {
    if study.plan().privacy.release.contains(&Release::SiteSums) { study.roster().len() } else { 0 }
}

/// Whether the outcome's classes are in order.
pub(super) fn is_ordered(study: &Study) -> bool {
    matches!(study.plan().outcome.predicted, Predicted::Ordinal { .. })
}

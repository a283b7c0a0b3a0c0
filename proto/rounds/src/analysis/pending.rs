//! Keys of the plan that no course carries out yet: refused at the start, never ignored.
//!
//! Whoever carries one out removes its line. Learners refuse themselves, in `learners`.

use consilium_types::StudyPlan;
use consilium_types::plan::OutcomeKind;

/// The first key of the plan that would have no effect.
pub(super) fn first(plan: &StudyPlan) -> Option<&'static str> {
    let evaluate = &plan.evaluate;
    let survival = plan.outcome.kind() == OutcomeKind::Survival;
    let drawn = plan.select.as_ref().is_some_and(|select| select.method.is_path() && select.bootstraps > 0);
    let keys = [
        ("evaluate.repeats of a survival outcome", evaluate.repeats > 1 && survival),
        ("select.bootstraps along a path of penalties of a survival outcome", drawn && survival),
    ];
    keys.into_iter().find(|(_, asked)| *asked).map(|(key, _)| key)
}

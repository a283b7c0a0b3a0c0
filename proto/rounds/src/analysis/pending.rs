//! Keys of the plan that no course carries out yet: refused at the start, never ignored.
//!
//! Whoever carries one out removes its line. Learners refuse themselves, in `learners`.

use consilium_types::StudyPlan;
use consilium_types::plan::{OutcomeKind, Select};

/// The first key of the plan that would have no effect.
pub(super) fn first(plan: &StudyPlan) -> Option<&'static str> {
    let evaluate = &plan.evaluate;
    let survival = plan.outcome.kind() == OutcomeKind::Survival;
    let keys = [
        ("evaluate.importance of a survival outcome", evaluate.importance && survival),
        ("evaluate.repeats of a survival outcome", evaluate.repeats > 1 && survival),
    ];
    let key = keys.into_iter().find(|(_, asked)| *asked).map(|(key, _)| key);
    key.or_else(|| plan.select.as_ref().and_then(of_selection))
}

fn of_selection(select: &Select) -> Option<&'static str> {
    let keys =
        [("select.bootstraps along a path of penalties", select.method.is_path() && select.bootstraps > 0)];
    keys.into_iter().find(|(_, asked)| *asked).map(|(key, _)| key)
}

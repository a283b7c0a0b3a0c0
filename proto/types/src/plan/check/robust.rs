//! `[robust]`: rules that can see what they judge, with enough hospitals to outvote those that lie.

use super::idle;
use crate::plan::errors::{Fault, PlanError};
use crate::plan::{Aggregate, Dp, DpRelease, Learner, Robust, RobustRule, StudyPlan};

pub(super) fn robust(plan: &StudyPlan) -> Option<PlanError> {
    let robust = plan.robust?;
    if !plan.model.learners().any(|learner| learner == Learner::Mlp) {
        return Some(idle("robust", "the learner \"mlp\""));
    }
    if robust == Robust::default() {
        return Some(idle("robust", "`rule`, `clip`, `weight_cap` or `vote`"));
    }
    let ruled = robust.rule.and_then(|rule| seen(plan).or_else(|| outvoted(plan, robust, rule)));
    let noisy = || plan.privacy.dp.and_then(|dp| noisy(robust, dp));
    ruled.or_else(|| unread(robust)).or_else(noisy).or_else(|| unbounded(robust))
}

fn unfit(key: &str, message: impl Into<String>, remedy: impl Into<String>) -> PlanError {
    PlanError::new(Fault::RobustUnfit, key, message, remedy)
}

/// A rule compares the models of single hospitals.
fn seen(plan: &StudyPlan) -> Option<PlanError> {
    let blinded = plan.privacy.aggregate == Aggregate::SecureSum;
    let message = "a rule compares hospitals' models, which a blinded sum hides";
    let remedy = "set privacy.aggregate to \"clear\", or leave `rule` out and use `clip` and `vote`";
    blinded.then(|| unfit("robust.rule", message, remedy))
}

fn outvoted(plan: &StudyPlan, robust: Robust, rule: RobustRule) -> Option<PlanError> {
    let (fewest, sites) = (rule.fewest(robust.liars()), plan.training_sites());
    if sites < fewest {
        let message = format!(
            "\"{}\" stands against {} liars among {fewest} hospitals or more; {sites} are certain to train each model",
            rule.word(),
            robust.liars()
        );
        let remedy = "raise study.sites.min, or lower `liars`";
        return Some(unfit("robust.liars", message, remedy));
    }
    let unbounded = rule == RobustRule::NormBound && robust.clip.is_none();
    unbounded.then(|| unfit("robust.rule", "\"norm-bound\" needs the bound", "add `clip`"))
}

/// Settings that no rule, or another setting, leaves without effect.
fn unread(robust: Robust) -> Option<PlanError> {
    let counts = robust.rule.is_some_and(RobustRule::counts_liars);
    if robust.liars.is_some() && !counts {
        return Some(idle("robust.liars", "a rule that counts on the other hospitals"));
    }
    let capped = robust.weight_cap.is_some() && robust.rule.is_some();
    capped
        .then(|| idle("robust.weight_cap", "an average by patients; under a rule each hospital counts once"))
}

/// With noise a hospital tells nothing about its patients that noise does not cover.
fn noisy(robust: Robust, dp: Dp) -> Option<PlanError> {
    if robust.vote.is_some() {
        let message = "a vote tells exactly how patients fare, and no noise of [privacy.dp] covers it";
        return Some(unfit("robust.vote", message, "remove it, or [privacy.dp]"));
    }
    if robust.weight_cap.is_some() {
        return Some(idle("robust.weight_cap", "weights by patients; with noise each hospital counts once"));
    }
    let clipped = robust.clip.is_some() && dp.release == DpRelease::Gradient;
    let message = "a sum of gradients is bounded for each patient by privacy.dp.clip already";
    clipped.then(|| unfit("robust.clip", message, "remove it, or use release = \"model\""))
}

/// Hospitals train from a network while they vote on it, which one that is anywhere may not survive.
fn unbounded(robust: Robust) -> Option<PlanError> {
    let anywhere = robust.vote.is_some() && robust.rule.is_none() && robust.clip.is_none();
    let message = "a network is trained on while it is voted on, and nothing bounds how far it has moved";
    anywhere.then(|| unfit("robust.vote", message, "add `clip`"))
}

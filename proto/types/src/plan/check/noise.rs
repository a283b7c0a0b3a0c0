//! `[privacy.dp]`: noise that somebody adds, that protects, and that keeps within the plan's own bound.

use super::idle;
use crate::plan::errors::{Fault, PlanError};
use crate::plan::{Aggregate, Dp, DpRelease, HarmoniseMethod, Learner, StudyPlan};

pub(super) fn noise(plan: &StudyPlan) -> Option<PlanError> {
    let dp = plan.privacy.dp?;
    if !plan.model.learners().any(|learner| learner == Learner::Mlp) {
        return Some(idle("privacy.dp", "the learner \"mlp\""));
    }
    bounded(plan).or_else(|| gradients(plan, dp)).or_else(|| shared(plan, dp)).or_else(|| within(plan, dp))
}

/// A site that brings its values together would let one patient move the inputs of all others.
fn bounded(plan: &StudyPlan) -> Option<PlanError> {
    let free = plan.harmonise.method != HarmoniseMethod::None;
    let message = "one patient would change the inputs of all others of its site, which no clipping bounds";
    let remedy = "remove [harmonise], or [privacy.dp]";
    free.then(|| PlanError::new(Fault::NoiseUnfit, "harmonise.method", message, remedy))
}

/// A sum of gradients is one step over everyone.
fn gradients(plan: &StudyPlan, dp: Dp) -> Option<PlanError> {
    if dp.release != DpRelease::Gradient {
        return None;
    }
    let message = "a sum of gradients is one step over all patients of a site";
    let refuse = |key, remedy| Some(PlanError::new(Fault::NoiseUnfit, key, message, remedy));
    if plan.model.network.epochs != 1 {
        return refuse("model.network.epochs", "write epochs = 1, or release = \"model\"");
    }
    if dp.sampling < 1.0 {
        refuse("privacy.dp.sampling", "leave it out, or release = \"model\"")
    } else {
        None
    }
}

/// Noise of others protects only in a sum that is never seen in parts.
fn shared(plan: &StudyPlan, dp: Dp) -> Option<PlanError> {
    let refuse =
        |message, remedy| Some(PlanError::new(Fault::NoiseUnfit, "privacy.dp.honest", message, remedy));
    match dp.honest {
        1 => None,
        _ if dp.release == DpRelease::Model => {
            refuse("a model carries all the noise it needs", "leave it out, or release = \"gradient\"")
        }
        _ if plan.privacy.aggregate == Aggregate::Clear => refuse(
            "in a clear sum each site needs all the noise itself",
            "leave it out, or ask for a secure sum",
        ),
        honest if honest > plan.study.sites.min => {
            refuse("more sites than the study may have", "write at most study.sites.min")
        }
        _ => None,
    }
}

fn within(plan: &StudyPlan, dp: Dp) -> Option<PlanError> {
    let steps = plan.noisy_steps()?;
    if dp.keeps(steps) {
        return None;
    }
    let message = format!(
        "{steps} noisy steps on the same patient would spend {:.2} at delta = {}, more than {}",
        dp.spent(steps),
        dp.delta,
        dp.epsilon
    );
    let remedy = "raise `noise` or `epsilon`, or ask for fewer rounds, epochs, folds or families";
    Some(PlanError::new(Fault::Overspent, "privacy.dp.epsilon", message, remedy))
}

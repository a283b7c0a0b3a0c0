//! Step 10: progression by a promotion-time cure model, death after it.
//!
//! `S(t) = exp(-exp(eta) F(t))` keeps hazards exactly proportional and ends in a plateau. Constants: fitted to the Kaplan-Meier
//! curves of the SEQC cohort, docs/reference/synth.md.

use crate::Recipe;
use crate::child::{Child, EIGHTEEN_MONTHS, Tumour, one, whole};
use crate::latents;
use crate::random::Random;

/// Days in a year.
pub(crate) const YEAR: f64 = 365.25;
/// `F(t) = 1 - exp(-(t / SCALE)^SHAPE)`, years.
const SCALE: f64 = 1.6;
const SHAPE: f64 = 1.35;
/// From progression to death: Weibull, years.
const DEATH_SCALE: f64 = 1.344;
const DEATH_SHAPE: f64 = 0.95;

/// What happens to a child, in days from the scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Course {
    /// To progression or death, or to the end of follow-up.
    pub pfs_days: u32,
    /// Whether it was progression or death.
    pub progressed: bool,
    /// To death, or to the end of follow-up.
    pub os_days: u32,
    /// Whether it was death.
    pub died: bool,
}

pub(crate) fn draw(recipe: &Recipe, child: &Child, chance: &mut Random) -> Course {
    let eta = eta(recipe, child);
    let progression = progression(eta, chance.uniform());
    let dies = chance.chance(fatality(recipe, child));
    let delay = DEATH_SCALE * libm::pow(-libm::log(chance.uniform()), 1.0 / DEATH_SHAPE);
    let death = progression.filter(|_| dies).map(|years| years + delay);
    let end = chance.between(1.5, 12.0);
    let (pfs_days, progressed) = observed(progression, end);
    let (os_days, died) = observed(death, end);
    Course { pfs_days, progressed, os_days, died }
}

/// Log of the expected number of clones that would progress.
fn eta(recipe: &Recipe, child: &Child) -> f64 {
    if recipe.is_null() {
        return -0.75;
    }
    let old = one(child.age_months >= EIGHTEEN_MONTHS);
    let score = latents::score(recipe, &child.latents);
    match child.tumour {
        Tumour::Wilms => -1.9,
        Tumour::Neuroblastic => -1.45 + 0.85 * score + 1.1 * old + 0.4 * one(child.amplified),
    }
}

/// Years to progression; none for a child that is cured.
fn progression(eta: f64, uniform: f64) -> Option<f64> {
    let reached = -libm::log(uniform) / libm::exp(eta);
    (reached < 1.0).then(|| SCALE * libm::pow(-libm::log(1.0 - reached), 1.0 / SHAPE))
}

/// Probability that progression ends in death.
fn fatality(recipe: &Recipe, child: &Child) -> f64 {
    let old = one(child.age_months >= EIGHTEEN_MONTHS);
    let logit = if recipe.is_null() { 0.5 } else { -0.48 + 1.2 * old + 0.8 * one(child.amplified) };
    1.0 / (1.0 + libm::exp(-logit))
}

fn observed(event: Option<f64>, end: f64) -> (u32, bool) {
    let years = event.filter(|event| *event < end);
    (whole(years.unwrap_or(end) * YEAR).max(1), years.is_some())
}

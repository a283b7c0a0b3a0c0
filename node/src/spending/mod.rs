//! One privacy budget for the patients of this hospital, over all studies: charged before anything is trained, kept over
//! crashes, refused at the cap.
//!
//! Only noisy training is charged, since everything else is answered exactly and no epsilon describes it. Never: an answer
//! with noise whose charge is not on disk; a charge taken back, though the answer was lost.
//! Spec: docs/reference/methods/privacy.md.

mod ledger;

use consilium_privacy::{Event, check_delta, epsilon, renyi};
use consilium_types::plan::{Dp, DpRelease};
use consilium_types::{Digest, StudyPlan};
use serde::Deserialize;

use crate::answering::Question;
use crate::clock;
use crate::errors::Fault;
use crate::folder::Folder;
use ledger::{Charge, Ledger};

/// `budget` in policy.toml.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Budget {
    /// Most that all studies together may spend.
    pub(crate) epsilon: f64,
    /// At this delta.
    pub(crate) delta: f64,
}

impl Budget {
    /// Whether the accountants can speak about it.
    pub(crate) fn is_sound(self) -> bool {
        self.epsilon > 0.0 && check_delta(self.delta).is_ok()
    }
}

/// Delta at which spending is told where the policy has no budget.
const USUAL_DELTA: f64 = 1e-5;

/// What this hospital has spent.
#[derive(Debug)]
pub(crate) struct Spending {
    ledger: Ledger,
    charges: Vec<Charge>,
    budget: Option<Budget>,
}

impl Spending {
    /// Reads the ledger of a node's folder.
    pub(crate) fn open(folder: &Folder, budget: Option<Budget>) -> Result<Self, Fault> {
        let ledger = Ledger::new(folder.privacy_ledger());
        let charges = ledger.read()?;
        Ok(Self { ledger, charges, budget })
    }

    /// Charges a question, once however often it is asked; refuses what would exceed the plan's bound or the budget.
    pub(crate) fn charge(
        &mut self,
        plan: &StudyPlan,
        question: &Question,
        name: Digest,
    ) -> Result<(), Fault> {
        let asked = question.asked()?;
        if asked.trainings().iter().any(|training| training.dp != plan.privacy.dp) {
            return Err(Fault::OtherNoise(question.study.clone()));
        }
        let steps = asked.noisy_steps(plan, question.roster.len());
        let Some(dp) = plan.privacy.dp.filter(|_| steps > 0) else { return Ok(()) };
        if self.charges.iter().any(|charge| charge.question == name) {
            return Ok(());
        }
        let charge = charge(question, name, dp, steps);
        self.within_plan(plan, dp, &charge)?;
        self.within_budget(std::slice::from_ref(&charge))?;
        self.ledger.append(&charge)?;
        self.charges.push(charge);
        Ok(())
    }

    fn within_plan(&self, plan: &StudyPlan, dp: Dp, next: &Charge) -> Result<(), Fault> {
        let of_plan = |charge: &&Charge| charge.study == plan.study.id && charge.plan_hash == next.plan_hash;
        let before: u64 = self.charges.iter().filter(of_plan).map(|charge| charge.steps).sum();
        let steps = before.saturating_add(next.steps);
        if dp.keeps(steps) {
            return Ok(());
        }
        let (spent, limit, delta) = (dp.spent(steps), dp.epsilon, dp.delta);
        Err(Fault::Overspent { what: "the study", spent, limit, delta, rule: "the plan" })
    }

    fn within_budget(&self, more: &[Charge]) -> Result<(), Fault> {
        let Some(Budget { epsilon: limit, delta }) = self.budget else { return Ok(()) };
        let spent = self.spent(more, delta);
        if spent <= limit {
            return Ok(());
        }
        Err(Fault::Overspent { what: "all studies together", spent, limit, delta, rule: "policy.toml" })
    }

    /// Epsilon of all charges and some more.
    fn spent(&self, more: &[Charge], delta: f64) -> f64 {
        let all = || self.charges.iter().chain(more);
        let events: Option<Vec<Event>> = all().map(Charge::event).collect();
        let Some(events) = events else { return f64::INFINITY };
        // sums of integers are accounted for by orders alone
        if all().any(|charge| charge.integers) {
            renyi::epsilon(&events, delta)
        } else {
            epsilon(&events, delta)
        }
    }

    /// What a study would spend, and whether the budget allows it; none for a study without noise.
    pub(crate) fn foresee(&self, plan: &StudyPlan) -> Option<(String, Result<(), Fault>)> {
        let (dp, steps) = (plan.privacy.dp?, plan.noisy_steps()?);
        let whole = Charge::foreseen(plan, dp, steps);
        let words = format!(
            "networks of this study would tell about a patient within epsilon = {:.2} at delta = {}, of at most {}; {}",
            dp.spent(steps),
            dp.delta,
            dp.epsilon,
            self.in_words(std::slice::from_ref(&whole))
        );
        Some((words, self.within_budget(std::slice::from_ref(&whole))))
    }

    /// For a person who checks: what was spent, and what is left.
    pub(crate) fn words(&self) -> String {
        self.in_words(&[])
    }

    fn in_words(&self, more: &[Charge]) -> String {
        let delta = self.budget.map_or(USUAL_DELTA, |budget| budget.delta);
        let before = self.spent(&[], delta);
        let after =
            if more.is_empty() { String::new() } else { format!(", {:.2} with it", self.spent(more, delta)) };
        let cap = match self.budget {
            None => "policy.toml sets no budget".to_owned(),
            Some(budget) => format!("the budget is {}", budget.epsilon),
        };
        format!("all studies so far spent {before:.2} at delta = {delta}{after}; {cap}")
    }
}

fn charge(question: &Question, name: Digest, dp: Dp, steps: u64) -> Charge {
    Charge {
        at: clock::now(),
        study: question.study.clone(),
        plan_hash: question.plan_hash,
        attempt: question.attempt.0,
        exchange: question.exchange.0,
        question: name,
        rate: dp.sampling,
        noise: dp.noise,
        steps,
        integers: dp.release == DpRelease::Gradient,
    }
}

#[cfg(test)]
mod tests;

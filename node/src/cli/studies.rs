//! `studies`, `accept`, `refuse`: what a person at the hospital decides.

use consilium_types::{Acceptance, Consent, Schema, StudyId, StudyPlan};
use serde_json::json;

use super::{plan as words, say, say_json};
use crate::cohort;
use crate::decisions::{self, Decision};
use crate::errors::Fault;
use crate::folder::{self, Configuration, Folder};
use crate::foresight::Foresight;
use crate::identity::Keys;
use crate::outbox::Offered;
use crate::policy::Policy;
use crate::renewal::Door;
use crate::spending::Spending;

pub(super) async fn list(folder: &Folder, json: bool) -> Result<(), Fault> {
    let offered = door(folder).await?.studies().await?;
    if json {
        let one = |study: &Offered| {
            json!({ "study": study.plan.study.id, "plan": study.plan, "plan_hash": study.plan.hash(),
                    "state": study.state, "answer": study.answer, "cause": study.cause })
        };
        say_json(&offered.iter().map(one).collect::<Vec<_>>());
        return Ok(());
    }
    if offered.is_empty() {
        say("no study is offered to this hospital");
    }
    offered.iter().for_each(show);
    Ok(())
}

fn show(study: &Offered) {
    let plan = &study.plan;
    let answer = if study.answer.is_empty() { "not answered" } else { &study.answer };
    say(format_args!("{}: {} ({}, {answer})", plan.study.id, plan.study.title, study.state));
    row_by_row(plan);
    if !study.cause.is_empty() {
        say(format_args!("  because    {}", study.cause));
    }
}

fn row_by_row(plan: &StudyPlan) {
    for (label, text) in words::in_words(plan) {
        say(format_args!("  {label:<10} {text}"));
    }
}

/// Tells the coordinator, once the hospital's own record holds the decision.
pub(super) async fn decide(folder: &Folder, study: &StudyId, accept: bool) -> Result<(), Fault> {
    let mut door = door(folder).await?;
    let offered = door.studies().await?.into_iter().find(|offered| offered.plan.study.id == *study);
    let Offered { plan, participants, .. } = offered.ok_or_else(|| Fault::NoSuchStudy(study.clone()))?;
    let consent = if accept {
        let configuration = folder.configuration()?;
        let policy = Policy::read(folder)?;
        foresee(&plan, &policy, &configuration)?;
        if let Some((words, allowed)) = Spending::open(folder, policy.budget())?.foresee(&plan) {
            say(format_args!("privacy    {words}"));
            allowed?;
        }
        participants.iter().for_each(|(site, keys)| {
            say(format_args!("with       {site}, whose key is {}", keys.identity.fingerprint()));
        });
        Some(sign(folder, &plan, &configuration)?)
    } else {
        None
    };
    decisions::save(folder, &Decision::new(&plan, accept, participants))?;
    match &consent {
        Some((schema, consent)) => door.outbox().await?.accept(&plan, schema, consent).await?,
        None => door.outbox().await?.refuse(&plan).await?,
    }
    let word = if accept { "accepted" } else { "refused" };
    say(format_args!("{word} {study}, plan hash {}", plan.hash()));
    Ok(())
}

/// The columns of this hospital, and its signature over the plan, over them and over the program that signs.
fn sign(
    folder: &Folder,
    plan: &StudyPlan,
    configuration: &Configuration,
) -> Result<(Schema, Consent), Fault> {
    let schema = cohort::schema(plan, &configuration.data)?;
    let acceptance = Acceptance {
        site: &configuration.site,
        study: &plan.study.id,
        plan: plan.hash(),
        schema: schema.digest(),
        program: folder::program()?,
    };
    let consent = Keys::open(folder)?.sign_acceptance(&acceptance);
    Ok((schema, consent))
}

/// Says what this hospital would bring; refuses what its first answer would be refused for.
fn foresee(plan: &StudyPlan, policy: &Policy, configuration: &Configuration) -> Result<(), Fault> {
    say(format_args!("{}: {}", plan.study.id, plan.study.title));
    row_by_row(plan);
    policy.allows_plan(plan)?;
    say("what will leave this hospital, and how often:");
    words::leaves(plan, policy).iter().for_each(|line| say(format_args!("  {line}")));
    let foresight = Foresight::of(plan, policy, configuration)?;
    say(&foresight.patients);
    if let Some(refusal) = foresight.refusal {
        return Err(refusal);
    }
    if let Some(attention) = foresight.attention {
        say(format_args!("attention  {attention}"));
    }
    Ok(())
}

async fn door(folder: &Folder) -> Result<Door, Fault> {
    Door::open(folder, &folder.configuration()?).await
}

//! What operators do on the pages. Whatever admits or excludes a hospital or starts a study waits for a second one.
//!
//! What is agreed to is what was asked for: a fingerprint, a plan with its hospitals. The record is written before
//! anything is done and says afterwards what became of it.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Redirect, Response};
use consilium_store::{Act, ActState, Deed, NewAct};
use consilium_types::SiteId;
use serde::{Deserialize, Serialize};

use super::caller::{Caller, Operator};
use super::refusal::Refusal;
use super::{Pages, Shared};
use crate::errors::Fault;
use crate::invitation::MOST_HOURS;
use crate::people::Role;
use crate::{clock, hospitals, publishing};

#[derive(Deserialize)]
pub(super) struct Invite {
    site: String,
}

/// The fingerprint that the page showed.
#[derive(Deserialize)]
pub(super) struct Approve {
    fingerprint: String,
}

#[derive(Deserialize)]
pub(super) struct Publish {
    plan: String,
}

/// A plan that waits, with the hospitals it would be offered to.
#[derive(Serialize, Deserialize)]
pub(super) struct Offer {
    pub(super) plan: String,
    pub(super) sites: Vec<SiteId>,
}

/// The invitation as a file; nobody else is needed, since approval follows.
pub(super) async fn invite(
    State(pages): Shared,
    Operator(person): Operator,
    Form(form): Form<Invite>,
) -> Result<Response, Refusal> {
    let site = site(&form.site)?;
    let (invitation, _) = hospitals::invite(&pages.folder, &pages.store, &site, MOST_HOURS).await?;
    let caller = Caller { person, role: Role::Operator };
    caller.record(&pages, Deed::Invite, site.as_str()).await?;
    let headers = [
        (CONTENT_TYPE, "application/toml".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"invitation-{site}.toml\"")),
    ];
    Ok((headers, invitation.text()).into_response())
}

pub(super) async fn approve(
    State(pages): Shared,
    Operator(person): Operator,
    Path(name): Path<String>,
    Form(form): Form<Approve>,
) -> Result<Redirect, Refusal> {
    let site = site(&name)?;
    let waiting = pages.store.waiting(&site).await.map_err(Fault::from)?;
    if waiting.is_none_or(|waiting| waiting.fingerprint != form.fingerprint) {
        return Err(Fault::NotWaiting(site).into());
    }
    ask(&pages, person, Deed::Approve, site.to_string(), form.fingerprint).await
}

pub(super) async fn revoke(
    State(pages): Shared,
    Operator(person): Operator,
    Path(name): Path<String>,
) -> Result<Redirect, Refusal> {
    let site = site(&name)?;
    let known = pages.store.sites().await.map_err(Fault::from)?;
    if !known.iter().any(|record| record.site == site) {
        return Err(Fault::NoSuchSite(site).into());
    }
    ask(&pages, person, Deed::Revoke, site.to_string(), String::new()).await
}

pub(super) async fn publish(
    State(pages): Shared,
    Operator(person): Operator,
    Form(form): Form<Publish>,
) -> Result<Redirect, Refusal> {
    let record = publishing::record(&pages.store, &form.plan, "the plan", None).await?;
    let known = pages.store.studies().await.map_err(Fault::from)?;
    if known.iter().any(|known| known.study == record.study) {
        return Err(Fault::StudyExists(record.study).into());
    }
    let offer = Offer { plan: form.plan, sites: record.invited };
    let offer = serde_json::to_string(&offer).expect("strings always serialise");
    ask(&pages, person, Deed::Publish, record.study.to_string(), offer).await
}

/// Writes down what waits for a second operator.
async fn ask(
    pages: &Pages,
    person: String,
    deed: Deed,
    subject: String,
    detail: String,
) -> Result<Redirect, Refusal> {
    let waiting = pages.store.waiting_acts().await.map_err(Fault::from)?;
    if waiting.iter().any(|act| act.deed == deed && act.subject == subject) {
        return Err(Refusal::AlreadyAsked);
    }
    let act = NewAct { person, deed, subject, detail, state: ActState::Waiting, at: clock::now() };
    pages.store.act(&act).await.map_err(Fault::from)?;
    Ok(Redirect::to("/acts"))
}

pub(super) async fn confirm(
    State(pages): Shared,
    Operator(person): Operator,
    Path(number): Path<i64>,
) -> Result<Redirect, Refusal> {
    let act = decide(&pages, number, &person, ActState::Confirmed).await?;
    let done = carry_out(&pages, &act).await;
    let state = if done.is_ok() { ActState::Done } else { ActState::Failed };
    pages.store.conclude(number, state).await.map_err(Fault::from)?;
    done?;
    tracing::info!(deed = act.deed.word(), subject = act.subject, "done by two operators");
    Ok(Redirect::to("/acts"))
}

pub(super) async fn refuse(
    State(pages): Shared,
    Operator(person): Operator,
    Path(number): Path<i64>,
) -> Result<Redirect, Refusal> {
    decide(&pages, number, &person, ActState::Refused).await?;
    Ok(Redirect::to("/acts"))
}

async fn decide(pages: &Pages, number: i64, person: &str, state: ActState) -> Result<Act, Refusal> {
    let act = pages.store.act_of(number).await.map_err(Fault::from)?.ok_or(Refusal::Decided)?;
    if state == ActState::Confirmed && act.person == person {
        return Err(Refusal::SamePerson);
    }
    let decided = pages.store.decide(number, person, state, clock::now()).await.map_err(Fault::from)?;
    if decided { Ok(act) } else { Err(Refusal::Decided) }
}

async fn carry_out(pages: &Pages, act: &Act) -> Result<(), Refusal> {
    match act.deed {
        Deed::Approve => {
            let site = site(&act.subject)?;
            hospitals::approve(&pages.folder, &pages.store, &site, Some(&act.detail)).await?;
        }
        Deed::Revoke => hospitals::revoke(&pages.store, &site(&act.subject)?).await?,
        Deed::Publish => {
            let offer: Offer = serde_json::from_str(&act.detail).map_err(|_| Refusal::Decided)?;
            let record = publishing::record(&pages.store, &offer.plan, "the plan", Some(offer.sites)).await?;
            publishing::publish(&pages.store, &record).await?;
        }
        Deed::Enter | Deed::Read | Deed::Invite => return Err(Refusal::Decided),
    }
    Ok(())
}

fn site(name: &str) -> Result<SiteId, Refusal> {
    let malformed = |why: &dyn std::fmt::Display| Fault::Malformed { field: "site", why: why.to_string() };
    name.parse::<SiteId>().map_err(|why| malformed(&why).into())
}

//! What there is to read. Pages change nothing.

use axum::extract::{Path, State};
use axum::http::HeaderName;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use consilium_rounds::life::Status;
use consilium_store::{Act, ActState, Deed, SiteRecord, SiteState};
use consilium_types::{SiteId, StudyId, StudyPlan};
use maud::{Markup, html};

use super::Shared;
use super::acts::Offer;
use super::caller::{Caller, Operator};
use super::html::{deed, page, spelled, table, time};
use super::refusal::Refusal;
use crate::cli::report_files;
use crate::errors::Fault;
use crate::folder;
use crate::people::Role;

/// Entries of the log, and acts, that a page shows.
const MOST_ENTRIES: usize = 200;
const MOST_ACTS: u32 = 500;

/// A report carries its own styles and scripts; it reaches neither the session nor anything else.
const REPORT_POLICY: (HeaderName, &str) = (
    CONTENT_SECURITY_POLICY,
    "sandbox allow-scripts allow-downloads; default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:",
);

type View = Result<Markup, Refusal>;

pub(super) async fn overview(State(pages): Shared, caller: Caller) -> View {
    let sites = pages.store.sites().await.map_err(Fault::from)?;
    let waiting = pages.store.waiting_acts().await.map_err(Fault::from)?;
    let of = |state| sites.iter().filter(|site| site.state == state).count();
    let (enrolled, asking) = (of(SiteState::Enrolled), of(SiteState::Waiting));
    let studies = pages.studies.statuses().await;
    Ok(page(
        &pages.name,
        "Overview",
        &caller,
        &html! {
            @if asking > 0 { p.attention { "Hospitals that wait to be admitted: " (asking) ". " a href="/hospitals" { "Hospitals" } } }
        @if !waiting.is_empty() {
            p.attention { "Requests that wait for a second operator: " (waiting.len()) ". " a href="/acts" { "Record" } }
        }
        p { (enrolled) " of " (sites.len()) " hospitals are enrolled." }
            h2 { "Studies" }
            (table(&["study", "state", "accepted", "exchanges", "now"], &studies.iter().map(study_row).collect::<Vec<_>>()))
            @if studies.is_empty() { p.soft { "No study yet." } }
            @if caller.role == Role::Operator { p { a href="/studies/publish" { "Offer a study" } } }
        },
    ))
}

fn study_row(status: &Status) -> Vec<Markup> {
    let accepted = status.answers.values().filter(|answer| **answer == Some("accepted")).count();
    let now = status.open.as_ref().map_or("", |open| &open.asks);
    vec![
        html! { a href={ "/studies/" (status.study) } { (status.study) } },
        html! { (status.state) },
        html! { (accepted) " of " (status.answers.len()) },
        html! { (status.closed.len()) },
        html! { (now) },
    ]
}

pub(super) async fn study(State(pages): Shared, caller: Caller, Path(name): Path<String>) -> View {
    let study = study_id(&name)?;
    let (status, plan) = pages.studies.with(&study, |life| (life.status(), life.plan().canonical())).await?;
    Ok(page(
        &pages.name,
        study.as_str(),
        &caller,
        &html! {
            dl {
                dt { "state" } dd { (status.state) @if let Some(cause) = &status.cause { ": " (cause) } }
                dt { "plan" } dd { (spelled(&status.plan_hash.to_string())) }
                dt { "exchanges" } dd { (status.closed.len()) }
                @if let Some(budget) = &status.budget { dt { "patients" } dd { (budget.in_words()) } }
                @if let Some(open) = &status.open {
                    dt { "asked now" } dd { (open.asks) }
                    dt { "waiting for" } dd { (listed(&open.waiting_for)) }
                    @if !open.absent.is_empty() { dt { "going on without" } dd { (listed(&open.absent)) } }
                }
                @if status.state == "finished" {
                    dt { "report" } dd { a href={ "/studies/" (study) "/report/report.html" } { "Report" } }
                }
            }
            h2 { "Hospitals" }
            (answers(&status))
            h2 { "Plan" }
            pre { (pretty(&plan)) }
        },
    ))
}

fn answers(status: &Status) -> Markup {
    let row = |(site, answer): (&SiteId, Option<&str>)| {
        let lost = status.lost.iter().find(|lost| lost.site == *site);
        let lost = lost.map(|lost| format!("at attempt {}: {}", lost.at.attempt, lost.reason));
        vec![
            html! { (site) },
            html! { (answer.unwrap_or("has not answered")) },
            html! { (lost.unwrap_or_default()) },
        ]
    };
    table(
        &["hospital", "answer", "lost"],
        &status.answers.iter().map(|(site, answer)| row((site, *answer))).collect::<Vec<_>>(),
    )
}

fn listed(sites: &[SiteId]) -> String {
    sites.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// Canonical JSON with lines.
fn pretty(canonical: &str) -> String {
    let value = serde_json::from_str::<serde_json::Value>(canonical);
    value.and_then(|value| serde_json::to_string_pretty(&value)).unwrap_or_else(|_| canonical.to_owned())
}

/// A file of a finished study's report.
pub(super) async fn report(
    State(pages): Shared,
    _: Caller,
    Path((name, file)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let files = report_files(&pages.store, &study_id(&name)?).await?;
    let found = files.into_iter().find(|found| found.path == file).ok_or(Refusal::NoPage)?;
    let kind = match file.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("json") => "application/json",
        _ => "application/octet-stream",
    };
    Ok(([(CONTENT_TYPE, kind), REPORT_POLICY], found.bytes).into_response())
}

pub(super) async fn hospitals(State(pages): Shared, caller: Caller) -> View {
    let sites = pages.store.sites().await.map_err(Fault::from)?;
    let acts = caller.role == Role::Operator;
    let rows: Vec<_> = sites.iter().map(|site| site_row(site, acts)).collect();
    Ok(page(
        &pages.name,
        "Hospitals",
        &caller,
        &html! {
            (table(&["hospital", "state", "since", "program", "keys", ""], &rows))
            @if acts {
                h2 { "Invite a hospital" }
                p.soft { "The file works once, within 72 hours. Hand it over in person or encrypted." }
                form.row method="post" action="/hospitals/invite" {
                    label { "Its id" input name="site" required pattern="[a-z0-9][a-z0-9-]*"; }
                    button { "Make an invitation" }
                }
            }
        },
    ))
}

fn site_row(site: &SiteRecord, acts: bool) -> Vec<Markup> {
    let fingerprint = site.fingerprint.as_deref().unwrap_or_default();
    vec![
        html! { (site.site) },
        html! { (format!("{:?}", site.state).to_lowercase()) },
        time(site.since),
        html! { (site.software.as_deref().unwrap_or_default()) },
        spelled(fingerprint),
        html! { @if acts { (site_forms(site, fingerprint)) } },
    ]
}

fn site_forms(site: &SiteRecord, fingerprint: &str) -> Markup {
    html! {
        @if site.state == SiteState::Waiting {
            form method="post" action={ "/hospitals/" (site.site) "/approve" } {
                input type="hidden" name="fingerprint" value=(fingerprint);
                label { span { input type="checkbox" required; " the hospital read out these keys" } }
                button { "Ask to admit" }
            }
        }
        @if site.state == SiteState::Enrolled {
            form method="post" action={ "/hospitals/" (site.site) "/revoke" } { button.quiet { "Ask to exclude" } }
        }
    }
}

pub(super) async fn publish(State(pages): Shared, Operator(person): Operator) -> Markup {
    let caller = Caller { person, role: Role::Operator };
    page(
        &pages.name,
        "Offer a study",
        &caller,
        &html! {
            p { "The plan is offered to all hospitals that are enrolled, once a second operator agrees. It cannot change afterwards." }
            form method="post" action="/studies/publish" {
                label { "The plan, TOML" textarea name="plan" required spellcheck="false" {} }
                p { button { "Ask to offer" } }
            }
        },
    )
}

pub(super) async fn log(State(pages): Shared, caller: Caller) -> View {
    let entries = pages.store.log_entries().await.map_err(Fault::from)?;
    let checkpoint = folder::read(&pages.folder.training_log().join("checkpoint")).unwrap_or_default();
    let newest = entries.iter().rev().take(MOST_ENTRIES);
    let lines: Vec<_> = newest.map(|entry| String::from_utf8_lossy(entry).into_owned()).collect();
    Ok(page(
        &pages.name,
        "Training log",
        &caller,
        &html! {
            p { (entries.len()) " entries; the newest " (lines.len()) " below, newest first. This page is a view: "
                code { "consilium-audit verify" } " proves that nothing was changed." }
            h2 { "Signed checkpoint" }
            pre { (checkpoint) }
            h2 { "Entries" }
            @for line in &lines { pre { (line) } }
        },
    ))
}

pub(super) async fn acts(State(pages): Shared, caller: Caller) -> View {
    let waiting = pages.store.waiting_acts().await.map_err(Fault::from)?;
    let all = pages.store.acts(MOST_ACTS).await.map_err(Fault::from)?;
    let rows: Vec<_> = all.iter().map(act_row).collect();
    Ok(page(
        &pages.name,
        "Record",
        &caller,
        &html! {
            @for act in &waiting { (request(act, &caller)) }
            h2 { "What was done" }
            (table(&["", "when", "who", "what", "state", "second person", "when"], &rows))
        },
    ))
}

/// What waits, in full, with what the caller may do about it.
fn request(act: &Act, caller: &Caller) -> Markup {
    let decides = caller.role == Role::Operator;
    html! {
        h2 { (act.person) " asks to " (deed(act)) }
        (detail(act))
        @if decides { div.row {
            @if act.person == caller.person { p.soft { "A second operator must agree." } }
            @else { form method="post" action={ "/acts/" (act.number) "/confirm" } { button { "Agree" } } }
            form method="post" action={ "/acts/" (act.number) "/refuse" } { button.quiet { "Refuse" } }
        } }
    }
}

fn detail(act: &Act) -> Markup {
    match act.deed {
        Deed::Approve => html! { p { "with the keys " (spelled(&act.detail)) } },
        Deed::Publish => serde_json::from_str(&act.detail).map_or_else(|_| html! {}, |wanted| offer(&wanted)),
        _ => html! {},
    }
}

fn offer(Offer { plan, sites }: &Offer) -> Markup {
    html! {
        p {
            "to " (listed(sites))
            @if let Ok(plan) = StudyPlan::from_toml(plan, "plan") { ", plan hash " (spelled(&plan.hash().to_string())) }
        }
        pre { (plan) }
    }
}

fn act_row(act: &Act) -> Vec<Markup> {
    let state = if act.state == ActState::Done { "" } else { act.state.word() };
    vec![
        html! { (act.number) },
        time(act.at),
        html! { (act.person) },
        html! { (deed(act)) },
        html! { (state) },
        html! { (act.second.as_deref().unwrap_or_default()) },
        html! { @if let Some(at) = act.decided { (time(at)) } },
    ]
}

fn study_id(name: &str) -> Result<StudyId, Refusal> {
    name.parse().map_err(|_| Refusal::NoPage)
}

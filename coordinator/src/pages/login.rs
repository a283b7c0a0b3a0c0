//! Signing in, with a password or through the hospital's identity provider, and signing out.

use axum::Form;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse as _, Redirect, Response};
use consilium_store::Deed;
use maud::{Markup, html};
use serde::Deserialize;

use super::caller::{Caller, SESSION, cookie};
use super::html::bare;
use super::provider::Answer;
use super::refusal::Refusal;
use super::{Pages, Shared};
use crate::clock;
use crate::errors::Fault;
use crate::people::People;

/// The cookie that ties an answer of the provider to the browser that asked.
const ASKED: &str = "consilium_oidc";

/// What the form sends.
#[derive(Deserialize)]
pub(super) struct Entry {
    name: String,
    password: String,
}

pub(super) async fn form(State(pages): Shared) -> Markup {
    bare(
        &pages.name,
        &html! {
            form method="post" action="/login" {
                label { "Name" input name="name" autocomplete="username" required; }
                label { "Password" input name="password" type="password" autocomplete="current-password" required; }
                button { "Sign in" }
            }
            @if let Some(provider) = &pages.provider {
                p { a href="/oidc" { "Sign in at " (provider.issuer()) } }
            }
        },
    )
}

pub(super) async fn enter(State(pages): Shared, Form(entry): Form<Entry>) -> Result<Response, Refusal> {
    let now = clock::now();
    if let Some(seconds) = pages.sessions.wait(&entry.name, now) {
        return Err(Refusal::Wait(seconds));
    }
    let _one_of_few = pages.checks.acquire().await;
    let (people, name) = (People::read(&pages.folder)?, entry.name.clone());
    let check = tokio::task::spawn_blocking(move || people.enter(&entry.name, &entry.password));
    let role = check.await.map_err(|why| Fault::Authority(why.to_string()))??;
    pages.sessions.tried(&name, role.is_some(), now);
    let role = role.ok_or(Refusal::WrongPassword)?;
    begin(&pages, Caller { person: name, role }, true).await
}

async fn begin(pages: &Pages, caller: Caller, is_local: bool) -> Result<Response, Refusal> {
    let token = pages.sessions.begin(&caller.person, caller.role, is_local, clock::now())?;
    caller.record(pages, Deed::Enter, "pages").await?;
    tracing::info!(role = caller.role.word(), "somebody signed in to the pages");
    let cookies = [(SET_COOKIE, keep(pages, SESSION, &token)), (SET_COOKIE, drop_cookie(pages, ASKED))];
    Ok((axum::response::AppendHeaders(cookies), Redirect::to("/")).into_response())
}

pub(super) async fn leave(State(pages): Shared, headers: HeaderMap) -> Response {
    if let Some(token) = cookie(&headers, SESSION) {
        pages.sessions.end(&token);
    }
    ([(SET_COOKIE, drop_cookie(&pages, SESSION))], Redirect::to("/login")).into_response()
}

pub(super) async fn ask_provider(State(pages): Shared) -> Result<Response, Refusal> {
    let provider = pages.provider.as_ref().ok_or(Refusal::NoPage)?;
    let (url, state) = provider.ask(clock::now()).await?;
    Ok(([(SET_COOKIE, keep(&pages, ASKED, &state))], Redirect::to(&url)).into_response())
}

pub(super) async fn provider_answers(
    State(pages): Shared,
    Query(answer): Query<Answer>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let provider = pages.provider.as_ref().ok_or(Refusal::NoPage)?;
    if cookie(&headers, ASKED).as_deref() != Some(answer.state()) {
        return Err(Refusal::ForeignOrigin);
    }
    let (person, role) = provider.confirm(answer, clock::now()).await?;
    begin(&pages, Caller { person, role }, false).await
}

/// Gone with the browser's session; not for scripts; over HTTPS alone where the pages are.
fn keep(pages: &Pages, name: &str, value: &str) -> String {
    let secure = if pages.origin.starts_with("https://") { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}")
}

fn drop_cookie(pages: &Pages, name: &str) -> String {
    format!("{}; Max-Age=0", keep(pages, name, ""))
}

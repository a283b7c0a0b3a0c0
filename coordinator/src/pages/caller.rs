//! Who asks for a page, read from the cookie. Without one a browser is sent to sign in.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::COOKIE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use axum::response::{IntoResponse as _, Redirect, Response};
use consilium_store::{ActState, Deed, NewAct};

use super::Pages;
use super::refusal::Refusal;
use crate::clock;
use crate::errors::Fault;
use crate::people::{People, Role};

/// The session's cookie.
pub(super) const SESSION: &str = "consilium_session";

/// Somebody who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Caller {
    pub(super) person: String,
    pub(super) role: Role,
}

/// Somebody who may change something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Operator(pub(super) String);

/// A value of the request's cookies.
pub(super) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let all = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
}

impl FromRequestParts<Arc<Pages>> for Caller {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, pages: &Arc<Pages>) -> Result<Self, Response> {
        let to_login = || Redirect::to("/login").into_response();
        let token = cookie(&parts.headers, SESSION).ok_or_else(to_login)?;
        let session = pages.sessions.find(&token, clock::now()).ok_or_else(to_login)?;
        let caller = Self { person: session.person, role: session.role };
        let refuse = |fault: Fault| Refusal::from(fault).into_response();
        // whoever was removed, or has another role by now, signs in anew
        if session.is_local && !caller.is_still(pages).map_err(refuse)? {
            pages.sessions.end(&token);
            return Err(to_login());
        }
        let page = parts.uri.path();
        if parts.method == Method::GET && pages.sessions.is_first_look(&token, page) {
            caller.record(pages, Deed::Read, page).await.map_err(refuse)?;
        }
        Ok(caller)
    }
}

impl FromRequestParts<Arc<Pages>> for Operator {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, pages: &Arc<Pages>) -> Result<Self, Response> {
        let caller = Caller::from_request_parts(parts, pages).await?;
        match caller.role {
            Role::Operator => Ok(Self(caller.person)),
            Role::Auditor => Err(Refusal::NotOperator.into_response()),
        }
    }
}

impl Caller {
    fn is_still(&self, pages: &Pages) -> Result<bool, Fault> {
        let people = People::read(&pages.folder)?;
        Ok(people.all().iter().any(|person| person.name == self.person && person.role == self.role))
    }

    /// Writes down what is done without anybody else.
    pub(super) async fn record(&self, pages: &Pages, deed: Deed, subject: &str) -> Result<(), Fault> {
        let (person, subject) = (self.person.clone(), subject.to_owned());
        let detail = self.role.word().to_owned();
        let (state, at) = (ActState::Done, clock::now());
        pages.store.act(&NewAct { person, deed, subject, detail, state, at }).await?;
        Ok(())
    }
}

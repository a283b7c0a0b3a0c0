//! What the pages refuse, with its code and HTTP status, as a page.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::html;

use super::html::bare;
use crate::errors::Fault;

/// Why a page was not given.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    #[error("name and password do not belong together")]
    WrongPassword,
    #[error("too many wrong passwords for this name; try again in {0} seconds")]
    Wait(u64),
    #[error("only an operator may do this; you are signed in as an auditor, who reads")]
    NotOperator,
    #[error("the request came from another page than these; open the pages anew and try again")]
    ForeignOrigin,
    #[error("this does not wait for anybody any more; look at what was done under Record")]
    Decided,
    #[error("a second operator must agree: not the one who asked")]
    SamePerson,
    #[error("the same is waiting already; a second operator finds it under Record")]
    AlreadyAsked,
    #[error("the identity provider did not confirm who you are: {0}; sign in once more")]
    Provider(String),
    #[error("the identity provider says who you are, and gives you no role here: ask who manages its groups")]
    NoRole,
    #[error("there is no such page")]
    NoPage,
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal {
    /// The stable code.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::WrongPassword => "CNS-C-0301",
            Self::Wait(_) => "CNS-C-0302",
            Self::NotOperator => "CNS-C-0303",
            Self::ForeignOrigin => "CNS-C-0304",
            Self::Decided => "CNS-C-0305",
            Self::SamePerson => "CNS-C-0306",
            Self::AlreadyAsked => "CNS-C-0307",
            Self::Provider(_) => "CNS-C-0308",
            Self::NoRole => "CNS-C-0309",
            Self::NoPage => "CNS-C-0310",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::WrongPassword => StatusCode::UNAUTHORIZED,
            Self::Wait(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::NotOperator | Self::ForeignOrigin | Self::SamePerson | Self::Provider(_) | Self::NoRole => {
                StatusCode::FORBIDDEN
            }
            Self::Decided | Self::AlreadyAsked => StatusCode::CONFLICT,
            Self::NoPage => StatusCode::NOT_FOUND,
            Self::Fault(fault) => of_fault(fault),
        }
    }
}

fn of_fault(fault: &Fault) -> StatusCode {
    match fault {
        Fault::NoSuchStudy(_) | Fault::NoSuchSite(_) | Fault::NoResult { .. } => StatusCode::NOT_FOUND,
        Fault::AlreadyEnrolled(_) | Fault::NotWaiting(_) | Fault::StudyExists(_) => StatusCode::CONFLICT,
        Fault::Plan(_) | Fault::Malformed { .. } | Fault::TooFewSites { .. } | Fault::NotEnrolled(_) => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl IntoResponse for Refusal {
    /// What the coordinator itself suffered is logged here and told to nobody else.
    fn into_response(self) -> Response {
        let (status, code) = (self.status(), self.code());
        let message = if status == StatusCode::INTERNAL_SERVER_ERROR {
            tracing::error!(code, "{self}");
            "the coordinator cannot go on; its log has the reason".to_owned()
        } else {
            self.to_string()
        };
        let page = bare(
            &status.to_string(),
            &html! {
                p.refused { (message) " [" (code) "]" }
                p { a href="/" { "Overview" } }
            },
        );
        (status, page).into_response()
    }
}

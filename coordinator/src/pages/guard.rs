//! Before and after every page: where a request came from, and what a browser may do with the answer.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, HeaderName, ORIGIN, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::Pages;
use super::refusal::Refusal;

const HEADERS: [(HeaderName, &str); 5] = [
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    // `no-referrer` would take the origin from forms as well
    (REFERRER_POLICY, "same-origin"),
    (CACHE_CONTROL, "no-store"),
];

/// Refuses what another site's page sends, and names under which others may have led a browser here.
pub(super) async fn guard(State(pages): State<Arc<Pages>>, request: Request, next: Next) -> Response {
    let is_ours = is_ours(&pages.origin, request.method(), request.headers());
    let mut response = if is_ours { next.run(request).await } else { Refusal::ForeignOrigin.into_response() };
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

fn is_ours(origin: &str, method: &Method, headers: &HeaderMap) -> bool {
    let is = |name: HeaderName, expected: &str| headers.get(name).is_some_and(|value| value == expected);
    let host = origin.split_once("://").map_or(origin, |(_, host)| host);
    is(HOST, host) && (*method == Method::GET || *method == Method::HEAD || is(ORIGIN, origin))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(method: &Method, host: &'static str, origin: Option<&'static str>) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_static(host));
        origin.map(|origin| headers.insert(ORIGIN, HeaderValue::from_static(origin)));
        is_ours("https://coord.example", method, &headers)
    }

    #[test]
    fn forms_come_from_these_pages_and_under_their_own_name() {
        assert!(asked(&Method::GET, "coord.example", None));
        assert!(asked(&Method::POST, "coord.example", Some("https://coord.example")));
        assert!(!asked(&Method::POST, "coord.example", None));
        for origin in
            ["null", "http://coord.example", "https://coord.example.evil", "https://coord.example:1"]
        {
            assert!(!asked(&Method::POST, "coord.example", Some(origin)), "{origin}");
        }
        for host in ["evil.example", "127.0.0.1:80", "coord.example:443"] {
            assert!(!asked(&Method::GET, host, None), "{host}");
        }
    }
}

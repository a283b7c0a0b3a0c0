//! The training log over HTTP: the files of its folder as they are, to whoever asks. Read only.
//!
//! A path is compared with the forms that a log has, and never reaches outside the folder. Spec: C2SP tlog-tiles.

use std::path::PathBuf;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, Response, StatusCode};
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::errors::Fault;

/// Serves a folder until the server drains.
pub(crate) async fn serve(
    listener: TcpListener,
    folder: PathBuf,
    mut draining: watch::Receiver<bool>,
) -> Result<(), Fault> {
    let failed = |source| Fault::Listen { address: "the log's port".to_owned(), source };
    let stop = async move {
        // a sender that is gone has drained
        let _ = draining.wait_for(|draining| *draining).await;
    };
    let router = Router::new().route("/{*path}", get(file)).with_state(folder);
    axum::serve(listener, router).with_graceful_shutdown(stop).await.map_err(failed)
}

async fn file(State(folder): State<PathBuf>, Path(path): Path<String>) -> Response<Body> {
    if !is_of_a_log(&path) {
        return empty(StatusCode::NOT_FOUND);
    }
    match tokio::fs::read(folder.join(&path)).await {
        Ok(bytes) => whole(&path, bytes),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => empty(StatusCode::NOT_FOUND),
        Err(error) => {
            tracing::error!(%error, "a file of the training log cannot be read");
            empty(StatusCode::INTERNAL_SERVER_ERROR)
        }
    }
}

fn whole(path: &str, bytes: Vec<u8>) -> Response<Body> {
    let (kind, keep) = if path.starts_with("tile/") {
        ("application/octet-stream", "max-age=31536000, immutable")
    } else {
        ("text/plain; charset=utf-8", "no-cache")
    };
    let mut response = Response::new(Body::from(bytes));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(keep));
    response
}

fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// `checkpoint`, `checkpoint.witnessed`, `policy.txt`, `tile/<level or entries>/<x123/…>123[.p/<width>]`.
fn is_of_a_log(path: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.len() <= 3 && text.bytes().all(|b| b.is_ascii_digit());
    let mut parts = match path.split_once('/') {
        None => return matches!(path, "checkpoint" | "checkpoint.witnessed" | "policy.txt"),
        Some(("tile", rest)) => rest.split('/').peekable(),
        Some(_) => return false,
    };
    let level = parts.next().is_some_and(|level| level == "entries" || digits(level));
    while parts.next_if(|part| part.strip_prefix('x').is_some_and(digits)).is_some() {}
    let is_place = match parts.next() {
        Some(last) => match last.strip_suffix(".p") {
            Some(place) => digits(place) && parts.next().is_some_and(digits),
            None => digits(last),
        },
        None => false,
    };
    level && is_place && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_a_log_are_files() {
        for path in [
            "checkpoint",
            "checkpoint.witnessed",
            "policy.txt",
            "tile/0/000",
            "tile/entries/x001/x234/067.p/8",
            "tile/1/001.p/255",
        ] {
            assert!(is_of_a_log(path), "{path}");
        }
        for path in [
            "",
            "tile",
            "../log.key",
            "tile/../../log.key",
            "tile/0/../../../ca.key",
            "tile/0/000/000",
            "tile/0/000.p",
            "tile/0/000.p/1/2",
            "tile//000",
            "tile/0/",
            "/etc/passwd",
            "tile/0/x001",
            "tile/0/0001",
            "checkpoint/",
            "CHECKPOINT",
            "tile/0/00\0",
        ] {
            assert!(!is_of_a_log(path), "{path}");
        }
    }
}

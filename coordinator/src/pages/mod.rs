//! The pages: what the consortium does, for operators and auditors in a browser.
//!
//! Plain HTTP on the loopback interface alone; the hospital's own HTTPS proxy stands before it. No script, nothing from
//! elsewhere. Whatever admits or excludes somebody, or starts a study, needs two operators. Never: a patient's value (the
//! coordinator has none), a secret in a page. Spec: docs/reference/pages.md.

mod acts;
mod caller;
mod guard;
mod html;
mod login;
mod provider;
mod refusal;
mod sessions;
mod views;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::middleware;
use axum::routing::{get, post};
use consilium_store::Store;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

use crate::driver::Studies;
use crate::errors::Fault;
use crate::folder::Folder;
use provider::Provider;
use refusal::Refusal;
use sessions::Sessions;

/// Passwords that are checked at a time: each takes 19 MiB.
const AT_A_TIME: usize = 2;

/// What every page needs.
#[derive(Debug)]
pub(crate) struct Pages {
    folder: Folder,
    store: Store,
    studies: Arc<Studies>,
    /// The consortium's name.
    name: String,
    /// `https://host[:port]`, as browsers see it.
    origin: String,
    sessions: Sessions,
    provider: Option<Provider>,
    checks: Semaphore,
}

type Shared = axum::extract::State<Arc<Pages>>;

impl Pages {
    /// `url` is where browsers find the pages, if a proxy stands before them.
    pub(crate) async fn new(
        folder: &Folder,
        store: Store,
        studies: Arc<Studies>,
        bound: SocketAddr,
        url: Option<String>,
    ) -> Result<Self, Fault> {
        if !bound.ip().is_loopback() {
            return Err(Fault::PagesListen(bound.to_string()));
        }
        let origin = url.map_or_else(|| Ok(format!("http://{bound}")), origin_of)?;
        let name = store.settings().await?.name;
        let provider = Provider::read(folder, &origin)?;
        let (sessions, checks) = (Sessions::default(), Semaphore::new(AT_A_TIME));
        Ok(Self { folder: folder.clone(), store, studies, name, origin, sessions, provider, checks })
    }

    /// Where browsers find them.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// Serves until the server drains.
    pub(crate) async fn serve(
        self,
        listener: TcpListener,
        mut draining: watch::Receiver<bool>,
    ) -> Result<(), Fault> {
        let failed = |source| Fault::Listen { address: "the pages' port".to_owned(), source };
        let stop = async move {
            // a sender that is gone has drained
            let _ = draining.wait_for(|draining| *draining).await;
        };
        axum::serve(listener, router(Arc::new(self))).with_graceful_shutdown(stop).await.map_err(failed)
    }
}

fn router(pages: Arc<Pages>) -> Router {
    Router::new()
        .route("/", get(views::overview))
        .route("/hospitals", get(views::hospitals))
        .route("/hospitals/invite", post(acts::invite))
        .route("/hospitals/{site}/approve", post(acts::approve))
        .route("/hospitals/{site}/revoke", post(acts::revoke))
        .route("/studies/publish", get(views::publish).post(acts::publish))
        .route("/studies/{study}", get(views::study))
        .route("/studies/{study}/report/{*file}", get(views::report))
        .route("/log", get(views::log))
        .route("/acts", get(views::acts))
        .route("/acts/{number}/confirm", post(acts::confirm))
        .route("/acts/{number}/refuse", post(acts::refuse))
        .route("/login", get(login::form).post(login::enter))
        .route("/logout", post(login::leave))
        .route("/oidc", get(login::ask_provider))
        .route("/oidc/callback", get(login::provider_answers))
        .route("/pages.css", get(|| async { ([(CONTENT_TYPE, "text/css")], include_str!("pages.css")) }))
        .fallback(|| async { Refusal::NoPage })
        .layer(middleware::from_fn_with_state(Arc::clone(&pages), guard::guard))
        .with_state(pages)
}

/// Scheme, host and port of a URL without a path.
fn origin_of(url: String) -> Result<String, Fault> {
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let is_plain = |host: &str| {
        !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._:[]".contains(&b))
    };
    if host.is_some_and(is_plain) { Ok(url) } else { Err(Fault::PagesUrl(url)) }
}

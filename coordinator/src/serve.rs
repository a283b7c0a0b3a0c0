//! `serve`: one port for enrolment and for everything else, until a signal.

use std::sync::Arc;

use consilium_proto::v1::consortium_server::ConsortiumServer;
use consilium_proto::v1::enrolment_server::EnrolmentServer;
use consilium_store::Store;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tonic::transport::Server;

use crate::authority::Authority;
use crate::driver::Studies;
use crate::errors::Fault;
use crate::folder::{self, Folder};
use crate::pages::Pages;
use crate::renewal::Renewal;
use crate::service::{ConsortiumService, EnrolmentService};
use crate::training_log::TrainingLog;
use crate::{cli, log_server, tls, watcher};

/// Largest message taken. Longer answers come in chunks.
const MOST_BYTES: usize = 16 << 20;

/// Where to listen, for this time only.
#[derive(Debug)]
pub(crate) struct Ports {
    pub(crate) listen: Option<String>,
    pub(crate) log_listen: Option<String>,
    pub(crate) pages_listen: Option<String>,
    /// Where browsers find the pages.
    pub(crate) pages_url: Option<String>,
}

/// Serves until a signal asks it to stop.
pub(crate) async fn serve(folder: &Folder, ports: Ports) -> Result<(), Fault> {
    let store = Store::open(&folder.database()).await?;
    let settings = store.settings().await?;
    let host = cli::host(&settings.address)?;
    let authority = Authority::open(folder)?;
    let renewal = Renewal::new(store.clone(), authority);
    let (listener, port) = bind(&ports.listen.unwrap_or(settings.listen)).await?;
    let (issued, acceptor) = watch::channel(tls::issue(folder, host)?);
    tokio::spawn(tls::keep_issued(folder.clone(), host.to_owned(), issued));
    let mut log = TrainingLog::open(folder, &store).await?;
    log.started(&store, folder::program()?).await?;
    let studies = Arc::new(Studies::load(store.clone(), log).await?);
    folder::write(&folder.bound_address(), &format!("{host}:{port}\n"))?;
    cli::say(format_args!("listening on {host}:{port}"));
    let (drain, draining) = watch::channel(false);
    if let Some(address) = ports.pages_listen {
        let (listener, _) = bind(&address).await?;
        let bound = listener.local_addr().map_err(|source| Fault::Listen { address, source })?;
        let pages = Pages::new(folder, store.clone(), Arc::clone(&studies), bound, ports.pages_url).await?;
        cli::say(format_args!("the pages are at {}", pages.origin()));
        tokio::spawn(pages.serve(listener, draining.clone()));
    }
    if let Some(address) = ports.log_listen {
        let (listener, port) = bind(&address).await?;
        cli::say(format_args!("the training log is at http://{}:{port}", cli::host(&address)?));
        tokio::spawn(log_server::serve(listener, folder.training_log(), draining.clone()));
    }
    run(listener, acceptor, store, studies, renewal, (drain, draining)).await
}

async fn bind(address: &str) -> Result<(TcpListener, u16), Fault> {
    let failed = |source| Fault::Listen { address: address.to_owned(), source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let port = listener.local_addr().map_err(failed)?.port();
    Ok((listener, port))
}

async fn run(
    listener: TcpListener,
    acceptor: watch::Receiver<tokio_rustls::TlsAcceptor>,
    store: Store,
    studies: Arc<Studies>,
    renewal: Renewal,
    (drain, draining): (watch::Sender<bool>, watch::Receiver<bool>),
) -> Result<(), Fault> {
    let enrolment = EnrolmentService::new(store.clone(), renewal.clone());
    let consortium = ConsortiumService::new(store.clone(), Arc::clone(&studies), renewal, draining.clone());
    let watching = tokio::spawn(watcher::watch(store, studies, draining.clone()));
    let stop = async move {
        tokio::select! {
            () = signal() => {}
            // the store failed: nothing that is said now could be kept
            ended = watching => report(ended),
        }
        drain.send_replace(true);
    };
    let served = Server::builder()
        .add_service(EnrolmentServer::new(enrolment))
        .add_service(ConsortiumServer::new(consortium).max_decoding_message_size(MOST_BYTES))
        .serve_with_incoming_shutdown(tls::connections(listener, acceptor), stop)
        .await;
    served
        .map_err(|e| Fault::Listen { address: "the open port".to_owned(), source: std::io::Error::other(e) })
}

fn report(ended: Result<Result<(), Fault>, tokio::task::JoinError>) {
    match ended {
        Ok(Ok(())) => {}
        Ok(Err(fault)) => tracing::error!(code = fault.code(), "{fault}"),
        Err(error) => tracing::error!(%error, "the watcher ended"),
    }
}

/// Waits for the signal that asks a program to stop.
async fn signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => return,
                _ = tokio::signal::ctrl_c() => return,
            }
        }
    }
    // without signals the program runs until it is killed, which it survives
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

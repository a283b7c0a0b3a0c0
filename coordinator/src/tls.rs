//! TLS 1.3 with the consortium's own authority.
//!
//! A client certificate is optional in the handshake, because a hospital that enrols has none; each call of an
//! enrolled hospital demands it (`service::caller`). A certificate of another authority fails the handshake.

use std::io::BufReader;
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_stream::wrappers::ReceiverStream;

use crate::errors::Fault;
use crate::folder::{self, Folder};

/// A handshake that takes longer is given up.
const HANDSHAKE: Duration = Duration::from_secs(15);
/// Connections that wait to be served.
const BACKLOG: usize = 64;

pub(crate) fn acceptor(folder: &Folder) -> Result<TlsAcceptor, Fault> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut roots = RootCertStore::empty();
    for certificate in certificates(&folder::read(&folder.authority_certificate())?)? {
        roots.add(certificate).map_err(broken)?;
    }
    let clients = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
        .allow_unauthenticated()
        .build()
        .map_err(broken)?;
    let chain = certificates(&folder::read(&folder.server_certificate())?)?;
    let key =
        PrivateKeyDer::from_pem_slice(folder::read(&folder.server_key())?.as_bytes()).map_err(broken)?;
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(broken)?
        .with_client_cert_verifier(clients)
        .with_single_cert(chain, key)
        .map_err(broken)?;
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Connections whose handshake succeeded.
pub(crate) fn connections(
    listener: TcpListener,
    acceptor: TlsAcceptor,
) -> ReceiverStream<std::io::Result<TlsStream<TcpStream>>> {
    let (sender, receiver) = mpsc::channel(BACKLOG);
    tokio::spawn(async move {
        while !sender.is_closed() {
            match listener.accept().await {
                Ok((stream, _)) => {
                    tokio::spawn(shake_hands(stream, acceptor.clone(), sender.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection was not accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
    });
    ReceiverStream::new(receiver)
}

async fn shake_hands(
    stream: TcpStream,
    acceptor: TlsAcceptor,
    sender: mpsc::Sender<std::io::Result<TlsStream<TcpStream>>>,
) {
    // without it a small answer waits for the other side's acknowledgement
    let _ = stream.set_nodelay(true);
    match tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await {
        Ok(Ok(stream)) => {
            // fails only when the server has stopped
            let _ = sender.send(Ok(stream)).await;
        }
        Ok(Err(error)) => tracing::warn!(%error, "a TLS handshake failed"),
        Err(_) => tracing::warn!("a TLS handshake took too long"),
    }
}

fn certificates(pem: &str) -> Result<Vec<CertificateDer<'static>>, Fault> {
    CertificateDer::pem_reader_iter(BufReader::new(pem.as_bytes())).collect::<Result<_, _>>().map_err(broken)
}

fn broken(error: impl std::fmt::Display) -> Fault {
    Fault::Authority(error.to_string())
}

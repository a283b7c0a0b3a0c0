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
use tokio::sync::{mpsc, watch};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_stream::wrappers::ReceiverStream;

use crate::authority::{Authority, SERVER_LIFE};
use crate::clock;
use crate::errors::Fault;
use crate::folder::{self, Folder};

/// A handshake that takes longer is given up.
const HANDSHAKE: Duration = Duration::from_secs(15);
/// Connections that wait to be served.
const BACKLOG: usize = 64;

/// Issues the server's certificate; connections that come from now on see it.
pub(crate) fn issue(folder: &Folder, host: &str) -> Result<TlsAcceptor, Fault> {
    Authority::open(folder)?.issue_server(host, folder)?;
    acceptor(folder)
}

/// Renews the certificate at half of its life, for as long as anybody connects. A disk that fails delays it to the next time.
pub(crate) async fn keep_issued(folder: Folder, host: String, current: watch::Sender<TlsAcceptor>) {
    let half = Duration::try_from(SERVER_LIFE / 2).expect("a life is positive");
    while !current.is_closed() {
        tokio::time::sleep(half).await;
        renew(&folder, &host, &current);
    }
}

fn renew(folder: &Folder, host: &str, current: &watch::Sender<TlsAcceptor>) {
    match issue(folder, host) {
        Ok(acceptor) => drop(current.send_replace(acceptor)),
        Err(fault) => {
            tracing::error!(code = fault.code(), "the server's certificate was not renewed: {fault}");
        }
    }
}

fn acceptor(folder: &Folder) -> Result<TlsAcceptor, Fault> {
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
    let mut config = ServerConfig::builder_with_details(provider, Arc::new(clock::Steadily))
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
    current: watch::Receiver<TlsAcceptor>,
) -> ReceiverStream<std::io::Result<TlsStream<TcpStream>>> {
    let (sender, receiver) = mpsc::channel(BACKLOG);
    tokio::spawn(async move {
        while !sender.is_closed() {
            match listener.accept().await {
                Ok((stream, _)) => {
                    let acceptor = current.borrow().clone();
                    tokio::spawn(shake_hands(stream, acceptor, sender.clone()));
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

#[cfg(test)]
mod tests {
    use rustls::ClientConfig;
    use rustls::pki_types::ServerName;
    use tokio_rustls::TlsConnector;
    use tokio_stream::StreamExt as _;

    use super::*;

    fn client(folder: &Folder) -> TlsConnector {
        let mut roots = RootCertStore::empty();
        let authority = folder::read(&folder.authority_certificate()).unwrap();
        certificates(&authority).unwrap().into_iter().for_each(|one| roots.add(one).unwrap());
        let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_protocol_versions(&[&rustls::version::TLS13])
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        TlsConnector::from(Arc::new(config))
    }

    #[tokio::test]
    async fn who_connects_after_a_renewal_sees_the_new_certificate() {
        let folder = tempfile::tempdir().unwrap();
        let folder = Folder::new(folder.path().to_owned());
        Authority::create("Test", &folder).unwrap();
        let (current, watched) = watch::channel(issue(&folder, "localhost").unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut served = connections(listener, watched);
        let mut seen = Vec::new();
        for _ in 0..2 {
            let stream = TcpStream::connect(address).await.unwrap();
            let name = ServerName::try_from("localhost").unwrap();
            let connected = client(&folder).connect(name, stream).await.unwrap();
            seen.push(connected.get_ref().1.peer_certificates().unwrap()[0].to_vec());
            served.next().await.unwrap().unwrap();
            renew(&folder, "localhost", &current);
        }
        assert_ne!(seen[0], seen[1]);
    }
}

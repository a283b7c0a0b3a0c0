//! A listener between a hospital and the coordinator: holds the keys of both, and keeps every byte in clear.
//!
//! TLS ends here on both sides, HTTP/2 does not: what is kept are its frames as they passed, and [`Tapped::bodies`] puts
//! the bodies of messages together again. Never: a change to a byte.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use anyhow::{Context as _, Result};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use crate::rogue::Credentials;

/// The 24 bytes before the first frame of a client (RFC 9113, section 3.4).
const PREFACE: usize = 24;
/// Length, type, flags and stream of a frame (section 4.1).
const HEAD: usize = 9;
/// Type of a frame with a part of a body.
const DATA: u8 = 0;
/// Set in the flags of a frame with padding.
const PADDED: u8 = 8;

/// The bytes of one direction of one connection.
type Kept = Arc<Mutex<Vec<u8>>>;

/// A listening tap; it stops when dropped.
#[derive(Debug)]
pub struct Tap {
    port: u16,
    kept: Arc<Mutex<Vec<(bool, Kept)>>>,
    _runtime: Runtime,
}

/// What passed.
#[derive(Debug)]
pub struct Tapped {
    /// Every byte, one entry for each direction of each connection; whether it came from the hospital.
    pub streams: Vec<(bool, Vec<u8>)>,
}

impl Tap {
    /// Listens as the coordinator and passes everything on as the hospital.
    pub fn listen(upstream: u16, coordinator: &Credentials, site: &Credentials) -> Result<Self> {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let acceptor = TlsAcceptor::from(Arc::new(server(coordinator)?));
        let connector = TlsConnector::from(Arc::new(client(site)?));
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
        let port = listener.local_addr()?.port();
        let kept = Arc::new(Mutex::new(Vec::new()));
        runtime.spawn(serve(listener, acceptor, connector, upstream, Arc::clone(&kept)));
        Ok(Self { port, kept, _runtime: runtime })
    }

    /// Where it listens.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What has passed so far.
    #[must_use]
    pub fn tapped(&self) -> Tapped {
        let kept = self.kept.lock().expect("nobody panics with the lock");
        let copy =
            |(up, bytes): &(bool, Kept)| (*up, bytes.lock().expect("nobody panics with the lock").clone());
        Tapped { streams: kept.iter().map(copy).collect() }
    }
}

impl Tapped {
    /// The bodies that came from the hospital, put together from their frames.
    #[must_use]
    pub fn bodies(&self) -> Vec<u8> {
        self.streams
            .iter()
            .filter(|(up, _)| *up)
            .flat_map(|(_, bytes)| body(bytes.get(PREFACE..).unwrap_or_default()))
            .collect()
    }
}

/// The data of all frames, whose order is that of the messages: a hospital asks one thing after the other.
fn body(mut frames: &[u8]) -> Vec<u8> {
    let mut data = Vec::new();
    while let [a, b, c, kind, flags, _, _, _, _, rest @ ..] = frames {
        let length = usize::from(*a) << 16 | usize::from(*b) << 8 | usize::from(*c);
        let payload = &rest[..length.min(rest.len())];
        assert!(*kind != DATA || flags & PADDED == 0, "no padding is expected");
        if *kind == DATA {
            data.extend_from_slice(payload);
        }
        frames = &frames[(HEAD + length).min(frames.len())..];
    }
    data
}

fn server(coordinator: &Credentials) -> Result<ServerConfig> {
    let (chain, key) = identity(coordinator)?;
    let mut config = ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(config)
}

fn client(site: &Credentials) -> Result<ClientConfig> {
    let (chain, key) = identity(site)?;
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(site.authority.as_bytes())?)?;
    let mut config =
        ClientConfig::builder().with_root_certificates(roots).with_client_auth_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(config)
}

fn identity(of: &Credentials) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)> {
    let chain = CertificateDer::pem_slice_iter(of.certificate.as_bytes()).collect::<Result<_, _>>()?;
    Ok((chain, PrivateKeyDer::from_pem_slice(of.key.as_bytes())?))
}

async fn serve(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    connector: TlsConnector,
    upstream: u16,
    kept: Arc<Mutex<Vec<(bool, Kept)>>>,
) {
    while let Ok((stream, _)) = listener.accept().await {
        let (acceptor, connector) = (acceptor.clone(), connector.clone());
        let [up, down]: [Kept; 2] = Default::default();
        kept.lock()
            .expect("nobody panics with the lock")
            .extend([(true, Arc::clone(&up)), (false, Arc::clone(&down))]);
        tokio::spawn(async move {
            // a connection that ends, ends for both
            let _ = pass(stream, &acceptor, &connector, upstream, [up, down]).await;
        });
    }
}

async fn pass(
    stream: TcpStream,
    acceptor: &TlsAcceptor,
    connector: &TlsConnector,
    upstream: u16,
    [up, down]: [Kept; 2],
) -> Result<()> {
    let hospital = acceptor.accept(stream).await?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, upstream));
    let name = ServerName::try_from("127.0.0.1").context("a name")?;
    let coordinator = connector.connect(name, TcpStream::connect(address).await?).await?;
    let (from_hospital, to_hospital) = tokio::io::split(hospital);
    let (from_coordinator, to_coordinator) = tokio::io::split(coordinator);
    tokio::select! {
        ended = pump(from_hospital, to_coordinator, up) => ended,
        ended = pump(from_coordinator, to_hospital, down) => ended,
    }
}

async fn pump(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, kept: Kept) -> Result<()> {
    let mut buffer = vec![0; 1 << 16];
    loop {
        let length = from.read(&mut buffer).await?;
        if length == 0 {
            return Ok(to.shutdown().await?);
        }
        kept.lock().expect("nobody panics with the lock").extend_from_slice(&buffer[..length]);
        to.write_all(&buffer[..length]).await?;
        to.flush().await?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_put_together_across_frames_and_headers_are_left_out() {
        let frame = |kind: u8, data: &[u8]| {
            [&[0, 0, u8::try_from(data.len()).unwrap(), kind, 0, 0, 0, 0, 1], data].concat()
        };
        let bytes = [
            vec![b'x'; PREFACE],
            frame(4, b""),
            frame(1, b"head"),
            frame(0, b"mess"),
            frame(0, b"age"),
            frame(8, b"1"),
        ]
        .concat();
        let tapped = Tapped { streams: vec![(true, bytes), (false, vec![0; 40])] };
        assert_eq!(tapped.bodies(), b"message");
    }
}

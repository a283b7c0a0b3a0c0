//! TLS 1.3 and nothing older, X25519MLKEM768 preferred, with one authority: the consortium's.

use std::io::{Error, Result as Io};
use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::errors::Fault;

/// How this node makes a connection secure.
#[derive(Clone)]
pub(super) struct Tls {
    connector: TlsConnector,
    name: ServerName<'static>,
}

impl Tls {
    /// Trusts `authority` alone, for `host`; `identity` holds the certificate and its key. All in PEM.
    pub(super) fn new(host: &str, authority: &str, identity: Option<&str>) -> Result<Self, Fault> {
        let mut roots = RootCertStore::empty();
        for certificate in certificates(authority)? {
            roots.add(certificate).map_err(broken)?;
        }
        let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_protocol_versions(&[&rustls::version::TLS13])
            .map_err(broken)?
            .with_root_certificates(roots);
        let mut config = match identity {
            None => config.with_no_client_auth(),
            Some(pem) => {
                let key = PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(broken)?;
                config.with_client_auth_cert(certificates(pem)?, key).map_err(broken)?
            }
        };
        config.alpn_protocols = vec![b"h2".to_vec()];
        let name = ServerName::try_from(host.to_owned()).map_err(broken)?;
        Ok(Self { connector: TlsConnector::from(Arc::new(config)), name })
    }

    pub(super) async fn connect(&self, stream: TcpStream) -> Io<TlsStream<TcpStream>> {
        let stream = self.connector.connect(self.name.clone(), stream).await?;
        match stream.get_ref().1.alpn_protocol() {
            Some(b"h2") => Ok(stream),
            _ => Err(Error::other("whoever answers does not speak HTTP/2")),
        }
    }
}

fn certificates(pem: &str) -> Result<Vec<CertificateDer<'static>>, Fault> {
    let found = CertificateDer::pem_slice_iter(pem.as_bytes()).collect::<Result<Vec<_>, _>>();
    let found = found.map_err(broken)?;
    if found.is_empty() { Err(Fault::Identity("no certificate".to_owned())) } else { Ok(found) }
}

fn broken(error: impl std::fmt::Display) -> Fault {
    Fault::Identity(error.to_string())
}

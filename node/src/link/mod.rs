//! The connection to the coordinator: one outbound TCP connection, TLS with the consortium's own authority.
//!
//! Never: a message (that is `outbox`), trust in any other authority, a listening socket.

mod faults;
mod proxy;

use std::time::Duration;

use hyper_util::rt::TokioIo;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};
use tower::service_fn;

pub(crate) use faults::fault_of;

use crate::errors::Fault;
use crate::folder::{self, Configuration, Folder};

/// Longest wait for a connection, the proxy's part included.
const CONNECT: Duration = Duration::from_secs(20);
/// Below the idle limits of firewalls; a peer that does not answer for as long is gone.
const KEEP_ALIVE: Duration = Duration::from_secs(20);

/// A channel that connects when first used and again whenever it must.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    channel: Channel,
}

impl Link {
    /// With the hospital's certificate.
    pub(crate) fn enrolled(folder: &Folder, configuration: &Configuration) -> Result<Self, Fault> {
        let identity = Identity::from_pem(folder::read(&folder.certificate())?, folder::read(&folder.key())?);
        Self::new(&configuration.address, &folder::read(&folder.authority())?, Some(identity))
    }

    /// Without one, to enrol.
    pub(crate) fn anonymous(address: &str, authority: &str) -> Result<Self, Fault> {
        Self::new(address, authority, None)
    }

    fn new(address: &str, authority: &str, identity: Option<Identity>) -> Result<Self, Fault> {
        let broken = |e: tonic::transport::Error| Fault::Identity(faults::chain(&e));
        let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let mut tls =
            ClientTlsConfig::new().ca_certificate(Certificate::from_pem(authority)).domain_name(host);
        if let Some(identity) = identity {
            tls = tls.identity(identity);
        }
        let endpoint = Endpoint::from_shared(format!("https://{address}"))
            .and_then(|endpoint| endpoint.tls_config(tls))
            .map_err(broken)?
            .connect_timeout(CONNECT)
            .http2_keep_alive_interval(KEEP_ALIVE)
            .keep_alive_timeout(KEEP_ALIVE)
            .keep_alive_while_idle(true);
        let (target, proxy) = (address.to_owned(), proxy::of_environment(host)?);
        let connector = service_fn(move |_| {
            let (target, proxy) = (target.clone(), proxy.clone());
            async move { proxy::connect(&target, proxy.as_ref()).await.map(TokioIo::new) }
        });
        Ok(Self { channel: endpoint.connect_with_connector_lazy(connector) })
    }

    pub(crate) fn channel(&self) -> Channel {
        self.channel.clone()
    }
}

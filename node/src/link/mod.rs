//! The connection to the coordinator: one outbound TCP connection, TLS with the consortium's own authority.
//!
//! Never: a message (that is `outbox`), trust in any other authority, a listening socket.

mod faults;
mod proxy;
mod tls;

use std::time::Duration;

use hyper_util::rt::TokioIo;
use tonic::transport::{Channel, Endpoint};
use tower::service_fn;

pub(crate) use faults::fault_of;

use crate::errors::Fault;
use crate::folder::{self, Configuration, Folder};
use tls::Tls;

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
        let identity = folder::read(&folder.certificate())?;
        Self::new(&configuration.address, &folder::read(&folder.authority())?, Some(&identity))
    }

    /// Without one, to enrol.
    pub(crate) fn anonymous(address: &str, authority: &str) -> Result<Self, Fault> {
        Self::new(address, authority, None)
    }

    fn new(address: &str, authority: &str, identity: Option<&str>) -> Result<Self, Fault> {
        let unusable = |address: &str| Fault::Identity(format!("{address} is no host and port"));
        let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let tls = Tls::new(host, authority, identity)?;
        let origin = format!("https://{address}").parse().map_err(|_| unusable(address))?;
        // the connector below makes the connection secure, so that the endpoint must not
        let endpoint = Endpoint::from_shared(format!("http://{address}"))
            .map_err(|_| unusable(address))?
            .origin(origin)
            .connect_timeout(CONNECT)
            .http2_keep_alive_interval(KEEP_ALIVE)
            .keep_alive_timeout(KEEP_ALIVE)
            .keep_alive_while_idle(true);
        let (target, proxy) = (address.to_owned(), proxy::of_environment(host)?);
        let connector = service_fn(move |_| {
            let (target, proxy, tls) = (target.clone(), proxy.clone(), tls.clone());
            async move {
                let stream = proxy::connect(&target, proxy.as_ref()).await?;
                tls.connect(stream).await.map(TokioIo::new)
            }
        });
        Ok(Self { channel: endpoint.connect_with_connector_lazy(connector) })
    }

    pub(crate) fn channel(&self) -> Channel {
        self.channel.clone()
    }
}

//! Who calls: read from the certificate, never from a message.

use consilium_store::Store;
use consilium_types::SiteId;
use tonic::Request;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::authority::hex;
use crate::errors::Fault;

/// The enrolled hospital behind a request.
pub(crate) async fn caller<T>(store: &Store, request: &Request<T>) -> Result<SiteId, Fault> {
    let certificates = request.peer_certs().ok_or(Fault::NoCertificate)?;
    let leaf = certificates.first().ok_or(Fault::NoCertificate)?;
    let (_, leaf) = X509Certificate::from_der(leaf).map_err(|_| Fault::CertificateUnknown)?;
    let holder = store.holder(&hex(leaf.raw_serial())).await?.ok_or(Fault::CertificateUnknown)?;
    let mut names = leaf.subject().iter_common_name();
    let named = names.next().and_then(|name| name.as_str().ok());
    if named == Some(holder.as_str()) { Ok(holder) } else { Err(Fault::CertificateUnknown) }
}

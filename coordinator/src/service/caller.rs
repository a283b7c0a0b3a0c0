//! Who calls: read from the certificate, never from a message.

use consilium_store::Store;
use consilium_types::SiteId;
use tonic::Request;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::authority::hex;
use crate::clock;
use crate::errors::Fault;

/// The enrolled hospital behind a request.
pub(crate) async fn caller<T>(store: &Store, request: &Request<T>) -> Result<SiteId, Fault> {
    let certificates = request.peer_certs().ok_or(Fault::NoCertificate)?;
    let leaf = certificates.first().ok_or(Fault::NoCertificate)?;
    let (_, leaf) = X509Certificate::from_der(leaf).map_err(|_| Fault::CertificateUnknown)?;
    let issued = store.issued(&hex(leaf.raw_serial())).await?.ok_or(Fault::CertificateUnknown)?;
    // a connection may be older than its certificate's end
    if issued.expires < clock::now() {
        return Err(Fault::CertificateEnded);
    }
    let mut names = leaf.subject().iter_common_name();
    let named = names.next().and_then(|name| name.as_str().ok());
    if named == Some(issued.site.as_str()) { Ok(issued.site) } else { Err(Fault::CertificateUnknown) }
}

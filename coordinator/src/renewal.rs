//! Certificates that follow others: over the connection of one that holds, or by the identity key when it has ended.
//!
//! Never: a certificate for another hospital than the one that proved itself, or for a revoked one. Time is an argument.

use std::sync::Arc;

use consilium_proto::v1::RenewEndedRequest;
use consilium_store::{Issued, Store};
use consilium_types::SiteId;
use consilium_types::identity;

use crate::authority::{Authority, SigningRequest};
use crate::errors::Fault;
use crate::identity::has_signed;

/// How long after its end a certificate can still be renewed.
const GRACE_DAYS: u64 = 30;
const DAY: u64 = 24 * 3_600_000;

/// Renews certificates.
#[derive(Clone)]
pub(crate) struct Renewal {
    store: Store,
    authority: Arc<Authority>,
}

impl Renewal {
    pub(crate) fn new(store: Store, authority: Authority) -> Self {
        Self { store, authority: Arc::new(authority) }
    }

    /// For a hospital that has proved itself with its certificate.
    pub(crate) async fn next(&self, site: &SiteId, csr_pem: &str, now: u64) -> Result<String, Fault> {
        let request = SigningRequest::read(csr_pem)?;
        let certificate = self.authority.issue_site(site, &request, request.key_digest(), now)?;
        let kept = self.store.renew(site, &certificate).await?.ok_or(Fault::CertificateUnknown)?;
        tracing::info!(%site, "the certificate is renewed");
        Ok(kept)
    }

    /// For a hospital whose certificate may have ended, and that proves itself with its identity key.
    pub(crate) async fn ended(&self, request: &RenewEndedRequest, now: u64) -> Result<String, Fault> {
        let why = |e| Fault::Malformed { field: "site", why: format!("{e}") };
        let site: SiteId = request.site.parse().map_err(why)?;
        let issued = self.store.issued(&request.serial).await?.filter(|issued| issued.site == site);
        let issued = issued.ok_or(Fault::CertificateUnknown)?;
        let key = SigningRequest::read(&request.csr_pem)?.key();
        let statement = identity::renewal(&site, &request.serial, &key);
        let known = self.store.keys(&site).await?.ok_or(Fault::CertificateUnknown)?;
        if !has_signed(&known.identity, identity::RENEWAL, &statement, &request.signature) {
            return Err(Fault::UnprovenKey);
        }
        within_grace(&issued, now)?;
        self.next(&site, &request.csr_pem, now).await
    }
}

impl std::fmt::Debug for Renewal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Renewal")
    }
}

fn within_grace(issued: &Issued, now: u64) -> Result<(), Fault> {
    let last = issued.expires.saturating_add(GRACE_DAYS * DAY);
    if now <= last { Ok(()) } else { Err(Fault::EndedLongAgo(GRACE_DAYS)) }
}

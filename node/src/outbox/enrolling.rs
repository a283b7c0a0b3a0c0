//! What is said without a certificate: to enrol, and to renew one that has ended. Private keys are never among it.

use std::path::PathBuf;

use consilium_proto::v1::enrolment_client::EnrolmentClient;
use consilium_proto::v1::{CollectRequest, EnrolRequest, RenewEndedRequest};
use consilium_types::{SiteId, SiteKeys};
use tonic::transport::Channel;

use super::ledger::{Ledger, Line};
use crate::clock::Skew;
use crate::errors::Fault;
use crate::identity::Signature;
use crate::link::{Link, fault_of};

/// Enrolment: the invitation's token and public keys.
#[derive(Debug)]
pub(crate) struct Enrolling {
    client: EnrolmentClient<Channel>,
    token: String,
}

impl Enrolling {
    pub(crate) fn new(link: &Link, token: String) -> Self {
        Self { client: EnrolmentClient::new(link.channel()), token }
    }

    /// Presents the keys, each with its proof. Gives the fingerprint the coordinator computed.
    pub(crate) async fn present(
        &mut self,
        csr_pem: String,
        keys: SiteKeys,
        [identity_proof, witness_proof]: [Signature; 2],
        ledger: PathBuf,
    ) -> Result<String, Fault> {
        Ledger::new(ledger).append(&Line::enrolment(csr_pem.len() + 192))?;
        let request = EnrolRequest {
            token: self.token.clone(),
            csr_pem,
            software: concat!("consilium-node ", env!("CARGO_PKG_VERSION")).to_owned(),
            identity_key: keys.identity.as_bytes().to_vec(),
            witness_key: keys.witness.as_bytes().to_vec(),
            identity_proof: identity_proof.to_vec(),
            witness_proof: witness_proof.to_vec(),
        };
        Ok(self.client.enrol(request).await.map_err(fault_of)?.into_inner().fingerprint)
    }

    /// The certificate, once the operator has approved.
    pub(crate) async fn collect(&mut self, fingerprint: &str) -> Result<Option<String>, Fault> {
        let request = CollectRequest { token: self.token.clone(), fingerprint: fingerprint.to_owned() };
        let pem = self.client.collect(request).await.map_err(fault_of)?.into_inner().certificate_pem;
        Ok((!pem.is_empty()).then_some(pem))
    }
}

/// Renewal of a certificate that has ended.
pub(crate) struct RenewingEnded<'a> {
    pub(crate) site: &'a SiteId,
    pub(crate) serial: &'a str,
    pub(crate) csr_pem: String,
    pub(crate) signature: Signature,
}

impl RenewingEnded<'_> {
    /// Asks; gives the certificate.
    pub(crate) async fn send(self, link: &Link, ledger: PathBuf, skew: &Skew) -> Result<String, Fault> {
        Ledger::new(ledger).append(&Line::renewal(self.csr_pem.len() + self.signature.len()))?;
        let request = RenewEndedRequest {
            site: self.site.to_string(),
            serial: self.serial.to_owned(),
            csr_pem: self.csr_pem,
            signature: self.signature.to_vec(),
        };
        let reply = EnrolmentClient::new(link.channel()).renew_ended(request).await.map_err(fault_of)?;
        let reply = reply.into_inner();
        skew.hear(reply.now_ms);
        Ok(reply.certificate_pem)
    }
}

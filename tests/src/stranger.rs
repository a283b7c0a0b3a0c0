//! Somebody who asks to enrol, with an invitation and keys made from a number: written on the generated client and on
//! nothing of the node.

use anyhow::{Context as _, Result};
use consilium_crypto::SiteKey;
use consilium_proto::v1::enrolment_client::EnrolmentClient;
use consilium_proto::v1::{EnrolReply, EnrolRequest};
use consilium_types::SiteKeys;
use consilium_types::identity::{ENROLMENT, token_digest};
use rcgen::{CertificateParams, KeyPair, PublicKeyData as _};
use tokio::runtime::Builder;
use tonic::Status;
use tonic::transport::{Certificate, ClientTlsConfig, Endpoint};

/// An honest request for `site`; the numbers make the identity and the witness key.
pub fn request(site: &str, invitation: &str, numbers: [u8; 2]) -> Result<EnrolRequest> {
    let token = field(invitation, "token")?;
    let tls = KeyPair::generate()?;
    let keys = numbers.map(|number| SiteKey::from_bytes(&[number; 32]));
    let [identity, witness] = keys.each_ref().map(|key| *key.public().as_bytes());
    let public = SiteKeys { identity: identity.into(), witness: witness.into() };
    let statement = public.enrolment(&site.parse()?, &token_digest(&token), &tls.subject_public_key_info());
    let [identity_proof, witness_proof] = keys.map(|key| key.sign(ENROLMENT, &statement).as_bytes().to_vec());
    Ok(EnrolRequest {
        token,
        csr_pem: CertificateParams::default().serialize_request(&tls)?.pem()?,
        software: "a stranger".to_owned(),
        identity_key: identity.to_vec(),
        witness_key: witness.to_vec(),
        identity_proof,
        witness_proof,
    })
}

/// Sends it to the coordinator at `127.0.0.1:port`.
pub fn enrol(port: u16, invitation: &str, request: EnrolRequest) -> Result<EnrolReply, Status> {
    let broken = |e: anyhow::Error| Status::internal(format!("the harness: {e:#}"));
    let runtime = Builder::new_current_thread().enable_all().build().map_err(|e| broken(e.into()))?;
    let authority = field(invitation, "ca").map_err(broken)?;
    let tls =
        ClientTlsConfig::new().ca_certificate(Certificate::from_pem(authority)).domain_name("127.0.0.1");
    let endpoint = Endpoint::from_shared(format!("https://127.0.0.1:{port}"));
    let endpoint = endpoint.and_then(|endpoint| endpoint.tls_config(tls)).map_err(|e| broken(e.into()))?;
    runtime.block_on(async {
        let channel = endpoint.connect().await.map_err(|e| broken(e.into()))?;
        Ok(EnrolmentClient::new(channel).enrol(request).await?.into_inner())
    })
}

/// A text of an invitation's file.
pub fn field(invitation: &str, name: &str) -> Result<String> {
    let table: toml::Table = invitation.parse()?;
    table.get(name).and_then(toml::Value::as_str).map(str::to_owned).with_context(|| format!("no {name}"))
}

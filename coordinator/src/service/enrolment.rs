//! How a hospital joins: a single-use token, a key, the operator's approval.

use consilium_proto::v1::enrolment_server::Enrolment;
use consilium_proto::v1::{
    CollectReply, CollectRequest, EnrolReply, EnrolRequest, RenewEndedReply, RenewEndedRequest,
};
use consilium_store::{Collected, Redeemed, Store, WaitingRequest};
use consilium_types::identity::{ENROLMENT, token_digest};
use consilium_types::{Digest, SiteKeys};
use tonic::{Request, Response, Status};

use crate::authority::SigningRequest;
use crate::clock;
use crate::errors::Fault;
use crate::identity::{has_signed, public_key};
use crate::renewal::Renewal;

/// Longest description of a program that is kept.
const MOST_SOFTWARE: usize = 80;

#[derive(Debug)]
pub(crate) struct EnrolmentService {
    store: Store,
    renewal: Renewal,
}

impl EnrolmentService {
    pub(crate) fn new(store: Store, renewal: Renewal) -> Self {
        Self { store, renewal }
    }

    async fn redeem(&self, request: EnrolRequest) -> Result<EnrolReply, Fault> {
        let token = token_digest(&request.token);
        let waiting = self.prove(&token, &request).await?;
        let fingerprint = waiting.fingerprint.clone();
        let plain = |c: char| if c.is_ascii_graphic() || c == ' ' { c } else { '?' };
        let software: String = request.software.chars().take(MOST_SOFTWARE).map(plain).collect();
        match self.store.redeem(&token, &waiting, &software, clock::now()).await? {
            Redeemed::By(site) => {
                tracing::info!(%site, fingerprint, "asks to enrol");
                Ok(EnrolReply { site: site.to_string(), fingerprint })
            }
            Redeemed::Unknown => Err(Fault::UnknownInvitation),
            Redeemed::Expired(at) => Err(Fault::ExpiredInvitation(clock::text(at))),
            Redeemed::Used => Err(Fault::UsedInvitation),
            Redeemed::KeyTaken => Err(Fault::KeyTaken),
        }
    }

    /// The keys of a request, if whoever sent it has them and means them for this invitation.
    async fn prove(&self, token: &Digest, request: &EnrolRequest) -> Result<WaitingRequest, Fault> {
        let site = self.store.invitation(token).await?.ok_or(Fault::UnknownInvitation)?;
        let signing = SigningRequest::read(&request.csr_pem)?;
        let keys = SiteKeys {
            identity: public_key("identity_key", &request.identity_key)?,
            witness: public_key("witness_key", &request.witness_key)?,
        };
        let statement = keys.enrolment(&site, token, &signing.key());
        let proven = has_signed(&keys.identity, ENROLMENT, &statement, &request.identity_proof)
            && has_signed(&keys.witness, ENROLMENT, &statement, &request.witness_proof);
        let fingerprint = signing.fingerprint(&keys);
        let waiting = WaitingRequest { fingerprint, request: request.csr_pem.clone(), keys };
        if proven { Ok(waiting) } else { Err(Fault::UnprovenKey) }
    }
}

#[tonic::async_trait]
impl Enrolment for EnrolmentService {
    async fn enrol(&self, request: Request<EnrolRequest>) -> Result<Response<EnrolReply>, Status> {
        Ok(Response::new(self.redeem(request.into_inner()).await?))
    }

    async fn collect(&self, request: Request<CollectRequest>) -> Result<Response<CollectReply>, Status> {
        let CollectRequest { token, fingerprint } = request.into_inner();
        let collected = self.store.collect(&token_digest(&token), &fingerprint).await.map_err(Fault::from)?;
        match collected {
            Collected::Certificate(certificate_pem) => Ok(Response::new(CollectReply { certificate_pem })),
            Collected::NotYet => Ok(Response::new(CollectReply::default())),
            Collected::Unknown => Err(Fault::UnknownInvitation.into()),
        }
    }
    async fn renew_ended(
        &self,
        request: Request<RenewEndedRequest>,
    ) -> Result<Response<RenewEndedReply>, Status> {
        let now_ms = clock::now();
        let certificate_pem = self.renewal.ended(&request.into_inner(), now_ms).await?;
        Ok(Response::new(RenewEndedReply { certificate_pem, now_ms }))
    }
}

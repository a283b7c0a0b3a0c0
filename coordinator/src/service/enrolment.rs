//! How a hospital joins: a single-use token, a key, the operator's approval.

use consilium_proto::v1::enrolment_server::Enrolment;
use consilium_proto::v1::{CollectReply, CollectRequest, EnrolReply, EnrolRequest};
use consilium_store::{Collected, Redeemed, Store, WaitingRequest};
use tonic::{Request, Response, Status};

use crate::authority::SigningRequest;
use crate::clock;
use crate::errors::Fault;
use crate::invitation::token_digest;

/// Longest description of a program that is kept.
const MOST_SOFTWARE: usize = 80;

#[derive(Debug)]
pub(crate) struct EnrolmentService {
    store: Store,
}

impl EnrolmentService {
    pub(crate) fn new(store: Store) -> Self {
        Self { store }
    }

    async fn redeem(&self, request: EnrolRequest) -> Result<EnrolReply, Fault> {
        let fingerprint = SigningRequest::read(&request.csr_pem)?.fingerprint();
        let waiting = WaitingRequest { fingerprint: fingerprint.clone(), request: request.csr_pem };
        let plain = |c: char| if c.is_ascii_graphic() || c == ' ' { c } else { '?' };
        let software: String = request.software.chars().take(MOST_SOFTWARE).map(plain).collect();
        let token = token_digest(&request.token);
        match self.store.redeem(&token, &waiting, &software, clock::now()).await? {
            Redeemed::By(site) => {
                tracing::info!(%site, fingerprint, "asks to enrol");
                Ok(EnrolReply { site: site.to_string(), fingerprint })
            }
            Redeemed::Unknown => Err(Fault::UnknownInvitation),
            Redeemed::Expired(at) => Err(Fault::ExpiredInvitation(clock::text(at))),
            Redeemed::Used => Err(Fault::UsedInvitation),
        }
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
}

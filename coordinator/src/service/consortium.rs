//! What an enrolled hospital asks and hands in.

use std::sync::Arc;
use std::time::Duration;

use consilium_crypto::SiteMessage;
use consilium_proto::v1::consortium_server::Consortium;
use consilium_proto::v1::submit_request::Answer as Submitted;
use consilium_proto::v1::{
    AnswerReply, AnswerRequest, Blinded, Chunk, FetchRequest, NextReply, NextRequest, Nothing, OfferedStudy,
    Question, RenewReply, RenewRequest, StudiesReply, StudiesRequest, SubmitReply, SubmitRequest,
    UploadReply, UploadRequest, WitnessReply, WitnessRequest, next_reply::What, upload_request,
};
use consilium_rounds::StudyLife;
use consilium_rounds::life::{Event, Key, Owed, Refusal};
use consilium_stats::Summary;
use consilium_store::{Store, UploadKey};
use consilium_types::acceptance::ACCEPTANCE;
use consilium_types::chunks::Listing;
use consilium_types::{Acceptance, Attempt, Consent, Digest, ExchangeNumber, Schema, SiteId, StudyId};
use tokio::sync::watch;
use tonic::codegen::BoxStream;
use tonic::{Request, Response, Status, Streaming};

use super::caller::caller;
use super::questions::{Texts, offer};
use super::quotas::{Quotas, Seat};
use crate::clock;
use crate::driver::Studies;
use crate::errors::Fault;
use crate::identity::signature;
use crate::renewal::Renewal;
use crate::uploads;

/// Longest wait of one poll: below the idle limits of proxies and firewalls.
const LONGEST_POLL: Duration = Duration::from_secs(25);

#[derive(Debug)]
pub(crate) struct ConsortiumService {
    store: Store,
    studies: Arc<Studies>,
    renewal: Renewal,
    draining: watch::Receiver<bool>,
    texts: Texts,
    quotas: Quotas,
}

impl ConsortiumService {
    pub(crate) fn new(
        store: Store,
        studies: Arc<Studies>,
        renewal: Renewal,
        draining: watch::Receiver<bool>,
    ) -> Self {
        Self { store, studies, renewal, draining, texts: Texts::default(), quotas: Quotas::new() }
    }

    /// The hospital that calls, within its quota while the seat is held.
    async fn admit<T>(&self, request: &Request<T>) -> Result<(SiteId, Seat), Fault> {
        let site = caller(&self.store, request).await?;
        let seat = self.quotas.admit(&site)?;
        Ok((site, seat))
    }

    async fn offered(&self, site: &SiteId) -> Result<Vec<OfferedStudy>, Fault> {
        // a study that was published a moment ago is offered at once
        self.studies.refresh().await?;
        let (mut offered, roll) = (Vec::new(), self.studies.roll().borrow().clone());
        let collect = |study: &StudyId, life: &StudyLife| {
            offered.push(offer(site, study, life, &roll));
            None::<()>
        };
        self.studies.find_for(site, collect).await;
        Ok(offered)
    }

    async fn take_answer(&self, site: SiteId, request: AnswerRequest) -> Result<(), Fault> {
        let study = self.check_plan(&site, &request.study, &request.plan_hash).await?;
        let event = if request.accept {
            let malformed = |e: serde_json::Error| Fault::Malformed { field: "schema", why: e.to_string() };
            let schema: Schema = serde_json::from_slice(&request.schema).map_err(malformed)?;
            let consent = self.consent(&site, &study, &schema, &request)?;
            Event::Accepted { site, schema, consent }
        } else {
            Event::Refused { site }
        };
        self.studies.handle(&study, event).await
    }

    /// The program and the signature of an acceptance, which must be over all that it says.
    fn consent(
        &self,
        site: &SiteId,
        study: &StudyId,
        schema: &Schema,
        request: &AnswerRequest,
    ) -> Result<Consent, Fault> {
        let program = digest("program", &request.program)?;
        let plan = digest("plan_hash", &request.plan_hash)?;
        let acceptance = Acceptance { site, study, plan, schema: schema.digest(), program };
        let known = self.studies.roll().borrow().identity(site);
        let signature =
            known.and_then(|key| signature(&key, ACCEPTANCE, &acceptance.statement(), &request.signature));
        Ok(Consent { program, signature: signature.ok_or(Fault::UnprovenKey)? })
    }

    async fn take_summary(&self, site: SiteId, request: SubmitRequest) -> Result<(), Fault> {
        let key = request.key.ok_or_else(|| missing("key"))?;
        let study = self.check_plan(&site, &key.study, &request.plan_hash).await?;
        let key = Key { attempt: Attempt(key.attempt), exchange: ExchangeNumber(key.exchange) };
        let event = match request.answer.ok_or_else(|| missing("answer"))? {
            Submitted::Statistics(bytes) => {
                let summary = Summary::statistics_from_bytes(&bytes).map_err(Fault::Summary)?;
                Event::Submitted { site, key, summary }
            }
            Submitted::Updates(bytes) => {
                let summary = Summary::updates_from_bytes(&bytes).map_err(Fault::Summary)?;
                Event::Submitted { site, key, summary }
            }
            Submitted::Blinded(Blinded { message, vector }) => {
                let message = SiteMessage::from_bytes(&message).map_err(Refusal::Blinding)?;
                Event::Blinded { site, key, message, vector }
            }
            Submitted::RefusalCode(code) => Event::Declined { site, key, code },
            Submitted::Uploaded(root) => {
                let root = digest("uploaded", &root)?;
                let Some(owed) = self.owed(&study, &site, key).await? else { return Ok(()) };
                let upload = upload_key(&study, key, &site);
                let summary = uploads::summary(&self.store, &upload, root, owed).await?;
                Event::Submitted { site, key, summary }
            }
        };
        self.studies.handle(&study, event).await
    }

    /// Takes the words of an answer to disk; gives how many chunks of them are held.
    async fn take_upload(&self, site: &SiteId, mut stream: Streaming<UploadRequest>) -> Result<u32, Fault> {
        let Some(upload_request::What::Listing(head)) =
            stream.message().await.ok().flatten().and_then(|m| m.what)
        else {
            return Err(missing("listing"));
        };
        let key = head.key.ok_or_else(|| missing("key"))?;
        let study = self.check_plan(site, &key.study, &head.plan_hash).await?;
        let key = Key { attempt: Attempt(key.attempt), exchange: ExchangeNumber(key.exchange) };
        let listing = Listing::read(head.length, &head.digests)?;
        let owed = self.owed(&study, site, key).await?;
        uploads::take(&self.store, &upload_key(&study, key, site), listing, owed, &mut stream).await
    }

    /// The rest of a question that a hospital is to answer.
    async fn give_text(
        &self,
        site: &SiteId,
        request: FetchRequest,
    ) -> Result<impl Iterator<Item = Chunk> + Send + use<>, Fault> {
        let key = request.key.ok_or_else(|| missing("key"))?;
        let study = self.check_plan(site, &key.study, &request.plan_hash).await?;
        let key = Key { attempt: Attempt(key.attempt), exchange: ExchangeNumber(key.exchange) };
        let chunks = |life: &StudyLife| self.texts.chunks(site, &study, life, key, request.first);
        self.studies.with(&study, chunks).await?.ok_or(Fault::Refused(Refusal::NotAsked(key)))
    }

    /// The words that a hospital may still hand in.
    async fn owed(&self, study: &StudyId, site: &SiteId, key: Key) -> Result<Option<Owed>, Fault> {
        Ok(self.studies.with(study, |life| life.owed(site, key)).await??)
    }

    /// The study, if it was offered to the site and its plan has this hash.
    async fn check_plan(&self, site: &SiteId, study: &str, hash: &[u8]) -> Result<StudyId, Fault> {
        let malformed = |why: String, field| Fault::Malformed { field, why };
        let study: StudyId = study.parse().map_err(|e| malformed(format!("{e}"), "study"))?;
        let known = self.studies.with(&study, |life| life.invites(site).then(|| life.plan_hash())).await;
        let known = known.ok().flatten().ok_or_else(|| Fault::NotOffered(study.clone()))?;
        if known == digest("plan_hash", hash)? { Ok(study) } else { Err(Fault::OtherPlan(study)) }
    }

    /// The first study with news, or with a question whose opening is witnessed.
    async fn find_work(&self, site: &SiteId, seen: &NextRequest) -> Option<What> {
        let roll = self.studies.roll().borrow().clone();
        let mut found = Vec::new();
        let collect = |study: &StudyId, life: &StudyLife| {
            found.extend(self.texts.work(site, study, life, seen, &roll));
            None::<()>
        };
        self.studies.find_for(site, collect).await;
        for (what, question) in found {
            let Some((study, question)) = question else { return Some(what) };
            let opening = self.studies.opening(&study, question.key, &question.roster).await;
            if let (What::Question(put), Some(opening)) = (what, opening) {
                return Some(What::Question(Question { opening: Some(opening), ..put }));
            }
        }
        None
    }

    /// A checkpoint that the site has not cosigned, as soon as there is one.
    async fn wait_for_checkpoint(&self, site: &SiteId, request: WitnessRequest) -> Result<String, Fault> {
        let wait = Duration::from_millis(request.wait_ms.into()).min(LONGEST_POLL);
        let deadline = tokio::time::Instant::now() + wait;
        let (mut roll, mut draining) = (self.studies.roll(), self.draining.clone());
        let mut cosignature = request.cosignature;
        loop {
            let (next, mut published) = self.studies.witness(site, request.size, &cosignature).await?;
            cosignature.clear();
            if let Some(next) = next {
                return Ok(next.to_string());
            }
            tokio::select! {
                _ = published.changed() => {}
                _ = roll.wait_for(|roll| roll.is_revoked(site)) => return Err(Fault::CertificateUnknown),
                () = tokio::time::sleep_until(deadline) => return Ok(String::new()),
                _ = draining.wait_for(|draining| *draining) => return Ok(String::new()),
            }
        }
    }

    /// The next work of a site. Ends at once when the site is revoked.
    async fn wait_for_work(&self, site: &SiteId, request: &NextRequest) -> Result<What, Fault> {
        let wait = Duration::from_millis(request.wait_ms.into());
        let deadline = tokio::time::Instant::now() + wait.min(LONGEST_POLL);
        let (mut woken, mut draining) = (self.studies.woken(), self.draining.clone());
        let mut roll = self.studies.roll();
        loop {
            woken.mark_unchanged();
            if let Some(what) = self.find_work(site, request).await {
                return Ok(what);
            }
            tokio::select! {
                _ = woken.changed() => {}
                _ = roll.wait_for(|roll| roll.is_revoked(site)) => return Err(Fault::CertificateUnknown),
                () = tokio::time::sleep_until(deadline) => return Ok(What::Nothing(Nothing {})),
                _ = draining.wait_for(|draining| *draining) => return Ok(What::Nothing(Nothing {})),
            }
        }
    }
}

#[tonic::async_trait]
impl Consortium for ConsortiumService {
    type FetchStream = BoxStream<Chunk>;

    async fn studies(&self, request: Request<StudiesRequest>) -> Result<Response<StudiesReply>, Status> {
        let (site, _seat) = self.admit(&request).await?;
        Ok(Response::new(StudiesReply { studies: self.offered(&site).await?, now_ms: clock::now() }))
    }

    async fn answer(&self, request: Request<AnswerRequest>) -> Result<Response<AnswerReply>, Status> {
        let (site, _seat) = self.admit(&request).await?;
        self.take_answer(site, request.into_inner()).await?;
        Ok(Response::new(AnswerReply {}))
    }

    async fn next(&self, request: Request<NextRequest>) -> Result<Response<NextReply>, Status> {
        let (site, _seat) = self.admit(&request).await?;
        self.studies.call(&site).await?;
        let what = self.wait_for_work(&site, request.get_ref()).await?;
        Ok(Response::new(NextReply { what: Some(what), now_ms: clock::now() }))
    }

    async fn fetch(&self, request: Request<FetchRequest>) -> Result<Response<Self::FetchStream>, Status> {
        let (site, seat) = self.admit(&request).await?;
        let given = self.give_text(&site, request.into_inner()).await;
        let chunks = given.inspect_err(|fault| tracing::warn!(%site, code = fault.code(), "{fault}"))?;
        // the call is open for as long as chunks are taken
        let given = chunks.map(move |chunk| {
            let _held = &seat;
            Ok(chunk)
        });
        Ok(Response::new(Box::pin(tokio_stream::iter(given))))
    }

    async fn submit(&self, request: Request<SubmitRequest>) -> Result<Response<SubmitReply>, Status> {
        let (site, _seat) = self.admit(&request).await?;
        let taken = self.take_summary(site.clone(), request.into_inner()).await;
        taken.inspect_err(|fault| tracing::warn!(%site, code = fault.code(), "{fault}"))?;
        Ok(Response::new(SubmitReply {}))
    }

    async fn upload(
        &self,
        request: Request<Streaming<UploadRequest>>,
    ) -> Result<Response<UploadReply>, Status> {
        let (site, _seat) = self.admit(&request).await?;
        let taken = self.take_upload(&site, request.into_inner()).await;
        let held = taken.inspect_err(|fault| tracing::warn!(%site, code = fault.code(), "{fault}"))?;
        Ok(Response::new(UploadReply { held }))
    }

    async fn renew(&self, request: Request<RenewRequest>) -> Result<Response<RenewReply>, Status> {
        let (site, _seat) = self.admit(&request).await?;
        let now_ms = clock::now();
        let certificate_pem = self.renewal.next(&site, &request.into_inner().csr_pem, now_ms).await?;
        Ok(Response::new(RenewReply { certificate_pem, now_ms }))
    }

    async fn witness(&self, request: Request<WitnessRequest>) -> Result<Response<WitnessReply>, Status> {
        let (site, _seat) = self.admit(&request).await?;
        let waited = self.wait_for_checkpoint(&site, request.into_inner()).await;
        let checkpoint = waited.inspect_err(|fault| tracing::warn!(%site, code = fault.code(), "{fault}"))?;
        Ok(Response::new(WitnessReply { checkpoint }))
    }
}

fn digest(field: &'static str, bytes: &[u8]) -> Result<Digest, Fault> {
    let why = |_| Fault::Malformed { field, why: format!("{} bytes, not 32", bytes.len()) };
    <[u8; 32]>::try_from(bytes).map(Digest::from).map_err(why)
}

fn missing(field: &'static str) -> Fault {
    Fault::Malformed { field, why: "missing".to_owned() }
}

fn upload_key(study: &StudyId, key: Key, site: &SiteId) -> UploadKey {
    let Key { attempt, exchange } = key;
    UploadKey { study: study.clone(), attempt, exchange, site: site.clone() }
}

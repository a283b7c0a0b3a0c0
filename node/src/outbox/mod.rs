//! The one door out of a hospital: every call to the coordinator is made here.
//!
//! What tells anything about patients or decisions is written to the egress ledger, and the ledger to disk, before it
//! is sent. Asking (`studies`, `next`, `collect`) carries nothing but the question. Never: an image, a row, a name, free
//! text. Spec: docs/what-leaves-the-site.md.

mod enrolling;
mod ledger;
mod received;

use std::path::PathBuf;
use std::time::Duration;

use consilium_proto::v1::consortium_client::ConsortiumClient;
use consilium_proto::v1::submit_request::Answer;
use consilium_proto::v1::{
    AnswerRequest, Blinded, ExchangeKey, NextRequest, RenewRequest, StudiesRequest, SubmitRequest,
    WitnessRequest,
};
use consilium_stats::Summary;
use consilium_types::{Consent, Schema, StudyId, StudyPlan};
use tonic::transport::Channel;

pub(crate) use enrolling::{Enrolling, RenewingEnded};
pub(crate) use ledger::{Line, check as check_ledger, read as read_ledger};
pub(crate) use received::{Incoming, Offered, decode_next, decode_studies};

use crate::answering::Question;
use crate::blinding::Sent;
use crate::errors::Fault;
use crate::link::{Link, fault_of};
use ledger::Ledger;

/// Largest message taken from the coordinator.
const MOST_BYTES: usize = 256 << 20;

/// The door, with its ledger.
#[derive(Debug, Clone)]
pub(crate) struct Outbox {
    client: ConsortiumClient<Channel>,
    ledger: Ledger,
}

impl Outbox {
    pub(crate) fn new(link: &Link, ledger: PathBuf) -> Self {
        let client = ConsortiumClient::new(link.channel()).max_decoding_message_size(MOST_BYTES);
        Self { client, ledger: Ledger::new(ledger) }
    }

    /// Studies offered to this hospital.
    pub(crate) async fn studies(&mut self) -> Result<Vec<Offered>, Fault> {
        let reply = self.client.studies(StudiesRequest {}).await.map_err(fault_of)?;
        reply.into_inner().studies.into_iter().map(Offered::read).collect()
    }

    /// Waits for a question; none of the studies that are kept waiting here.
    pub(crate) async fn next(
        &mut self,
        wait: Duration,
        ended: Vec<String>,
        waiting: &[StudyId],
    ) -> Result<Incoming, Fault> {
        let wait_ms = u32::try_from(wait.as_millis()).unwrap_or(u32::MAX);
        let waiting = waiting.iter().map(StudyId::to_string).collect();
        let reply = self.client.next(NextRequest { wait_ms, ended, waiting }).await.map_err(fault_of)?;
        received::read(reply.into_inner())
    }

    /// Tells that a plan is accepted: the names of the columns, the program's digest and a signature.
    pub(crate) async fn accept(
        &mut self,
        plan: &StudyPlan,
        schema: &Schema,
        consent: &Consent,
    ) -> Result<(), Fault> {
        let request = AnswerRequest {
            accept: true,
            schema: serde_json::to_vec(schema).expect("names always serialise"),
            program: consent.program.as_bytes().to_vec(),
            signature: consent.signature.as_bytes().to_vec(),
            ..about(plan)
        };
        self.decide(plan, request).await
    }

    /// Tells that a plan is refused.
    pub(crate) async fn refuse(&mut self, plan: &StudyPlan) -> Result<(), Fault> {
        self.decide(plan, about(plan)).await
    }

    async fn decide(&mut self, plan: &StudyPlan, request: AnswerRequest) -> Result<(), Fault> {
        self.ledger.append(&Line::decision(&plan.study.id, &request))?;
        self.client.answer(request).await.map_err(fault_of).map(|_| ())
    }

    /// Hands in sums.
    pub(crate) async fn submit(&mut self, question: &Question, summary: &Summary) -> Result<(), Fault> {
        let bytes = summary.to_bytes();
        self.ledger.append(&Line::summary(question, summary, bytes.len()))?;
        let answer = match summary {
            Summary::Statistics(_) => Answer::Statistics(bytes),
            Summary::Updates(_) => Answer::Updates(bytes),
        };
        self.hand_in(question, answer).await
    }

    /// Takes a step of a secure sum.
    pub(crate) async fn step(&mut self, question: &Question, sent: Sent) -> Result<(), Fault> {
        let message = sent.message.to_bytes();
        self.ledger.append(&Line::step(question, &sent, message.len() + sent.vector.len()))?;
        self.hand_in(question, Answer::Blinded(Blinded { message, vector: sent.vector })).await
    }

    /// Says that there is no answer, by code.
    pub(crate) async fn decline(&mut self, question: &Question, code: &'static str) -> Result<(), Fault> {
        self.ledger.append(&Line::refusal(question, code))?;
        self.hand_in(question, Answer::RefusalCode(code.to_owned())).await
    }

    /// Hands in the cosignature of a checkpoint, if there is one; waits for the next, an add-checkpoint body.
    pub(crate) async fn witness(
        &mut self,
        size: u64,
        cosignature: String,
        wait: Duration,
    ) -> Result<String, Fault> {
        let wait_ms = u32::try_from(wait.as_millis()).unwrap_or(u32::MAX);
        let reply = self.client.witness(WitnessRequest { size, cosignature, wait_ms }).await;
        Ok(reply.map_err(fault_of)?.into_inner().checkpoint)
    }

    /// A certificate for a new key.
    pub(crate) async fn renew(&mut self, csr_pem: String) -> Result<String, Fault> {
        self.ledger.append(&Line::renewal(csr_pem.len()))?;
        let reply = self.client.renew(RenewRequest { csr_pem }).await.map_err(fault_of)?;
        Ok(reply.into_inner().certificate_pem)
    }

    async fn hand_in(&mut self, question: &Question, answer: Answer) -> Result<(), Fault> {
        let key = ExchangeKey {
            study: question.study.to_string(),
            attempt: question.attempt.0,
            exchange: question.exchange.0,
        };
        let plan_hash = question.plan_hash.as_bytes().to_vec();
        let request = SubmitRequest { key: Some(key), plan_hash, answer: Some(answer) };
        self.client.submit(request).await.map_err(fault_of).map(|_| ())
    }
}

/// A decision on a plan, not to take part until more is said.
fn about(plan: &StudyPlan) -> AnswerRequest {
    let plan_hash = plan.hash().as_bytes().to_vec();
    AnswerRequest { study: plan.study.id.to_string(), plan_hash, ..AnswerRequest::default() }
}

/// A study named in a message.
fn study_id(text: &str) -> Result<StudyId, Fault> {
    text.parse().map_err(|e| Fault::Answer(format!("{e}")))
}

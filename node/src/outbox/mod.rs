//! The one door out of a hospital: every call to the coordinator is made here.
//!
//! What tells anything about patients or decisions is written to the egress ledger, and the ledger to disk, before it
//! is sent. Asking (`studies`, `next`, `fetch`, `collect`) carries nothing but the question. Never: an image, a row, a name, free
//! text. Spec: docs/what-leaves-the-site.md.

mod enrolling;
mod fetching;
mod ledger;
mod received;
mod uploading;

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
pub(crate) use fetching::Fetching;
pub(crate) use ledger::{Line, check as check_ledger, read as read_ledger};
pub(crate) use received::{Incoming, Offered, decode_next, decode_studies};
pub(crate) use uploading::Outgoing;

use crate::answering::Question;
use crate::blinding::Sent;
use crate::clock::Skew;
use crate::errors::Fault;
use crate::link::{Link, fault_of};
use ledger::Ledger;
use uploading::Words;

/// Largest message taken from the coordinator.
const MOST_BYTES: usize = 16 << 20;

/// The door, with its ledger.
#[derive(Debug, Clone)]
pub(crate) struct Outbox {
    client: ConsortiumClient<Channel>,
    ledger: Ledger,
    skew: Skew,
}

impl Outbox {
    pub(crate) fn new(link: &Link, ledger: PathBuf, skew: Skew) -> Self {
        let client = ConsortiumClient::new(link.channel()).max_decoding_message_size(MOST_BYTES);
        Self { client, ledger: Ledger::new(ledger), skew }
    }

    /// Studies offered to this hospital.
    pub(crate) async fn studies(&mut self) -> Result<Vec<Offered>, Fault> {
        let reply = self.client.studies(StudiesRequest {}).await.map_err(fault_of)?.into_inner();
        self.skew.hear(reply.now_ms);
        reply.studies.into_iter().map(Offered::read).collect()
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
        let reply = reply.into_inner();
        self.skew.hear(reply.now_ms);
        received::read(reply)
    }

    /// Takes what is missing of a question.
    pub(crate) async fn fetch(&mut self, fetching: &mut Fetching) -> Result<(), Fault> {
        fetching.go_on(&mut self.client).await
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

    /// Enters sums in the ledger, so that they may be handed in.
    pub(crate) fn sums(&self, question: &Question, summary: &Summary) -> Result<Outgoing, Fault> {
        let bytes = summary.to_bytes();
        let line = Line::summary(question, summary, bytes.len());
        match Words::ahead(bytes) {
            Ok(words) => {
                self.ledger.append_once(&line)?;
                Ok(Outgoing { answer: Answer::Uploaded(words.root()), words: Some(words) })
            }
            Err(bytes) => {
                self.ledger.append(&line)?;
                let answer = match summary {
                    Summary::Statistics(_) => Answer::Statistics(bytes),
                    Summary::Updates(_) => Answer::Updates(bytes),
                };
                Ok(Outgoing { answer, words: None })
            }
        }
    }

    /// Enters a step of a secure sum in the ledger, so that it may be handed in.
    pub(crate) fn step(&self, question: &Question, sent: Sent) -> Result<Outgoing, Fault> {
        let message = sent.message.to_bytes();
        let line = Line::step(question, &sent, message.len() + sent.vector.len());
        match Words::ahead(sent.vector) {
            Ok(words) => {
                self.ledger.append_once(&line)?;
                let answer = Answer::Blinded(Blinded { message, vector: Vec::new() });
                Ok(Outgoing { answer, words: Some(words) })
            }
            Err(vector) => {
                self.ledger.append(&line)?;
                Ok(Outgoing { answer: Answer::Blinded(Blinded { message, vector }), words: None })
            }
        }
    }

    /// Hands in what is in the ledger; again, what is missing of it.
    pub(crate) async fn submit(&mut self, question: &Question, outgoing: &Outgoing) -> Result<(), Fault> {
        if let Some(words) = &outgoing.words {
            let plan_hash = question.plan_hash.as_bytes().to_vec();
            words.send(&mut self.client, exchange_key(question), plan_hash).await?;
        }
        self.hand_in(question, outgoing.answer.clone()).await
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
        let reply = self.client.renew(RenewRequest { csr_pem }).await.map_err(fault_of)?.into_inner();
        self.skew.hear(reply.now_ms);
        Ok(reply.certificate_pem)
    }

    async fn hand_in(&mut self, question: &Question, answer: Answer) -> Result<(), Fault> {
        let plan_hash = question.plan_hash.as_bytes().to_vec();
        let request = SubmitRequest { key: Some(exchange_key(question)), plan_hash, answer: Some(answer) };
        self.client.submit(request).await.map_err(fault_of).map(|_| ())
    }
}

/// A decision on a plan, not to take part until more is said.
fn about(plan: &StudyPlan) -> AnswerRequest {
    let plan_hash = plan.hash().as_bytes().to_vec();
    AnswerRequest { study: plan.study.id.to_string(), plan_hash, ..AnswerRequest::default() }
}

fn exchange_key(question: &Question) -> ExchangeKey {
    let Question { study, attempt, exchange, .. } = question;
    ExchangeKey { study: study.to_string(), attempt: attempt.0, exchange: exchange.0 }
}

/// A study named in a message.
fn study_id(text: &str) -> Result<StudyId, Fault> {
    text.parse().map_err(|e| Fault::Answer(format!("{e}")))
}

//! What comes back: messages become domain types, and what cannot be read is refused.

use std::collections::BTreeMap;

use consilium_crypto::{Context, Request};
use consilium_proto::Message;
use consilium_proto::v1::next_reply::What;
use consilium_proto::v1::{
    NextReply, OfferedStudy, Participant, Question as Wire, Step as WireStep, StudiesReply,
};
use consilium_types::{Attempt, Digest, ExchangeNumber, PublicKey, SiteId, SiteKeys, StudyId, StudyPlan};

use super::{Fetching, study_id};
use crate::answering::Question;
use crate::blinding::Step;
use crate::errors::Fault;
use crate::opening::Opening;

/// A study offered to this hospital.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Offered {
    pub(crate) plan: StudyPlan,
    /// published, running, finished or aborted.
    pub(crate) state: String,
    /// Nothing, accepted or refused.
    pub(crate) answer: String,
    /// Why an aborted study ended.
    pub(crate) cause: String,
    /// The invited hospitals, with their keys.
    pub(crate) participants: BTreeMap<SiteId, SiteKeys>,
}

/// What a poll brings.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Incoming {
    Nothing,
    Question(Box<Question>),
    /// A question whose content is to be fetched.
    Announced(Box<Fetching>),
    Ended {
        study: StudyId,
        state: String,
        cause: String,
    },
}

impl Offered {
    pub(super) fn read(wire: OfferedStudy) -> Result<Self, Fault> {
        let plan = StudyPlan::from_canonical(&wire.plan)?;
        if plan.study.id.as_str() != wire.study {
            return Err(Fault::Answer(format!("the plan offered as {} is of {}", wire.study, plan.study.id)));
        }
        let participants = participants(wire.participants)?;
        Ok(Self { plan, state: wire.state, answer: wire.answer, cause: wire.cause, participants })
    }

    /// Whether it has not ended and this hospital has not refused.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.state.as_str(), "published" | "running") && self.answer != "refused"
    }

    pub(crate) fn is_accepted(&self) -> bool {
        self.answer == "accepted"
    }
}

/// Bytes of a reply to a poll.
pub(crate) fn decode_next(bytes: &[u8]) -> Result<Incoming, Fault> {
    read(decode(bytes)?)
}

/// Bytes of a list of studies.
pub(crate) fn decode_studies(bytes: &[u8]) -> Result<Vec<Offered>, Fault> {
    decode::<StudiesReply>(bytes)?.studies.into_iter().map(Offered::read).collect()
}

fn decode<M: Message + Default>(bytes: &[u8]) -> Result<M, Fault> {
    M::decode(bytes).map_err(|e| Fault::Answer(e.to_string()))
}

pub(super) fn read(reply: NextReply) -> Result<Incoming, Fault> {
    match reply.what {
        None | Some(What::Nothing(_)) => Ok(Incoming::Nothing),
        Some(What::Question(wire)) => match wire.announced.clone() {
            None => Ok(Incoming::Question(Box::new(question(wire)?))),
            Some(announced) => Ok(Incoming::Announced(Box::new(Fetching::new(wire, &announced)?))),
        },
        Some(What::Ended(ended)) => {
            Ok(Incoming::Ended { study: study_id(&ended.study)?, state: ended.state, cause: ended.cause })
        }
    }
}

pub(super) fn question(wire: Wire) -> Result<Question, Fault> {
    let key = wire.key.ok_or_else(|| Fault::Answer("a question without a key".to_owned()))?;
    let length = wire.plan_hash.len();
    let hash: [u8; 32] =
        wire.plan_hash.try_into().map_err(|_| Fault::Answer(format!("a hash of {length} bytes")))?;
    let unknown = |e: serde_json::Error| Fault::Answer(format!("a question this version does not know: {e}"));
    Ok(Question {
        study: study_id(&key.study)?,
        attempt: Attempt(key.attempt),
        exchange: ExchangeNumber(key.exchange),
        plan_hash: Digest::from(hash),
        roster: wire
            .roster
            .iter()
            .map(|site| site.parse().map_err(|e| Fault::Answer(format!("{e}"))))
            .collect::<Result<_, _>>()?,
        participants: participants(wire.participants)?,
        digest: Digest::of("consilium/question/v1", &wire.query),
        opening: wire.opening.map(|opening| Opening { entry: opening.entry, proof: opening.proof }),
        query: given(&wire.query).map(serde_json::from_slice).transpose().map_err(unknown)?,
        step: wire.step.as_ref().map(step).transpose()?,
    })
}

fn step(wire: &WireStep) -> Result<Step, Fault> {
    Ok(Step {
        request: Request::from_bytes(&wire.request)?,
        terms: given(&wire.terms).map(Context::from_bytes).transpose()?,
    })
}

fn given(bytes: &[u8]) -> Option<&[u8]> {
    Some(bytes).filter(|bytes| !bytes.is_empty())
}

fn participants(wire: Vec<Participant>) -> Result<BTreeMap<SiteId, SiteKeys>, Fault> {
    let one = |participant: Participant| {
        let site = participant.site.parse().map_err(|e| Fault::Answer(format!("{e}")))?;
        let keys =
            SiteKeys { identity: key(&participant.identity_key)?, witness: key(&participant.witness_key)? };
        Ok((site, keys))
    };
    wire.into_iter().map(one).collect()
}

fn key(bytes: &[u8]) -> Result<PublicKey, Fault> {
    let key: Result<[u8; 32], _> = bytes.try_into();
    key.map(PublicKey::from).map_err(|_| Fault::Answer(format!("a key of {} bytes", bytes.len())))
}

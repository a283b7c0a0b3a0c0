//! The life of a study, from its publication to its end.
//!
//! ```text
//! Published --every invited site answered, or `wait` over; enough accepted--> Running --last sum--> Finished
//!     |                                                                       |   ^
//!     +--too few accept, or columns differ--> Aborted <--too few remain-------+   | attempt + 1
//!                                                                             +---+ a site lost, enough remain
//! ```
//!
//! `step` consumes the study: a refusal leaves the caller with nothing half-moved. Every message may be repeated.
//! Never: a clock, a socket, a disk. The driver runs effects in order: journal, then wake. Spec: ADR-0004.

mod absent;
mod answers;
mod blinded;
mod entry;
mod published;
mod refusal;
mod running;
mod status;
mod uploaded;

use std::collections::BTreeMap;

use consilium_crypto::{Context, Opening, Request, SiteMessage};
use consilium_stats::{Query, Summary};
use consilium_types::{Attempt, Consent, Digest, ExchangeNumber, Schema, SiteId, StudyPlan};
use serde::{Deserialize, Serialize};

use crate::StudyResult;
pub use blinded::{Roster, question_digest, terms};
pub use entry::{Entry, UnreadableEntry};
pub use refusal::Refusal;
use running::Running;
pub use status::{ClosedExchange, Lost, Status};
use uploaded::{Before, Nowhere};
pub use uploaded::{Missing, Owed, Uploaded};

/// Milliseconds since 1970, from the driver's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub u64);

/// Names one question of a study.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Key {
    /// How often the analysis was begun.
    pub attempt: Attempt,
    /// Which exchange of the attempt.
    pub exchange: ExchangeNumber,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A hospital accepts the plan and states its columns.
    Accepted {
        /// Who.
        site: SiteId,
        /// Its columns.
        schema: Schema,
        /// Its program and its signature, which were checked.
        consent: Consent,
    },
    /// A hospital refuses the plan, or withdraws.
    Refused {
        /// Who.
        site: SiteId,
    },
    /// A hospital answers a question.
    Submitted {
        /// Who.
        site: SiteId,
        /// Which question.
        key: Key,
        /// The answer.
        summary: Summary,
    },
    /// A hospital takes a step of a secure sum.
    Blinded {
        /// Who.
        site: SiteId,
        /// Which question.
        key: Key,
        /// The step.
        message: SiteMessage,
        /// Little-endian words of its masked vector, with the message that signs them; none where they were uploaded,
        /// and in other steps.
        vector: Vec<u8>,
    },
    /// A hospital cannot answer a question.
    Declined {
        /// Who.
        site: SiteId,
        /// Which question.
        key: Key,
        /// Why, as a stable code.
        code: String,
    },
    /// The operator revoked a hospital.
    Removed {
        /// Who.
        site: SiteId,
    },
    /// A hospital that a round went on without is there again.
    Called {
        /// Who.
        site: SiteId,
    },
    /// A round of networks goes on without hospitals that were silent for longer than the plan waits. Time brings it.
    Missed {
        /// Which question.
        key: Key,
        /// Who.
        sites: Vec<SiteId>,
    },
    /// Time has passed.
    Tick,
}

/// Something the driver must do, in order.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Make this entry durable before anyone is told.
    Journal(Entry),
    /// Keep what opened a blinded sum, with the vectors of its entries, for whoever checks it.
    Keep {
        /// Which question.
        key: Key,
        /// The terms.
        terms: Vec<u8>,
        /// What opened the sum.
        opening: Opening,
    },
    /// Sites have a new step of the open question.
    Step,
    /// There may be a new question, or the study has ended.
    Wake,
}

/// What a site is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// Its name.
    pub key: Key,
    /// Sites of this attempt, in order.
    pub roster: Vec<SiteId>,
    /// The question.
    pub query: Query,
    /// The step of its secure sum, if sums are blinded.
    pub step: Option<Request>,
}

/// A hospital's decision.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// It takes part with these columns.
    Accepted(Schema),
    /// It does not.
    Refused,
}

/// A published study and everything that happened to it.
#[derive(Debug, Clone)]
pub struct StudyLife {
    plan: StudyPlan,
    hash: Digest,
    published: Timestamp,
    /// Identities of the invited sites.
    identities: Roster,
    /// Invited sites with their answers.
    answers: BTreeMap<SiteId, Option<Answer>>,
    lost: Vec<Lost>,
    closed: Vec<ClosedExchange>,
    state: State,
}

#[derive(Debug, Clone)]
enum State {
    Published,
    Running(Box<Running>),
    Finished(Box<StudyResult>),
    Aborted(String),
}

impl StudyLife {
    /// A new study, offered to some sites. Those without an identity cannot take part in blinded sums.
    #[must_use]
    pub fn published(plan: StudyPlan, invited: Vec<SiteId>, identities: Roster, at: Timestamp) -> Self {
        Self {
            hash: plan.hash(),
            plan,
            published: at,
            identities,
            answers: invited.into_iter().map(|site| (site, None)).collect(),
            lost: Vec::new(),
            closed: Vec::new(),
            state: State::Published,
        }
    }

    /// The study as its journal left it.
    pub fn replay(
        plan: StudyPlan,
        invited: Vec<SiteId>,
        identities: Roster,
        at: Timestamp,
        entries: impl IntoIterator<Item = Entry>,
    ) -> Result<Self, Refusal> {
        entries.into_iter().try_fold(Self::published(plan, invited, identities, at), Self::after)
    }

    /// The study after one more entry of its journal.
    pub fn after(self, entry: Entry) -> Result<Self, Refusal> {
        match entry {
            Entry::Happened { at, event } => Ok(self.step_over(at, event, &Before)?.0),
            Entry::Closed { at, key, sum, contributions } => {
                Ok(self.closed_before(at, key, &sum, contributions))
            }
        }
    }

    /// Takes an event, where no vector was uploaded.
    pub fn step(self, now: Timestamp, event: Event) -> Result<(Self, Vec<Effect>), Refusal> {
        self.step_over(now, event, &Nowhere)
    }

    /// Takes an event; vectors that were uploaded are read where they are kept.
    pub fn step_over(
        mut self,
        now: Timestamp,
        event: Event,
        uploaded: &dyn Uploaded,
    ) -> Result<(Self, Vec<Effect>), Refusal> {
        let event = if event == Event::Tick { self.time_brings(now) } else { event };
        let entry = Entry::Happened { at: now, event: event.clone() };
        let effects = match event {
            Event::Accepted { site, schema, .. } => self.answer(now, &site, Answer::Accepted(schema))?,
            Event::Refused { site } => self.answer(now, &site, Answer::Refused)?,
            Event::Submitted { site, key, summary } => self.submitted(now, &site, key, summary)?,
            Event::Blinded { site, key, message, vector } => {
                self.blinded(now, &site, key, message, (&vector, uploaded))?
            }
            Event::Declined { site, key, code } => self.declined(now, &site, key, &code)?,
            Event::Removed { site } => self.removed(now, &site),
            Event::Called { site } => self.called(&site),
            Event::Missed { key, sites } => self.missed(now, key, sites, uploaded),
            Event::Tick => self.tick(now),
        };
        let journalled = effects.map(|after| [vec![Effect::Journal(entry)], after].concat());
        Ok((self, journalled.unwrap_or_default()))
    }

    /// The open question of a site, if it has one.
    #[must_use]
    pub fn question_for(&self, site: &SiteId) -> Option<Question> {
        match &self.state {
            State::Running(running) => running.question_for(site),
            State::Published | State::Finished(_) | State::Aborted(_) => None,
        }
    }

    /// When a tick can change something.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Timestamp> {
        match &self.state {
            State::Published => Some(self.after_wait(self.published)),
            State::Running(running) => Some(self.after_wait(running.since())),
            State::Finished(_) | State::Aborted(_) => None,
        }
    }

    /// The plan.
    #[must_use]
    pub fn plan(&self) -> &StudyPlan {
        &self.plan
    }

    /// The hash sites accept.
    #[must_use]
    pub fn plan_hash(&self) -> Digest {
        self.hash
    }

    /// Whether a site was invited.
    #[must_use]
    pub fn invites(&self, site: &SiteId) -> bool {
        self.answers.contains_key(site)
    }

    /// The sites it was offered to, in the order of their ids.
    pub fn invited(&self) -> impl Iterator<Item = &SiteId> {
        self.answers.keys()
    }

    /// The terms of the open secure sum.
    #[must_use]
    pub fn open_terms(&self) -> Option<&Context> {
        match &self.state {
            State::Running(running) => running.terms(),
            State::Published | State::Finished(_) | State::Aborted(_) => None,
        }
    }

    /// Identities of the invited sites.
    #[must_use]
    pub fn identities(&self) -> &Roster {
        &self.identities
    }

    /// The open exchange.
    #[must_use]
    pub fn open_key(&self) -> Option<Key> {
        match &self.state {
            State::Running(running) => Some(running.key()),
            State::Published | State::Finished(_) | State::Aborted(_) => None,
        }
    }

    /// Sites lost on the way, in order.
    #[must_use]
    pub fn lost(&self) -> &[Lost] {
        &self.lost
    }

    /// What a site answered.
    #[must_use]
    pub fn answer_of(&self, site: &SiteId) -> Option<&Answer> {
        self.answers.get(site).and_then(Option::as_ref)
    }

    /// The result, once there is one.
    #[must_use]
    pub fn result(&self) -> Option<&StudyResult> {
        match &self.state {
            State::Finished(result) => Some(result),
            State::Published | State::Running(_) | State::Aborted(_) => None,
        }
    }

    fn after_wait(&self, since: Timestamp) -> Timestamp {
        let wait = u64::try_from(self.plan.study.sites.wait.duration().as_millis()).unwrap_or(u64::MAX);
        Timestamp(since.0.saturating_add(wait))
    }

    fn abort(&mut self, cause: String) {
        self.state = State::Aborted(cause);
    }

    fn removed(&mut self, now: Timestamp, site: &SiteId) -> Option<Vec<Effect>> {
        self.answers.get(site)?;
        match &self.state {
            State::Published => {
                self.answers.remove(site);
                Some(self.start_when_ready(now))
            }
            State::Running(running) if running.has(site) => {
                Some(self.lose(now, &[(site.clone(), "revoked by the operator".to_owned())]))
            }
            State::Running(_) | State::Finished(_) | State::Aborted(_) => None,
        }
    }

    fn is_due(&self, now: Timestamp) -> bool {
        self.next_deadline().is_some_and(|deadline| now >= deadline)
    }

    fn tick(&mut self, now: Timestamp) -> Option<Vec<Effect>> {
        if !self.is_due(now) {
            return None;
        }
        match &self.state {
            State::Published => Some(self.start_when_ready(now)),
            State::Running(running) => {
                let reason = format!("silent for {}", self.plan.study.sites.wait);
                let silent: Vec<_> =
                    running.silent().into_iter().map(|site| (site, reason.clone())).collect();
                Some(self.lose(now, &silent))
            }
            State::Finished(_) | State::Aborted(_) => None,
        }
    }
}

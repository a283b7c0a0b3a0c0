//! What an operator, a hospital and an auditor may see of a study.

use std::collections::BTreeMap;

use consilium_stats::{Query, Summary};
use consilium_types::{Digest, SiteId};
use serde::Serialize;

use super::{Answer, Key, State, StudyLife};
use crate::result::Budget;

/// A study at a glance.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Status {
    /// Its id.
    pub study: String,
    /// Hash of its plan.
    pub plan_hash: Digest,
    /// published, running, finished or aborted.
    pub state: &'static str,
    /// Why it was aborted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// How large a model the cohort supports, once its patients are counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<Budget>,
    /// Each invited site: accepted, refused, or nothing yet.
    pub answers: BTreeMap<SiteId, Option<&'static str>>,
    /// The open exchange.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open: Option<OpenExchange>,
    /// Exchanges done, over all attempts.
    pub closed: Vec<ClosedExchange>,
    /// Sites lost on the way.
    pub lost: Vec<Lost>,
}

/// The question all sites are at.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OpenExchange {
    /// Its name.
    pub key: Key,
    /// Sites of this attempt.
    pub roster: Vec<SiteId>,
    /// Sites that have not answered and are waited for.
    pub waiting_for: Vec<SiteId>,
    /// Sites that a round of networks goes on without, until they call.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub absent: Vec<SiteId>,
    /// What is asked, in words.
    pub asks: String,
    /// What is collected for its secure sum, if sums are blinded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<&'static str>,
}

/// A question all sites have answered.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClosedExchange {
    /// Its name.
    pub key: Key,
    /// What was asked, in words.
    pub asked: String,
    /// Integers each site sent.
    pub words: usize,
    /// Digest of the sum.
    pub sum: Digest,
    /// Digest of each site's summary.
    pub contributions: BTreeMap<SiteId, Digest>,
}

impl ClosedExchange {
    pub(super) fn new(
        key: Key,
        query: &Query,
        sum: &Summary,
        contributions: BTreeMap<SiteId, Digest>,
    ) -> Self {
        Self { key, asked: query.describe(), words: sum.len(), sum: sum.digest(), contributions }
    }
}

/// A site that left an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lost {
    /// Who.
    pub site: SiteId,
    /// At which exchange.
    pub at: Key,
    /// Why.
    pub reason: String,
}

impl Lost {
    pub(super) fn new(site: &SiteId, at: Key, reason: &str) -> Self {
        Self { site: site.clone(), at, reason: reason.to_owned() }
    }
}

impl StudyLife {
    /// The study at a glance.
    #[must_use]
    pub fn status(&self) -> Status {
        let word = |answer: &Answer| match answer {
            Answer::Accepted(_) => "accepted",
            Answer::Refused => "refused",
        };
        Status {
            study: self.plan.study.id.to_string(),
            plan_hash: self.hash,
            state: self.state_word(),
            cause: self.cause().map(str::to_owned),
            budget: self.budget(),
            answers: self.answers.iter().map(|(site, a)| (site.clone(), a.as_ref().map(word))).collect(),
            open: self.open_exchange(),
            closed: self.closed.clone(),
            lost: self.lost.clone(),
        }
    }

    /// published, running, finished or aborted.
    #[must_use]
    pub fn state_word(&self) -> &'static str {
        match &self.state {
            State::Published => "published",
            State::Running(_) => "running",
            State::Finished(_) => "finished",
            State::Aborted(_) => "aborted",
        }
    }

    /// Why the study was aborted, if it was.
    #[must_use]
    pub fn cause(&self) -> Option<&str> {
        match &self.state {
            State::Aborted(cause) => Some(cause),
            State::Published | State::Running(_) | State::Finished(_) => None,
        }
    }

    /// How large a model the cohort supports, once its patients are counted.
    #[must_use]
    pub fn budget(&self) -> Option<Budget> {
        match &self.state {
            State::Running(running) => running.budget(),
            State::Finished(result) => result.quality.as_ref().map(|quality| quality.budget.clone()),
            State::Published | State::Aborted(_) => None,
        }
    }

    fn open_exchange(&self) -> Option<OpenExchange> {
        let State::Running(running) = &self.state else { return None };
        Some(OpenExchange {
            key: running.key(),
            roster: running.roster().to_vec(),
            waiting_for: running.waiting_for(),
            absent: running.not_waited_for(),
            asks: running.query().describe(),
            step: running.step(),
        })
    }
}

//! What came of the open exchange: summaries in clear, or the steps of a secure sum.
//!
//! Never: a word about what a number means. Spec: ADR-0004, ADR-0016.

use std::collections::BTreeMap;
use std::fmt;

use consilium_crypto::{Context, CryptoFault, Phase, Request};
use consilium_stats::{Query, Summary};
use consilium_types::plan::Aggregate;
use consilium_types::{Digest, SiteId, StudyPlan};

use super::blinded::{Blinded, Roster, terms};
use super::{Effect, Key, Refusal, Uploaded};
use crate::AnalysisFault;

/// What came of the open exchange.
#[derive(Debug, Clone)]
pub(super) enum Answers {
    Clear(BTreeMap<SiteId, Summary>),
    Blinded(Box<Blinded>),
}

/// What follows from an answer.
pub(super) enum Advance {
    /// Somebody is waited for.
    Waits,
    /// A step of a secure sum is closed, and the next is open.
    Stepped,
    /// The sum can be made.
    Complete,
}

/// Why an attempt cannot be begun or go on.
#[derive(Debug)]
pub(super) enum Stop {
    Analysis(AnalysisFault),
    Blinding(CryptoFault),
    NoIdentity(SiteId),
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Analysis(fault) => write!(f, "{}: {fault}", fault.code()),
            Self::Blinding(fault) => write!(f, "{}: {fault}", fault.code()),
            Self::NoIdentity(site) => {
                write!(
                    f,
                    "CNS-R-0306: {site} has no identity key for blinded sums; invite and enrol it again"
                )
            }
        }
    }
}

impl Answers {
    /// Nothing yet, of the sites of a roster.
    pub(super) fn none(plan: &StudyPlan, key: Key, query: &Query, roster: &Roster) -> Result<Self, Stop> {
        match plan.privacy.aggregate {
            Aggregate::Clear => Ok(Self::Clear(BTreeMap::new())),
            Aggregate::SecureSum => {
                let blinded = Blinded::begin(terms(plan.hash(), key, query, roster));
                blinded.map(Box::new).map(Self::Blinded).map_err(Stop::Blinding)
            }
        }
    }

    /// Sites that have not answered.
    pub(super) fn awaited(&self, roster: &[SiteId]) -> Vec<SiteId> {
        match self {
            Self::Clear(summaries) => {
                roster.iter().filter(|site| !summaries.contains_key(*site)).cloned().collect()
            }
            Self::Blinded(blinded) => blinded.awaited(),
        }
    }

    /// How many sites answered, while it is open who will be in the sum; fewer than can open it count as none.
    pub(super) fn answered(&self) -> Option<usize> {
        match self {
            Self::Clear(summaries) => Some(summaries.len()),
            Self::Blinded(blinded) => blinded.answered(),
        }
    }

    /// Closes what nobody is waited for in, `without` aside.
    pub(super) fn advance(
        &mut self,
        roster: &[SiteId],
        without: &dyn Fn(&SiteId) -> bool,
    ) -> Result<Advance, CryptoFault> {
        match self {
            Self::Clear(_) if self.awaited(roster).iter().all(without) => Ok(Advance::Complete),
            Self::Clear(_) => Ok(Advance::Waits),
            Self::Blinded(blinded) => match blinded.advance(without)? {
                false => Ok(Advance::Waits),
                true if blinded.phase() == Phase::Open => Ok(Advance::Complete),
                true => Ok(Advance::Stepped),
            },
        }
    }

    /// The open step of a secure sum.
    pub(super) fn step(&self) -> Option<&'static str> {
        match self {
            Self::Clear(_) => None,
            Self::Blinded(blinded) => Some(blinded.phase().as_str()),
        }
    }

    pub(super) fn terms(&self) -> Option<&Context> {
        match self {
            Self::Clear(_) => None,
            Self::Blinded(blinded) => Some(blinded.context()),
        }
    }

    pub(super) fn request(&self, site: &SiteId) -> Option<Request> {
        match self {
            Self::Clear(_) => None,
            Self::Blinded(blinded) => blinded.request(site),
        }
    }

    /// Whether words are collected now: refused before that, and not any more after it.
    pub(super) fn takes_words(&self) -> Result<bool, Refusal> {
        match self {
            Self::Clear(_) => Ok(true),
            Self::Blinded(blinded) if blinded.phase() < Phase::Input => {
                Err(Refusal::Blinding(CryptoFault::OutOfStep(blinded.phase().as_str())))
            }
            Self::Blinded(blinded) => Ok(blinded.phase() == Phase::Input),
        }
    }

    /// Whether some site may have told what opens the sum.
    pub(super) fn is_being_opened(&self) -> bool {
        matches!(self, Self::Blinded(blinded) if blinded.phase() >= Phase::Unmask)
    }

    /// Takes a summary in clear; whether it is new.
    pub(super) fn take(
        &mut self,
        query: &Query,
        key: Key,
        site: &SiteId,
        summary: Summary,
    ) -> Result<bool, Refusal> {
        let Self::Clear(summaries) = self else { return Err(Refusal::OtherAggregate("secure-sum")) };
        query.accept(&summary).map_err(Refusal::Shape)?;
        match summaries.get(site) {
            Some(known) if *known == summary => Ok(false),
            Some(_) => Err(Refusal::OtherContent { site: site.clone(), key }),
            None => Ok(summaries.insert(site.clone(), summary).is_none()),
        }
    }

    /// The secure sum, if there is one.
    pub(super) fn blinded(&mut self) -> Result<&mut Blinded, Refusal> {
        match self {
            Self::Clear(_) => Err(Refusal::OtherAggregate("clear")),
            Self::Blinded(blinded) => Ok(blinded),
        }
    }

    /// Digests by which a site's ledger and the training log name what was sent.
    pub(super) fn digests(&self) -> BTreeMap<SiteId, Digest> {
        match self {
            Self::Clear(summaries) => {
                summaries.iter().map(|(site, summary)| (site.clone(), summary.digest())).collect()
            }
            Self::Blinded(blinded) => blinded.roots(),
        }
    }

    /// The sum, or what the question puts in its place, and what is to be kept of how it was opened.
    pub(super) fn sum(
        &self,
        query: &Query,
        key: Key,
        uploaded: &dyn Uploaded,
    ) -> Result<(Summary, Option<Effect>), String> {
        match self {
            Self::Clear(summaries) => {
                let summaries: Vec<&Summary> = summaries.values().collect();
                Ok((query.combine(&summaries).map_err(|fault| fault.to_string())?, None))
            }
            Self::Blinded(blinded) => {
                let opening = blinded.opening().ok_or("no step opened it")?.clone();
                let sum = blinded
                    .open(&opening, uploaded)
                    .map_err(|fault| format!("{fault} [{}]", fault.code()))?;
                let terms = blinded.context().to_bytes();
                Ok((sum, Some(Effect::Keep { key, terms, opening })))
            }
        }
    }
}

//! Where a study stands, as far as the log has said.

use std::collections::{BTreeMap, BTreeSet};

use consilium_types::{Attempt, Digest, ExchangeNumber, SiteId};

use crate::rules::Round;
use crate::spent::Spent;

/// A proposed study.
#[derive(Debug, Clone)]
pub(crate) struct Study {
    pub(crate) plan: Digest,
    pub(crate) invited: BTreeSet<SiteId>,
    pub(crate) accepted: BTreeSet<SiteId>,
    pub(crate) roster: Vec<SiteId>,
    /// Of the open round.
    pub(crate) updates: BTreeMap<SiteId, Digest>,
    /// Hospitals that the open round may go on without.
    pub(crate) missed: BTreeSet<SiteId>,
    pub(crate) phase: Phase,
    /// What noise has spent, by hospital.
    pub(crate) spent: BTreeMap<SiteId, Spent>,
    /// Rounds with a sum, over all attempts.
    pub(crate) committed: u64,
    /// Attempts that ended early.
    pub(crate) aborted: u64,
}

/// What may come next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Hospitals decide.
    Deciding,
    /// Hospitals answer.
    Open(Round),
    /// A round is committed; the next one or the result follows.
    Between(Round),
    /// An attempt ended early; the next one or the end follows.
    Restarting(Attempt),
    /// Nothing.
    Over,
}

impl Study {
    pub(crate) fn new(plan: Digest, sites: &[SiteId]) -> Self {
        Self {
            plan,
            invited: sites.iter().cloned().collect(),
            accepted: BTreeSet::new(),
            roster: Vec::new(),
            updates: BTreeMap::new(),
            missed: BTreeSet::new(),
            phase: Phase::Deciding,
            spent: BTreeMap::new(),
            committed: 0,
            aborted: 0,
        }
    }

    pub(crate) fn open(&self) -> Option<Round> {
        if let Phase::Open(round) = self.phase { Some(round) } else { None }
    }

    /// The round that may be opened.
    pub(crate) fn next(&self) -> Option<Round> {
        let first = |attempt| Round { attempt, round: ExchangeNumber(1) };
        match self.phase {
            Phase::Deciding => Some(first(Attempt(1))),
            Phase::Between(round) => Some(Round { round: round.round.next(), ..round }),
            Phase::Restarting(attempt) => Some(first(attempt.next())),
            Phase::Open(_) | Phase::Over => None,
        }
    }

    /// Whether a round may have this roster: any at first, the same within an attempt, a smaller one in the next.
    pub(crate) fn allows(&self, round: Round, roster: &[SiteId]) -> bool {
        match self.phase {
            Phase::Deciding => !roster.is_empty(),
            _ if round.round == ExchangeNumber(1) => roster.iter().all(|site| self.roster.contains(site)),
            _ => roster == self.roster,
        }
    }

    pub(crate) fn open_round(&mut self, round: Round, roster: &[SiteId]) {
        self.roster = roster.to_vec();
        self.updates.clear();
        self.missed.clear();
        self.phase = Phase::Open(round);
    }

    pub(crate) fn commit(&mut self, round: Round) {
        self.committed += 1;
        self.phase = Phase::Between(round);
    }

    pub(crate) fn abort(&mut self, lost: &[SiteId]) {
        self.aborted += 1;
        self.roster.retain(|site| !lost.contains(site));
        let attempt = self.open().map_or(Attempt(0), |round| round.attempt);
        self.phase = Phase::Restarting(attempt);
    }
}

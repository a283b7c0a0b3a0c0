//! Hospitals that a round of networks goes on without.
//!
//! A round that is asked alone averages whoever answers: when the plan's `wait` is over, it goes on without those who are
//! silent, if enough remain, and rounds after it do not wait for them. They stay in the roster, are asked each time, and are
//! waited for again once they call. Every other question needs all of the roster.
//! Never: a sum below the plan's minimum, its quorum, or what opens a blinded sum; with `on_loss = "end"`, anything.
//! Spec: ADR-0022.

use std::collections::{BTreeMap, BTreeSet};

use consilium_types::plan::OnLoss;
use consilium_types::{Digest, SiteId};

use super::running::Running;
use super::{Effect, Event, Key, State, StudyLife, Timestamp, Uploaded};

/// Who is not waited for.
#[derive(Debug, Clone, Default)]
pub(super) struct Absent {
    silent: BTreeSet<SiteId>,
    /// Who called since the question was opened, and is waited for at the next one.
    back: BTreeSet<SiteId>,
}

impl Absent {
    pub(super) fn has(&self, site: &SiteId) -> bool {
        self.silent.contains(site)
    }

    /// Who is not waited for after a round with these contributions.
    pub(super) fn after(self, roster: &[SiteId], contributions: &BTreeMap<SiteId, Digest>) -> Self {
        let is_silent = |site: &&SiteId| !contributions.contains_key(*site) && !self.back.contains(*site);
        Self { silent: roster.iter().filter(is_silent).cloned().collect(), back: BTreeSet::new() }
    }

    fn call(&mut self, site: &SiteId) -> bool {
        self.silent.remove(site);
        self.back.insert(site.clone())
    }
}

impl StudyLife {
    /// Whether a hospital is not waited for. Its call is news.
    #[must_use]
    pub fn misses(&self, site: &SiteId) -> bool {
        matches!(&self.state, State::Running(running) if running.absent().has(site))
    }

    /// What it means that time has passed: rounds of networks go on, everything else loses who is silent.
    pub(super) fn time_brings(&self, now: Timestamp) -> Event {
        match &self.state {
            State::Running(running) if self.is_due(now) && self.may_go_on(running) => {
                Event::Missed { key: running.key(), sites: running.waiting_for() }
            }
            _ => Event::Tick,
        }
    }

    /// Whether those who answered are enough for a round of networks.
    fn may_go_on(&self, running: &Running) -> bool {
        let enough = running.answered().is_some_and(|answered| answered >= self.fewest());
        enough && running.is_elastic() && self.plan.privacy.on_loss == OnLoss::Restart
    }

    pub(super) fn missed(
        &mut self,
        now: Timestamp,
        key: Key,
        sites: Vec<SiteId>,
        uploaded: &dyn Uploaded,
    ) -> Option<Vec<Effect>> {
        let State::Running(running) = &mut self.state else { return None };
        if running.key() != key {
            return None;
        }
        running.absent_mut().silent.extend(sites);
        Some(self.go_on(now, uploaded))
    }

    pub(super) fn called(&mut self, site: &SiteId) -> Option<Vec<Effect>> {
        let State::Running(running) = &mut self.state else { return None };
        (running.has(site) && running.absent_mut().call(site)).then(Vec::new)
    }
}

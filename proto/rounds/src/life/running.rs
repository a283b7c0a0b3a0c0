//! An attempt at the analysis: one exchange after the other, all sites of the roster each time.
//!
//! Waits for: a summary of every site of the roster, or in a round of networks of those who are there (`absent`). Accepts:
//! summaries that answer the open question, repeated ones, and late ones of closed exchanges without effect. Ends: with the
//! last sum, or with a lost site.

use std::collections::{BTreeMap, BTreeSet};

use consilium_crypto::{Context, CryptoFault, SiteMessage};
use consilium_stats::{Query, Rule, Summary};
use consilium_types::plan::OnLoss;
use consilium_types::{Attempt, Digest, ExchangeNumber, Schema, SiteId, StudyPlan};

use super::absent::Absent;
use super::answers::{Advance, Answers, Stop};
use super::blinded::Roster;
use super::status::{ClosedExchange, Lost};
use super::uploaded::Nowhere;
use super::{Effect, Entry, Key, Owed, Question, Refusal, State, StudyLife, Timestamp, Uploaded};
use crate::result::Budget;
use crate::{Analysis, Progress};

/// An attempt with its open exchange.
#[derive(Debug, Clone)]
pub(super) struct Running {
    key: Key,
    roster: Vec<SiteId>,
    schema: Schema,
    analysis: Analysis,
    query: Query,
    answers: Answers,
    absent: Absent,
    since: Timestamp,
}

impl Running {
    pub(super) fn begin(
        plan: &StudyPlan,
        now: Timestamp,
        attempt: Attempt,
        roster: Vec<SiteId>,
        identities: &Roster,
        schema: Schema,
    ) -> Result<Self, Stop> {
        let (analysis, query) = Analysis::begin(plan, &roster, &schema).map_err(Stop::Analysis)?;
        let key = Key { attempt, exchange: ExchangeNumber(1) };
        let answers = Answers::none(plan, key, &query, identities)?;
        let absent = Absent::default();
        Ok(Self { key, roster, schema, analysis, query, answers, absent, since: now })
    }

    pub(super) fn has(&self, site: &SiteId) -> bool {
        self.roster.contains(site)
    }

    pub(super) fn key(&self) -> Key {
        self.key
    }

    pub(super) fn since(&self) -> Timestamp {
        self.since
    }

    pub(super) fn roster(&self) -> &[SiteId] {
        &self.roster
    }

    pub(super) fn query(&self) -> &Query {
        &self.query
    }

    pub(super) fn budget(&self) -> Option<Budget> {
        self.analysis.budget()
    }

    pub(super) fn step(&self) -> Option<&'static str> {
        self.answers.step()
    }

    pub(super) fn terms(&self) -> Option<&Context> {
        self.answers.terms()
    }

    pub(super) fn absent(&self) -> &Absent {
        &self.absent
    }

    pub(super) fn absent_mut(&mut self) -> &mut Absent {
        &mut self.absent
    }

    /// Whether the question is a round of networks, which averages whoever answers.
    pub(super) fn is_elastic(&self) -> bool {
        self.query.is_update()
    }

    /// How many sites answered, while it is open who will be in the sum; fewer than can open it count as none.
    pub(super) fn answered(&self) -> Option<usize> {
        self.answers.answered()
    }

    /// Sites that have not answered and are waited for.
    pub(super) fn waiting_for(&self) -> Vec<SiteId> {
        let mut awaited = self.silent();
        awaited.retain(|site| !(self.is_elastic() && self.absent.has(site)));
        awaited
    }

    /// Sites that have not answered and are not waited for.
    pub(super) fn not_waited_for(&self) -> Vec<SiteId> {
        let mut absent = self.silent();
        absent.retain(|site| self.is_elastic() && self.absent.has(site));
        absent
    }

    /// Sites that have not answered.
    pub(super) fn silent(&self) -> Vec<SiteId> {
        self.answers.awaited(&self.roster)
    }

    pub(super) fn question_for(&self, site: &SiteId) -> Option<Question> {
        let open = self.awaits(site);
        let question = || Question {
            key: self.key,
            roster: self.roster.clone(),
            query: self.query.clone(),
            step: self.answers.request(site),
        };
        open.then(question)
    }

    /// The words that a site may hand in now.
    pub(super) fn owed(&self, site: &SiteId) -> Result<Option<Owed>, Refusal> {
        let updates = self.query.is_update();
        let word = if updates { i64::BITS } else { i128::BITS } / 8;
        let bytes = (self.query.length() as u64).saturating_mul(word.into());
        Ok((self.answers.takes_words()? && self.awaits(site)).then_some(Owed { bytes, updates }))
    }

    fn awaits(&self, site: &SiteId) -> bool {
        self.has(site) && self.silent().contains(site)
    }
}

impl StudyLife {
    pub(super) fn submitted(
        &mut self,
        now: Timestamp,
        site: &SiteId,
        key: Key,
        summary: Summary,
    ) -> Result<Option<Vec<Effect>>, Refusal> {
        let Some(running) = self.open(site, key)? else { return Ok(None) };
        if !running.answers.take(&running.query, key, site, summary)? {
            return Ok(None);
        }
        Ok(Some(self.go_on(now, &Nowhere)))
    }

    pub(super) fn blinded(
        &mut self,
        now: Timestamp,
        site: &SiteId,
        key: Key,
        message: SiteMessage,
        vector: (&[u8], &dyn Uploaded),
    ) -> Result<Option<Vec<Effect>>, Refusal> {
        let Some(running) = self.open(site, key)? else { return Ok(None) };
        let blinded = running.answers.blinded()?;
        if !blinded.take(site, message, vector).map_err(Refusal::Blinding)? {
            return Ok(None);
        }
        Ok(Some(self.go_on(now, vector.1)))
    }

    /// Closes the exchange, or a step of its secure sum, if nobody is waited for any more.
    pub(super) fn go_on(&mut self, now: Timestamp, uploaded: &dyn Uploaded) -> Vec<Effect> {
        let State::Running(running) = &mut self.state else { return Vec::new() };
        let without: &dyn Fn(&SiteId) -> bool = &|site| running.query.is_update() && running.absent.has(site);
        match running.answers.advance(&running.roster, without) {
            Ok(Advance::Waits) => Vec::new(),
            Ok(Advance::Complete) => self.close(now, uploaded),
            Ok(Advance::Stepped) => {
                running.since = now;
                vec![Effect::Step]
            }
            Err(fault) => self.lies(now, &fault),
        }
    }

    /// Goes on without a site whose shares do not open its own masks.
    fn lies(&mut self, now: Timestamp, fault: &CryptoFault) -> Vec<Effect> {
        let reason = format!("{}: {fault}", fault.code());
        if let Some(site) = fault.culprit().cloned() {
            return self.lose(now, &[(site, reason)]);
        }
        self.abort(reason);
        vec![Effect::Wake]
    }

    pub(super) fn declined(
        &mut self,
        now: Timestamp,
        site: &SiteId,
        key: Key,
        code: &str,
    ) -> Result<Option<Vec<Effect>>, Refusal> {
        if !is_code(code) {
            return Err(Refusal::NotACode);
        }
        if self.open(site, key)?.is_none() {
            return Ok(None);
        }
        let reason = match Rule::of_code(code) {
            Some(rule) => {
                format!("declined with {code}: its rule `{}` refuses; {}", rule.name(), rule.remedy())
            }
            None => format!("declined with {code}"),
        };
        Ok(Some(self.lose(now, &[(site.clone(), reason)])))
    }

    /// Whether `key` is the open exchange of a site of the roster; not if it is one of the past.
    pub(super) fn is_open(&self, site: &SiteId, key: Key) -> Result<bool, Refusal> {
        if !self.invites(site) {
            return Err(Refusal::NotInvited(site.clone()));
        }
        match &self.state {
            State::Published => Err(Refusal::NotRunning),
            State::Finished(_) | State::Aborted(_) => Ok(false),
            State::Running(running) if key < running.key => Ok(false),
            State::Running(running) if key > running.key => Err(Refusal::NotAsked(key)),
            State::Running(running) if !running.has(site) => Err(Refusal::NotInRoster(site.clone())),
            State::Running(_) => Ok(true),
        }
    }

    /// The running attempt if `key` is its open exchange; nothing for an exchange of the past.
    fn open(&mut self, site: &SiteId, key: Key) -> Result<Option<&mut Running>, Refusal> {
        let is_open = self.is_open(site, key)?;
        match &mut self.state {
            State::Running(running) if is_open => Ok(Some(running)),
            _ => Ok(None),
        }
    }

    /// Adds the summaries of a complete exchange and moves on.
    fn close(&mut self, now: Timestamp, uploaded: &dyn Uploaded) -> Vec<Effect> {
        let State::Running(running) = &self.state else { return Vec::new() };
        let (key, contributions) = (running.key, running.answers.digests());
        match running.answers.sum(&running.query, key, uploaded) {
            Ok((sum, kept)) => {
                self.advance(now, &sum, contributions.clone());
                let entry = Entry::Closed { at: now, key, sum, contributions };
                kept.into_iter().chain([Effect::Journal(entry), Effect::Wake]).collect()
            }
            Err(why) => {
                self.abort(format!("CNS-R-0303: the summaries cannot be added: {why}"));
                vec![Effect::Wake]
            }
        }
    }

    /// Replays a closed exchange from its sum, unless its submissions were replayed already.
    pub(super) fn closed_before(
        mut self,
        at: Timestamp,
        key: Key,
        sum: &Summary,
        contributions: BTreeMap<SiteId, Digest>,
    ) -> Self {
        if matches!(&self.state, State::Running(running) if running.key == key) {
            self.advance(at, sum, contributions);
        }
        self
    }

    fn advance(&mut self, now: Timestamp, sum: &Summary, contributions: BTreeMap<SiteId, Digest>) {
        let State::Running(running) = std::mem::replace(&mut self.state, State::Published) else { return };
        let Running { key, roster, schema, analysis, query, absent, .. } = *running;
        let absent = absent.after(&roster, &contributions);
        self.closed.push(ClosedExchange::new(key, &query, sum, contributions));
        self.state = match analysis.absorb(&query, sum) {
            Ok(Progress::Done(result)) => State::Finished(result),
            Ok(Progress::Ask(analysis, query)) => {
                let key = Key { attempt: key.attempt, exchange: key.exchange.next() };
                let answers = self
                    .identified(&roster)
                    .and_then(|identified| Answers::none(&self.plan, key, &query, &identified));
                match answers {
                    Ok(answers) => State::Running(Box::new(Running {
                        key,
                        roster,
                        schema,
                        analysis: *analysis,
                        query,
                        answers,
                        absent,
                        since: now,
                    })),
                    Err(stop) => State::Aborted(stop.to_string()),
                }
            }
            Err(fault) => State::Aborted(format!("{}: {fault}", fault.code())),
        };
    }

    /// Goes on without some sites, from the beginning of the analysis, if enough remain and the plan wants that.
    pub(super) fn lose(&mut self, now: Timestamp, sites: &[(SiteId, String)]) -> Vec<Effect> {
        let State::Running(running) = &self.state else { return Vec::new() };
        let key = running.key;
        let gone: BTreeSet<&SiteId> = sites.iter().map(|(site, _)| site).collect();
        let remaining: Vec<SiteId> = running.roster.iter().filter(|s| !gone.contains(s)).cloned().collect();
        let schema = running.schema.clone();
        let told = !self.closed.is_empty() || running.answers.is_being_opened();
        self.lost.extend(sites.iter().map(|(site, reason)| Lost::new(site, key, reason)));
        if told && self.plan.privacy.on_loss == OnLoss::End {
            self.abort(self.would_tell());
        } else if remaining.len() >= self.fewest() {
            self.begin(now, key.attempt.next(), remaining, schema);
        } else {
            self.abort(self.too_few(&remaining));
        }
        vec![Effect::Wake]
    }

    /// Sites that must remain: the plan's minimum, and its quorum of those that began.
    pub(super) fn fewest(&self) -> usize {
        let sites = &self.plan.study.sites;
        sites.quorum_of(self.roster_at_start()).max(sites.min as usize)
    }

    fn roster_at_start(&self) -> usize {
        let State::Running(running) = &self.state else { return 0 };
        let before: BTreeSet<&SiteId> =
            running.roster.iter().chain(self.lost.iter().map(|lost| &lost.site)).collect();
        before.len()
    }

    fn would_tell(&self) -> String {
        format!(
            "CNS-R-0305: going on without a hospital would tell its sums, which are those with it less those without it; \
             lost: {}. Publish the study again, with a longer `study.sites.wait`, or with `privacy.on_loss = \"restart\"`",
            self.lost_in_words()
        )
    }

    fn lost_in_words(&self) -> String {
        let lost = self.lost.iter().map(|lost| format!("{} ({})", lost.site, lost.reason));
        lost.collect::<Vec<_>>().join(", ")
    }

    fn too_few(&self, remaining: &[SiteId]) -> String {
        format!(
            "CNS-R-0304: {} hospitals remain, {} are needed; lost: {}",
            remaining.len(),
            self.fewest(),
            self.lost_in_words()
        )
    }
}

/// A stable code such as `CNS-D-0104`: nothing else that a site says about a failure is kept.
fn is_code(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 10
        && text.starts_with("CNS-")
        && bytes[4].is_ascii_uppercase()
        && bytes[5] == b'-'
        && bytes[6..].iter().all(u8::is_ascii_digit)
}

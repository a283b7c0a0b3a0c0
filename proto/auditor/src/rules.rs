//! What entries must add up to: nobody unknown takes part, no round is missing, every end has a cause.
//!
//! One pass in the log's order; a finding names its entry. Spec: docs/reference/training-log.md.

use std::collections::BTreeMap;

use consilium_crypto::SitePublic;
use consilium_ledger::entry::Noise;
use consilium_ledger::{Entry, Event};
use consilium_types::acceptance::ACCEPTANCE;
use consilium_types::{Acceptance, Attempt, Digest, ExchangeNumber, PublicKey, Signature, SiteId, StudyId};

use crate::spent::Spent;
use crate::study::{Phase, Study};

/// Something that does not add up.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// Position of the entry.
    pub entry: u64,
    /// Which rule, as a stable word.
    pub rule: Rule,
    /// In words.
    pub what: String,
}

/// The rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// The log begins once, with its name.
    Genesis,
    /// Times do not go back by more than the clocks of two starts may differ.
    Time,
    /// Only enrolled hospitals take part, each with keys of its own.
    Enrolment,
    /// A study is proposed once, and ends once.
    Study,
    /// Hospitals accept the plan that was proposed, and only accepting ones are asked.
    Approval,
    /// Attempts and rounds count up without a gap.
    Order,
    /// A roster stays the same through an attempt, and only shrinks between them.
    Roster,
    /// A round is committed with one update of each hospital, but for those that were missed, the ones that were committed
    /// before.
    Updates,
    /// No hospital answers a question before the quorum has cosigned its opening.
    Witness,
    /// What noise spends is charged with a summary, and stays within the plan's bound.
    Privacy,
    /// An attempt that has no end names who was lost, or a cause.
    Cause,
}

/// The log's numbers are rounded, each so that it promises less.
const ROUNDING: f64 = 1.001;

/// Milliseconds a clock may go back between two entries: a restart on a corrected clock.
const SKEW: u64 = 5 * 60 * 1_000;

/// What the log has said so far.
#[derive(Debug, Default)]
pub(crate) struct Record {
    pub(crate) origin: Option<String>,
    pub(crate) sites: BTreeMap<SiteId, bool>,
    pub(crate) studies: BTreeMap<StudyId, Study>,
    /// Under which each hospital signs.
    identities: BTreeMap<SiteId, PublicKey>,
    /// Every key that was ever enrolled, and whose it is.
    keys: BTreeMap<PublicKey, SiteId>,
    findings: Vec<Finding>,
    at: u64,
    time: u64,
}

/// A round as entries name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Round {
    pub(crate) attempt: Attempt,
    pub(crate) round: ExchangeNumber,
}

impl Record {
    /// Reads all entries.
    pub(crate) fn of(entries: &[Entry]) -> Self {
        let mut record = Self::default();
        entries.iter().for_each(|entry| record.take(entry));
        record
    }

    pub(crate) fn findings(&self) -> &[Finding] {
        &self.findings
    }

    fn require(&mut self, holds: bool, rule: Rule, what: impl Fn() -> String) {
        if !holds {
            self.findings.push(Finding { entry: self.at, rule, what: what() });
        }
    }

    fn take(&mut self, entry: &Entry) {
        self.at = entry.seq;
        let back = self.time.saturating_sub(entry.t);
        self.require(back <= SKEW, Rule::Time, || format!("the clock went back by {} s", back / 1_000));
        self.time = self.time.max(entry.t);
        match &entry.event {
            Event::Genesis { origin } => self.begin(origin),
            Event::Started { .. } if entry.seq > 0 => {}
            _ if entry.seq == 0 => {
                self.require(false, Rule::Genesis, || "the log has no beginning".to_owned());
            }
            Event::Enrolled { site, identity, witness, .. } => self.enrol(site, [*identity, *witness]),
            Event::Revoked { site } => {
                let known = self.sites.insert(site.clone(), false).is_some();
                self.require(known, Rule::Enrolment, || format!("{site} was never enrolled"));
            }
            Event::Proposed { study, plan, sites } => self.propose(study, *plan, sites),
            event => self.of_study(event),
        }
    }

    fn begin(&mut self, origin: &str) {
        self.require(self.at == 0, Rule::Genesis, || "the log begins a second time".to_owned());
        self.origin = Some(origin.to_owned());
    }

    /// A hospital may come back with its keys; nobody else may have them, and each has one purpose.
    fn enrol(&mut self, site: &SiteId, keys: [PublicKey; 2]) {
        let holds = self.sites.insert(site.clone(), true) == Some(true);
        self.identities.insert(site.clone(), keys[0]);
        self.require(!holds, Rule::Enrolment, || format!("{site} was enrolled already"));
        self.require(keys[0] != keys[1], Rule::Enrolment, || {
            format!("{site} signs and witnesses with the same key")
        });
        for key in keys {
            let other = self.keys.insert(key, site.clone()).filter(|other| other != site);
            self.require(other.is_none(), Rule::Enrolment, || {
                format!("{site} has a key of {}", other.as_ref().map_or("", |other| other.as_str()))
            });
        }
    }

    fn propose(&mut self, study: &StudyId, plan: Digest, sites: &[SiteId]) {
        for site in sites {
            let enrolled = self.sites.get(site) == Some(&true);
            self.require(enrolled, Rule::Enrolment, || format!("{site} is invited and not enrolled"));
        }
        let new = !self.studies.contains_key(study);
        self.require(new, Rule::Study, || format!("{study} was proposed before"));
        self.studies.entry(study.clone()).or_insert_with(|| Study::new(plan, sites));
    }

    fn of_study(&mut self, event: &Event) {
        let Some(id) = event.study().cloned() else { return };
        let Some(mut study) = self.studies.remove(&id) else {
            return self.require(false, Rule::Study, || format!("{id} was never proposed"));
        };
        let over = matches!(study.phase, Phase::Over);
        self.require(!over, Rule::Study, || format!("{id} was over"));
        match event {
            Event::Approved { site, plan, schema, program, signature, .. } => {
                self.approve(&mut study, site, *plan);
                let (site, plan, schema, program) = (site, *plan, *schema, *program);
                self.signed(&Acceptance { site, study: &id, plan, schema, program }, signature);
            }
            Event::Rejected { site, .. } => {
                study.accepted.remove(site);
            }
            Event::Opened { attempt, round, roster, .. } => {
                self.open(&mut study, Round { attempt: *attempt, round: *round }, roster);
            }
            Event::Update { attempt, round, site, update, .. } => {
                self.update(&mut study, Round { attempt: *attempt, round: *round }, site, *update);
            }
            Event::Spent { attempt, round, site, steps, noise, .. } => {
                let round = Round { attempt: *attempt, round: *round };
                self.spend(&mut study, (round, site), *steps, *noise);
            }
            Event::Missed { attempt, round, sites, .. } => {
                self.miss(&mut study, Round { attempt: *attempt, round: *round }, sites);
            }
            Event::Committed { attempt, round, updates, .. } => {
                self.commit(&mut study, Round { attempt: *attempt, round: *round }, updates);
            }
            Event::Aborted { attempt, round, lost, cause, .. } => {
                let round = Round { attempt: *attempt, round: *round };
                self.require(study.open() == Some(round), Rule::Order, || {
                    "an abort of no open round".to_owned()
                });
                let named = !lost.is_empty() || *cause == consilium_ledger::entry::Cause::Analysis;
                self.require(named, Rule::Cause, || "an abort that names nobody".to_owned());
                study.abort(lost);
            }
            Event::Finished { .. } => {
                let between = matches!(study.phase, Phase::Between(_));
                self.require(between, Rule::Order, || {
                    "a result while a round is open, or before one".to_owned()
                });
                study.phase = Phase::Over;
            }
            Event::Closed { .. } => study.phase = Phase::Over,
            Event::Genesis { .. }
            | Event::Enrolled { .. }
            | Event::Revoked { .. }
            | Event::Started { .. }
            | Event::Proposed { .. } => {}
        }
        self.studies.insert(id, study);
    }

    fn approve(&mut self, study: &mut Study, site: &SiteId, plan: Digest) {
        let invited = study.invited.contains(site);
        self.require(invited, Rule::Approval, || format!("{site} was not invited"));
        self.require(plan == study.plan, Rule::Approval, || format!("{site} accepts another plan"));
        study.accepted.insert(site.clone());
    }

    /// An acceptance is signed with the identity key under which the hospital is enrolled.
    fn signed(&mut self, acceptance: &Acceptance<'_>, signature: &Signature) {
        let key = self.identities.get(acceptance.site).copied();
        let key = key.and_then(|key| SitePublic::try_from(key).ok());
        let signature = (*signature.as_bytes()).into();
        let holds = key.is_some_and(|key| key.verifies(ACCEPTANCE, &acceptance.statement(), &signature));
        self.require(holds, Rule::Approval, || {
            format!("the acceptance of {} does not bear its signature", acceptance.site)
        });
    }

    /// Noise is charged with the summary it is in, once, and all of a hospital's stays within the plan's bound.
    fn spend(&mut self, study: &mut Study, (round, site): (Round, &SiteId), steps: u64, noise: Noise) {
        let sent = study.open() == Some(round) && study.updates.contains_key(site);
        self.require(sent, Rule::Privacy, || format!("{site} is charged for no summary"));
        let spent = study.spent.entry(site.clone()).or_insert_with(|| Spent::new(noise));
        let (once, same) = (spent.last != Some(round), spent.noise == noise);
        spent.add(round, steps);
        let (epsilon, bound) = (spent.epsilon(), spent.bound());
        self.require(once, Rule::Privacy, || format!("{site} is charged twice for one summary"));
        self.require(same, Rule::Privacy, || format!("{site} is charged for another noise than before"));
        self.require(epsilon <= bound * ROUNDING, Rule::Privacy, || {
            format!("{site} has spent epsilon {epsilon:.3}, more than the plan's {bound:.3}")
        });
    }

    fn open(&mut self, study: &mut Study, round: Round, roster: &[SiteId]) {
        for site in roster {
            let accepted = study.accepted.contains(site);
            self.require(accepted, Rule::Approval, || format!("{site} is asked and has not accepted"));
        }
        let expected = study.next();
        self.require(expected == Some(round), Rule::Order, || match expected {
            Some(next) => format!(
                "attempt {}, round {} is opened where attempt {}, round {} is due",
                round.attempt, round.round, next.attempt, next.round
            ),
            None => "a round is opened while another is open".to_owned(),
        });
        let fits = study.allows(round, roster);
        self.require(fits, Rule::Roster, || "the roster changed where it must not".to_owned());
        study.open_round(round, roster);
    }

    fn update(&mut self, study: &mut Study, round: Round, site: &SiteId, update: Digest) {
        self.require(study.open() == Some(round), Rule::Order, || "an update of no open round".to_owned());
        let known = study.roster.contains(site);
        self.require(known, Rule::Roster, || format!("{site} is not asked and answers"));
        let new = study.updates.insert(site.clone(), update).is_none();
        self.require(new, Rule::Updates, || format!("a second update of {site}"));
    }

    /// A round may go on without hospitals of its roster that are silent.
    fn miss(&mut self, study: &mut Study, round: Round, sites: &[SiteId]) {
        self.require(study.open() == Some(round), Rule::Order, || "no open round misses anybody".to_owned());
        for site in sites {
            let silent = study.roster.contains(site) && !study.updates.contains_key(site);
            self.require(silent, Rule::Updates, || format!("{site} is missed and was not silent"));
            study.missed.insert(site.clone());
        }
    }

    fn commit(&mut self, study: &mut Study, round: Round, updates: &BTreeMap<SiteId, Digest>) {
        self.require(study.open() == Some(round), Rule::Order, || "a commit of no open round".to_owned());
        let there = |site: &&SiteId| updates.contains_key(*site) || study.missed.contains(*site);
        let complete = !updates.is_empty() && study.roster.iter().all(|site| there(&site));
        self.require(complete, Rule::Updates, || "not one update of each hospital".to_owned());
        let same = *updates == study.updates;
        self.require(same, Rule::Updates, || "other updates than those committed before".to_owned());
        study.commit(round);
    }
}

/// Rounds that have an answer although no quorum has cosigned their opening, each once.
pub(crate) fn unwitnessed(entries: &[Entry], witnessed: u64) -> Vec<Finding> {
    let mut opened: BTreeMap<&StudyId, u64> = BTreeMap::new();
    let mut findings = Vec::new();
    for entry in entries {
        match &entry.event {
            Event::Opened { study, .. } => drop(opened.insert(study, entry.seq)),
            Event::Update { study, .. } => {
                if let Some(at) = opened.remove(study).filter(|at| *at >= witnessed) {
                    let what = format!("answered at entry {}, and no quorum has cosigned it", entry.seq);
                    findings.push(Finding { entry: at, rule: Rule::Witness, what });
                }
            }
            _ => {}
        }
    }
    findings
}

//! Questions that wait: for the hours of the policy, or for a person's `approve`. Waiting is no refusal.
//!
//! `approvals/STUDY.json` is written by `approve` alone and `waiting/STUDY.json` by `run` alone, so neither loses what
//! the other wrote. Never: an answer. Spec: docs/guides/site-it.md.

use std::collections::BTreeMap;
use std::path::Path;

use consilium_types::{Attempt, Digest, ExchangeNumber, StudyId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::answering::Question;
use crate::clock;
use crate::decisions::Decision;
use crate::errors::Fault;
use crate::folder::{self, Folder};
use crate::policy::Policy;

/// `hold` of the policy: what waits for `approve` although the plan was accepted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Hold {
    /// Nothing.
    #[default]
    Never,
    /// The first question of a study.
    Study,
    /// The first question of each attempt, whose roster may be another.
    Attempt,
}

/// What a person approved: all questions of one plan, or of one attempt, or its first ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Approval {
    pub(crate) plan_hash: Digest,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) attempt: Option<u32>,
    /// The last exchange.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) through: Option<u32>,
}

/// A question that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Waiting {
    pub(crate) attempt: u32,
    pub(crate) exchange: u32,
    pub(crate) plan_hash: Digest,
    /// What an answer would tell, in words.
    pub(crate) what: String,
    pub(crate) why: String,
    pub(crate) since: String,
}

impl Approval {
    /// Of what waits, or of what will come first.
    pub(crate) fn new(
        decision: &Decision,
        waiting: Option<&Waiting>,
        hold: Hold,
        questions: Option<u32>,
    ) -> Self {
        let (attempt, exchange) = waiting.map_or((1, 1), |waiting| (waiting.attempt, waiting.exchange));
        let bounded = hold == Hold::Attempt || questions.is_some();
        Self {
            plan_hash: decision.plan_hash,
            attempt: bounded.then_some(attempt),
            through: questions.map(|questions| exchange.saturating_add(questions.saturating_sub(1))),
        }
    }

    fn covers(&self, plan_hash: Digest, attempt: u32, exchange: u32) -> bool {
        self.plan_hash == plan_hash
            && self.attempt.is_none_or(|approved| approved == attempt)
            && self.through.is_none_or(|last| exchange <= last)
    }
}

/// The questions that wait in this process.
#[derive(Debug)]
pub(crate) struct Holding {
    folder: Folder,
    waiting: BTreeMap<StudyId, Waiting>,
}

impl Holding {
    pub(crate) fn new(folder: Folder) -> Self {
        Self { folder, waiting: BTreeMap::new() }
    }

    /// Keeps a question back, if it must wait: the reason, where it is new.
    pub(crate) fn keep(&mut self, question: &Question) -> Result<Option<&Waiting>, Fault> {
        let Question {
            study, attempt: Attempt(attempt), exchange: ExchangeNumber(exchange), plan_hash, ..
        } = question;
        let Some(why) = why(&self.folder, study, *plan_hash, (*attempt, *exchange), clock::utc())? else {
            self.release(study)?;
            return Ok(None);
        };
        let what = question.describe();
        let waiting = Waiting {
            attempt: *attempt,
            exchange: *exchange,
            plan_hash: *plan_hash,
            what,
            why,
            since: clock::now(),
        };
        folder::make(&self.folder.waitings())?;
        write(&self.folder.waiting(study), &waiting)?;
        self.waiting.insert(study.clone(), waiting);
        Ok(self.waiting.get(study))
    }

    /// Studies whose question still waits; the others may be asked for again.
    pub(crate) fn studies(&mut self) -> Result<Vec<StudyId>, Fault> {
        let mut still = Vec::new();
        for (study, waiting) in self.waiting.clone() {
            let place = (waiting.attempt, waiting.exchange);
            match why(&self.folder, &study, waiting.plan_hash, place, clock::utc())? {
                Some(_) => still.push(study),
                None => self.release(&study)?,
            }
        }
        Ok(still)
    }

    /// Nothing of this study waits any more.
    pub(crate) fn release(&mut self, study: &StudyId) -> Result<(), Fault> {
        self.waiting.remove(study);
        folder::remove(&self.folder.waiting(study))
    }
}

/// Why a question waits, if it does.
fn why(
    folder: &Folder,
    study: &StudyId,
    plan_hash: Digest,
    (attempt, exchange): (u32, u32),
    now: OffsetDateTime,
) -> Result<Option<String>, Fault> {
    // rules that cannot be read hold nothing back: the answer is refused because of them
    let Ok(policy) = Policy::read(folder) else { return Ok(None) };
    if let Some(hours) = policy.closed(now) {
        return Ok(Some(format!("policy.toml: hours = \"{hours}\"")));
    }
    if policy.hold() == Hold::Never {
        return Ok(None);
    }
    let covers = |found: Approval| found.covers(plan_hash, attempt, exchange);
    let is_approved = approval(folder, study)?.is_some_and(covers);
    Ok((!is_approved).then(|| format!("policy.toml: hold; `consilium-node approve {study}` lets it go")))
}

pub(crate) fn approve(folder: &Folder, study: &StudyId, approval: &Approval) -> Result<(), Fault> {
    folder::make(&folder.approvals())?;
    write(&folder.approval(study), approval)
}

pub(crate) fn approval(folder: &Folder, study: &StudyId) -> Result<Option<Approval>, Fault> {
    read(&folder.approval(study))
}

pub(crate) fn waiting(folder: &Folder, study: &StudyId) -> Result<Option<Waiting>, Fault> {
    read(&folder.waiting(study))
}

fn write(file: &Path, value: &impl Serialize) -> Result<(), Fault> {
    let text = serde_json::to_string_pretty(value).expect("digests, numbers and texts always serialise");
    folder::write(file, &(text + "\n"))
}

fn read<T: DeserializeOwned>(file: &Path) -> Result<Option<T>, Fault> {
    if !file.exists() {
        return Ok(None);
    }
    let damaged = |e: serde_json::Error| Fault::Configuration {
        why: format!("{e}; delete the file, the question will wait again"),
        file: file.to_owned(),
    };
    serde_json::from_str(&folder::read(file)?).map(Some).map_err(damaged)
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOON: OffsetDateTime = datetime!(2026-11-25 12:00 UTC);

    struct Site(tempfile::TempDir);

    impl Site {
        fn with(policy: &str) -> Self {
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join("policy.toml"), policy).unwrap();
            Self(folder)
        }

        fn why(&self, attempt: u32, exchange: u32, now: OffsetDateTime) -> Option<String> {
            why(
                &Folder::new(self.0.path().to_owned()),
                &"s".parse().unwrap(),
                hash(1),
                (attempt, exchange),
                now,
            )
            .unwrap()
        }

        fn approve(&self, hash: Digest, attempt: Option<u32>, through: Option<u32>) {
            let folder = Folder::new(self.0.path().to_owned());
            approve(&folder, &"s".parse().unwrap(), &Approval { plan_hash: hash, attempt, through }).unwrap();
        }
    }

    fn hash(n: u8) -> Digest {
        Digest::from([n; 32])
    }

    #[test]
    fn outside_its_hours_a_question_waits_whoever_approved() {
        let site = Site::with("hours = \"mon-fri 19:00-07:00\"");
        assert!(site.why(1, 1, NOON).unwrap().contains("hours"));
        assert_eq!(site.why(1, 1, datetime!(2026-11-25 19:00 UTC)), None);
    }

    #[test]
    fn what_is_held_waits_for_a_person() {
        let site = Site::with("hold = \"study\"");
        assert!(site.why(1, 1, NOON).unwrap().contains("approve s"));
        site.approve(hash(2), None, None);
        assert!(site.why(1, 1, NOON).is_some(), "another plan was approved");
        site.approve(hash(1), None, None);
        assert_eq!((site.why(1, 1, NOON), site.why(3, 9, NOON)), (None, None));
        site.approve(hash(1), Some(1), Some(3));
        assert_eq!(site.why(1, 3, NOON), None);
        assert!(site.why(1, 4, NOON).is_some() && site.why(2, 1, NOON).is_some());
    }

    #[test]
    fn an_approval_is_as_wide_as_the_policy_and_the_person_say() {
        let plan = consilium_types::StudyPlan::from_toml(
            "[study]\nid = \"s\"\ntitle = \"t\"\nseed = 5\n[inputs.table]\n[outcome]\nlabel = \"r\"\npositive = \"yes\"\n",
            "plan.toml",
        );
        let decision = Decision::new(&plan.unwrap(), true, BTreeMap::new());
        let waiting = Waiting {
            attempt: 2,
            exchange: 5,
            plan_hash: decision.plan_hash,
            what: String::new(),
            why: String::new(),
            since: String::new(),
        };
        let of = |hold, questions| {
            let approval = Approval::new(&decision, Some(&waiting), hold, questions);
            (approval.attempt, approval.through)
        };
        assert_eq!(of(Hold::Study, None), (None, None));
        assert_eq!(of(Hold::Attempt, None), (Some(2), None));
        assert_eq!(of(Hold::Study, Some(3)), (Some(2), Some(7)));
        let first = Approval::new(&decision, None, Hold::Study, Some(3));
        assert_eq!((first.attempt, first.through), (Some(1), Some(3)));
    }
}

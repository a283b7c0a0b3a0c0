//! What may be laid beside a log: a plan, a result, hospitals' own egress ledgers. Each is recognised by the log's hashes.
//!
//! Never: a claim that the log does not carry. A file that matches nothing is named as such.

use std::collections::{BTreeMap, BTreeSet};

use consilium_types::{Digest, SiteId, StudyId, StudyPlan};
use serde::Serialize;
use serde_json::Value;

/// A file and what it turned out to be.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Attachment {
    /// Its name, without folders.
    pub name: String,
    /// SHA-256 as `consilium/attachment/v1`.
    pub digest: Digest,
    /// What it is.
    pub kind: Kind,
}

/// What a file is.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A plan; its hash is compared with the one proposed.
    Plan {
        /// Its study.
        study: StudyId,
        /// Its hash.
        hash: Digest,
        /// One line for people.
        title: String,
        /// What it lets be seen, as the plan says it.
        privacy: Value,
    },
    /// A result file; its hash is compared with the one in the log.
    Result {
        /// Its hash.
        hash: Digest,
        /// Exchanges and numbers a hospital sent.
        effort: Value,
        /// The extractor of features, if any.
        extractor: Value,
    },
    /// A hospital's egress ledger.
    Ledger(Ledger),
}

/// A hospital's own record of what left.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Ledger {
    /// Whose, by the hashes of its summaries; nobody's when none is in the log.
    pub site: Option<SiteId>,
    /// Messages in it.
    pub messages: u64,
    /// Bytes of all messages.
    pub bytes: u64,
    /// Whether each line follows the one before it; an extract of a ledger does not.
    pub chained: bool,
    /// Summaries that are in the log and in the ledger.
    pub matched: u64,
    /// Summaries of the log that the ledger does not hold.
    pub missing: u64,
    /// Summaries of the ledger that the log does not hold.
    pub unlogged: u64,
    /// What left, by kind.
    pub kinds: BTreeMap<String, Left>,
}

/// Messages of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Left {
    /// How many.
    pub messages: u64,
    /// Numbers in them.
    pub numbers: u64,
    /// Bytes of them.
    pub bytes: u64,
}

/// A file that is none of these.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}: neither a plan, a result file nor an egress ledger; leave it out")]
pub struct Unrecognised(pub String);

/// Where a summary stands in the log: study, attempt, round, its hash.
pub(super) type Place = (String, u64, u64, String);

impl Attachment {
    /// Recognises a file; `updates` are the summaries of the log with the hospitals they came from.
    pub(super) fn read(
        name: &str,
        text: &str,
        updates: &BTreeMap<Place, BTreeSet<SiteId>>,
    ) -> Result<Self, Unrecognised> {
        let kind = plan(text, name).or_else(|| result(text)).or_else(|| ledger(text, updates));
        let kind = kind.ok_or_else(|| Unrecognised(name.to_owned()))?;
        let digest = Digest::of("consilium/attachment/v1", text.as_bytes());
        Ok(Self { name: name.to_owned(), digest, kind })
    }
}

fn plan(text: &str, name: &str) -> Option<Kind> {
    let plan = StudyPlan::from_canonical(text.trim_end().as_bytes())
        .or_else(|_| StudyPlan::from_toml(text, name))
        .ok()?;
    let privacy = serde_json::to_value(&plan.privacy).unwrap_or_default();
    Some(Kind::Plan { hash: plan.hash(), title: plan.study.title, study: plan.study.id, privacy })
}

fn result(text: &str) -> Option<Kind> {
    let result: Value = serde_json::from_str(text).ok()?;
    let effort = result.get("effort")?.clone();
    result.get("plan_hash")?;
    let extractor = result.get("extractor").cloned().unwrap_or_default();
    Some(Kind::Result { hash: Digest::of("consilium/result/v1", text.as_bytes()), effort, extractor })
}

fn ledger(text: &str, updates: &BTreeMap<Place, BTreeSet<SiteId>>) -> Option<Kind> {
    let lines: Vec<Value> = text.lines().map(serde_json::from_str).collect::<Result<_, _>>().ok()?;
    if lines.is_empty() || !lines.iter().all(|line| line["what"].is_string() && line["bytes"].is_u64()) {
        return None;
    }
    let sent: BTreeSet<Place> = lines.iter().filter_map(place).collect();
    let site = whose(&sent, updates);
    let of_site = |place: &&Place| {
        updates.get(*place).is_some_and(|sites| site.as_ref().is_some_and(|s| sites.contains(s)))
    };
    let matched = sent.iter().filter(of_site).count() as u64;
    let studies: BTreeSet<&String> = sent.iter().map(|(study, ..)| study).collect();
    let due = updates.keys().filter(|place| studies.contains(&place.0)).filter(of_site).count() as u64;
    let mut kinds: BTreeMap<String, Left> = BTreeMap::new();
    for line in &lines {
        let what = line["what"].as_str().unwrap_or_default();
        let left = kinds.entry(kind(what)).or_default();
        left.messages += 1;
        left.numbers += numbers(what);
        left.bytes = left.bytes.saturating_add(line["bytes"].as_u64().unwrap_or_default());
    }
    Some(Kind::Ledger(Ledger {
        site,
        messages: lines.len() as u64,
        bytes: kinds.values().fold(0, |sum, left| sum.saturating_add(left.bytes)),
        chained: chained(text),
        matched,
        missing: due - matched,
        unlogged: sent.len() as u64 - matched,
        kinds,
    }))
}

fn place(line: &Value) -> Option<Place> {
    let text = |key: &str| line[key].as_str().map(str::to_owned);
    Some((text("study")?, line["attempt"].as_u64()?, line["exchange"].as_u64()?, text("digest")?))
}

/// The hospital with most of these summaries.
fn whose(sent: &BTreeSet<Place>, updates: &BTreeMap<Place, BTreeSet<SiteId>>) -> Option<SiteId> {
    let mut votes: BTreeMap<&SiteId, u64> = BTreeMap::new();
    for site in sent.iter().filter_map(|place| updates.get(place)).flatten() {
        *votes.entry(site).or_default() += 1;
    }
    votes.into_iter().max_by_key(|(_, count)| *count).map(|(site, _)| site.clone())
}

/// A description without its counts: `moments of # columns`.
fn kind(what: &str) -> String {
    let what = what.rsplit_once(" (").map_or(what, |(words, _)| words);
    let mut kind = String::new();
    for letter in what.chars() {
        if kind.len() > 160 && letter == ' ' {
            return kind + " …";
        }
        match letter {
            '0'..='9' if kind.ends_with('#') => {}
            '0'..='9' => kind.push('#'),
            other => kind.push(other),
        }
    }
    kind
}

/// The count in `… (12 numbers)` at the end.
fn numbers(what: &str) -> u64 {
    let inside = what.rsplit_once(" (").and_then(|(_, inside)| inside.strip_suffix(" numbers)"));
    inside.and_then(|count| count.parse().ok()).unwrap_or_default()
}

/// Each line names the hash of the one before it, the first that of nothing.
fn chained(text: &str) -> bool {
    let hash = |line: &str| Digest::of("consilium/egress/v1", line.as_bytes()).to_string();
    let before = std::iter::once("").chain(text.lines());
    text.lines().zip(before).all(|(line, before)| {
        let line: Value = serde_json::from_str(line).unwrap_or_default();
        line["before"].as_str() == Some(&hash(before))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_lose_their_counts_and_numbers_are_read() {
        let what = "number of values of 12 columns by class in 3 folds (1024 numbers)";
        assert_eq!(kind(what), "number of values of # columns by class in # folds");
        assert_eq!((numbers(what), numbers("no answer: CNS-N-0401"), numbers("x (y numbers)")), (1024, 0, 0));
    }
}

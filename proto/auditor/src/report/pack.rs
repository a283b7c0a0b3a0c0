//! The pack: one pass over the entries of a verified log.
//!
//! Never: an opinion beyond the findings of `rules`. Every row names the entry it comes from.

use std::collections::{BTreeMap, BTreeSet};

use consilium_ledger::{Entry, Event};
use consilium_types::{Digest, SiteId, StudyId};
use serde::Serialize;
use serde_json::Value;

use super::clauses::{self, Answer};
use super::files::{Attachment, Kind, Place, Unrecognised};
use crate::{Finding, Log, StudyLine, Verdict, words};

/// Everything of the report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pack {
    /// Of this file.
    pub format: &'static str,
    /// The program that wrote it.
    pub software: &'static str,
    /// Name of the log.
    pub origin: String,
    /// Entries under the signed checkpoint.
    pub entries: u64,
    /// Their root.
    pub root: Digest,
    /// Time of the first and of the last entry, milliseconds since 1970, by the coordinator's clock.
    pub span: [u64; 2],
    /// Entries by kind.
    pub counts: BTreeMap<String, u64>,
    /// What does not add up.
    pub findings: Vec<Finding>,
    /// Hospitals and their keys.
    pub participants: Vec<Participant>,
    /// One a study.
    pub studies: Vec<StudyPack>,
    /// Programs that ran, by who said so.
    pub programs: Vec<Program>,
    /// Entries about a privacy budget.
    pub privacy: Vec<Row>,
    /// Files laid beside the log.
    pub attachments: Vec<Attachment>,
    /// Clauses.
    pub clauses: Vec<Answer>,
}

/// A hospital.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Participant {
    /// Who.
    pub site: String,
    /// The entry that enrolled it last.
    pub enrolled: u64,
    /// When.
    pub at: u64,
    /// Keys by what they are for.
    pub keys: BTreeMap<String, String>,
    /// The entry that revoked it.
    pub revoked: Option<u64>,
}

/// A program of the coordinator or of a hospital.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Program {
    /// Whose.
    pub who: String,
    /// SHA-256 of its file.
    pub program: String,
    /// The entries that say so.
    pub entries: Vec<u64>,
}

/// An entry in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Which.
    pub entry: u64,
    /// When.
    pub at: u64,
    /// What.
    pub what: String,
}

/// A hospital's decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Approval {
    /// Which entry.
    pub entry: u64,
    /// When.
    pub at: u64,
    /// Who.
    pub site: String,
    /// Whether it takes part.
    pub accepts: bool,
    /// What it signed or named: hashes by name.
    pub over: BTreeMap<String, String>,
}

/// An attempt that ended early.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Abort {
    /// Which entry.
    pub entry: u64,
    /// Of which attempt.
    pub attempt: u64,
    /// At which round.
    pub round: u64,
    /// Hospitals that were lost.
    pub lost: Vec<String>,
    /// Why.
    pub cause: String,
}

/// A study.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StudyPack {
    /// Where it stands.
    #[serde(flatten)]
    pub line: StudyLine,
    /// The entry that proposed it.
    pub proposed: u64,
    /// When.
    pub at: u64,
    /// Decisions in the log's order.
    pub approvals: Vec<Approval>,
    /// Summaries by hospital.
    pub updates: BTreeMap<String, u64>,
    /// Ends of attempts.
    pub aborts: Vec<Abort>,
    /// The hash of the result.
    pub result: Option<String>,
    /// Whether a plan with the proposed hash is attached.
    pub plan_attached: bool,
    /// Whether the very result is attached.
    pub result_attached: bool,
}

/// One entry: position, time, kind, fields.
struct Read {
    seq: u64,
    at: u64,
    kind: String,
    event: Value,
}

impl Read {
    fn text(&self, key: &str) -> String {
        self.event[key].as_str().unwrap_or_default().to_owned()
    }

    fn number(&self, key: &str) -> u64 {
        self.event[key].as_u64().unwrap_or_default()
    }

    /// Texts of all other fields.
    fn rest(&self, known: &[&str]) -> BTreeMap<String, String> {
        let fields = self.event.as_object().into_iter().flatten();
        let others = fields.filter(|(key, _)| *key != "type" && !known.contains(&key.as_str()));
        others.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
    }
}

impl Pack {
    /// Of a verified log and the files beside it: names and texts.
    pub fn of(log: &Log, files: &[(String, String)]) -> Result<Self, Unrecognised> {
        let verdict = Verdict::of(log);
        let entries: Vec<Read> = log.entries.iter().map(read).collect();
        let updates = updates(&entries);
        let attach = |(name, text): &(String, String)| Attachment::read(name, text, &updates);
        let attachments = files.iter().map(attach).collect::<Result<Vec<_>, _>>()?;
        let counts = entries.iter().fold(BTreeMap::new(), |mut counts: BTreeMap<String, u64>, entry| {
            *counts.entry(entry.kind.clone()).or_default() += 1;
            counts
        });
        let is_spent = |row: &&Read| row.kind.starts_with("dp.") || row.kind.starts_with("privacy.");
        let time = |entry: Option<&Read>| entry.map_or(0, |entry| entry.at);
        Ok(Self {
            format: "consilium-audit-pack/1",
            software: concat!("consilium-audit ", env!("CARGO_PKG_VERSION")),
            origin: verdict.origin,
            entries: verdict.entries,
            root: verdict.root,
            span: [time(entries.first()), time(entries.last())],
            clauses: clauses::answers(&counts),
            counts,
            findings: verdict.findings,
            participants: participants(&entries),
            studies: verdict
                .studies
                .into_iter()
                .map(|line| study(line, log, &entries, &attachments))
                .collect(),
            programs: programs(&entries),
            privacy: entries.iter().filter(is_spent).map(|row| spent(row, log)).collect(),
            attachments,
        })
    }

    /// JSON with a final newline.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("names, hashes and numbers always serialise") + "\n"
    }
}

fn read(entry: &Entry) -> Read {
    let event = serde_json::to_value(&entry.event).unwrap_or_default();
    let kind = event["type"].as_str().unwrap_or_default().to_owned();
    Read { seq: entry.seq, at: entry.t, kind, event }
}

/// Each summary of the log, with the hospitals that sent it.
fn updates(entries: &[Read]) -> BTreeMap<Place, BTreeSet<SiteId>> {
    let mut found: BTreeMap<Place, BTreeSet<SiteId>> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.kind == "update.committed") {
        let place =
            (entry.text("study"), entry.number("attempt"), entry.number("round"), entry.text("update"));
        found.entry(place).or_default().extend(entry.text("site").parse().ok());
    }
    found
}

fn participants(entries: &[Read]) -> Vec<Participant> {
    let mut found: BTreeMap<String, Participant> = BTreeMap::new();
    for entry in entries {
        let site = entry.text("site");
        if entry.kind == "site.enrolled" {
            let keys = entry.rest(&["site"]);
            let (enrolled, at) = (entry.seq, entry.at);
            found.insert(site.clone(), Participant { site, enrolled, at, keys, revoked: None });
        } else if let Some(known) = found.get_mut(&site).filter(|_| entry.kind == "site.revoked") {
            known.revoked = Some(entry.seq);
        }
    }
    found.into_values().collect()
}

/// The coordinator's are told when it starts, a hospital's when it accepts a plan.
fn programs(entries: &[Read]) -> Vec<Program> {
    let mut found: BTreeMap<(String, String), Vec<u64>> = BTreeMap::new();
    for entry in entries {
        let who = match entry.kind.as_str() {
            "coordinator.started" => "the coordinator".to_owned(),
            "study.approved" => entry.text("site"),
            _ => continue,
        };
        found.entry((who, entry.text("program"))).or_default().push(entry.seq);
    }
    let program = |((who, program), entries)| Program { who, program, entries };
    found.into_iter().map(program).collect()
}

fn study(line: StudyLine, log: &Log, entries: &[Read], attachments: &[Attachment]) -> StudyPack {
    let id = line.study.to_string();
    let own: Vec<&Read> = entries.iter().filter(|entry| entry.text("study") == id).collect();
    let of = |kind: &'static str| own.iter().copied().filter(move |entry| entry.kind == kind);
    let mut updates = BTreeMap::new();
    of("update.committed").for_each(|entry| *updates.entry(entry.text("site")).or_default() += 1);
    let (proposed, at) = of("study.proposed").next().map_or((0, 0), |entry| (entry.seq, entry.at));
    let result = of("study.finished").next_back().map(|entry| entry.text("result"));
    let plan_attached = attachments.iter().any(|file| is_plan(file, &line.study, line.plan));
    StudyPack {
        proposed,
        at,
        approvals: own.iter().filter_map(|entry| approval(entry)).collect(),
        updates,
        aborts: of("round.aborted").filter_map(|entry| abort(entry, log)).collect(),
        result_attached: attachments.iter().any(|file| is_result(file, result.as_deref())),
        result,
        plan_attached,
        line,
    }
}

fn is_plan(file: &Attachment, id: &StudyId, proposed: Digest) -> bool {
    matches!(&file.kind, Kind::Plan { study, hash, .. } if study == id && *hash == proposed)
}

fn is_result(file: &Attachment, finished: Option<&str>) -> bool {
    matches!(&file.kind, Kind::Result { hash, .. } if finished == Some(hash.to_string().as_str()))
}

fn approval(entry: &Read) -> Option<Approval> {
    let accepts = match entry.kind.as_str() {
        "study.approved" => true,
        "study.rejected" => false,
        _ => return None,
    };
    let over = entry.rest(&["site", "study"]);
    Some(Approval { entry: entry.seq, at: entry.at, site: entry.text("site"), accepts, over })
}

fn abort(entry: &Read, log: &Log) -> Option<Abort> {
    let Event::Aborted { attempt, round, lost, cause, .. } = &logged(entry, log)?.event else { return None };
    Some(Abort {
        entry: entry.seq,
        attempt: attempt.0.into(),
        round: round.0.into(),
        lost: lost.iter().map(SiteId::to_string).collect(),
        cause: words::why(cause),
    })
}

fn spent(row: &Read, log: &Log) -> Row {
    Row { entry: row.seq, at: row.at, what: logged(row, log).map(words::of).unwrap_or_default() }
}

fn logged<'a>(entry: &Read, log: &'a Log) -> Option<&'a Entry> {
    log.entries.get(usize::try_from(entry.seq).ok()?)
}

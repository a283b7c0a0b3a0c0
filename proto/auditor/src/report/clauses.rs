//! Which feature answers which clause, and where the evidence lies. What humans must write is left blank, and said so.
//!
//! The mapping is ours and no legal advice: texts are paraphrased, partly from secondary pages. Spec: docs/guides/auditor.md.

use std::collections::BTreeMap;

use serde::Serialize;

/// A clause as far as the log answers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// Law or standard.
    pub source: &'static str,
    /// Which clause.
    pub clause: &'static str,
    /// What answers it.
    pub feature: &'static str,
    /// Kinds of entries that are evidence, with how many this log holds.
    pub entries: BTreeMap<&'static str, u64>,
    /// What people must write; empty here, on purpose.
    pub to_write: &'static str,
}

/// Source, clause, feature, kinds of entries, what is left to people.
type Clause = (&'static str, &'static str, &'static str, &'static [&'static str], &'static str);

const UPDATES: &[&str] = &["update.committed", "round.committed"];
const WHO: &[&str] = &["site.enrolled", "site.revoked"];
const CONSENT: &[&str] = &["study.proposed", "study.approved", "study.rejected"];

const CLAUSES: &[Clause] = &[
    (
        "HIPAA",
        "164.312(b) audit controls",
        "witnessed log; each hospital's egress ledger",
        UPDATES,
        "review procedure and who does it",
    ),
    (
        "HIPAA",
        "164.312(c)(1) integrity",
        "every entry under a signed tree; verify names what changed",
        &["log.genesis"],
        "",
    ),
    (
        "HIPAA",
        "164.312(a)(2)(i), (d) identity and authentication",
        "one certificate a hospital, approved by fingerprint",
        WHO,
        "identities of users at the hospital",
    ),
    (
        "HIPAA",
        "164.312(e)(1) transmission",
        "TLS 1.3 with certificates on both sides",
        &[],
        "network diagram",
    ),
    ("HIPAA", "164.316(b)(2) six years", "the log is a folder that can be copied", &[], "retention schedule"),
    (
        "HIPAA",
        "164.514(b) de-identification",
        "sums alone leave; a planted patient is searched for in tests",
        UPDATES,
        "expert determination, if one is claimed",
    ),
    (
        "21 CFR 11",
        "11.10(a) validation",
        "tests of this version; recomputation by a second reader",
        &[],
        "installation and operation protocols",
    ),
    (
        "21 CFR 11",
        "11.10(b), (c) copies, protection",
        "this pack and a copy of the log",
        &["study.finished"],
        "",
    ),
    (
        "21 CFR 11",
        "11.10(e) audit trail",
        "append-only log: nothing obscures what was before",
        &["round.opened", "round.committed", "round.aborted"],
        "",
    ),
    (
        "21 CFR 11",
        "11.10(g), 11.50, 11.70 authority and signatures",
        "acceptance over the plan's hash, signed with the hospital's key",
        CONSENT,
        "names and meaning of signatures",
    ),
    (
        "GDPR",
        "5(1)(c) and (f) minimisation, confidentiality",
        "a closed list of questions, judged at the hospital",
        UPDATES,
        "legal basis",
    ),
    ("GDPR", "5(2), 30 accountability, records", "this log", CONSENT, "record of processing activities"),
    (
        "GDPR",
        "26, 28 roles",
        "who proposed and who accepted",
        CONSENT,
        "joint-controller or processor agreement",
    ),
    ("GDPR", "32 security", "revocation, limits, secure sums where the plan has them", &["site.revoked"], ""),
    (
        "GDPR",
        "35 impact assessment",
        "privacy spend, where a plan has one",
        &["dp.spent"],
        "the assessment itself",
    ),
    (
        "GDPR",
        "89 research",
        "plan fixed by hash before any question",
        &["study.proposed"],
        "safeguards of national law",
    ),
    (
        "EU AI Act",
        "12 logs",
        "events of this log",
        &["round.opened", "round.committed", "round.aborted", "study.finished"],
        "",
    ),
    ("EU AI Act", "19, 26(6) keep logs", "a folder of files", &[], "retention of at least six months"),
    (
        "EU AI Act",
        "10, 11, 13 to 15 data, documentation, oversight",
        "the study's report, where its result is attached",
        &["study.finished"],
        "intended use, human oversight, risk management",
    ),
    (
        "EHDS",
        "73 secure processing",
        "data stay at the hospital; only sums leave",
        UPDATES,
        "permit of the access body",
    ),
    (
        "IEC 81001-5-1",
        "4.2, 5, 9 secure life cycle",
        "threat model with tests; causes of every abort",
        &["round.aborted"],
        "vulnerability handling, releases",
    ),
    (
        "TRIPOD+AI",
        "registration, data flow, validation",
        "plan's hash before the first question; the study's report",
        &["study.proposed", "round.opened"],
        "title, background, interpretation, funding",
    ),
    (
        "ISO 14971, IEC 62304",
        "use as a device",
        "research use only",
        &[],
        "everything, before any clinical use",
    ),
];

/// All clauses, with the counts of a log.
pub(super) fn answers(counts: &BTreeMap<String, u64>) -> Vec<Answer> {
    let count = |kind: &&'static str| (*kind, counts.get(*kind).copied().unwrap_or(0));
    let answer = |(source, clause, feature, entries, to_write): &Clause| Answer {
        source,
        clause,
        feature,
        entries: entries.iter().map(count).collect(),
        to_write,
    };
    CLAUSES.iter().map(answer).collect()
}

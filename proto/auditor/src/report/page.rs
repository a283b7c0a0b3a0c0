//! A pack as one page: no script, nothing from elsewhere, everything escaped on the way in.
//!
//! Never: a number that the pack does not hold.

use std::fmt::Write as _;

use consilium_types::SiteId;
use serde_json::Value;

use super::clauses::Answer;
use super::files::{Attachment, Kind, Ledger};
use super::pack::{Abort, Approval, Pack, Participant, Program, StudyPack};
use crate::Spending;

const STYLE: &str = include_str!("page.css");

/// `&`, `<`, `>` and quotation marks as entities; control characters become spaces.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

pub(super) fn write(pack: &Pack) -> String {
    let mut page = Page::default();
    summary(&mut page, pack);
    participants(&mut page, pack);
    pack.studies.iter().for_each(|study| one_study(&mut page, study));
    left(&mut page, pack);
    privacy(&mut page, pack);
    files(&mut page, pack);
    clauses(&mut page, &pack.clauses);
    page.finish(pack)
}

/// A cell: text, a number, or room for people.
enum Cell {
    Text(String),
    Code(String),
    /// A hospital's name, in one line.
    Name(String),
    Number(u64),
    Blank(&'static str),
}

fn text(text: impl Into<String>) -> Cell {
    Cell::Text(text.into())
}

fn code(text: impl Into<String>) -> Cell {
    Cell::Code(text.into())
}

impl Cell {
    fn html(&self) -> String {
        match self {
            Self::Text(text) => format!("<td>{}</td>", escape(text)),
            Self::Code(text) => format!("<td><code>{}</code></td>", escape(text)),
            Self::Name(name) => format!("<td class=\"name\">{}</td>", escape(name)),
            Self::Number(number) => format!("<td class=\"n\">{number}</td>"),
            Self::Blank("") => "<td></td>".to_owned(),
            Self::Blank(what) => {
                format!("<td><span class=\"blank\">to be written: {}</span></td>", escape(what))
            }
        }
    }
}

#[derive(Default)]
struct Page(String);

impl Page {
    fn section(&mut self, title: &str) {
        self.raw(&format!("<h2>{}</h2>\n", escape(title)));
    }

    fn heading(&mut self, title: &str) {
        self.raw(&format!("<h3>{}</h3>\n", escape(title)));
    }

    fn paragraph(&mut self, text: &str) {
        self.raw(&format!("<p>{}</p>\n", escape(text)));
    }

    fn facts(&mut self, facts: &[(&str, String)]) {
        let fact = |(name, value): &(&str, String)| {
            format!("<div><dt>{}</dt><dd>{}</dd></div>\n", escape(name), escape(value))
        };
        let facts: String = facts.iter().map(fact).collect();
        self.raw(&format!("<dl>\n{facts}</dl>\n"));
    }

    fn table(&mut self, columns: &[&str], rows: &[Vec<Cell>]) {
        let name = |name: &&str| format!("<th scope=\"col\">{}</th>", escape(name));
        let head = columns.iter().map(name).collect::<Vec<_>>().concat();
        let row = |row: &Vec<Cell>| format!("<tr>{}</tr>\n", row.iter().map(Cell::html).collect::<String>());
        let body: String = rows.iter().map(row).collect();
        self.raw(&format!("<div class=\"table\"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table></div>\n"));
    }

    fn raw(&mut self, html: &str) {
        self.0.push_str(html);
    }

    fn finish(self, pack: &Pack) -> String {
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
             base-uri 'none'; form-action 'none'\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Audit pack of {origin}</title>\n\
             <style>{STYLE}</style>\n</head>\n<body>\n<main>\n{body}</main>\n<footer>Written by {software} from the log and \
             the files named above; audit.json beside this page holds the same. Times are of the coordinator's clock. \
             Research use only.</footer>\n</body>\n</html>\n",
            origin = escape(&pack.origin),
            body = self.0,
            software = escape(pack.software),
        )
    }
}

fn summary(page: &mut Page, pack: &Pack) {
    let origin = escape(&pack.origin);
    page.raw(&format!(
        "<p class=\"kicker\">Audit pack</p>\n<h1>{origin}</h1>\n<p class=\"hash\">root {}</p>\n",
        pack.root
    ));
    let verdict = match pack.findings.len() {
        0 => "<p class=\"verdict good\">Verified: every signature, every hash, every rule</p>\n".to_owned(),
        some => format!("<p class=\"verdict bad\">Not in order: {some} findings</p>\n"),
    };
    page.raw(&verdict);
    page.facts(&[
        ("Entries", pack.entries.to_string()),
        ("From", time(pack.span[0])),
        ("To", time(pack.span[1])),
        ("Hospitals", pack.participants.len().to_string()),
        ("Studies", pack.studies.len().to_string()),
    ]);
    if !pack.findings.is_empty() {
        let row = |finding: &crate::Finding| vec![Cell::Number(finding.entry), text(finding.what.as_str())];
        page.table(&["Entry", "What does not add up"], &pack.findings.iter().map(row).collect::<Vec<_>>());
    }
    page.paragraph("Entries are the log's own numbers: consilium-audit show prints them. The log shows what happened in which order, and that nobody changed it; it cannot show that a hospital's data were right.");
}

fn participants(page: &mut Page, pack: &Pack) {
    page.section("Participants");
    let row = |Participant { site, enrolled, at, keys, revoked }: &Participant| {
        let keys: Vec<String> = keys.iter().map(|(name, key)| format!("{name} {key}")).collect();
        let revoked = revoked.map_or_else(String::new, |entry| format!("revoked by entry {entry}"));
        vec![
            Cell::Name(site.clone()),
            Cell::Number(*enrolled),
            text(time(*at)),
            code(keys.join(" ")),
            text(revoked),
        ]
    };
    let rows: Vec<Vec<Cell>> = pack.participants.iter().map(row).collect();
    page.table(&["Hospital", "Entry", "Enrolled", "Keys", ""], &rows);
}

fn one_study(page: &mut Page, study: &StudyPack) {
    let line = &study.line;
    page.section(&format!("Study {}", line.study));
    let attached = |is: bool| if is { "attached, with this hash" } else { "not attached" };
    let result = study.result.clone().unwrap_or_else(|| "none".to_owned());
    page.facts(&[
        ("State", if line.over { "ended" } else { "open" }.to_owned()),
        ("Proposed", format!("entry {}, {}", study.proposed, time(study.at))),
        ("Plan", format!("{} ({})", line.plan, attached(study.plan_attached))),
        ("Result", format!("{result} ({})", attached(study.result_attached))),
        ("Rounds", line.rounds.to_string()),
        ("Attempts that ended early", line.aborted.to_string()),
    ]);
    page.heading("Approvals");
    let approval = |Approval { entry, at, site, accepts, over }: &Approval| {
        let over: Vec<String> = over.iter().map(|(name, hash)| format!("{name} {hash}")).collect();
        let decision = if *accepts { "accepts" } else { "does not take part" };
        vec![
            Cell::Number(*entry),
            text(time(*at)),
            Cell::Name(site.clone()),
            text(decision),
            code(over.join(" ")),
        ]
    };
    let rows: Vec<Vec<Cell>> = study.approvals.iter().map(approval).collect();
    page.table(&["Entry", "When", "Hospital", "Decision", "Over"], &rows);
    page.heading("Summaries");
    let rows: Vec<Vec<Cell>> =
        study.updates.iter().map(|(site, n)| vec![Cell::Name(site.clone()), Cell::Number(*n)]).collect();
    page.table(&["Hospital", "Summaries kept"], &rows);
    if !study.aborts.is_empty() {
        page.heading("Attempts that ended early");
        let abort = |Abort { entry, attempt, round, lost, cause }: &Abort| {
            vec![
                Cell::Number(*entry),
                Cell::Number(*attempt),
                Cell::Number(*round),
                text(lost.join(", ")),
                text(cause.as_str()),
            ]
        };
        page.table(
            &["Entry", "Attempt", "Round", "Lost", "Cause"],
            &study.aborts.iter().map(abort).collect::<Vec<_>>(),
        );
    }
}

/// What left, by the hospitals' own ledgers.
fn left(page: &mut Page, pack: &Pack) {
    page.section("What left each hospital");
    let ledgers: Vec<&Ledger> = pack.attachments.iter().filter_map(as_ledger).collect();
    if ledgers.is_empty() {
        page.paragraph("The log holds hashes of summaries and nothing of their content. Kinds, numbers and bytes are in each hospital's own egress ledger: attach it, and it is compared with the log message by message.");
        return;
    }
    for ledger in ledgers {
        let site = ledger.site.as_ref().map_or("no hospital of this log", SiteId::as_str);
        page.heading(site);
        let chain = if ledger.chained {
            "whole: each line follows the one before"
        } else {
            "an extract, or changed: lines do not follow each other"
        };
        page.facts(&[
            ("Messages", ledger.messages.to_string()),
            ("Bytes", ledger.bytes.to_string()),
            ("In log and ledger", ledger.matched.to_string()),
            ("In the log alone", ledger.missing.to_string()),
            ("In the ledger alone", ledger.unlogged.to_string()),
            ("Ledger", chain.to_owned()),
        ]);
        let rows: Vec<Vec<Cell>> = ledger
            .kinds
            .iter()
            .map(|(what, left)| {
                vec![
                    text(what.as_str()),
                    Cell::Number(left.messages),
                    Cell::Number(left.numbers),
                    Cell::Number(left.bytes),
                ]
            })
            .collect();
        page.table(&["What", "Messages", "Numbers", "Bytes"], &rows);
    }
}

fn as_ledger(file: &Attachment) -> Option<&Ledger> {
    if let Kind::Ledger(ledger) = &file.kind { Some(ledger) } else { None }
}

fn privacy(page: &mut Page, pack: &Pack) {
    page.section("Privacy spend");
    if pack.privacy.is_empty() {
        page.paragraph("No entry of this log spends a privacy budget: no study here added noise under differential privacy.");
        return;
    }
    let row =
        |row: &super::pack::Row| vec![Cell::Number(row.entry), text(time(row.at)), text(row.what.as_str())];
    for study in &pack.studies {
        if let Some(Spending { epsilon, delta, bound, steps }) = &study.line.privacy {
            page.paragraph(&format!(
                "{}: epsilon at most {epsilon:.3} at delta {delta} in {steps} noisy steps; the plan's bound is {bound}.",
                study.line.study
            ));
        }
    }
    page.table(&["Entry", "When", "What"], &pack.privacy.iter().map(row).collect::<Vec<_>>());
}

fn files(page: &mut Page, pack: &Pack) {
    page.section("Files laid beside the log, and software");
    let row = |file: &Attachment| {
        vec![text(file.name.as_str()), text(described(&file.kind)), code(file.digest.to_string())]
    };
    page.table(
        &["File", "What it is", "SHA-256 as consilium/attachment/v1"],
        &pack.attachments.iter().map(row).collect::<Vec<_>>(),
    );
    page.paragraph(&format!("This pack: {}.", pack.software));
    let row = |program: &Program| {
        let entries = program.entries.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
        vec![text(program.who.as_str()), code(program.program.as_str()), text(entries)]
    };
    page.table(
        &["Program of", "SHA-256, as sha256sum prints it", "Entries"],
        &pack.programs.iter().map(row).collect::<Vec<_>>(),
    );
}

fn described(kind: &Kind) -> String {
    match kind {
        Kind::Plan { study, title, privacy, .. } => format!("plan of {study}: {title}; {}", flat(privacy)),
        Kind::Result { effort, extractor, .. } => {
            format!("result file; {}; extractor {}", flat(effort), flat(extractor))
        }
        Kind::Ledger(ledger) => {
            format!("egress ledger of {}", ledger.site.as_ref().map_or("nobody in this log", SiteId::as_str))
        }
    }
}

/// A value in one line, without the marks of JSON.
fn flat(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(flat).collect::<Vec<_>>().join(", "),
        Value::Object(fields) => {
            fields.iter().map(|(key, value)| format!("{key} {}", flat(value))).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}

fn clauses(page: &mut Page, answers: &[Answer]) {
    page.section("Clauses");
    page.paragraph("Our reading of which feature answers which clause, with the kinds of entries that are evidence and how many this log holds. No legal advice: have counsel check it. What people must write is left blank.");
    let row = |answer: &Answer| {
        let mut evidence = String::new();
        for (kind, count) in &answer.entries {
            // a String takes every write
            let _ = write!(evidence, "{kind}: {count}  ");
        }
        vec![
            text(answer.source),
            text(answer.clause),
            text(answer.feature),
            text(evidence.trim_end()),
            Cell::Blank(answer.to_write),
        ]
    };
    page.table(
        &["Source", "Clause", "Feature", "Entries in this log", "Left to people"],
        &answers.iter().map(row).collect::<Vec<_>>(),
    );
}

/// Milliseconds since 1970 as `2026-11-26 02:20:00 UTC`.
pub(super) fn time(milliseconds: u64) -> String {
    let seconds = milliseconds / 1_000;
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    let [year, month, day] = civil(days);
    format!(
        "{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02} UTC",
        second / 3_600,
        second / 60 % 60,
        second % 60
    )
}

/// Days since 1970 as year, month and day: Hinnant, <https://howardhinnant.github.io/date_algorithms.html>.
fn civil(days: u64) -> [u64; 3] {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    [year + era * 400 + u64::from(month <= 2), month, day]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_in_cannot_become_markup() {
        assert_eq!(escape("<b a=\"1\">&'\u{7}"), "&lt;b a=&quot;1&quot;&gt;&amp;&#39; ");
    }

    /// Against `date -u -d @…`.
    #[test]
    fn times_are_those_of_the_calendar() {
        assert_eq!(time(0), "1970-01-01 00:00:00 UTC");
        assert_eq!(time(951_782_399_999), "2000-02-28 23:59:59 UTC");
        assert_eq!(time(951_782_400_000), "2000-02-29 00:00:00 UTC");
        assert_eq!(time(1_795_659_600_000), "2026-11-26 02:20:00 UTC");
        assert_eq!(time(u64::MAX / 1_000_000), "2554-07-21 23:34:33 UTC");
    }
}

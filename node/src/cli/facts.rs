//! `egress`: what left, from the ledger; as words, as a file, or checked from the first line to the last.

use std::path::{Path, PathBuf};

use clap::Args;
use consilium_types::StudyId;

use super::{say, say_json};
use crate::errors::Fault;
use crate::folder::{self, Folder};
use crate::outbox::{Line, check_ledger, read_ledger};

/// What `egress` shows.
#[derive(Debug, Args)]
pub(super) struct Egress {
    /// As JSON, message by message.
    #[arg(long)]
    json: bool,
    /// Only what left for one study.
    #[arg(long)]
    study: Option<StudyId>,
    /// Write it to a file instead: `.csv`, or one line of JSON a message.
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    out: Option<PathBuf>,
    /// Follow the hashes from line to line: nothing was changed, added or taken away.
    #[arg(long, conflicts_with_all = ["json", "out", "study"])]
    check: bool,
}

pub(super) fn egress(folder: &Folder, asked: &Egress) -> Result<(), Fault> {
    if asked.check {
        let head = check_ledger(&folder.ledger())?;
        say(format_args!(
            "{} lines, none changed or taken away; the last has hash {}",
            head.lines, head.hash
        ));
        return Ok(());
    }
    let mut lines = read_ledger(&folder.ledger())?;
    lines.retain(|line| asked.study.is_none() || line.study == asked.study);
    if asked.json {
        say_json(&lines);
        return Ok(());
    }
    if let Some(file) = &asked.out {
        return export(&lines, file);
    }
    lines.iter().for_each(|line| say(row(line)));
    let bytes: usize = lines.iter().map(|line| line.bytes).sum();
    say(format_args!("{} messages, {bytes} bytes; each was written here before it was sent", lines.len()));
    Ok(())
}

fn row(line: &Line) -> String {
    let study = line.study.as_ref().map_or("", |study| study.as_str());
    let place = line.attempt.zip(line.exchange).map(|(attempt, exchange)| format!("{attempt}.{exchange}"));
    let digest = line.digest.map(|digest| digest.short()).unwrap_or_default();
    let place = place.unwrap_or_default();
    format!("{} {study:<16} {place:>6} {:>9} bytes  {digest:12}  {}", line.at, line.bytes, line.what)
}

fn export(lines: &[Line], file: &Path) -> Result<(), Fault> {
    let text =
        if file.extension().is_some_and(|ending| ending == "csv") { table(lines) } else { json_lines(lines) };
    folder::write(file, &text)?;
    say(format_args!("{} messages in {}", lines.len(), file.display()));
    Ok(())
}

fn json_lines(lines: &[Line]) -> String {
    let json = |line: &Line| serde_json::to_string(line).expect("a line always serialises") + "\n";
    lines.iter().map(json).collect()
}

fn table(lines: &[Line]) -> String {
    let number = |number: Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
    let mut table = csv::Writer::from_writer(Vec::new());
    let head = ["at", "study", "attempt", "exchange", "what", "bytes", "digest", "before"];
    let rows = lines.iter().map(|line| {
        let Line { at, study, attempt, exchange, what, bytes, digest, before } = line;
        [
            at.clone(),
            study.as_ref().map(ToString::to_string).unwrap_or_default(),
            number(*attempt),
            number(*exchange),
            what.clone(),
            bytes.to_string(),
            digest.map(|digest| digest.to_string()).unwrap_or_default(),
            before.map(|digest| digest.to_string()).unwrap_or_default(),
        ]
    });
    std::iter::once(head.map(str::to_owned)).chain(rows).for_each(|row| {
        table.write_record(&row).expect("rows of one length, into memory");
    });
    String::from_utf8(table.into_inner().expect("memory takes everything")).expect("texts are UTF-8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_quotes_what_holds_commas() {
        let line = serde_json::from_str(
            r#"{"at":"2026-01-01T00:00:00Z","study":"s","attempt":1,"exchange":2,"what":"sums, \"two\" (3 numbers)","bytes":48}"#,
        );
        let text = table(&[line.unwrap()]);
        let rows: Vec<&str> = text.lines().collect();
        assert_eq!(rows[1], "2026-01-01T00:00:00Z,s,1,2,\"sums, \"\"two\"\" (3 numbers)\",48,,");
        assert_eq!(rows.len(), 2);
    }
}
